"""What has to happen now and then: stay alive, sweep out, close months, show what families report, take a new catalog."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

import structlog

from bot.allocator import give_back
from bot.logs import where
from bot.service import Service
from bot.store import counters, delivery, retention
from bot.store.database import Database, UnavailableError

log = structlog.get_logger()

ALIVE_EVERY = 2.0  # seconds
ALONE_EVERY = 10.0  # where no other process waits for a sign
SWEEP_EVERY = 60.0
RENEW_EVERY = 1.0
SWEEPING = "sweep"


class Upkeep:
    """Beside one service. Where several processes share a database, one of them sweeps."""

    def __init__(
        self,
        service: Service,
        database: Database,
        *,
        needed: int,
        today: Callable[[], date] = date.today,
        alive_every: float | None = None,
        sweep_every: float = SWEEP_EVERY,
        renew: Callable[[], Awaitable[None]] | None = None,
        renew_every: float = RENEW_EVERY,
    ) -> None:
        """`renew` looks whether another catalog is published; None where one catalog was chosen for good."""
        self._service = service
        self._database = database
        self._needed = needed
        self._today = today
        self._alive_every = alive_every or (ALONE_EVERY if database.is_sqlite else ALIVE_EVERY)
        self._sweep_every = sweep_every
        self._renew = renew
        self._renew_every = renew_every

    async def run(self) -> None:
        """Go on until cancelled. A long sweep does not keep the process from saying that it is alive."""
        tasks = [self._every(self._alive_every, self.look), self._every(self._sweep_every, self.sweep)]
        if self._renew:
            tasks.append(self._every(self._renew_every, self._renew))
        await asyncio.gather(*tasks)

    async def _every(self, seconds: float, task: Callable[[], Awaitable[None]]) -> None:
        """What fails is tried again the next time; what the database was away for, soon."""
        while True:
            pause = seconds
            try:
                await task()
            except UnavailableError as error:
                log.warning("upkeep_waits", error=where(error))
                pause = min(seconds, ALIVE_EVERY)
            except Exception as error:  # noqa: BLE001 a bug here must not end the service
                log.error("upkeep_failed", error=where(error))
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """Say that we are alive, and carry what waits into the metrics."""
        await self._service.stay_alive()
        await self.observe()

    async def observe(self) -> None:
        """Carry what waits into the metrics."""
        waiting = await self._database.do(retention.backlog)
        metrics = self._service.metrics
        metrics.unanswered.set(waiting.unanswered)
        metrics.undelivered.set(waiting.undelivered)
        metrics.oldest.set(max(0.0, self._database.now() - waiting.oldest) if waiting.oldest else 0)

    async def sweep(self) -> None:
        """Take away what is over, publish months that are, and mark offers about which families warn."""
        now = self._database.now()
        if await self._database.do(delivery.lease, SWEEPING, self._service.owner, now, 2 * SWEEP_EVERY):
            expired = await self._database.do(retention.expire, now)
            months = await self._database.do(counters.turn_over, self._today())
            for kind in ("conversations", "unanswered", "undelivered"):
                self._service.metrics.expired.labels(kind).inc(getattr(expired, kind))
            if expired.unanswered or expired.undelivered:
                log.error("given_up", count=expired.unanswered + expired.undelivered)
            if months:
                log.info("months_published", months=len(months))
            if self._database.is_sqlite or expired.conversations or expired.unanswered or expired.undelivered or months:
                self._database.scrub()
        self._service.conversation.let_go()
        give_back()
        said = await self._database.do(counters.reported)
        self._service.conversation = self._service.conversation.with_reports(counters.warnings(said, self._needed))
