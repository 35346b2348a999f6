"""Whoever knocks at the webhook: only Telegram gets in, and hears 200 only when what it brings is stored."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.channels.telegram.webhook import HEADER, MOST_BYTES, Webhook
from bot.keys import Keys
from bot.store import retention
from bot.store.database import UnavailableError
from tests.serving import Echo
from tests.telegram.fake import Fake
from tests.telegram.running import SECRET, Running, channel_to, running, until, webhook

GIVEN = {HEADER: SECRET.get_secret_value()}
UPDATE = json.dumps({"update_id": 5, "message": {"text": "hallo"}}).encode()


class Door:
    """The webhook, what came through it, and somebody who knocks."""

    def __init__(self, hook: Webhook, session: aiohttp.ClientSession) -> None:
        self.hook = hook
        self.session = session
        self.taken: list[Mapping[str, Any]] = []
        self.opened = asyncio.Event()
        self.is_away = False

    async def take_in(self, update: Mapping[str, Any]) -> None:
        await self.opened.wait()
        if self.is_away:
            raise UnavailableError
        self.taken.append(update)

    async def knock(self, body: Any = UPDATE, headers: Mapping[str, str] = GIVEN, path: str = "") -> tuple[int, str]:
        """Status and Retry-After."""
        async with self.session.post(path or self.hook.url, data=body, headers=headers) as response:
            return response.status, response.headers.get("Retry-After", "")


@asynccontextmanager
async def door() -> AsyncIterator[Door]:
    async with aiohttp.ClientSession() as session:
        found = Door(webhook(), session)
        found.opened.set()
        async with found.hook.listening(found.take_in):
            yield found


def at_door(scenario: Callable[[Door], Awaitable[None]]) -> None:
    async def play() -> None:
        async with door() as found:
            await scenario(found)

    asyncio.run(play())


# ---- who gets in


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {HEADER: ""},
        {HEADER: "x" * len(SECRET.get_secret_value())},
        {HEADER: SECRET.get_secret_value()[:-1]},
        {HEADER: SECRET.get_secret_value() + "x"},
        {HEADER: SECRET.get_secret_value().upper()},
        {HEADER: "ä" * 8},
        {"Authorization": SECRET.get_secret_value()},
    ],
)
def test_without_the_secret_nobody_gets_in(headers: Mapping[str, str]) -> None:
    async def scenario(door: Door) -> None:
        assert await door.knock(headers=headers) == (403, "")
        assert await door.knock(b"x" * (MOST_BYTES + 1), headers) == (403, ""), "nor learns anything"
        assert door.taken == []

    at_door(scenario)


def test_a_secret_of_bytes_that_are_no_text_is_wrong_too() -> None:
    async def scenario(door: Door) -> None:
        answer = await raw(door.hook, HEADER.encode() + b": \xff\xfe\r\nContent-Length: 0\r\n", b"")
        assert answer.startswith(b"HTTP/1.1 403")

    at_door(scenario)


def test_telegram_gets_in() -> None:
    async def scenario(door: Door) -> None:
        assert await door.knock() == (200, "")
        assert door.taken == [json.loads(UPDATE)]

    at_door(scenario)


def test_other_doors_are_walls() -> None:
    async def scenario(door: Door) -> None:
        assert (await door.knock(path=door.hook.url + "/more"))[0] == 404
        async with door.session.get(door.hook.url, headers=GIVEN) as response:
            assert response.status == 405

    at_door(scenario)


# ---- what gets in


@pytest.mark.parametrize("chunked", [False, True])
def test_more_than_an_update_ever_is_too_much(chunked: bool) -> None:  # noqa: FBT001 both ways
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(70):
            yield b"x" * 1024

    async def scenario(door: Door) -> None:
        assert (await door.knock(pieces() if chunked else b"x" * (MOST_BYTES + 1)))[0] == 413
        filled = json.dumps({"update_id": 1, "x": ""}).encode()
        assert (await door.knock(filled[:-2] + b"y" * (MOST_BYTES - len(filled)) + filled[-2:]))[0] == 200

    at_door(scenario)


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"[]", b"5", b'"x"', b"{}", b"{", b"\xff\xfe", b'{"update_id": "5"}', b'{"update_id": true}'),
        *(b'{"update_id": 5.0}', b'{"update_id": null}', b"[" * 50_000, b'{"update_id": ' + b"9" * 5000 + b"}"),
    ],
)
def test_garbage_is_refused(body: bytes) -> None:
    async def scenario(door: Door) -> None:
        assert await door.knock(body) == (400, "")
        assert door.taken == []

    at_door(scenario)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()), max_size=20))
def test_whatever_comes_the_answer_is_calm(bodies: list[bytes]) -> None:
    async def scenario(door: Door) -> None:
        for body in bodies:
            assert (await door.knock(body))[0] in {200, 400}

    at_door(scenario)


# ---- when it is said


def test_200_is_said_only_after_it_is_stored() -> None:
    async def scenario(door: Door) -> None:
        door.opened.clear()
        knocking = asyncio.create_task(door.knock())
        await asyncio.sleep(0.1)
        assert not knocking.done()
        door.opened.set()
        assert (await knocking)[0] == 200

    at_door(scenario)


def test_while_the_database_is_away_it_must_come_again() -> None:
    async def scenario(door: Door) -> None:
        door.is_away = True
        assert await door.knock() == (503, "5")
        door.is_away = False
        assert await door.knock() == (200, "")

    at_door(scenario)


def test_while_stopping_it_must_come_again() -> None:
    async def play() -> None:
        async with door() as found:
            reader, writer = await asyncio.open_connection(found.hook.host, found.hook.port)
            secret = f"{HEADER}: {SECRET.get_secret_value()}\r\nContent-Length: {len(UPDATE)}\r\n".encode()
            writer.write(b"POST /telegram HTTP/1.1\r\nHost: x\r\n" + secret + b"\r\n" + UPDATE[:5])
            await writer.drain()
            await asyncio.sleep(0.05)
            ending = asyncio.get_running_loop().create_task(_finish(reader, writer))
        answer = await ending
        assert answer.startswith(b"HTTP/1.1 503")
        assert b"Retry-After: 5" in answer
        assert found.taken == []

    async def _finish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        await asyncio.sleep(0.1)
        writer.write(UPDATE[5:])
        answer = await reader.read()
        writer.close()
        return answer

    asyncio.run(play())


def test_what_is_being_stored_while_stopping_is_stored_and_said() -> None:
    async def play() -> None:
        async with door() as found:
            found.opened.clear()
            knocking = asyncio.create_task(found.knock())
            await asyncio.sleep(0.05)
            asyncio.get_running_loop().call_later(0.1, found.opened.set)
        assert await knocking == (200, "")
        assert len(found.taken) == 1

    asyncio.run(play())


async def raw(hook: Webhook, headers: bytes, body: bytes) -> bytes:
    """What is answered to a request of which each byte is our own."""
    reader, writer = await asyncio.open_connection(hook.host, hook.port)
    writer.write(b"POST /telegram HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n" + body)
    answer = await reader.read()
    writer.close()
    return answer


# ---- the whole way

Play = Callable[[Callable[[Running, Webhook], Awaitable[None]]], None]


@pytest.fixture
def play(keys: Keys, tmp_path: Path, empty_file: Path) -> Play:
    shutil.copy(empty_file, tmp_path)

    async def life(scenario: Callable[[Running, Webhook], Awaitable[None]]) -> None:
        async with Fake() as fake:
            hook = webhook()
            channel = channel_to(fake, webhook=hook)
            async with running(Echo(), keys, tmp_path, fake, channel) as bot:
                await until(lambda: fake.updates.hook is not None)
                await scenario(bot, hook)

    return lambda scenario: asyncio.run(life(scenario))


def test_a_conversation_goes_through_the_webhook(play: Play) -> None:
    async def scenario(bot: Running, hook: Webhook) -> None:
        people = [bot.fake.user() for _ in range(20)]
        for n in range(5):
            for person in people:
                person.say(f"{n}")
        await bot.settle()
        for person in people:
            assert [message.text for message in person.screen] == [f"{n + 1}: {n}" for n in range(5)]
        assert bot.channel.is_well()
        assert not bot.fake.calls("getUpdates")
        [asked] = bot.fake.calls("setWebhook")
        assert asked.values["url"] == hook.url
        assert asked.values["allowed_updates"] == ["message", "callback_query", "my_chat_member"]
        assert asked.values["drop_pending_updates"] is False

    play(scenario)


def test_a_thousand_forged_and_replayed_posts_have_no_effect(play: Play) -> None:
    async def scenario(bot: Running, hook: Webhook) -> None:
        user = bot.fake.user()
        user.say("hallo")
        update = next(iter(bot.fake.updates.waiting.values())).content
        await bot.settle()
        before = {name: kept.rows for name, kept in (await bot.database.do(retention.inventory)).items()}
        async with aiohttp.ClientSession() as session:
            knocker = Door(hook, session)
            forged = [{**update, "update_id": 10_000_000 + n} for n in range(500)]
            guesses = [{HEADER: f"guess-{n}"} if n % 2 else {} for n in range(500)]
            answers = await asyncio.gather(
                *(knocker.knock(json.dumps(one), guess) for one, guess in zip(forged, guesses, strict=True)),
                *(knocker.knock(json.dumps(update)) for _ in range(500)),
            )
        assert {status for status, _ in answers[:500]} == {403}
        assert {status for status, _ in answers[500:]} == {200}
        await bot.settle()
        assert {name: kept.rows for name, kept in (await bot.database.do(retention.inventory)).items()} == before
        assert [message.text for message in user.screen] == ["1: hallo"]

    play(scenario)


def test_an_update_that_nobody_can_read_does_not_hold_up_its_chat(play: Play) -> None:
    async def scenario(bot: Running, hook: Webhook) -> None:
        user = bot.fake.user()
        with capture_logs() as logs:
            bot.fake.bring("message", {"message_id": 1, "chat": "?"}, queue=f"chat {user.id}")
            await bot.hear(user.say, "hallo")
        assert [message.text for message in user.screen] == ["1: hallo"]
        assert "update_unreadable" in [line["event"] for line in logs]
        assert bot.fake.updates.hook
        assert not bot.fake.updates.hook.failure, hook

    play(scenario)


def test_what_comes_while_nobody_listens_is_answered_later(keys: Keys, tmp_path: Path) -> None:
    async def life() -> None:
        async with Fake() as fake:
            hook, user = webhook(), fake.user()
            for n in range(3):
                channel = channel_to(fake, webhook=hook)
                user.say(f"{n}")
                async with running(Echo(), keys, tmp_path, fake, channel) as bot:
                    await bot.settle()
            assert [message.text for message in user.screen] == ["1: 0", "2: 1", "3: 2"]

    asyncio.run(life())


def test_another_instance_that_took_the_webhook_is_an_alarm(play: Play) -> None:
    async def scenario(bot: Running, hook: Webhook) -> None:
        del hook
        bot.receiving.cancel()
        await asyncio.gather(bot.receiving, return_exceptions=True)
        assert bot.fake.updates.hook
        bot.fake.updates.hook.url = "https://example.org/theirs"
        with capture_logs() as logs:
            assert not await bot.channel._is_ours(webhook())  # noqa: SLF001 asked every half minute
        assert logs[0]["event"] == "second_instance"

    play(scenario)


def test_a_check_that_fails_does_not_stop_the_listening(keys: Keys, tmp_path: Path) -> None:
    async def life() -> None:
        async with Fake() as fake:
            fake.fail("getWebhookInfo", 500)
            hook, user = webhook(), fake.user()
            async with running(Echo(), keys, tmp_path, fake, channel_to(fake, webhook=hook)) as bot:
                await until(lambda: bool(fake.calls("getWebhookInfo")))
                await bot.hear(user.say, "hallo")
                assert len(user.screen) == 1
                assert len(fake.calls("setWebhook")) == 1

    asyncio.run(life())
