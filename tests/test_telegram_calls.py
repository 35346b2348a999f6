"""Each call that the layout makes, at a Bot API that is well, at one that refuses, and at one that is broken."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot

from bot.channels.base import GoneError, RefusedError, UnclearError, UnsentError
from bot.channels.telegram.calls import make
from bot.channels.telegram.layout import Call, lay_out
from bot.channels.telegram.transport import Transport
from bot.dialogue.model import Ask, Card, Option, Picture, Pin, Say
from tests.telegram.chats import Message, Person
from tests.telegram.fake import TOKEN, Fake

COMMANDS = {"tr": (("start", "Yeniden"), ("delete", "Her şeyi sil"))}
QUESTION = Ask("Wie alt?", (Option("child:yes", "Ja"),))
WHERE = Ask("Wo?", (Option("nav:skip", "Weiß nicht"),), 1, "📍 Ort senden")
TEXT: Call = {"method": "message", "text": "a"}


class Chat:
    """A bot, somebody who has begun, and the way between."""

    def __init__(self, fake: Fake, bot: Bot) -> None:
        self.fake = fake
        self.bot = bot
        self.user: Person = fake.user()
        self.user.start()

    async def make(self, *calls: Call) -> list[str]:
        """Refs of what was sent; the calls go through JSON, as they do in storage."""
        refs: list[str] = []
        for call in calls:
            refs += await make(self.bot, self.user.id, json.loads(json.dumps(call)), COMMANDS)
        return refs

    async def question(self) -> Message:
        await self.make(*lay_out([QUESTION]))
        return self.user.screen[-1]


def with_chat(scenario: Callable[[Chat], Awaitable[None]]) -> None:
    async def play() -> None:
        async with Fake() as fake:
            address = f"{fake.url}/bot"
            async with Bot(TOKEN, base_url=address, request=Transport(), get_updates_request=Transport()) as bot:
                await scenario(Chat(fake, bot))

    asyncio.run(play())


# ---- what arrives


def test_messages_are_html_without_a_preview_and_can_be_deleted_later() -> None:
    async def scenario(chat: Chat) -> None:
        refs = await chat.make(*lay_out([Card("🔹 A & B\nhttps://example.org", "x"), QUESTION]))
        card, question = chat.user.screen
        assert refs == [str(card.id), str(question.id)]
        assert (card.text, card.entities[0]["type"]) == ("🔹 A & B\nhttps://example.org", "bold")
        assert not card.preview
        assert question.labels == ["Ja"]

    with_chat(scenario)


@pytest.mark.parametrize(
    "name",
    [
        *("<b>", "</b><i>", "&amp;", "&lt;", "a & b < c", "\u202eabc", "\u2067مركز\u2069", "\u200f\u200e", "\x00\x07"),
        *("\ud83d", "😀" * 40_000, "👩‍👩‍👧‍👦" * 3000, "<" * 20_000, "\n" * 50, "a" * 9000, "ي\u0651" * 5000),
    ],
    ids=lambda name: ascii(name[:8]),
)
def test_no_name_in_the_catalog_breaks_a_message(name: str) -> None:
    async def scenario(chat: Chat) -> None:
        card = Card(f"🔹 {name}\n👥 {name}", "x", (Option("feedback:a", "💬 Wie war es?"),), "📤 Teilen")
        await chat.make(*lay_out([Say(name), card, Pin(name, 51.0, 15.0, name), Ask(name, (Option("a", name),))]))
        texts = "".join(message.text for message in chat.user.screen)
        for visible in set(name) & set("<b>&ac😀مي"):
            assert visible in texts
        assert chat.user.screen[-1].labels
        assert "💬 Wie war es?" in [label for message in chat.user.screen for label in message.labels]

    with_chat(scenario)


def test_an_edit_changes_the_message_and_twice_does_no_harm() -> None:
    async def scenario(chat: Chat) -> None:
        question = await chat.question()
        edit = lay_out([Say("Gut."), QUESTION], question.id)
        assert await chat.make(*edit, *edit) == []
        assert [message.text for message in chat.user.screen] == ["Gut.\n\nWie alt?"]

    with_chat(scenario)


def test_where_the_message_is_gone_a_new_one_is_sent() -> None:
    async def scenario(chat: Chat) -> None:
        question = await chat.question()
        del chat.user.messages[question.id]
        assert await chat.make(*lay_out([QUESTION], question.id)) == [str(chat.user.screen[0].id)]

    with_chat(scenario)


def test_an_answered_question_keeps_its_words_and_loses_its_buttons() -> None:
    async def scenario(chat: Chat) -> None:
        question = await chat.question()
        settle: Call = {"method": "settle", "message": question.id}
        assert await chat.make(settle, settle, {**settle, "message": 999}) == []
        assert (question.text, question.rows) == ("Wie alt?", [])

    with_chat(scenario)


def test_the_keyboard_comes_and_goes() -> None:
    async def scenario(chat: Chat) -> None:
        await chat.make(*lay_out([WHERE]))
        assert chat.user.keys == ["📍 Ort senden"]
        assert await chat.make({"method": "close_keyboard"}) == []
        assert chat.user.keys == []
        assert [message.text for message in chat.user.screen] == ["Wo?", "📍"]
        await chat.make(*lay_out([WHERE]), *lay_out([Say("Danke")]))
        assert chat.user.keys == []

    with_chat(scenario)


def test_a_closing_message_that_cannot_be_deleted_is_remembered() -> None:
    async def scenario(chat: Chat) -> None:
        chat.fake.fail("deleteMessage", 500)
        assert await chat.make({"method": "close_keyboard"}) == [str(chat.user.screen[0].id)]

    with_chat(scenario)


def test_pins_and_pictures_arrive(tmp_path: Path) -> None:
    async def scenario(chat: Chat) -> None:
        (tmp_path / "karte.png").write_bytes(b"\x89PNG\r\n\x1a\n0000")
        pin, picture = Pin("Café", 51.1, 15.0, "Markt 1"), Picture(str(tmp_path / "karte.png"), "Weg <hier>")
        assert len(await chat.make(*lay_out([pin, picture]))) == 2
        venue, photo = chat.user.screen
        assert venue.content["venue"]["address"] == "Markt 1"
        assert (photo.kind, photo.text) == ("photo", "Weg <hier>")

    with_chat(scenario)


def test_the_menu_of_a_chat_speaks_its_language() -> None:
    async def scenario(chat: Chat) -> None:
        await chat.make({"method": "commands", "lang": "tr"})
        known = chat.fake.world.commands[f"chat {chat.user.id}", ""]
        assert [command["command"] for command in known] == ["start", "delete"]

    with_chat(scenario)


# ---- what does not

EVERY = (
    *(TEXT, {"method": "edit", "message": 1, "text": "b"}, {"method": "settle", "message": 1}),
    *({"method": "close_keyboard"}, {"method": "commands", "lang": "tr"}),
    {"method": "venue", "lat": 51.0, "lon": 15.0, "title": "a", "address": "b"},
)


def by_method(call: Call) -> str:
    return str(call["method"])


@pytest.mark.parametrize("call", EVERY, ids=by_method)
@pytest.mark.parametrize(
    ("how", "more", "expected"),
    [
        (429, {"retry_after": 7}, UnsentError),
        (500, {}, UnsentError),
        (502, {}, UnsentError),
        (401, {}, UnsentError),
        (403, {}, GoneError),
        (400, {"words": "Bad Request: chat not found"}, GoneError),
        (400, {"words": "Bad Request: PEER_ID_INVALID"}, GoneError),
    ],
)
def test_every_call_says_in_the_services_words_how_it_failed(
    call: Call, how: int, more: dict[str, Any], expected: type[Exception]
) -> None:
    async def scenario(chat: Chat) -> None:
        chat.fake.fail("*", how, times=2, **more)
        if call["method"] == "settle" and how == 400:
            assert await chat.make(call) == [], "a question that is gone needs no settling"
            return
        with pytest.raises(expected) as error:
            await chat.make(call)
        if isinstance(error.value, UnsentError):
            assert error.value.retry_after == {429: 7.0, 401: 60.0}.get(how)

    with_chat(scenario)


@pytest.mark.parametrize("how", ["cut", "lost"])
@pytest.mark.parametrize("call", EVERY, ids=by_method)
def test_what_may_have_arrived_is_only_repeated_where_that_does_no_harm(call: Call, how: str) -> None:
    async def scenario(chat: Chat) -> None:
        question = await chat.question()
        chat.fake.fail("*", how)
        aimed = {**call, "message": question.id} if "message" in call else call
        harmless = call["method"] in {"edit", "settle", "commands"}
        with pytest.raises(UnsentError if harmless else UnclearError):
            await chat.make(aimed)

    with_chat(scenario)


def test_the_new_message_in_place_of_an_edit_is_not_repeated_for_ever() -> None:
    async def scenario(chat: Chat) -> None:
        chat.fake.fail("sendMessage", "lost")
        with pytest.raises(UnclearError):
            await chat.make({"method": "edit", "message": 999, "text": "b"})

    with_chat(scenario)


def test_what_telegram_never_takes_is_refused() -> None:
    async def scenario(chat: Chat) -> None:
        for call in (
            {**TEXT, "text": "<br>"},
            {**TEXT, "text": "a" * 4097},
            {"method": "edit", "message": 1, "text": "<"},
        ):
            with pytest.raises(RefusedError):
                await chat.make(call)
        assert chat.user.screen == []

    with_chat(scenario)


def test_an_answer_that_nobody_can_read_is_unclear() -> None:
    async def scenario(chat: Chat) -> None:
        chat.fake.fail("sendMessage", "garbage")
        with pytest.raises(UnclearError):
            await chat.make(TEXT)

    with_chat(scenario)


def test_who_is_gone_is_gone_whatever_the_reason() -> None:
    async def scenario(chat: Chat) -> None:
        chat.user.block()
        with pytest.raises(GoneError):
            await chat.make(TEXT)
        chat.user.unblock()
        chat.user.vanish()
        with pytest.raises(GoneError):
            await chat.make(TEXT)

    with_chat(scenario)
