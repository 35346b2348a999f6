"""What is heard goes before what is answered, unless answering takes no time."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from time import sleep
from typing import Any

from bot.mind import BRIEF, Mind


@asynccontextmanager
async def thinking(calm: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[Mind]:
    mind = Mind(calm)
    try:
        yield mind
    finally:
        mind.end()


async def at_peace() -> None:
    """Nothing is being taken in."""


def long_thought() -> str:
    sleep(2 * BRIEF)
    return "long"


def test_thoughts_come_one_after_the_other_and_each_gets_its_own_answer() -> None:
    async def play() -> list[int]:
        async with thinking(at_peace) as mind:
            await mind.in_turn(long_thought)
            return await asyncio.gather(*(mind.in_turn(partial(pow, n, 2)) for n in range(20)))

    assert asyncio.run(play()) == [n * n for n in range(20)]


def test_after_a_long_thought_the_next_one_waits_until_nothing_is_taken_in() -> None:
    async def play() -> list[str]:
        order: list[str] = []
        heard = asyncio.Event()

        async def calm() -> None:
            await heard.wait()
            order.append("heard")

        async with thinking(calm) as mind:
            await mind.in_turn(long_thought)
            waiting = asyncio.create_task(mind.in_turn(lambda: order.append("answered")))
            await asyncio.sleep(0.01)
            heard.set()
            await waiting
        return order

    assert asyncio.run(play()) == ["heard", "answered"]


def test_brief_thoughts_and_what_is_urgent_wait_for_nothing() -> None:
    async def never() -> None:
        await asyncio.get_running_loop().create_future()

    async def play() -> list[str]:
        async with thinking(never) as mind, asyncio.timeout(30):
            said = [await mind.in_turn(str, n) for n in range(3)]
            await mind.in_turn(long_thought)
            return [*said, await mind.at_once(str, "urgent")]

    assert asyncio.run(play()) == ["0", "1", "2", "urgent"]


def test_an_error_of_a_thought_reaches_who_asked_and_the_next_one_is_thought() -> None:
    def broken() -> None:
        raise LookupError

    async def play() -> str:
        async with thinking(at_peace) as mind:
            outcome = await asyncio.gather(mind.in_turn(broken), return_exceptions=True)
            assert isinstance(outcome[0], LookupError)
            return await mind.in_turn(long_thought)

    assert asyncio.run(play()) == "long"
