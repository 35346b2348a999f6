"""Fetches what happens, and hands it to the service: events and the place up to which they were read, together.

While the database is away we go on reading, for somebody in danger is answered all the same. While the keys cannot be
stored we read the same again and again, until they can be; then everything begins anew with what the store knows.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic, time
from typing import Any

import structlog

from bot.channels.base import Intake, Update
from bot.channels.matrix.account import bear_witness
from bot.channels.matrix.backlog import NAME, Backlog
from bot.channels.matrix.calls import THEIRS
from bot.channels.matrix.events import Address, Picked, is_old, objects, read, table, thread_of, words
from bot.channels.matrix.gaps import Gaps
from bot.channels.matrix.invitations import Invitations, leave
from bot.channels.matrix.machine import UndecryptableError
from bot.channels.matrix.ornaments import Ornaments
from bot.channels.matrix.rooms import Invitation, Judgement, has_just_joined, invitation
from bot.channels.matrix.server import Json
from bot.channels.matrix.session import Session
from bot.channels.matrix.store import Gap, UnwritableError
from bot.channels.matrix.sync import Sync
from bot.channels.matrix.unread import PATIENCE, Unread
from bot.dialogue.model import Command
from bot.logs import where
from bot.store.database import UnavailableError

log = structlog.get_logger()

LOOK_AGAIN = 1.0  # seconds, where keys could not be stored
SETTLE = 3.0  # seconds that invitations hold everything up, at most
WITNESSED = 600.0  # seconds between two counts of the store
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
        self._sync = Sync(session, heard)
        self._invitations = Invitations(session, servers)
        self._unread = Unread(session, self._complain, patience)
        self._gaps = Gaps(session)
        self._witnessed = monotonic()
        self._backlog = Backlog(intake)
        self._filled: list[Gap] = []
        self._unwritable = False

    async def run(self) -> None:
        """Receive until cancelled, or until keys that could not be stored can be: then begin anew.

        Raises:
            RefusalError: the homeserver does not know our token any more.
        """
        try:
            with self._keeping():
                self._session.machine.fade(time())
            await self._unread.load()
            since = await self._intake.cursor(NAME)
            while not await self._is_writable_again():
                answer, since = await self._sync.next(since, is_stored=not self._unwritable, waits=self._waits)
                await self._take_in(answer, since)
                if not self._unwritable:
                    since = answer["next_batch"]
                    self._count()
                    await asyncio.sleep(0)
            log.warning("keys_stored_again", channel=NAME)
        finally:
            await self._invitations.close()
            await self._unread.close()

    @property
    def _waits(self) -> bool:
        """Whether something was read that is not stored yet."""
        return self._unwritable or not self._backlog.is_empty

    async def _is_writable_again(self) -> bool:
        if not self._unwritable:
            return False
        await asyncio.sleep(LOOK_AGAIN)
        return self._session.store.is_writable()

    @contextmanager
    def _keeping(self) -> Iterator[None]:
        """Whatever could not be stored must come again; what needs no storing goes on."""
        try:
            yield
        except UnwritableError as error:
            self._unwritable = True
            log.error("keys_not_stored", channel=NAME, error=where(error))

    async def _take_in(self, answer: Json, since: str | None) -> None:
        rooms = table(answer.get("rooms"))
        self._welcome(table(rooms.get("invite")))
        for room in table(rooms.get("leave")):
            self._gone(room)
        joined = {room: table(told) for room, told in table(rooms.get("join")).items()}
        entered = joined.keys() - self._session.rooms.keys() if self._session.is_ready else frozenset[str]()
        for room, told in joined.items():
            with self._keeping():
                self._session.enter(room, objects(table(told.get("state")).get("events")))
                self._session.enter(room, _timeline(told))
        self._take_keys(answer)  # now that it is known which rooms are ours
        for room in joined:
            self._keep_alone(room)
        await self._exchange_keys()
        await self._invitations.settle(SETTLE)
        self._session.is_ready = True
        updates = [*await self._late(), *await self._of_gaps()]
        if since:  # without a place up to which we have read, everything is old
            for room, told in joined.items():
                updates += await self._updates(room, told, since, is_entered=room in entered)
        await self._store(updates, answer["next_batch"])
        if self._session.machine.outgoing_to_device_messages or self._session.machine.wedged_devices:
            await self._exchange_keys()  # that were just found missing

    async def _exchange_keys(self) -> None:
        with self._keeping():
            await self._session.keys.look_after(self._session.encrypted_rooms)

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
        for user in changed if isinstance(changed, list) else ():
            if words(user) and any(user in people for people in self._session.encrypted_rooms().values()):
                machine.users_for_key_query.add(user)
        for event in objects(table(answer.get("to_device")).get("events")):
            with self._keeping():
                machine.receive(event)

    def _keep_alone(self, name: str) -> None:
        """Go where we are not alone with one person, without a word; follow a room that has moved."""
        room = self._session.rooms[name]
        if room.successor:
            self._invitations.consider(Invitation(room.successor, self._owner(name)))
        elif room.judge(self._session.me) is Judgement.FINE:
            return
        log.info("room_left", channel=NAME)
        self._gone(name)
        self._ornaments.aside(leave(self._session, name))

    def _owner(self, name: str) -> str:
        """The one person of a room."""
        return next(iter(sorted(self._session.rooms[name].people - {self._session.me})), "")

    def _gone(self, room: str) -> None:
        """We are not in a room any more: everything about it goes."""
        self._unread.forget(room)
        self._gaps.forget(room)
        with self._keeping():
            self._session.leave(room)
        self._backlog.leave(room)

    async def _late(self) -> list[Update]:
        """Messages whose keys have come meanwhile."""
        found: list[Update] = []
        with self._keeping():
            for room, event in self._unread.readable():
                found += await self._read_all(room, [event])
        return found

    async def _of_gaps(self) -> list[Update]:
        """What was said where something was left out before, and could not be fetched."""
        return [update for gap in self._gaps.due() for update in await self._fill(gap)]

    async def _fill(self, gap: Gap) -> list[Update]:
        events = await self._gaps.events(gap)
        if events is None:
            return []
        self._filled.append(gap)
        return await self._read_all(gap.room, events)

    async def _read_all(self, room: str, events: Iterable[Event]) -> list[Update]:
        return [update for event in events if (update := await self._read_safely(room, event))]

    async def _updates(self, room: str, told: Mapping[str, Any], since: str, *, is_entered: bool) -> list[Update]:
        """Everything that was said in a room, in order. `is_entered`: that we have joined stands in its state."""
        if room not in self._session.rooms:
            return []
        timeline = table(told.get("timeline"))
        events = [*_timeline(told)]
        found: list[Update] = []
        if timeline.get("limited") is True and words(timeline.get("prev_batch")):
            with self._keeping():
                found = await self._fill(self._gaps.found(room, words(timeline.get("prev_batch")), since))
        found += await self._read_all(room, events)
        state = objects(table(told.get("state")).get("events")) if is_entered else ()
        entered = has_just_joined([*state, *events], self._session.me)
        return found if found or not entered else [self._greeting(room, entered)]

    def _greeting(self, room: str, event: str) -> Update:
        """We were invited and nothing was said: as if somebody had tapped "start"."""
        return Update(f"{event} start", room, Command("start"), self._address(room, event).to_json())

    async def _read_safely(self, room: str, event: Event) -> Update | None:
        """A bug that one event meets must not keep all others from being read, at every start anew."""
        try:
            with self._keeping():
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
        """Store what was said and how far we have read; not so far if what we need to read again was not kept."""
        self._backlog.add(updates)
        stored = await self._backlog.store(None if self._unwritable else cursor, self._session.rooms.keys())
        if stored is None:
            return
        with self._keeping():
            for update in stored:
                self._unread.settled(update.id)
            self._gaps.settled(self._filled)
            self._filled = []
        for room, event in _last(stored).items():
            self._ornaments.seen(room, event)

    async def _complain(self, room: str, event: str) -> None:
        """A message that we cannot read; what to do is said in the family's language."""
        if room in self._session.rooms:
            update = Update(f"{event} unreadable", room, Command("unreadable"), self._address(room, event).to_json())
            try:
                await self._intake.accept(NAME, [update])
            except UnavailableError as error:
                log.warning("not_stored", channel=NAME, error=where(error))

    def _count(self) -> None:
        """Now and then, let the homeserver know how far this store has come, and old keys fade."""
        if monotonic() - self._witnessed < WITNESSED:
            return
        self._witnessed = monotonic()
        with self._keeping():
            self._session.machine.fade(time())
        device = self._session.store.device()
        if device:
            counted = replace(device, starts=device.starts + 1)
            with self._keeping():
                self._session.store.keep_device(counted)
                self._ornaments.aside(bear_witness(self._session.server, counted))


def _timeline(told: Mapping[str, Any]) -> Iterable[Event]:
    return objects(table(told.get("timeline")).get("events"))


def _last(updates: Sequence[Update]) -> Mapping[str, str]:
    """The last message of each room."""
    return {update.chat: update.id for update in updates if update.refs}
