"""Telegram from end to end: a person taps and writes, the service answers, and what the person then sees is right."""

import asyncio
import difflib
import shutil
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from time import sleep

import pytest

from bot.channels import console
from bot.channels.telegram.profile import Profile, profile_in
from bot.channels.telegram.receiving import MOST_TYPING, TYPING_AFTER, Ornaments
from bot.conversation import Conversation
from bot.dialogue.model import Ask, Choice, Input, Location, Option, State, Text, Turn
from bot.i18n import Languages, without_isolates
from bot.jsonlines import Desk
from bot.keys import Keys
from bot.moments import parse_moment
from bot.store import retention
from tests.conftest import NOW
from tests.serving import Echo
from tests.telegram.chats import Json, Message, Person
from tests.telegram.fake import Fake
from tests.telegram.running import PROFILE, Running, channel_to, running, until
from tests.test_transcripts import FILES

Scenario = Callable[[Running, Person], Awaitable[None]]
Talk = Callable[..., None]
CHILD, SCHOOL = "3 bis 6 Jahre", "🎒 Kita und Schule"


@pytest.fixture
def talk(desk: Desk, keys: Keys, tmp_path: Path, empty_file: Path) -> Talk:
    """Play a scenario with one person; `groups` stays in groups."""
    shutil.copy(empty_file, tmp_path)
    conversation = Conversation(desk, lambda: NOW)

    async def play(scenario: Scenario, profile: Profile, *, groups: bool) -> None:
        async with Fake() as fake:
            channel = channel_to(fake, profile, stays_in_groups=groups)
            async with running(conversation, keys, tmp_path, fake, channel) as bot:
                await scenario(bot, fake.user())

    def talk(scenario: Scenario, profile: Profile = PROFILE, *, groups: bool = False) -> None:
        asyncio.run(play(scenario, profile, groups=groups))

    return talk


async def at_place(bot: Running, user: Person) -> Message:
    """Go to the question for the place; the message in which it stands."""
    await bot.hear(user.start, "de")
    await bot.hear(user.press, CHILD)
    await bot.hear(user.say, "spricht nicht")
    return next(message for message in user.screen if "Wo wohnen Sie" in message.text)


async def at_results(bot: Running, user: Person) -> None:
    await bot.hear(user.start, "de-p00104")
    await bot.hear(user.press, CHILD)
    await bot.hear(user.say, "spricht nicht")


class Reader:
    """Somebody who holds a written conversation again, and writes down what is on the screen as a terminal shows it.

    The same words in the same order, and buttons as numbers, whatever messages they stand in. Left out is what Telegram
    has beside: the message that carries the keyboard for a place, and buttons that open an address. An empty line, which
    nobody can send there, becomes "…".
    """

    def __init__(self, person: Person, path: Path) -> None:
        self.person = person
        self.path = path
        self.lines = path.read_text("utf-8").splitlines()
        self.said = [line.removeprefix("> ") for line in self.lines if line.startswith("> ")]
        self.held: list[str] = []
        self._buttons: list[tuple[Message, Json]] = []

    def begin(self, lang: str | None) -> None:
        self.held += [line for line in self.lines if line.startswith("# ")]
        self.person.start((lang or "").removeprefix("de-"))

    def say_next(self) -> None:
        line = self.said.pop(0)
        self.held += ["", f"> {line}"]
        if line.startswith("[") and line.endswith("]"):
            pressed = next(b for b in self._buttons if line[1:-1] in without_isolates(b[1]["text"]))
            self.person.press_button(*pressed)
            return
        options = tuple(Option(str(n), button["text"]) for n, (_, button) in enumerate(self._buttons))
        match console.parse(line, Turn(State(), (Ask("", options),))):
            case Choice(number):
                self.person.press_button(*self._buttons[int(number)])
            case Location(lat, lon) if self.person.keys:
                self.person.tap(self.person.keys[0], lat, lon)
            case Location(lat, lon):
                self.person.share(lat, lon)
            case _:
                self.person.say(line or "…")

    def read(self) -> None:
        news = [message for message in self.person.read() if message.text != "📍"]
        buttons = [(m, b) for m in news for row in m.rows for b in row if "callback_data" in b]
        self._buttons = self._buttons if all(message.kind == "venue" for message in news) else buttons
        numbers = iter(range(1, 1000))
        self.held += ["", "\n\n".join(self._shown(message, numbers) for message in news)]

    def _shown(self, message: Message, numbers: Iterator[int]) -> str:
        if message.kind == "venue":
            venue = message.content["venue"]
            place = venue["location"]
            return f"📍 {venue['title']}, {venue['address']} ({place['latitude']}, {place['longitude']})"
        buttons = [b for row in message.rows for b in row if "callback_data" in b]
        labels = [f"  {next(numbers):>2}  {without_isolates(button['text'])}" for button in buttons]
        return "\n".join([without_isolates(message.text), *labels])

    @property
    def difference(self) -> str:
        held = "\n".join(self.held).splitlines()
        found = "\n".join(difflib.unified_diff(self.lines, held, "written", "in Telegram", lineterm=""))
        return f"{self.path.name}\n{found}" if found else ""


