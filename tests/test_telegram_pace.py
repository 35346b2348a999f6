"""Telegram's limits are kept by waiting a little, and never by making others wait for one."""

import asyncio

import pytest

from bot.channels.base import UnsentError
from bot.channels.telegram.pace import LONGEST_WAIT, Pace
from bot.limits import MOST_CHATS, Rate
from tests.conftest import Clock


def sent_at_once(paced: Pace, chats: list[int]) -> int:
    """How many messages go before one has to wait."""

    async def send() -> int:
        for n, chat in enumerate(chats):
            sending = asyncio.ensure_future(paced.wait(chat))
            await asyncio.sleep(0)
            if not sending.done():
                sending.cancel()
                return n
            sending.result()
        return len(chats)

    return asyncio.run(send())


def test_a_page_goes_at_once_then_a_message_a_second(clock: Clock) -> None:
    paced = Pace(Rate(8, 1), Rate(1000, 1000), clock)
    assert sent_at_once(paced, [1] * 20) == 8
    clock.pass_(2)
    assert sent_at_once(paced, [1] * 20) == 1, "the one that waited has used one of the two"
    assert sent_at_once(paced, [2] * 20) == 8, "another chat waits for nobody"


def test_all_chats_together_keep_to_one_rate(clock: Clock) -> None:
    paced = Pace(Rate(8, 1), Rate(30, 30), clock)
    assert sent_at_once(paced, list(range(100))) == 30
    clock.pass_(1)
    assert sent_at_once(paced, list(range(100, 200))) == 29


def test_who_would_wait_too_long_steps_aside_and_loses_nothing(clock: Clock) -> None:
    paced = Pace(Rate(1, 0.1), Rate(1000, 1000), clock)
    assert sent_at_once(paced, [1]) == 1
    for _ in range(5):
        with pytest.raises(UnsentError) as error:
            asyncio.run(paced.wait(1))
        assert error.value.retry_after == pytest.approx(10)
    clock.pass_(10)
    assert sent_at_once(paced, [1]) == 1


def test_a_wait_is_never_longer_than_a_send_may_take() -> None:
    assert LONGEST_WAIT < 20


def test_chats_that_have_not_written_lately_are_forgotten(clock: Clock) -> None:
    paced = Pace(Rate(8, 1), Rate(1e9, 1e9), clock)
    asyncio.run(_each(paced, range(MOST_CHATS)))
    clock.pass_(3600)
    asyncio.run(paced.wait(-1))
    assert len(paced._chats) == 1  # noqa: SLF001 what is remembered of chats is worth a look


async def _each(paced: Pace, chats: range) -> None:
    for chat in chats:
        await paced.wait(chat)
