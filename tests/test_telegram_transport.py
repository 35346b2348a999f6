"""Requests over aiohttp: what certainly did not happen is told from what nobody knows."""

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, TelegramError, TimedOut

from bot.channels.telegram.transport import Transport, UndoneError
from tests.logged import logged
from tests.telegram.chats import Person
from tests.telegram.fake import TOKEN, Fake

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


def with_bot(scenario: Callable[[Fake, Bot, Person], Awaitable[None]]) -> None:
    async def play() -> None:
        async with Fake() as fake:
            user = fake.user()
            user.start()
            polls, calls = Transport(limit=2), Transport()
            async with Bot(TOKEN, base_url=f"{fake.url}/bot", request=calls, get_updates_request=polls) as bot:
                await scenario(fake, bot, user)

    asyncio.run(play())


def test_parameters_and_files_arrive(tmp_path: Path) -> None:
    async def scenario(fake: Fake, bot: Bot, user: Person) -> None:
        (tmp_path / "karte.png").write_bytes(PICTURE)
        await bot.send_message(user.id, "Grüße & 😀 <b>")
        await bot.send_photo(user.id, tmp_path / "karte.png", caption="Der Weg")
        [sent, photo] = fake.calls("sendMessage", "sendPhoto")
        assert sent.values["text"] == "Grüße & 😀 <b>"
        assert (photo.values["photo"].name, photo.values["photo"].content) == ("karte.png", PICTURE)
        assert photo.values["photo"].kind == "image/png"
        assert user.screen[-1].text == "Der Weg"

    with_bot(scenario)


@pytest.mark.parametrize(
    ("how", "more", "expected"),
    [
        (429, {"retry_after": 7}, UndoneError),
        (429, {}, UndoneError),
        (500, {}, UndoneError),
        (502, {}, UndoneError),
        ("cut", {}, NetworkError),
        ("lost", {}, NetworkError),
        (400, {}, BadRequest),
        (401, {}, InvalidToken),
    ],
)
def test_failures_are_told_apart(how: int | str, more: dict[str, int], expected: type[Exception]) -> None:
    async def scenario(fake: Fake, bot: Bot, user: Person) -> None:
        fake.fail("sendMessage", how, **more)
        with pytest.raises(TelegramError) as error:
            await bot.send_message(user.id, "a")
        assert type(error.value) is expected
        if isinstance(error.value, UndoneError):
            assert error.value.retry_after == more.get("retry_after")
        await bot.send_message(user.id, "b")

    with_bot(scenario)


def test_what_takes_too_long_is_given_up() -> None:
    async def scenario(fake: Fake, bot: Bot, user: Person) -> None:
        fake.fail("sendMessage", "slow", seconds=20)
        with pytest.raises(TimedOut):
            await bot.send_message(user.id, "a", read_timeout=0.1)
        assert user.screen, "and yet it had arrived"

    with_bot(scenario)


def test_without_a_connection_nothing_has_happened() -> None:
    async def scenario(fake: Fake, bot: Bot, user: Person) -> None:
        await fake.close_door()
        with pytest.raises(UndoneError):
            await bot.send_message(user.id, "a")
        await fake.open_door()
        await bot.send_message(user.id, "b")
        await bot.shutdown()
        with pytest.raises(UndoneError):
            await bot.send_message(user.id, "c")
        await bot.initialize()
        await bot.send_message(user.id, "d")
        assert [message.text for message in user.screen] == ["b", "d"]

    with_bot(scenario)


def test_before_the_beginning_nothing_can_be_sent() -> None:
    async def play() -> None:
        bot = Bot(TOKEN, request=Transport(), get_updates_request=Transport())
        with pytest.raises(UndoneError):
            await bot.send_message(1, "a")

    asyncio.run(play())


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    with logged() as stream:
        yield stream


def test_the_token_stands_in_no_log_and_in_no_error(logs: io.StringIO) -> None:
    secret = TOKEN.partition(":")[2]

    async def scenario(fake: Fake, bot: Bot, user: Person) -> None:
        for how in (400, 401, 403, 429, 500, "cut", "lost"):
            fake.fail("sendMessage", how)
            with pytest.raises(TelegramError) as error:
                await bot.send_message(user.id, "a")
            assert secret not in f"{error.value!r} {error.value} {error.value.__cause__} {error.value.__context__}"
            logging.getLogger("somewhere").error("failed at %s/bot%s", fake.url, TOKEN, exc_info=error.value)
        await fake.close_door()
        with pytest.raises(UndoneError) as closed:
            await bot.send_message(user.id, "a")
        assert secret not in str(closed.value)

    with_bot(scenario)
    written = logs.getvalue()
    assert "telegram" in written, "PTB does log at this level"
    assert secret not in written
