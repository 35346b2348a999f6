"""Fetches what happens, and hands it to the service: events and the place up to which they were read, together."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from time import monotonic, time
from typing import Any

import structlog

from bot.channels.base import Intake, Update
from bot.channels.matrix.account import bear_witness
from bot.channels.matrix.calls import THEIRS
from bot.channels.matrix.events import Address, Picked, is_old, objects, read, table, thread_of, words
from bot.channels.matrix.invitations import Invitations, leave
from bot.channels.matrix.machine import UndecryptableError
from bot.channels.matrix.ornaments import Ornaments
from bot.channels.matrix.rooms import Invitation, Judgement, has_just_joined, invitation
from bot.channels.matrix.server import AwayError, Json, RefusalError
from bot.channels.matrix.session import Session
from bot.channels.matrix.unread import PATIENCE, Unread
from bot.dialogue.model import Command
from bot.logs import where
from bot.store.database import UnavailableError

log = structlog.get_logger()

NAME = "matrix"
SYNC_MS = 30_000
MARGIN = 20.0  # seconds that an answer may be later than that
FULL_SECONDS = 300.0  # for an answer that tells everything about all rooms
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # after a sync that failed
SETTLE = 3.0  # seconds that invitations hold everything up, at most
PAGE, MOST_PAGES = 100, 20  # of messages that are fetched to fill a gap
WITNESSED = 600.0  # seconds between two counts of the store
BAD_REQUEST = 400
_NOTHING: Json = {"types": []}
FILTER: Json = {
    "presence": _NOTHING,
    "account_data": _NOTHING,
    "room": {"ephemeral": _NOTHING, "account_data": _NOTHING, "timeline": {"limit": 20}},
}

Event = Mapping[str, Any]


class Receiver:
    """Reads for one session. `heard` is told of every answer of the homeserver."""

    def __init__(
        self,
        session: Session,
        intake: Intake,
        ornaments: Ornaments,
        servers: Sequence[str] = (),
        patience: float = PATIENCE,
        heard: Callable[[], None] = lambda: None,
    ) -> None:
        self._session = session
        self._intake = intake
        self._ornaments = ornaments
        self._heard = heard
        self._invitations = Invitations(session, servers)
        self._unread = Unread(session, self._complain, patience)
        self._witnessed = monotonic()

    async def run(self) -> None:
        """Receive until cancelled.

        Raises:
            RefusalError: the homeserver does not know our token any more.
        """
        try:
            await self._unread.load()
            since = await self._intake.cursor(NAME)
            while True:
                answer, since = await self._sync(since)
                await self._take_in(answer, since)
                since = answer["next_batch"]
                await self._count()
        finally:
            await self._invitations.close()
            await self._unread.close()

    async def _sync(self, since: str | None) -> tuple[Json, str | None]:
        """What is new, and since when. The first time it is everything about our rooms, for we know nothing yet."""
        pause = FIRST_PAUSE
        while True:
            query = {"filter": json.dumps(FILTER), "timeout": "0" if not self._session.is_ready else str(SYNC_MS)}
            query |= {"since": since} if since else {}
            query |= {"full_state": "true"} if not self._session.is_ready else {}
            seconds = SYNC_MS / 1000 + MARGIN if self._session.is_ready else FULL_SECONDS
            try:
                answer = await self._session.server.call("GET", "v3", "sync", query=query, seconds=seconds)
                if isinstance(answer.get("next_batch"), str):
                    self._heard()
                    return answer, since
                log.warning("sync_unreadable", channel=NAME)
            except AwayError as error:
                log.warning("sync_failed", channel=NAME, error=where(error))
            except RefusalError as error:
                if error.is_token_unknown:
                    raise
                log.error("sync_refused", channel=NAME, error=error.code)
                pause = max(pause, error.retry_after or 0)
                if error.status == BAD_REQUEST and pause > FIRST_PAUSE:  # it does not know the place: begin anew
                    since = None
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _take_in(self, answer: Json, since: str | None) -> None:
        rooms = table(answer.get("rooms"))
        self._welcome(table(rooms.get("invite")))
        for room in table(rooms.get("leave")):
            await self._gone(room)
        joined = {room: table(told) for room, told in table(rooms.get("join")).items()}
        for room, told in joined.items():
            self._session.enter(room, objects(table(told.get("state")).get("events")))
            self._session.enter(room, _timeline(told))
        self._take_keys(answer)  # now that it is known which rooms are ours
        for room in joined:
            await self._keep_alone(room)
        await self._session.keys.look_after(self._session.encrypted_rooms)
        await self._invitations.settle(SETTLE)
        self._session.is_ready = True
        updates = await self._late()
        if since:  # without a place up to which we have read, everything is old
            for room, told in joined.items():
                updates += await self._updates(room, told, since)
        await self._store(updates, answer["next_batch"])
        if self._session.machine.outgoing_to_device_messages or self._session.machine.wedged_devices:
            await self._session.keys.look_after(self._session.encrypted_rooms)  # keys that were just found missing

    def _welcome(self, invited: Mapping[str, Any]) -> None:
        for room, told in invited.items():
            state = objects(table(table(told).get("invite_state")).get("events"))
            found = invitation(room, state, self._session.me)
            if found:
                self._invitations.consider(found)

    def _take_keys(self, answer: Json) -> None:
        machine = self._session.machine
        machine.count(answer.get("device_one_time_keys_count"))
        unused = answer.get("device_unused_fallback_key_types")
        machine.wants_fallback_key = isinstance(unused, list) and "signed_curve25519" not in unused
        changed = table(answer.get("device_lists")).get("changed")
        known = {user for people in self._session.encrypted_rooms.values() for user in people}
        machine.users_for_key_query |= known & {u for u in (changed if isinstance(changed, list) else ()) if words(u)}
        for event in objects(table(answer.get("to_device")).get("events")):
            machine.receive(event)

    async def _keep_alone(self, name: str) -> None:
        """Go where we are not alone with one person, without a word; follow a room that has moved."""
        room = self._session.rooms[name]
        if room.successor:
            self._invitations.consider(Invitation(room.successor, self._owner(name)))
        elif room.judge(self._session.me) is Judgement.FINE:
            return
        log.info("room_left", channel=NAME)
        await self._gone(name)
        self._ornaments.aside(leave(self._session, name))

    def _owner(self, name: str) -> str:
        """The one person of a room."""
        return next(iter(sorted(self._session.rooms[name].people - {self._session.me})), "")

    async def _gone(self, room: str) -> None:
        """We are not in a room any more: everything about it goes."""
        self._unread.forget(room)
        self._session.leave(room)
        await self._intake.leave(NAME, room)

    async def _late(self) -> list[Update]:
        """Messages whose keys have come meanwhile."""
        found = [await self._read_safely(room, event) for room, event in self._unread.readable()]
        return [update for update in found if update]

    async def _updates(self, room: str, told: Mapping[str, Any], since: str) -> list[Update]:
        """Everything that was said in a room, in order."""
        if room not in self._session.rooms:
            return []
        timeline = table(told.get("timeline"))
        events = [*_timeline(told)]
        if timeline.get("limited") is True and words(timeline.get("prev_batch")):
            events = [*await self._gap(room, words(timeline.get("prev_batch")), since), *events]
        found = [update for event in events if (update := await self._read_safely(room, event))]
        entered = has_just_joined(events, self._session.me)
        return found if found or not entered else [self._greeting(room, entered)]

    def _greeting(self, room: str, event: str) -> Update:
        """We were invited and nothing was said: as if somebody had tapped "start"."""
        return Update(f"{event} start", room, Command("start"), self._address(room, event).to_json())

    async def _gap(self, room: str, start: str, since: str) -> Sequence[Event]:
        """The events that a sync left out, oldest first."""
        newest_first: list[Event] = []
        for _ in range(MOST_PAGES):
            query = {"dir": "b", "from": start, "to": since, "limit": str(PAGE)}
            page = await self._patiently("v3", "rooms", room, "messages", query=query)
            chunk = [*objects(page.get("chunk"))]
            newest_first += chunk
            start = words(page.get("end"))
            if not chunk or not start or is_old(chunk[-1], time()):
                break
        return newest_first[::-1]

    async def _patiently(self, *path: str, query: Mapping[str, str]) -> Json:
        """Ask until there is an answer: without it, messages would be lost."""
        pause = FIRST_PAUSE
        while True:
            try:
                return await self._session.server.call("GET", *path, query=query)
            except AwayError as error:
                log.warning("gap_waits", channel=NAME, error=where(error))
            except RefusalError as error:
                if error.retry_after is None:
                    log.error("gap_refused", channel=NAME, error=error.code)
                    return {}
                pause = max(pause, error.retry_after)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _read_safely(self, room: str, event: Event) -> Update | None:
        """A bug that one event meets must not keep all others from being read, at every start anew."""
        try:
            return await self._read(room, event)
        except Exception as error:  # noqa: BLE001 whatever it is
            log.error("bad_event", channel=NAME, error=where(error))
            return None

    async def _read(self, room: str, event: Event) -> Update | None:
        """One event as an update; nothing for what is ours, old, or no message. What has no key yet is kept."""
        if event.get("sender") == self._session.me or is_old(event, time()) or not words(event.get("event_id")):
            return None
        try:
            plain = self._session.decrypted(room, event)
        except UndecryptableError:
            self._unread.keep(room, event)
            return None
        return await self._update(room, plain)

    async def _update(self, room: str, event: Event) -> Update | None:
        said = read(event)
        if isinstance(said, Picked):
            said = await self._session.questions.resolve(room, said)
        if said is None or room not in self._session.rooms:
            return None
        name = words(event.get("event_id"))
        address = replace(self._address(room, name), thread=thread_of(event))
        return Update(name, room, said, address.to_json(), (THEIRS + name,))

    def _address(self, room: str, event: str) -> Address:
        return Address(room, event, bridged=self._session.rooms[room].is_bridged(self._session.me))

    async def _store(self, updates: Sequence[Update], cursor: str) -> None:
        """Store what was said and how far we have read; while that is impossible, nothing more is fetched."""
        pause = FIRST_PAUSE
        while True:
            try:
                await self._intake.accept(NAME, updates, cursor)
                break
            except UnavailableError as error:
                log.warning("not_stored", channel=NAME, error=where(error))
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        for update in updates:
            self._unread.settled(update.id)
        for room, event in _last(updates).items():
            self._ornaments.seen(room, event)

    async def _complain(self, room: str, event: str) -> None:
        """A message that we cannot read; what to do is said in the family's language."""
        if room in self._session.rooms:
            update = Update(f"{event} unreadable", room, Command("unreadable"), self._address(room, event).to_json())
            try:
                await self._intake.accept(NAME, [update])
            except UnavailableError as error:
                log.warning("not_stored", channel=NAME, error=where(error))

    async def _count(self) -> None:
        """Now and then, let the homeserver know how far this store has come."""
        if monotonic() - self._witnessed < WITNESSED:
            return
        self._witnessed = monotonic()
        device = self._session.store.device()
        if device:
            counted = replace(device, starts=device.starts + 1)
            self._session.store.keep_device(counted)
            self._ornaments.aside(bear_witness(self._session.server, counted))


def _timeline(told: Mapping[str, Any]) -> Iterable[Event]:
    return objects(table(told.get("timeline")).get("events"))


def _last(updates: Sequence[Update]) -> Mapping[str, str]:
    """The last message of each room."""
    return {update.chat: update.id for update in updates if update.refs}