def moments() -> dict[str, list[tuple[Path, str | None]]]:
    """The written conversations by the moment in which they are held, with the language they begin in."""
    found = defaultdict(list)
    for path in FILES:
        header = [line.removeprefix("# ") for line in path.read_text("utf-8").splitlines() if line.startswith("# ")]
        values = dict(line.split(": ", 1) for line in header if ": " in line)
        found[values.get("today", NOW.isoformat())].append((path, values.get("lang")))
    return found


@pytest.mark.parametrize("moment", moments())
def test_written_conversations_go_in_telegram_as_everywhere_else(
    moment: str, desk: Desk, keys: Keys, tmp_path: Path
) -> None:
    conversation = Conversation(desk, lambda: parse_moment(moment))
    files = moments()[moment]

    async def hold() -> list[Reader]:
        async with Fake() as fake, running(conversation, keys, tmp_path, fake) as bot:
            readers = [Reader(fake.user(), path) for path, _ in files]
            for reader, (_, lang) in zip(readers, files, strict=True):
                reader.begin(lang)
            while True:
                await bot.settle()
                talking = [reader for reader in readers if reader.person.news]
                for reader in talking:
                    reader.read()
                for reader in (going_on := [reader for reader in talking if reader.said]):
                    reader.say_next()
                if not going_on:
                    return readers

    readers = asyncio.run(hold())
    assert not [reader.held[-1] for reader in readers if reader.said], "somebody was not answered"
    assert not "\n".join(reader.difference for reader in readers if reader.difference)


# ---- one question on the screen


def test_one_question_is_changed_in_place_and_answers_are_not_piled_up(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start)
        for label in ("Deutsch", CHILD, SCHOOL, "↩️ Zurück", SCHOOL):
            await bot.hear(user.press, label)
        [question] = user.screen
        assert question.text.startswith("Kita und Schule")
        assert [call.method for call in bot.fake.calls("sendMessage", "editMessageText")] == [
            "sendMessage",
            *["editMessageText"] * 5,
        ]

    talk(scenario)


def test_a_press_is_confirmed_before_anything_is_answered(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "de")
        bot.fake.requests.clear()
        await bot.hear(user.press, CHILD)
        methods = [call.method for call in bot.fake.requests if call.method != "getUpdates"]
        assert methods == ["answerCallbackQuery", "editMessageText"]
        assert user.waiting == 0

    talk(scenario)


