"""/delete works from every state of the conversation, in every language, and leaves nothing behind."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from bot.conversation import Conversation
from bot.dialogue.model import Card, Choice, Command, Input, Location, State, Text, Turn
from bot.i18n import Languages, load_languages
from bot.jsonlines import Desk
from bot.keys import Keys
from bot.service import Service
from bot.store.database import Database
from tests.conftest import Clock
from tests.postbox import Postbox, message
from tests.serving import Stage
from tests.storage import contents

OF_A_CHAT = ("chats", "inbox", "outbox", "messages", "marks", "quarantine")
TAGS = [language.tag for language in load_languages()]
CONCERN = (Choice("age:age_0_1"), Choice("topic:crying-baby"))
STATES: Mapping[str, Sequence[Input]] = {
    "at the first screen": [Command("start")],
    "asked for the child": [Choice("lang:TAG")],
    "with several children": [Choice("lang:TAG"), Choice("children:several"), Choice("age:age_3_6")],
    "asked for the topic": [Choice("lang:TAG"), Choice("age:age_3_6")],
    "inside a group of topics": [Choice("lang:TAG"), Choice("age:age_3_6"), Choice("group:parenting")],
    "with suggestions": [Choice("lang:TAG"), Choice("age:age_6_10"), Text("Sorgen wegen Sprache")],
    "asked for the place": [Choice("lang:TAG"), *CONCERN],
    "with several places": [Choice("lang:TAG"), *CONCERN, Text("Neustadt")],
    "with results": [Choice("lang:TAG"), *CONCERN, Location(54.45, 6.6)],
    "changing an answer": [Choice("lang:TAG"), *CONCERN, Choice("nav:change")],
    "asked how it was": [Choice("lang:TAG"), *CONCERN, Location(54.45, 6.6), Choice("feedback:KEY")],
    "after saying how it was": [Choice("lang:TAG"), *CONCERN, Location(54.45, 6.6), Choice("remark:KEY:closed")],
    "after a danger": [Choice("lang:TAG"), Text("ich will nicht mehr leben")],
    "after a danger at once": [Text("ich will nicht mehr leben")],
    "with the numbers on the screen": [Choice("lang:TAG"), Choice("nav:danger")],
}

# Every language on the encrypted file. What a database does is the same in all of them: PostgreSQL, in two.
EVERYWHERE = pytest.mark.parametrize(
    ("database_url", "tag"),
    [*(("sqlite", tag) for tag in TAGS), ("postgresql", "de-simple"), ("postgresql", "ar")],
    indirect=["database_url"],
)


@pytest.fixture
def stage(database: Database, keys: Keys, clock: Clock) -> Stage:
    return Stage(database, keys, clock)


@pytest.fixture(scope="module")
def conversation(desk: Desk, now: datetime) -> Conversation:
    return Conversation(desk, lambda: now)


def led(conversation: Conversation, steps: Sequence[Input]) -> Turn:
    """The last turn of a conversation."""
    turn = Turn(State(), ())
    for step in steps:
        turn = conversation.answer(turn.state, step)
    return turn


def said_by(conversation: Conversation, tag: str, steps: Sequence[Input]) -> list[Input]:
    """The steps of a state, with the language and the key of a real card in their places."""
    spoken = [_filled(step, "TAG", tag) for step in STATES["with results"]]
    cards = [reply for reply in led(conversation, spoken).replies if isinstance(reply, Card)]
    key = next(option.id for card in cards for option in card.options if option.id.startswith("feedback:"))
    return [_filled(_filled(step, "TAG", tag), "KEY", key.removeprefix("feedback:")) for step in steps]


def _filled(step: Input, word: str, value: str) -> Input:
    return Choice(step.option.replace(word, value)) if isinstance(step, Choice) else step


async def write(service: Service, stage: Stage, said: Mapping[str, Sequence[Input]], first: int = 0) -> None:
    for chat, inputs in said.items():
        updates = [message(f"{chat} {n}", chat, step) for n, step in enumerate(inputs, first)]
        await service.accept("postbox", updates)
    await stage.settled()


def delete(
    stage: Stage, conversation: Conversation, before: Mapping[str, Sequence[Input]], words: Mapping[str, Input]
) -> None:
    """Lead each chat into its state, let it say its word, and look for anything of it."""
    postbox = Postbox()

    async def play() -> None:
        async with stage.serving(postbox, conversation=conversation) as service:
            await write(service, stage, before)
            stored = contents(stage.database)
            assert len(stored["chats"]) == len(before)
            sent = {chat: [d.key for d in postbox.deliveries if d.address == chat] for chat in before}
            await write(service, stage, {chat: [words[chat]] for chat in before}, first=100)
            left = contents(stage.database)
            assert {table: left[table] for table in OF_A_CHAT if left[table]} == {}
            assert stage.stored().keys() <= {"updates seen", "demand not published", "reports about offers"}
            for chat, steps in before.items():
                own = [f"{chat} said {chat} {n}" for n in [*range(len(steps)), 100]]
                assert set(dict(postbox.erased)[chat]) == {*own, *(f"{chat} ref {key}" for key in sent[chat])}
            await write(service, stage, {chat: [Text("hallo")] for chat in [*before, "stranger"]}, first=200)

    asyncio.run(play())
    first_words = postbox.arrived("stranger")
    for chat in before:
        assert postbox.arrived(chat)[-len(first_words) :] == first_words


@EVERYWHERE
def test_delete_works_from_every_state_as_command_and_as_word(
    stage: Stage, conversation: Conversation, languages: Languages, tag: str
) -> None:
    words: dict[str, Input] = {"command": Command("delete"), "word": Text(words_for_delete(languages, tag)[0])}
    before = {f"{kind} {name}": said_by(conversation, tag, steps) for kind in words for name, steps in STATES.items()}
    delete(stage, conversation, before, {chat: words[chat.split(" ")[0]] for chat in before})


@EVERYWHERE
def test_every_word_for_it_in_every_language_deletes(
    stage: Stage, conversation: Conversation, languages: Languages, tag: str
) -> None:
    words: dict[str, Input] = {f"chat {n}": Text(word) for n, word in enumerate(words_for_delete(languages, tag))}
    asked = said_by(conversation, tag, STATES["asked for the place"])
    delete(stage, conversation, dict.fromkeys(words, asked), words)


def words_for_delete(languages: Languages, tag: str) -> list[str]:
    """As they stand in locales/<tag>/words.yaml."""
    language = next(language for language in languages if language.tag == tag)
    words: list[str] = language.data("words")["commands"]["delete"]
    assert words
    return words


def test_the_states_are_what_they_are_called(conversation: Conversation) -> None:
    reached: dict[str, State] = {}
    for name, steps in STATES.items():
        reached[name] = led(conversation, said_by(conversation, "de", steps)).state
    answers = {name: state.answers for name, state in reached.items()}
    assert {one.step for one in answers.values()} == {"language", "child", "topic", "place", "results"}
    assert answers["with several children"].screen == "several"
    assert answers["inside a group of topics"].screen.startswith("group:parenting")
    assert len(answers["with suggestions"].suggested) == 3
    assert len(answers["with several places"].candidates) > 1
    assert answers["with results"].place
    assert answers["changing an answer"].screen == "change"
    assert reached["asked how it was"].feedback
    assert not reached["after saying how it was"].feedback
