"""Takes on chats for which something waits, and says when it is time to look again."""

from collections.abc import Callable, Collection, Sequence
from itertools import count

import structlog

from bot.store import delivery
from bot.store.database import Database, UnavailableError
from bot.store.delivery import Claim

log = structlog.get_logger()

SOON = 0.01  # seconds; what is due already, and could not be claimed, is not asked for without a breath


class Claims:
    """The claims of one process. It looks again after `poll` seconds, or `idle` where it knows of everything itself."""

    def __init__(
        self, database: Database, process: str, poll: float, idle: float, is_away: Callable[[UnavailableError], None]
    ) -> None:
        self._database = database
        self._process = process
        self._poll = poll
        self._idle = idle
        self._is_away = is_away
        self._numbers = count(1)
        self.may_own_more = False

    async def claim(self, room: int, full: Collection[str]) -> tuple[Sequence[Claim], float]:
        """Up to `room` chats, none of the `full` channels; and the seconds until there may be more, unless told before."""
        owner, now = f"{self._process}{next(self._numbers)}", self._database.now()
        try:
            if not self._database.is_sqlite:
                return await self._database.do(delivery.claim, owner, now, room, full), self._poll
            claims, due = await self._database.do(delivery.claim_alone, owner, now, room, full)
        except UnavailableError as error:
            self._is_away(error)
            return (), self._poll
        if full:
            return claims, self._poll
        return claims, self._idle if due is None else min(self._idle, max(SOON, due - now))

    async def free_lost(self, busy: Collection[bytes]) -> None:
        """Free chats that are ours without our knowing: they were claimed, and the answer was lost on its way."""
        if not self.may_own_more:
            return
        try:
            freed = await self._database.do(delivery.free, self._process, busy)
        except UnavailableError as error:
            self._is_away(error)
            return
        self.may_own_more = False
        if freed:
            log.warning("claims_found", chats=freed)
