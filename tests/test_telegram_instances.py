"""Several processes on one PostgreSQL database: one fetches, all answer, and when one dies another goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.keys import Keys
from tests.serving import Echo
from tests.telegram.fake import Fake
from tests.telegram.running import LIMITS, Running, running, until

LIMITS_OF_ONE = replace(LIMITS, alive=1.0)
Play = Callable[[Callable[[Fake, Running, Running], Awaitable[None]]], None]


@pytest.fixture
def play(keys: Keys, tmp_path: Path, postgres_url: str) -> Play:
    """Play a scenario with two processes, the first of which fetches."""

    @asynccontextmanager
    async def one(fake: Fake) -> AsyncIterator[Running]:
        async with running(Echo(), keys, tmp_path, fake, limits=LIMITS_OF_ONE, url=postgres_url) as bot:
            await until(bot.channel.is_well)
            yield bot

    async def life(scenario: Callable[[Fake, Running, Running], Awaitable[None]]) -> None:
        with capture_logs() as logs:
            async with Fake() as fake, one(fake) as first:
                await until(lambda: fake.updates.is_polled)
                async with one(fake) as second:
                    await scenario(fake, first, second)
        assert "second_instance" not in [line["event"] for line in logs], "never in each other's way"

    return lambda scenario: asyncio.run(life(scenario))


def test_one_of_two_fetches_and_every_message_is_answered_once(play: Play) -> None:
    async def scenario(fake: Fake, first: Running, second: Running) -> None:
        people = [fake.user() for _ in range(20)]
        for n in range(10):
            for person in people:
                person.say(f"{n}")
            await asyncio.sleep(LIMITS_OF_ONE.alive / 5)
        await first.settle()
        for person in people:
            assert [message.text for message in person.screen] == [f"{n + 1}: {n}" for n in range(10)]
        assert first.channel.is_well()
        assert second.channel.is_well()

    play(scenario)


def test_when_the_one_that_fetches_ends_the_other_goes_on(play: Play) -> None:
    async def scenario(fake: Fake, first: Running, second: Running) -> None:
        user = fake.user()
        await first.hear(user.say, "eins")
        await first.service.stop()
        first.receiving.cancel()
        await asyncio.wait({first.receiving})
        await second.hear(user.say, "zwei")
        assert [message.text for message in user.screen] == ["1: eins", "2: zwei"]

    play(scenario)


def test_when_the_one_that_fetches_dies_the_other_goes_on(play: Play) -> None:
    async def scenario(fake: Fake, first: Running, second: Running) -> None:
        user = fake.user()
        await first.hear(user.say, "eins")
        first.die()
        await second.hear(user.say, "zwei")
        assert [message.text for message in user.screen] == ["1: eins", "2: zwei"]

    play(scenario)
