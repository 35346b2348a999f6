"""What only one of several processes may do, such as fetching updates: whoever holds the lease does it, the others wait."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

import structlog

from bot.channels.base import Work
from bot.store.database import UnavailableError

log = structlog.get_logger()

LOOKS = 5  # so often a lease is renewed in its time


async def lead(channel: str, work: Work, take: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Do the work while it is ours to do, and wait for our turn before; ends as the work ends.

    Args:
        channel: for whom.
        work: is cancelled when the lease is lost, or could not be renewed in time: then somebody else may hold it.
        take: takes or renews the lease; False: somebody else holds it. Raises UnavailableError while nobody can tell.
        seconds: how long a lease lasts.
    """
    pause = seconds / LOOKS
    while True:
        if await _is_ours(take, pause):
            log.info("leads", channel=channel)
            working = asyncio.create_task(work())
            try:
                if await _is_done(working, take, seconds):
                    return working.result()
            finally:
                working.cancel()
                await asyncio.wait({working})
            log.warning("leads_no_more", channel=channel)
        await asyncio.sleep(pause)


async def _is_done(working: "asyncio.Task[None]", take: Callable[[], Awaitable[bool]], seconds: float) -> bool:
    """Keep the lease. True: the work has come to its end; False: it is not ours any more."""
    pause = seconds / LOOKS
    renewed = monotonic()
    while monotonic() - renewed < seconds - 2 * pause:
        done, _ = await asyncio.wait({working}, timeout=pause)
        if done:
            return True
        asked = monotonic()
        is_ours = await _is_ours(take, pause)
        if is_ours is False:
            return False
        if is_ours:
            renewed = asked
    return False


async def _is_ours(take: Callable[[], Awaitable[bool]], patience: float) -> bool | None:
    """None: nobody can tell, the database is away."""
    with suppress(UnavailableError, TimeoutError):
        async with asyncio.timeout(patience):
            return await take()
    return None
