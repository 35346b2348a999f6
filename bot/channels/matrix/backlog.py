"""What was read and is not stored yet: shown to the service again and again while its database is away."""

import asyncio
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from time import monotonic

import structlog

from bot.channels.base import Intake, Update
from bot.logs import where
from bot.store.database import UnavailableError

log = structlog.get_logger()

NAME = "matrix"
PAUSE = 1.0  # seconds after an attempt
QUIET = 30.0  # seconds; where nothing was said, how far we have read is not written down more often
MOST = 1000  # updates; when there are more, nothing new is read until they are stored


class Backlog:
    """Updates, and rooms that were left. The service answers a danger among them even if it cannot store it."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._updates: list[Update] = []
        self._left: set[str] = set()
        self._stored = float("-inf")

    @property
    def is_empty(self) -> bool:
        return not self._updates and not self._left

    def add(self, updates: Sequence[Update]) -> None:
        """What was read; the same twice counts once."""
        known = {update.id for update in self._updates}
        self._updates += [update for update in updates if update.id not in known]

    def leave(self, room: str) -> None:
        """We are not in a room any more: nobody there waits for an answer."""
        self._updates = [update for update in self._updates if update.chat != room]
        self._left.add(room)

    async def store(self, cursor: str | None, rooms: AbstractSet[str]) -> Sequence[Update] | None:
        """Store everything, and how far we have read. `rooms`: in which we are.

        Returns:
            What is stored now; None: nothing could be, and it is tried again with what comes next.
        """
        if self.is_empty and monotonic() - self._stored < QUIET:
            return ()
        while True:
            try:
                await self._intake.accept(NAME, self._updates, cursor)
                break
            except UnavailableError as error:
                log.warning("not_stored", channel=NAME, error=where(error))
            await asyncio.sleep(PAUSE)
            if len(self._updates) <= MOST:
                return None
        self._stored = monotonic()
        stored, self._updates = self._updates, []
        for room in self._left - rooms:
            await self._intake.leave(NAME, room)
        self._left.clear()
        return stored