def test_cards_stay_as_they_are_and_an_answered_question_loses_its_buttons(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await at_results(bot, user)
        before = [(message.id, message.text, message.labels) for message in user.screen]
        await bot.hear(user.press, "💬 Wie war es?")
        assert [(m.id, m.text, m.labels) for m in user.screen][: len(before)] == before, "cards and question are there"
        asked = user.screen[-1]
        await bot.hear(user.press, "💚 Es hat mir geholfen")
        assert asked.text.startswith("💚"), "thanks, and the question from before, in place"
        await bot.hear(user.press, "🆘 Gefahr jetzt?")
        numbers = next(message for message in user.screen if "112" in message.text and not message.rows)
        await bot.hear(user.press, "↩️ Zurück")
        assert numbers in user.screen, "numbers that help stay in the chat"

    talk(scenario)


def test_a_question_answered_by_cards_keeps_its_words_and_loses_its_buttons(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        question = await at_place(bot, user)
        await bot.hear(user.press, "🤷 Weiß ich nicht")
        assert question.rows == []
        assert "Wo wohnen Sie" in question.text
        assert user.screen[-1].rows

    talk(scenario)


def test_a_button_of_long_ago_does_no_harm(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "de")
        old, buttons = user.screen[0], list(user.screen[0].rows[0])
        await bot.hear(user.press, CHILD)
        await bot.hear(user.press_data, "1:place:3", old)
        assert user.screen[-1].text.startswith("Das habe ich leider nicht verstanden")
        assert user.screen[-1].rows, "and asks again"
        await bot.hear(user.press_button, old, buttons[0])
        assert user.screen[-1].rows

    talk(scenario)


def test_typing_works_like_tapping(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "de")
        await bot.hear(user.say, "3 bis 6 Jahre")
        assert user.screen[-1].text.startswith("Was beschäftigt Sie?")

    talk(scenario)


def test_somebody_seems_to_write_where_an_answer_takes_its_time(keys: Keys, tmp_path: Path) -> None:
    class Slow(Echo):
        def answer(self, state: State, said: Input) -> Turn:
            if said == Text("langsam"):
                sleep(2 * TYPING_AFTER)
            return super().answer(state, said)

    async def play() -> None:
        async with Fake() as fake, running(Slow(), keys, tmp_path, fake) as bot:
            user, other = fake.user(), fake.user()
            await bot.hear(other.say, "schnell")
            await bot.hear(user.say, "langsam")
            assert user.actions == ["typing"]
            assert other.actions == []

    asyncio.run(play())


def test_where_very_many_wait_answers_matter_more_than_typing_signs() -> None:
    async def play() -> int:
        ornaments, shown = Ornaments(), list[int]()

        async def show(chat: int) -> None:
            shown.append(chat)

        for chat in range(10 * MOST_TYPING):
            ornaments.do_later(chat, partial(show, chat))
        await until(lambda: len(shown) == MOST_TYPING and not ornaments)
        return len(shown)

    assert asyncio.run(play()) == MOST_TYPING


# ---- the keyboard for a place


@pytest.mark.parametrize(
    ("leaves", "argument"),
    [
        (Person.tap, "📍 Meinen Standort senden"),
        (Person.say, "Görlitz"),
        (Person.say, "/start"),
        (Person.say, "/language"),
        (Person.press, "🤷 Weiß ich nicht"),
        (Person.press, "↩️ Zurück"),
        (Person.press, "🔄 Neu anfangen"),
    ],
)
def test_the_keyboard_is_there_where_a_place_is_wanted_and_nowhere_else(
    leaves: Callable[[Person, str], object], argument: str, talk: Talk
) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "de")
        assert user.keys == []
        await bot.hear(user.press, CHILD)
        assert user.keys == []
        await bot.hear(user.say, "spricht nicht")
        assert user.keys == ["📍 Meinen Standort senden"]
        await bot.hear(lambda: leaves(user, argument))
        assert user.keys == []
        assert "👍" not in [message.text for message in user.screen], "what closed it is gone"

    talk(scenario)


def test_a_question_that_comes_back_in_place_closes_the_keyboard_too(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        question = await at_place(bot, user)
        await bot.hear(user.press, "↩️ Zurück")
        assert question.text.startswith("Was beschäftigt Sie?")
        assert question in user.screen
        assert user.keys == []

    talk(scenario)


def test_where_no_place_can_be_sent_the_label_is_asked_back_kindly(talk: Talk, languages: Languages) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        people = {language.tag: bot.fake.user() for language in languages}
        for tag, person in people.items():
            person.start(f"{tag.removeprefix('de-')}")
        await bot.settle()
        for _ in ("child", "topic"):
            for person in people.values():
                person.press_data("1:nav:skip", person.screen[0])
            await bot.settle()
        for person in people.values():
            person.read()
            person.tap_on_desktop(person.keys[0])
        await bot.settle()
        for tag, person in people.items():
            asked = person.read()
            assert person.keys, f"{tag}: the place is still wanted"
            cannot_see = languages.translator(tag).gettext(
                "I cannot see where you are. Share your position, or write the post code or the town."
            )
            assert asked[0].text == cannot_see
        assert user.screen == []

    talk(scenario)


# ---- more than questions


def test_the_map_shows_where_an_offer_is_and_changes_nothing_else(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await at_results(bot, user)
        before = [(message.text, message.labels) for message in user.screen]
        await bot.hear(user.press, "🗺️ Auf der Karte zeigen")
        assert [(message.text, message.labels) for message in user.screen[:-1]] == before
        assert user.screen[-1].kind == "venue"
        user.read()
        await bot.hear(user.press, "↩️ Zurück")
        assert user.read()[0].rows, "the question is still valid"

    talk(scenario)


def test_a_card_can_be_shared_and_no_message_has_a_preview(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await at_results(bot, user)
        url = user.press("📤 Teilen")
        assert url
        assert url.startswith("https://t.me/share/url?url=")
        assert not any(message.preview for message in user.screen if "www." in message.text or "📞" in message.text)

    talk(scenario)


@pytest.mark.parametrize("sends", [Person.voice, Person.photo, Person.sticker, Person.document, Person.contact])
def test_what_cannot_be_read_is_answered_kindly(sends: Callable[[Person], object], talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "de")
        user.read()
        await bot.hear(lambda: sends(user))
        kind, question = user.read()
        assert kind.text[0] in "🙉🙈"
        assert question.rows

    talk(scenario)


def test_what_telegram_itself_writes_into_a_chat_is_not_answered(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "de")
        user.read()
        await bot.hear(lambda: user.service_message(delete_chat_photo=True))
        assert user.read() == []

    talk(scenario)


def test_a_link_begins_in_its_language_and_the_menu_follows(talk: Talk, languages: Languages) -> None:
    profile = profile_in(languages)

    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "k42-tr")
        assert user.screen[-1].text.startswith("Çocuğunuz kaç yaşında?")
        await bot.hear(user.say, "/language")
        await bot.hear(user.press, "العربية")
        menu = bot.fake.world.commands[f"chat {user.id}", ""]
        assert [(command["command"], command["description"]) for command in menu] == list(profile.commands["ar"])

    talk(scenario, profile)


def test_the_bot_introduces_itself_when_it_starts_and_then_no_more(
    languages: Languages, desk: Desk, keys: Keys, tmp_path: Path
) -> None:
    conversation, profile = Conversation(desk, lambda: NOW), profile_in(languages)

    codes = 1 + len([language for language in languages if len(language.tag) == 2])

    async def play() -> None:
        async with Fake() as fake:
            async with running(conversation, keys, tmp_path, fake, channel_to(fake, profile)):
                await until(lambda: len(fake.calls("setMyCommands")) == codes)
            assert fake.world.texts["description", "uk"] == profile.descriptions["uk"]
            fake.requests.clear()
            async with running(conversation, keys, tmp_path, fake, channel_to(fake, profile)) as bot:
                await until(lambda: len(fake.calls("getMyCommands")) == codes)
                await bot.settle()
            assert not [request for request in fake.requests if request.method.startswith("set")]

    asyncio.run(play())


def test_every_command_of_the_menu_answers_in_every_language(talk: Talk, languages: Languages) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        people = {language.tag: bot.fake.user() for language in languages}
        for command in ("start", "help", "privacy", "danger", "language"):
            for tag, person in people.items():
                person.say(f"/start {tag.removeprefix('de-')}")
                person.say(f"/{command}")
            await bot.settle()
            answers = {"\n".join(message.text for message in person.read()) for person in people.values()}
            assert len(answers) == len(people)
        assert user.screen == []

    talk(scenario)


# ---- going away


def test_delete_deletes_at_telegram_too_also_what_the_family_wrote(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await at_results(bot, user)
        await bot.hear(user.say, "geheim")
        before = set(user.messages)
        await bot.hear(user.say, "/delete")
        assert not before & set(user.messages)
        assert len(user.screen) == 2, "that it is done, and the first question"
        assert not [message for message in user.messages.values() if not message.author["is_bot"]]
        assert await stored(bot) == {}

    talk(scenario)


def test_after_delete_the_menu_does_not_tell_which_language_was_chosen(talk: Talk, languages: Languages) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "tr")
        assert (f"chat {user.id}", "") in bot.fake.world.commands
        await bot.hear(user.say, "/delete")
        assert (f"chat {user.id}", "") not in bot.fake.world.commands
        assert ("default", "") in bot.fake.world.commands, "what everybody sees is there"

    talk(scenario, profile_in(languages))


def test_who_blocks_is_forgotten_and_can_begin_again(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "tr")
        assert (await stored(bot))["conversations"] == 1
        await bot.hear(user.block)
        assert await stored(bot) == {}
        await bot.hear(user.unblock)
        user.read()
        await bot.hear(user.start)
        assert user.read()[0].text.startswith("👋 Hallo!"), "nothing is known any more"

    talk(scenario)


def test_who_is_found_gone_while_an_answer_is_sent_is_forgotten(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        await bot.hear(user.start, "tr")
        user.vanish()
        await bot.hear(user.press, "🆘 Şu an tehlike var mı?")
        assert await stored(bot) == {}

    talk(scenario)


async def stored(bot: Running) -> dict[str, int]:
    """What is kept of people, by kind; counters aside, and that an update came."""
    kept = await bot.database.do(retention.inventory)
    return {
        name: of.rows for name, of in kept.items() if of.rows and name not in {"updates seen", "demand not published"}
    }


# ---- groups


def test_a_group_is_left_at_once(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        group = bot.fake.group()
        await bot.hear(group.add_bot, user)
        assert not group.has_bot
        assert group.screen == []
        assert await stored(bot) == {}

    talk(scenario)


def test_a_group_gets_a_link_when_it_asks_where_that_is_wanted(talk: Talk) -> None:
    async def scenario(bot: Running, user: Person) -> None:
        group = bot.fake.group()
        await bot.hear(group.add_bot, user)
        await bot.hear(group.say, user, "Mein Mann schlägt mich")
        assert group.screen == []
        await bot.hear(group.say, user, "@nahbei_test_bot kannst du helfen?")
        [link] = group.screen
        assert link.text == "💬 https://t.me/nahbei_test_bot"
        await bot.hear(group.show, user, "Mein Kind, drei Jahre")
        assert group.screen == [link]
        await bot.hear(group.show, user, "was ist das @Nahbei_Test_Bot?")
        assert [message.text for message in group.screen] == [link.text, link.text]
        assert await stored(bot) == {}

    talk(scenario, groups=True)
