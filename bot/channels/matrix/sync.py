"""Asks the homeserver what is new, again and again, until it says something."""

import asyncio
import json
from collections.abc import Callable

import structlog

from bot.channels.matrix.backlog import NAME
from bot.channels.matrix.server import AwayError, Json, RefusalError
from bot.channels.matrix.session import Session
from bot.logs import where

log = structlog.get_logger()

WAIT_MS = 30_000
HURRIED_MS = 2000  # to wait for something new while something else cannot be stored
MARGIN = 20.0  # seconds that an answer may be later than that
FULL_SECONDS = 300.0  # for an answer that tells everything about all rooms
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 10.0  # after a sync that failed; families wait
BAD_REQUEST = 400
_NOTHING: Json = {"types": []}
_TIMELINE: Json = {"limit": 20}


def _filter(timeline: Json) -> str:
    """Nothing of what we have no use for."""
    room = {"ephemeral": _NOTHING, "account_data": _NOTHING, "timeline": timeline}
    return json.dumps({"presence": _NOTHING, "account_data": _NOTHING, "room": room})


class Sync:
    """For one session. `heard` is told of every answer of the homeserver.

    Once all rooms are known our own words are left out: each of them would wake us up, to tell us what we know.
    """

    def __init__(self, session: Session, heard: Callable[[], None]) -> None:
        self._session = session
        self._heard = heard
        self._everything = _filter(_TIMELINE)
        self._of_others = _filter({**_TIMELINE, "not_senders": [session.me]})

    async def next(self, since: str | None, *, is_stored: bool, waits: bool) -> tuple[Json, str | None]:
        """What is new, and since when. The first time it is everything about our rooms, for we know nothing yet.

        `is_stored`: what was said before could be stored. `waits`: something has still to be.

        Raises:
            RefusalError: the homeserver does not know our token any more.
        """
        pause = FIRST_PAUSE
        while True:
            seconds = WAIT_MS / 1000 + MARGIN if self._session.is_ready else FULL_SECONDS
            query = self._query(since, waits=waits)
            try:
                answer = await self._session.server.call("GET", "v3", "sync", query=query, seconds=seconds)
                if isinstance(answer.get("next_batch"), str):
                    if is_stored:
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

    def _query(self, since: str | None, *, waits: bool) -> dict[str, str]:
        """How long to wait for what (ms): not at all as long as nothing is known."""
        query = {"since": since} if since else {}
        if not self._session.is_ready:
            return {**query, "filter": self._everything, "timeout": "0", "full_state": "true"}
        return {**query, "filter": self._of_others, "timeout": str(HURRIED_MS if waits else WAIT_MS)}
