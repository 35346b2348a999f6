"""Messages that came before their key: kept until it comes. Where it does not, the family is told, once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any

from bot.channels.matrix.events import is_old, words
from bot.channels.matrix.machine import UndecryptableError
from bot.channels.matrix.server import AwayError, RefusalError
from bot.channels.matrix.session import Session
from bot.channels.matrix.store import KEPT_UNREAD

PATIENCE = 10.0  # seconds until the family is told
ONCE_IN = 3600.0  # seconds; for one room
MOST_LOADED = 50  # messages brought back at the start
MOST_OF_ROOM = 20  # keys asked for in a room, until one of its messages can be read


@dataclass(frozen=True)
class Sealed:
    """A message that cannot be read yet."""

    room: str
    event: Mapping[str, Any] = field(repr=False)


class Unread:
    """`tell`: say in a room that its message (an event) cannot be read; after so many seconds of `patience`."""

    def __init__(
        self, session: Session, tell: Callable[[str, str], Awaitable[None]], patience: float = PATIENCE
    ) -> None:
        self._session = session
        self._patience = patience
        self._tell = tell
        self._sealed: OrderedDict[str, Sealed] = OrderedDict()
        self._told: dict[str, float] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def load(self) -> None:
        """Bring back what waited when the last process ended."""
        for room, event in self._session.store.unread()[-MOST_LOADED:]:
            try:
                found = await self._session.server.call("GET", "v3", "rooms", room, "event", event)
            except (RefusalError, AwayError):
                found = {"origin_server_ts": 0}
            if is_old(found, time()):
                self._session.store.drop_unread(event)
            else:
                self._sealed[event] = Sealed(room, found)

    def keep(self, room: str, event: Mapping[str, Any]) -> None:
        """Wait for the key of a message, and ask for it."""
        name = words(event.get("event_id"))
        if name in self._sealed:
            return
        self._sealed[name] = Sealed(room, event)
        self._session.store.keep_unread(room, name)
        if len(self._sealed) > KEPT_UNREAD:
            self._sealed.popitem(last=False)
        if sum(sealed.room == room for sealed in self._sealed.values()) <= MOST_OF_ROOM:
            self._session.machine.ask_for_key(room, event)
        if room not in self._tasks and monotonic() - self._told.get(room, -ONCE_IN) >= ONCE_IN:
            task = self._tasks[room] = asyncio.create_task(self._complain(room, name))
            task.add_done_callback(lambda _: self._tasks.pop(room, None))

    def readable(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The messages that can be read by now, in the order in which they came; they are not kept any longer."""
        for name, sealed in [*self._sealed.items()]:
            if is_old(sealed.event, time()):  # nobody waits for an answer to it any more
                self._sealed.pop(name)
                self._session.store.drop_unread(name)
                continue
            try:
                event = self._session.decrypted(sealed.room, sealed.event)
            except UndecryptableError:
                continue
            self._sealed.pop(name)
            yield sealed.room, event

    def settled(self, event: str) -> None:
        """A message that waited is stored."""
        self._session.store.drop_unread(event)

    def forget(self, room: str) -> None:
        """We are not in this room any more."""
        for name in [name for name, sealed in self._sealed.items() if sealed.room == room]:
            self._sealed.pop(name)
        self._told.pop(room, None)

    async def _complain(self, room: str, event: str) -> None:
        await asyncio.sleep(self._patience)
        if any(sealed.room == room for sealed in self._sealed.values()):
            self._told[room] = monotonic()
            await self._tell(room, event)

    async def close(self) -> None:
        """End whatever is under way."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
