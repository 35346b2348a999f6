"""The fake Bot API is as strict as the real one: what Telegram refuses, ignores or brings again, it does too."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.telegram.fake import Fake
from tests.telegram.running import SECRET
from tests.telegram.spec import FILE, load_spec
from tests.telegram.text import MalformedError, parse_html, read_text, units

Answer = tuple[int, dict[str, Any]]


class Bot:
    """A bot that asks for whatever it likes."""

    def __init__(self, fake: Fake, session: aiohttp.ClientSession) -> None:
        self.fake = fake
        self.session = session

    async def ask(self, method: str, **parameters: Any) -> Answer:
        form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()}
        async with self.session.post(f"{self.fake.url}/bot{self.fake.token}/{method}", data=form) as response:
            return response.status, await response.json()

    async def result(self, method: str, **parameters: Any) -> Any:
        status, answer = await self.ask(method, **parameters)
        assert status == 200, answer
        return answer["result"]

    async def refused(self, method: str, **parameters: Any) -> str:
        status, answer = await self.ask(method, **parameters)
        assert (answer["ok"], answer["error_code"]) == (False, status)
        return f"{status} {answer['description']}"

    async def updates(self, offset: int = 0, seconds: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.result("getUpdates", offset=offset, timeout=seconds)
        return found


@asynccontextmanager
async def bot_of(fake: Fake) -> AsyncIterator[Bot]:
    async with fake, aiohttp.ClientSession() as session:
        yield Bot(fake, session)


def with_bot(scenario: Callable[[Bot], Awaitable[None]], *, violations: int = 0) -> list[str]:
    """Run a scenario; the violations, of which there must be as many as it expects."""

    async def play() -> list[str]:
        async with bot_of(Fake()) as bot:
            await scenario(bot)
            found = list(bot.fake.violations)
            bot.fake.violations.clear()
            return found

    found = asyncio.run(play())
    assert len(found) == violations, found
    return found


def buttons(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "Ja", **button}]]}


# ---- texts


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<b>a</b> &lt;&gt;&amp;&quot;", 'a <>&"'),
        ("&#65;&#x42;&#x1F600;", "AB😀"),
        ("&nbsp; & AT&T &copy;", "&nbsp; & AT&T &copy;"),
        ('<a href="https://x.de">x</a><code>c</code><blockquote>q</blockquote>', "xcq"),
        ('<span class="tg-spoiler">s</span><pre><code class="language-py">p</code></pre>', "sp"),
        ("<B>gross</B>", "gross"),
    ],
)
def test_html_is_read_as_telegram_reads_it(source: str, text: str) -> None:
    assert parse_html(source).text == text


def test_offsets_count_utf_16_units() -> None:
    assert parse_html("😀<b>ä😀</b>").entities == [{"type": "bold", "offset": 2, "length": 3}]
    assert units("😀ä") == 3


@pytest.mark.parametrize(
    "source",
    [
        *("<br>", "<p>a</p>", "<h1>a</h1>", "3 < 4", "<b>a", "a</b>", "<b>a</i>", "<b><i>a</b></i>", "<", "</", "a<b"),
        *('<span class="red">a</span>', "<a href=>x</a =>", "<tg-emoji>a</tg-emoji>"),
    ],
)
def test_what_telegram_cannot_parse_is_refused(source: str) -> None:
    with pytest.raises(MalformedError, match="can't parse entities: "):
        parse_html(source)


@pytest.mark.parametrize("source", ["", " ", "\n\n", "\u200b", "<b></b>", "&#32;", "\u202e", "\x00"])
def test_a_text_of_which_nothing_is_seen_is_empty(source: str) -> None:
    with pytest.raises(MalformedError, match="message text is empty"):
        read_text(source, "HTML")


def test_texts_are_measured_after_parsing_and_in_bytes_before() -> None:
    assert len(read_text("<b>" + "&amp;" * 4096 + "</b>", "HTML").text) == 4096
    with pytest.raises(MalformedError, match="message is too long"):
        read_text("a" * 4097, None)
    with pytest.raises(MalformedError, match="message is too long"):
        read_text("<b></b>" * 5000 + "a", "HTML")
    with pytest.raises(MalformedError, match="message caption is too long"):
        read_text("a" * 1025, None, 1024)


def test_control_characters_and_overrides_of_direction_are_not_shown() -> None:
    assert read_text(" a\tb\r\n\u202ec\x07 ", None).text == "a b\nc"


# ---- parameters


def test_the_description_of_the_bot_api_is_small_and_says_where_it_is_from() -> None:
    spec = load_spec()
    assert {"sendMessage", "getUpdates", "setWebhook", "deleteMessages", "sendVenue"} <= spec.methods.keys()
    assert spec.methods["sendMessage"].needed == ("chat_id", "text")
    assert FILE.stat().st_size < 40_000
    assert {"source", "licence", "bot_api"} <= json.loads(FILE.read_text("utf-8")).keys()


def test_a_misspelt_parameter_or_field_is_ignored_by_telegram_and_found_here() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        await bot.result("sendMessage", chat_id=user.id, text="a", parsemode="HTML")
        await bot.result(
            "sendMessage", chat_id=user.id, text="a", reply_markup=buttons(callback_data="1", colour="red")
        )
        await bot.result("sendMessage", chat_id=user.id, text="&nbsp;", parse_mode="HTML")

    found = with_bot(scenario, violations=3)
    assert [word for word in ("parsemode", "colour", "&nbsp;") if word not in " ".join(found)] == []


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("sendMessage", {"chat_id": 1}),
        ("sendMessage", {"text": "a"}),
        ("sendMessage", {"chat_id": 1, "text": "a", "disable_notification": "yes"}),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": "{"}),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": {"inline_keyboard": [{"text": "a"}]}}),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": {"remove_keyboard": False}}),
        ("sendMessage", {"chat_id": 1, "text": "a", "reply_markup": buttons(callback_data=5)}),
        ("sendVenue", {"chat_id": 1, "latitude": "north", "longitude": 1, "title": "a", "address": "b"}),
        ("deleteMessages", {"chat_id": 1, "message_ids": ["1"]}),
        ("setMyCommands", {"commands": [{"command": "start"}]}),
        ("getUpdates", {"timeout": "long"}),
    ],
)
def test_wrong_types_and_missing_parameters_are_found(method: str, parameters: dict[str, Any]) -> None:
    async def scenario(bot: Bot) -> None:
        assert (await bot.refused(method, **parameters)).startswith("400 Bad Request")

    with_bot(scenario, violations=1)


def test_a_method_that_does_not_exist_is_found() -> None:
    async def scenario(bot: Bot) -> None:
        assert await bot.refused("sendMesage", chat_id=1) == "404 Not Found"

    with_bot(scenario, violations=1)


def test_violations_end_a_test() -> None:
    async def play() -> None:
        async with bot_of(Fake()) as bot:
            await bot.ask("sendMesage")

    with pytest.raises(AssertionError, match="sendMesage"):
        asyncio.run(play())


def test_tokens_are_looked_at() -> None:
    async def scenario(bot: Bot) -> None:
        async with bot.session.post(f"{bot.fake.url}/bot1:{'x' * 35}/getMe") as response:
            assert response.status == 401
        async with bot.session.post(f"{bot.fake.url}/botnonsense/getMe") as response:
            assert response.status == 404
        bot.fake.is_revoked = True
        assert await bot.refused("getMe") == "401 Unauthorized"

    with_bot(scenario)


def test_parameters_come_in_four_ways() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        address = f"{bot.fake.url}/bot{bot.fake.token}/sendMessage"
        await bot.session.post(f"{address}?chat_id={user.id}&text=one")
        await bot.session.post(address, data={"chat_id": user.id, "text": "two"})
        await bot.session.post(
            address, json={"chat_id": user.id, "text": "three", "reply_markup": buttons(url="https://x.de")}
        )
        form = aiohttp.FormData({"chat_id": str(user.id), "text": "four"})
        form.add_field("reply_markup", json.dumps(buttons(callback_data="1")), content_type="application/json")
        await bot.session.post(address, data=form)
        assert [message.text for message in user.screen] == ["one", "two", "three", "four"]
        async with bot.session.post(address, data=b"chat_id=1&text=%ED%A0%80", headers=URLENCODED) as response:
            assert "UTF-8" in (await response.json())["description"]

    with_bot(scenario)


URLENCODED = {"Content-Type": "application/x-www-form-urlencoded"}


# ---- chats


def test_nobody_is_written_to_who_has_not_begun_or_has_blocked_or_is_gone() -> None:
    async def scenario(bot: Bot) -> None:
        user, away = bot.fake.user(), bot.fake.user()
        assert await bot.refused("sendMessage", chat_id=1, text="a") == "400 Bad Request: chat not found"
        assert "403 Forbidden: bot can't initiate" in await bot.refused("sendMessage", chat_id=user.id, text="a")
        user.start()
        await bot.result("sendMessage", chat_id=user.id, text="a")
        user.block()
        assert "403 Forbidden: bot was blocked" in await bot.refused("sendChatAction", chat_id=user.id, action="typing")
        user.unblock()
        await bot.result("sendMessage", chat_id=user.id, text="a")
        away.start()
        away.vanish()
        assert "403 Forbidden: user is deactivated" in await bot.refused("sendMessage", chat_id=away.id, text="a")

    with_bot(scenario)


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        (buttons(callback_data="ф" * 33), "BUTTON_DATA_INVALID"),
        (buttons(callback_data=""), "BUTTON_DATA_INVALID"),
        (buttons(), "exactly one"),
        (buttons(callback_data="1", url="https://x.de"), "exactly one"),
        (buttons(url="javascript:1"), "BUTTON_URL_INVALID"),
        ({"inline_keyboard": [[{"text": " ", "callback_data": "1"}]]}, "non-empty"),
        ({"keyboard": [[{"text": ""}]]}, "non-empty"),
    ],
)
def test_buttons_that_cannot_be_are_refused(markup: dict[str, Any], words: str) -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        assert words in await bot.refused("sendMessage", chat_id=user.id, text="a", reply_markup=markup)
        await bot.result("sendMessage", chat_id=user.id, text="a", reply_markup=buttons(callback_data="ф" * 32))

    with_bot(scenario)


def test_edits_are_refused_where_telegram_refuses_them() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        at: dict[str, Any] = {"chat_id": user.id, "message_id": user.start()}
        own = (await bot.updates())[0]["message"]["message_id"]
        sent = await bot.result("sendMessage", chat_id=user.id, text="a", reply_markup=buttons(callback_data="1"))
        at["message_id"] = sent["message_id"]
        same = await bot.refused("editMessageText", **at, text="a", reply_markup=buttons(callback_data="1"))
        assert same.startswith("400 Bad Request: message is not modified")
        assert "inline_keyboard is missing" in await bot.refused(
            "editMessageText", **at, text="b", reply_markup={"remove_keyboard": True}
        )
        await bot.result("editMessageReplyMarkup", **at)
        assert user.screen[0].rows == []
        assert "not modified" in await bot.refused("editMessageReplyMarkup", **at)
        fixed = await bot.result("sendMessage", chat_id=user.id, text="k", reply_markup={"remove_keyboard": True})
        for number in (own, fixed["message_id"]):
            words = await bot.refused("editMessageText", chat_id=user.id, message_id=number, text="b")
            assert "message can't be edited" in words
        venue = await bot.result("sendVenue", chat_id=user.id, latitude=51, longitude=15, title="t", address="a")
        at["message_id"] = venue["message_id"]
        assert "there is no text" in await bot.refused("editMessageText", **at, text="b")
        await bot.result("deleteMessage", **at)
        assert "message to edit not found" in await bot.refused("editMessageText", **at, text="b")
        assert "message to delete not found" in await bot.refused("deleteMessage", **at)

    assert with_bot(scenario, violations=2), "no edit brings a keyboard"


def test_messages_are_deleted_together_but_not_when_one_is_old() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.say("hallo")
        sent = [await bot.result("sendMessage", chat_id=user.id, text="a") for _ in range(3)]
        ids = [message["message_id"] for message in sent]
        await bot.result("deleteMessages", chat_id=user.id, message_ids=[*ids[:1], 999_999])
        assert len(user.screen) == 2
        assert "400" in await bot.refused("deleteMessages", chat_id=user.id, message_ids=list(range(101)))
        bot.fake.pass_time(49 * 3600)
        assert "can't be deleted" in await bot.refused("deleteMessages", chat_id=user.id, message_ids=ids)

    with_bot(scenario)


def test_a_press_is_answered_once_and_in_time() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        await bot.result("sendMessage", chat_id=user.id, text="a", reply_markup=buttons(callback_data="1"))
        user.press("Ja")
        update = (await bot.updates())[-1]["callback_query"]
        assert (update["data"], user.waiting) == ("1", 1)
        await bot.result("answerCallbackQuery", callback_query_id=update["id"], text="Danke")
        assert (user.alerts, user.waiting) == (["Danke"], 0)
        assert "query is too old" in await bot.refused("answerCallbackQuery", callback_query_id=update["id"])
        user.press("Ja")
        late = (await bot.updates())[-1]["callback_query"]["id"]
        bot.fake.pass_time(151)
        assert "query is too old" in await bot.refused("answerCallbackQuery", callback_query_id=late)

    with_bot(scenario)


def test_keyboards_stand_in_place_of_the_letters_until_they_are_removed() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        markup = {"keyboard": [[{"text": "📍", "request_location": True}, {"text": "Nein"}]]}
        await bot.result("sendMessage", chat_id=user.id, text="a", reply_markup=markup)
        await bot.result("sendMessage", chat_id=user.id, text="a", reply_markup=buttons(callback_data="1"))
        assert user.keys == ["📍", "Nein"]
        user.tap("📍", 51.0, 15.0)
        user.tap("Nein")
        user.tap_on_desktop("📍")
        sent = [update["message"] for update in await bot.updates()][1:]
        assert [message.get("text", "place") for message in sent] == ["place", "Nein", "📍"]
        await bot.result("sendMessage", chat_id=user.id, text="a", reply_markup={"remove_keyboard": True})
        assert user.keys == []

    with_bot(scenario)


def test_venues_photos_actions_and_groups_are_looked_at() -> None:
    async def scenario(bot: Bot) -> None:
        user, group = bot.fake.user(), bot.fake.group()
        user.start()
        place: dict[str, Any] = {"chat_id": user.id, "latitude": 51, "longitude": 15}
        assert "400" in await bot.refused("sendVenue", **place, title=" ", address="a")
        assert "400" in await bot.refused("sendLocation", **{**place, "latitude": 91})
        assert "400" in await bot.refused("sendChatAction", chat_id=user.id, action="sleeping")
        assert "no photo" in await bot.refused("sendPhoto", chat_id=user.id, photo="x")
        assert "private" in await bot.refused("leaveChat", chat_id=user.id)
        assert "not a member" in await bot.refused("sendMessage", chat_id=group.id, text="a")
        group.add_bot(user)
        await bot.result("sendMessage", chat_id=group.id, text="a")
        await bot.result("leaveChat", chat_id=group.id)
        assert not group.has_bot

    with_bot(scenario)


def test_profiles_have_limits_and_languages() -> None:
    async def scenario(bot: Bot) -> None:
        assert "400" in await bot.refused("setMyDescription", description="a" * 513)
        assert "400" in await bot.refused("setMyShortDescription", short_description="a" * 121)
        assert "400" in await bot.refused("setMyDescription", description="a", language_code="de-simple")
        for command in ({"command": "Start", "description": "a"}, {"command": "start", "description": ""}):
            assert "BOT_COMMAND_INVALID" in await bot.refused("setMyCommands", commands=[command])
        scope = {"type": "chat", "chat_id": 5}
        assert "chat not found" in await bot.refused("setMyCommands", commands=[], scope=scope)
        await bot.result("setMyDescription", description="Hilfe", language_code="de")
        assert await bot.result("getMyDescription", language_code="de") == {"description": "Hilfe"}
        assert await bot.result("getMyDescription") == {"description": ""}

    with_bot(scenario)


# ---- updates


def test_only_what_lies_below_the_offset_is_confirmed() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        for text in ("eins", "zwei", "drei"):
            user.say(text)
        first, second, third = [update["update_id"] for update in await bot.updates()]
        assert [update["update_id"] for update in await bot.updates()] == [first, second, third]
        assert [update["update_id"] for update in await bot.updates(second)] == [second, third]
        assert [update["update_id"] for update in await bot.updates()] == [second, third]
        assert len(await bot.updates(third + 1000)) == 2, "the offset of another server is not believed"
        assert await bot.updates(third + 1) == []

    with_bot(scenario)


def test_a_long_poll_waits_until_something_comes() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        waiting = asyncio.create_task(bot.updates(seconds=20))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        user.say("da")
        assert (await waiting)[0]["message"]["text"] == "da"

    with_bot(scenario)


def test_the_second_of_two_pollers_ends_the_first() -> None:
    async def scenario(bot: Bot) -> None:
        first = asyncio.create_task(bot.refused("getUpdates", timeout=20))
        await asyncio.sleep(0.05)
        second = asyncio.create_task(bot.updates(seconds=20))
        assert (await first).startswith("409 Conflict: terminated by other getUpdates request")
        bot.fake.user().say("da")
        assert len(await second) == 1

    with_bot(scenario)


def test_only_the_wanted_kinds_are_kept() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        await bot.result("getUpdates", allowed_updates=["my_chat_member"])
        user.say("hallo")
        user.block()
        assert [list(update)[1] for update in await bot.updates()] == ["my_chat_member"]

    with_bot(scenario)


def test_presses_wait_for_150_seconds_and_messages_for_a_day() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        await bot.result("sendMessage", chat_id=user.id, text="a", reply_markup=buttons(callback_data="1"))
        user.press("Ja")
        bot.fake.pass_time(151)
        assert [list(update)[1] for update in await bot.updates()] == ["message"]
        bot.fake.pass_time(24 * 3600)
        assert await bot.updates() == []

    with_bot(scenario)


# ---- webhooks


class Hook:
    """Where updates are brought; what it answers is said before."""

    def __init__(self) -> None:
        self.came: list[tuple[str, Any]] = []
        self.answers: list[web.Response] = []
        self.delay = 0.0

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.came.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""), await request.json()))
        await asyncio.sleep(self.delay)
        return self.answers.pop(0) if self.answers else web.Response()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.came) < count:  # noqa: ASYNC110 tests count what came
                await asyncio.sleep(0.002)


@asynccontextmanager
async def hooked(bot: Bot, **parameters: Any) -> AsyncIterator[Hook]:
    hook = Hook()
    runner = web.ServerRunner(web.Server(hook.answer), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        await bot.result("setWebhook", url=f"http://127.0.0.1:{runner.addresses[0][1]}/x", **parameters)
        yield hook
    finally:
        await bot.result("deleteWebhook")
        await runner.cleanup()


def test_a_webhook_gets_the_secret_and_excludes_polling() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        polling = asyncio.create_task(bot.refused("getUpdates", timeout=20))
        await asyncio.sleep(0.05)
        async with hooked(bot, secret_token=SECRET.get_secret_value()) as hook:
            assert (await polling).startswith("409 Conflict: terminated by setWebhook request")
            assert "409 Conflict: can't use getUpdates" in await bot.refused("getUpdates")
            user.say("hallo")
            await hook.until(1)
            assert hook.came[0][0] == SECRET.get_secret_value()
            assert hook.came[0][1]["message"]["text"] == "hallo"
        assert await bot.updates() == []
        assert "400 Bad Request: bad webhook" in await bot.refused("setWebhook", url="http://example.org/x")
        assert "secret" in await bot.refused("setWebhook", url="https://x.de", secret_token="ä" * 8)

    with_bot(scenario)


def test_what_a_webhook_refuses_comes_again_before_anything_else_of_that_chat() -> None:
    async def scenario(bot: Bot) -> None:
        one, other = bot.fake.user(), bot.fake.user()
        async with hooked(bot) as hook:
            hook.answers = [web.Response(status=500), web.Response(status=503, headers={"Retry-After": "2"})]
            one.say("eins")
            await hook.until(1)
            one.say("zwei")
            other.say("drei")
            await hook.until(5)
            texts = [update["message"]["text"] for _, update in hook.came]
            assert [text for text in texts if text != "drei"] == ["eins", "eins", "eins", "zwei"]
            assert (await bot.result("getWebhookInfo"))["last_error_message"].startswith("Wrong response")

    with_bot(scenario)


def test_a_press_may_overtake_a_text_of_the_same_person() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        await bot.result("sendMessage", chat_id=user.id, text="a", reply_markup=buttons(callback_data="1"))
        await bot.updates(bot.fake.updates.last_id + 1)
        async with hooked(bot) as hook:
            hook.delay = 0.1
            user.say("langsam")
            user.press("Ja")
            await hook.until(2)
            assert {list(update)[1] for _, update in hook.came} == {"message", "callback_query"}
            assert bot.fake.updates.waiting, "both were brought at the same time"

    with_bot(scenario)


def test_a_method_in_a_webhooks_answer_is_carried_out() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        async with hooked(bot) as hook:
            hook.answers = [web.json_response({"method": "sendMessage", "chat_id": user.id, "text": "gleich"})]
            user.say("hallo")
            await hook.until(1)
        assert [message.text for message in user.screen] == ["gleich"]

    with_bot(scenario)


# ---- faults


def test_faults_come_as_often_as_they_were_ordered() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        bot.fake.fail("sendMessage", 429, retry_after=3)
        bot.fake.fail("sendMessage", 500, chat=1)
        status, answer = await bot.ask("sendMessage", chat_id=user.id, text="a")
        assert (status, answer["parameters"]) == (429, {"retry_after": 3})
        await bot.result("sendMessage", chat_id=user.id, text="a")
        bot.fake.fail("*", 500, times=2, words="Oh")
        assert await bot.refused("getMe") == "500 Oh"
        assert await bot.updates(), "polls go on"
        bot.fake.heal()
        await bot.result("getMe")

    with_bot(scenario)


@pytest.mark.parametrize(("how", "arrived"), [("cut", 0), ("lost", 1)])
def test_a_connection_breaks_before_or_after_the_effect(how: str, arrived: int) -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        bot.fake.fail("sendMessage", how)
        with pytest.raises(aiohttp.ClientError):
            await bot.ask("sendMessage", chat_id=user.id, text="a")
        assert len(user.screen) == arrived
        assert bot.fake.calls("sendMessage", chat=user)[-1].status == 0

    with_bot(scenario)


def test_nobody_can_connect_while_the_door_is_closed() -> None:
    async def scenario(bot: Bot) -> None:
        await bot.fake.close_door()
        with pytest.raises(aiohttp.ClientConnectionError):
            await bot.ask("getMe")
        await bot.fake.open_door()
        await bot.result("getMe")

    with_bot(scenario)


def test_slow_answers_come_after_their_effect() -> None:
    async def scenario(bot: Bot) -> None:
        user = bot.fake.user()
        user.start()
        bot.fake.fail("sendMessage", "slow", seconds=20)
        asking = asyncio.create_task(bot.ask("sendMessage", chat_id=user.id, text="a"))
        async with asyncio.timeout(10):
            while not user.screen:  # noqa: ASYNC110 the effect comes first
                await asyncio.sleep(0.002)
        assert not asking.done()
        asking.cancel()

    with_bot(scenario)
