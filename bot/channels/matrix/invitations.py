"""At the door: whose invitations are accepted, and how a room is left."""

import asyncio
import re
from collections.abc import Collection
from time import monotonic

import structlog

from bot.channels.matrix.rooms import MOST_PEOPLE, Invitation, server_of
from bot.channels.matrix.server import AwayError, RefusalError
from bot.channels.matrix.session import Session
from bot.limits import Buckets, Rate
from bot.logs import where

log = structlog.get_logger()

OF_ONE = Rate(5, 1 / 60)  # invitations of one person that are accepted
OF_ALL = Rate(30, 1)  # all together; more wait
TRIES, PAUSE = 3, 5.0  # until we are in a room; seconds between
JOIN_SECONDS = 60.0  # on another homeserver it can take as long as that
SUMMARY_SECONDS = 5.0
BRIDGE_BOT = re.compile(r"@.*(bot|bridge).*:.*")


class Invitations:
    """Accepts invitations into direct chats. `servers`: whose people may invite us; empty: everybody's."""

    def __init__(self, session: Session, servers: Collection[str] = ()) -> None:
        self._session = session
        self._servers = frozenset(servers)
        self._of_one = Buckets(OF_ONE)
        self._of_all = Buckets(OF_ALL)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def consider(self, invited: Invitation) -> None:
        """Accept or decline, aside: a slow homeserver makes nobody wait."""
        if invited.room in self._tasks:
            return
        self._session.expected[invited.room] = invited.inviter
        task = self._tasks[invited.room] = asyncio.create_task(self._answer(invited))
        task.add_done_callback(lambda _: self._tasks.pop(invited.room, None))

    async def settle(self, seconds: float) -> None:
        """Wait for answers under way, but not for long: what is not answered when the process ends is forgotten."""
        if self._tasks:
            await asyncio.wait([*self._tasks.values()], timeout=seconds)

    async def close(self) -> None:
        """End whatever is under way."""
        tasks = [*self._tasks.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(self, invited: Invitation) -> None:
        try:
            if await self._is_welcome(invited):
                await self._join(invited.room)
            else:
                log.info("invitation_declined", channel="matrix")
                self._session.expected.pop(invited.room, None)
                await leave(self._session, invited.room)
        except (RefusalError, AwayError) as error:
            log.warning("invitation_failed", channel="matrix", error=where(error))
            self._session.expected.pop(invited.room, None)

    async def _is_welcome(self, invited: Invitation) -> bool:
        """By server, by how often, by how many are there already."""
        if self._servers and server_of(invited.inviter) not in self._servers:
            return False
        if not self._of_one.has(invited.inviter.encode(), monotonic()):
            return False
        wait, _ = self._of_all.take(b"", monotonic())
        await asyncio.sleep(wait)
        people = await self._people(invited.room)
        is_bridge = server_of(invited.inviter) == server_of(self._session.me) and BRIDGE_BOT.fullmatch(invited.inviter)
        return people is None or people < (MOST_PEOPLE + 1 if is_bridge else MOST_PEOPLE)

    async def _people(self, room: str) -> int | None:
        """How many are in a room, if the homeserver tells that from outside."""
        try:
            summary = await self._session.server.call("GET", "v1", "room_summary", room, seconds=SUMMARY_SECONDS)
        except (RefusalError, AwayError):
            return None
        people = summary.get("num_joined_members")
        return people if isinstance(people, int) else None

    async def _join(self, room: str) -> None:
        for tries_left in reversed(range(TRIES)):
            try:
                await self._session.server.call("POST", "v3", "join", room, body={}, seconds=JOIN_SECONDS)
            except (RefusalError, AwayError) as error:
                is_final = isinstance(error, RefusalError) and error.retry_after is None
                if is_final or not tries_left:
                    raise
                await asyncio.sleep(PAUSE)
            else:
                return


async def leave(session: Session, room: str) -> None:
    """Leave a room, without a word, and let the homeserver forget that we were there.

    Raises:
        RefusalError, AwayError
    """
    await session.server.call("POST", "v3", "rooms", room, "leave", body={})
    try:
        await session.server.call("POST", "v3", "rooms", room, "forget", body={})
    except (RefusalError, AwayError) as error:
        log.info("not_forgotten", channel="matrix", error=where(error))
