"""The channel at work: the real service and database on one side, the fake Bot API on the other, sockets between."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec

from pydantic import SecretStr

from bot.channels.base import Channel
from bot.channels.telegram import Telegram
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.profile import Profile
from bot.channels.telegram.webhook import Webhook
from bot.conversation import Conversation
from bot.keys import Keys
from bot.limits import Rate
from bot.sending import Patience
from bot.serve import supervise
from bot.service import Limits, Service
from bot.store import retention
from bot.store.database import Database
from bot.store.opening import open_database
from tests.telegram.fake import Fake

P = ParamSpec("P")
QUICK = Rate(1e6, 1e6)
LIMITS = Limits(
    answered=QUICK,
    taken_in=QUICK,
    poll=0.02,
    patience=Patience(first_pause=0.02, longest_pause=0.1, unclear_pause=0.05),
)
PROFILE = Profile({"de": "Hilfe in der Nähe"}, {"de": "Hilfe"}, {"de": (("start", "Neu anfangen"),)})
SECRET = SecretStr("a-secret-of-the-tests_0123456789")
LONGEST = 120.0  # seconds that a test waits before it gives up; the vocabulary takes a while to load


def channel_to(fake: Fake, profile: Profile = PROFILE, **more: Any) -> Telegram:
    return Telegram(SecretStr(fake.token), profile, api=fake.url, pace=more.pop("pace", Pace(QUICK, QUICK)), **more)


def webhook() -> Webhook:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return Webhook(f"http://127.0.0.1:{port}/telegram", "127.0.0.1", port, SECRET)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait until something has come about."""
    async with asyncio.timeout(LONGEST):
        while not is_so():  # noqa: ASYNC110 it comes about in many ways
            await asyncio.sleep(0.002)


@dataclass
class Running:
    """Everything between a family's telephone and the database."""

    fake: Fake
    channel: Telegram
    service: Service
    database: Database
    receiving: "asyncio.Task[None]"
    tasks: Sequence["asyncio.Task[None]"] = ()  # all that makes the process
    is_dead: bool = False

    def die(self) -> None:
        """End without a goodbye."""
        self.is_dead = True
        for task in self.tasks:
            task.cancel()

    async def hear(self, does: Callable[P, object], *args: P.args, **named: P.kwargs) -> None:
        """Somebody does something; wait until it is answered."""
        does(*args, **named)
        await self.settle()

    async def settle(self) -> None:
        """Wait until every update is confirmed, every answer delivered, and every ornament done."""
        async with asyncio.timeout(LONGEST):
            while not await self._is_settled():  # noqa: ASYNC110 the same
                await asyncio.sleep(0.002)

    async def _is_settled(self) -> bool:
        if not self.fake.is_quiet or self.channel._ornaments:  # noqa: SLF001 nothing else tells when they are over
            return False
        waiting = await self.database.do(retention.backlog)
        return not waiting.unanswered and not waiting.undelivered


@asynccontextmanager
async def running(
    conversation: Conversation,
    keys: Keys,
    folder: Path,
    fake: Fake,
    channel: Telegram | None = None,
    *,
    limits: Limits = LIMITS,
    others: Sequence[Channel] = (),
    url: str | None = None,
) -> AsyncIterator[Running]:
    """What `nahbei serve` does, without its signals. `url`: a PostgreSQL database that others may share."""
    channel = channel or channel_to(fake)
    database = open_database(keys, folder, url)
    service = Service(database, keys, conversation, [channel, *others], limits=limits)
    answering = asyncio.create_task(service.run())
    keeping = asyncio.create_task(_stay_alive(service))
    receiving = [asyncio.create_task(supervise(way, service)) for way in (channel, *others)]
    tasks = (keeping, *receiving, answering)
    bot = Running(fake, channel, service, database, receiving[0], tasks)
    try:
        yield bot
    finally:
        if not bot.is_dead:
            await service.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await channel.close()
        database.close()


async def _stay_alive(service: Service) -> None:
    while True:
        await service.stay_alive()
        await asyncio.sleep(0.1)
