"""Messages that a sync has left out, for it brings only the latest of a room: they are fetched, at once or later."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic, time
from typing import Any

import structlog

from bot.channels.matrix.events import OLD, is_old, objects, words
from bot.channels.matrix.server import AwayError, RefusalError
from bot.channels.matrix.session import Session
from bot.channels.matrix.store import Gap
from bot.logs import where

log = structlog.get_logger()

PAGE, MOST_PAGES = 100, 20  # of messages
TRIES, PAUSE = 3, 1.0  # at once; seconds between
LONGEST_PAUSE = 5.0  # whoever wants us to wait longer than this is asked later, for everybody waits meanwhile
LATER = 30.0
NEVER = float("inf")  # it is here, and only has to be stored


class Gaps:
    """What was left out and is not here yet. Meanwhile nobody waits: newer messages are answered before it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._due: dict[Gap, float] = dict.fromkeys(session.store.gaps(), 0.0)

    def found(self, room: str, start: str, since: str) -> Gap:
        """Note a gap, so that it is not forgotten, whatever happens.

        Raises:
            UnwritableError
        """
        gap = Gap(room, start, since, time())
        self._session.store.keep_gap(gap)
        self._due[gap] = 0.0
        return gap

    def due(self) -> Sequence[Gap]:
        """The gaps that are to be tried now."""
        return [gap for gap, at in self._due.items() if at <= monotonic()]

    async def events(self, gap: Gap) -> Sequence[Mapping[str, Any]] | None:
        """What was said in a gap, oldest first; None: that cannot be known now. Once it is known it is not due any more."""
        for tries_left in reversed(range(TRIES)):
            wait = PAUSE
            try:
                events = await self._fetch(gap)
            except AwayError as error:
                log.warning("gap_waits", channel="matrix", error=where(error))
            except RefusalError as error:
                if error.retry_after is None and not error.is_token_unknown:
                    log.error("gap_refused", channel="matrix", error=error.code)
                    return ()
                wait = error.retry_after or PAUSE
            else:
                self._due[gap] = NEVER
                return events
            if not tries_left or wait > LONGEST_PAUSE:
                break
            await asyncio.sleep(wait)
        if time() - gap.found > OLD:
            log.error("gap_given_up", channel="matrix")
            return ()
        self._due[gap] = monotonic() + LATER
        return None

    async def _fetch(self, gap: Gap) -> Sequence[Mapping[str, Any]]:
        newest_first: list[Mapping[str, Any]] = []
        start = gap.start
        for _ in range(MOST_PAGES):
            query = {"dir": "b", "from": start, "to": gap.since, "limit": str(PAGE)}
            page = await self._session.server.call("GET", "v3", "rooms", gap.room, "messages", query=query)
            chunk = [*objects(page.get("chunk"))]
            newest_first += chunk
            start = words(page.get("end"))
            if not chunk or not start or is_old(chunk[-1], time()):
                break
        return newest_first[::-1]

    def settled(self, gaps: Iterable[Gap]) -> None:
        """What was said there is stored."""
        for gap in gaps:
            self._due.pop(gap, None)
            self._session.store.drop_gap(gap)

    def forget(self, room: str) -> None:
        """We are not in this room any more."""
        for gap in [gap for gap in self._due if gap.room == room]:
            self._due.pop(gap)
