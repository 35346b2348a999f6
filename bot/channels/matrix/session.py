"""One device that is logged in: what it knows of its rooms, and how it speaks in them."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.channels.matrix.events import objects, words
from bot.channels.matrix.key_exchange import KeyExchange
from bot.channels.matrix.machine import Machine, UndecryptableError
from bot.channels.matrix.questions import Questions
from bot.channels.matrix.rooms import Room
from bot.channels.matrix.server import AwayError, Homeserver, Json, RefusalError
from bot.channels.matrix.store import Store

LOOKED_BACK = 50  # events of a room, to find out what was asked last
MOST_ERASED = 10_000  # events remembered as deleted
QUICK = 10.0  # seconds


class Session:
    """A device in its rooms. `is_ready`: it knows all of them."""

    def __init__(self, server: Homeserver, store: Store) -> None:
        self.server = server
        self.store = store
        self.me: str = store.user_id
        self.rooms: dict[str, Room] = {}
        self.expected: dict[str, str] = {}  # rooms that we are invited to, and by whom
        self.is_ready = False
        self.machine = Machine(store, self._expects, self._knows)
        self.keys = KeyExchange(server, self.machine)
        self.questions = Questions(self.look_up, self.look_back)
        self._encrypted: set[str] = store.load_encrypted_rooms()
        self._erased: OrderedDict[str, None] = OrderedDict()

    def _expects(self, room: str) -> bool:
        return room in self.rooms or room in self.expected

    def _knows(self, user: str) -> bool:
        return user in self.expected.values() or any(user in room.people for room in self.rooms.values())

    def encrypted_rooms(self) -> Mapping[str, frozenset[str]]:
        """The people of each encrypted room."""
        return {room.id: room.people for room in self.rooms.values() if room.is_encrypted}

    def enter(self, name: str, events: Iterable[Mapping[str, Any]]) -> Room:
        """Take in what the state events of a room say."""
        before = self.rooms.get(name) or Room(name, is_encrypted=name in self._encrypted)
        room = self.rooms[name] = before.after(events)
        self.expected.pop(name, None)
        if room.is_encrypted and name not in self._encrypted:
            self._encrypted.add(name)
            self.store.save_encrypted_rooms({name})
        if room.is_encrypted:
            self.machine.users_for_key_query |= {*self._others(room)} - self.machine.tracked_users
        if room.people != before.people:
            self.machine.renew(name)
        return room

    def leave(self, name: str) -> None:
        """We are not in a room any more: nothing of it stays."""
        room = self.rooms.pop(name, None)
        self.expected.pop(name, None)
        self._encrypted.discard(name)
        elsewhere = {user for other in self.rooms.values() for user in other.people}
        self.machine.forget(name, [user for user in room.people - elsewhere if user != self.me] if room else [])
        self.keys.forget(name)
        self.questions.forget(name)

    async def send(self, room: str, kind: str, content: Json, transaction: str) -> str:
        """Send an event, encrypted where the room is; the same `transaction` twice arrives once. Returns its id.

        Raises:
            RefusalError, AwayError
        """
        known, plain = self.rooms[room], content
        if known.is_encrypted and kind != "m.reaction":  # these have to be counted by the homeserver
            kind, content = (
                "m.room.encrypted",
                await self.keys.encrypt(room, self._others(known), kind, content),
            )
        answer = await self.server.call("PUT", "v3", "rooms", room, "send", kind, transaction, body=content)
        event = words(answer.get("event_id"))
        self.questions.asked(room, event, plain)
        return event

    def _others(self, room: Room) -> Sequence[str]:
        return sorted(room.people - {self.me})

    def decrypted(self, room: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
        """An event as it was written.

        Raises:
            UndecryptableError
        """
        return self.machine.decrypt_in_room(room, event) if event.get("type") == "m.room.encrypted" else event

    async def look_up(self, room: str, event: str) -> Mapping[str, Any] | None:
        """An event of ours; None if it is not ours, or cannot be brought."""
        try:
            found = await self.server.call("GET", "v3", "rooms", room, "event", event, seconds=QUICK)
            return self.decrypted(room, found) if found.get("sender") == self.me else None
        except (RefusalError, AwayError, UndecryptableError):
            return None

    async def look_back(self, room: str) -> list[Mapping[str, Any]]:
        """Our latest events in a room, newest first."""
        query = {"dir": "b", "limit": str(LOOKED_BACK)}
        try:
            found = await self.server.call("GET", "v3", "rooms", room, "messages", query=query, seconds=QUICK)
        except (RefusalError, AwayError):
            return []
        return [event for raw in objects(found.get("chunk")) if (event := self._own(room, raw))]

    def _own(self, room: str, event: Mapping[str, Any]) -> Mapping[str, Any] | None:
        try:
            return self.decrypted(room, event) if event.get("sender") == self.me else None
        except UndecryptableError:
            return None

    def is_erased(self, event: str) -> bool:
        return event in self._erased

    def erased(self, event: str) -> None:
        self._erased[event] = None
        if len(self._erased) > MOST_ERASED:
            self._erased.popitem(last=False)

    def close(self) -> None:
        self.store.close()
