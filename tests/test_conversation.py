"""The dialogue as the service sees it: answers, and the few sentences between them."""

from datetime import datetime

import pytest

from bot.conversation import Conversation
from bot.dialogue.model import Answers, Choice, Command, Input, State, Text
from bot.jsonlines import Desk

TAGS = ("de", "de-simple", "en", "tr", "ar", "uk")


@pytest.fixture(scope="module")
def conversation(desk: Desk, now: datetime) -> Conversation:
    return Conversation(desk, lambda: now)


@pytest.mark.parametrize(
    "said",
    [
        Text("Mein Baby atmet nicht!"),
        Text("Eşim beni dövüyor, yardım edin"),
        Command("danger"),
        Choice("nav:danger"),
        Choice("danger:topic:suicidal-thoughts"),
    ],
    ids=str,
)
def test_a_danger_is_answered_without_any_memory(conversation: Conversation, said: Input) -> None:
    replies = conversation.rescue(said)
    assert replies
    assert any("112" in reply.text or "0800" in reply.text or "116" in reply.text for reply in replies)


@pytest.mark.parametrize(
    "said", [Text("hallo"), Text("mein Kind schläft nicht"), Command("start"), Choice("lang:tr")], ids=str
)
def test_what_is_no_danger_waits_until_it_can_be_stored(conversation: Conversation, said: Input) -> None:
    assert conversation.rescue(said) == ()


@pytest.mark.parametrize("tag", TAGS)
def test_an_apology_is_said_in_the_language_of_the_family_and_the_question_stands(
    conversation: Conversation, tag: str
) -> None:
    state = State(Answers(step="child", lang=tag))
    sorry, question = conversation.apologise(state)
    asked = conversation.answer(state, Text("xyzzy")).replies[-1]
    assert question == asked
    others = {
        conversation.apologise(State(Answers(step="child", lang=other)))[0].text for other in TAGS if other != tag
    }
    assert sorry.text not in others


@pytest.mark.parametrize("tag", TAGS)
def test_whoever_is_asked_to_wait_gets_the_emergency_numbers(conversation: Conversation, tag: str) -> None:
    (notice,) = conversation.slow_down(State(Answers(step="child", lang=tag)))
    assert "112" in notice.text
    assert "110" in notice.text


def test_a_new_conversation_can_be_apologised_to_as_well(conversation: Conversation) -> None:
    assert len(conversation.apologise(State())) == 2


def test_what_families_report_stands_on_the_card(conversation: Conversation) -> None:
    offer = next(offer.id for offer in conversation.desk.catalog.index.offers if offer.example)
    warned = conversation.with_reports({offer: ("closed",)})
    assert warned.desk.catalog.reported == {offer: ("closed",)}
    assert conversation.desk.catalog.reported == {}
