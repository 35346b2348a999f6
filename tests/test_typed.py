"""What stands on a button can be typed: all of it, a part, its picture, its number, with mistakes."""

from collections.abc import Callable

import pytest

from bot.dialogue.model import Ask, Report
from bot.i18n import Languages
from catalog.search import short_key
from tests.conftest import Chat

Talks = Callable[..., Chat]
CAFE = "parents-cafe-harbour"
LONG = 12  # letters of a label that still is like no other with one letter less
PICTURES = {"🤷": "skip", "✏️": "change", "🔄": "start", "🆘": "danger"}


@pytest.mark.parametrize("picture", PICTURES)
def test_the_picture_of_a_button_means_the_button_in_every_language(
    chat: Talks, languages: Languages, picture: str
) -> None:
    for language in languages:
        tapped, typed = chat(language.tag), chat(language.tag)
        tapped.tap(f"nav:{PICTURES[picture]}")
        typed.say(picture)
        assert typed.turn == tapped.turn, language.tag


@pytest.mark.parametrize("lang", ["de", "de-simple", "en", "tr", "ar", "uk"])
def test_a_concern_that_speaks_of_a_danger_is_no_alarm_when_its_button_is_typed(chat: Talks, lang: str) -> None:
    talk = chat(lang)
    talk.say("12")
    talk.tap("group:protection")
    ask = talk.turn.replies[-1]
    assert isinstance(ask, Ask)
    [option] = [option for option in ask.options if option.id == "topic:sexual-abuse-prevention"]
    talk.say(option.label)
    assert talk.turn.danger is None
    assert talk.answers.topics[0][0] == "sexual-abuse-prevention"


@pytest.mark.parametrize("picture", ["🤷‍♀️", "🤷🏽", "🤷🏾‍♂️", " 🤷🤷 "])
def test_a_picture_is_the_same_in_every_colour(chat: Talks, picture: str) -> None:
    talk = chat("de")
    talk.say(picture)
    assert talk.answers.skipped == ("child",)


def test_a_picture_that_no_button_has_is_no_button(chat: Talks) -> None:
    talk = chat("de")
    assert "nicht verstanden" in talk.say("🍌").replies[0].text


def test_every_answer_of_a_question_can_be_typed_with_a_mistake(chat: Talks) -> None:
    for lang in ("de", "en", "tr", "uk", "ar"):
        ask = next(reply for reply in chat(lang).turn.replies if isinstance(reply, Ask))
        named = [
            o for o in ask.options[: -ask.steering] if len(o.label) >= LONG and not any(c.isdigit() for c in o.label)
        ]
        assert named, lang
        for option in named:
            tapped, typed = chat(lang), chat(lang)
            tapped.tap(option.id)
            typed.say(option.label[:-3] + option.label[-2:])
            assert typed.answers == tapped.answers, (lang, option.label)


@pytest.mark.parametrize(("said", "screen"), [("baby", "group:baby_toddler"), ("wohnen", "group:home_basics")])
def test_a_word_of_a_label_is_enough_where_nothing_else_is_clear(chat: Talks, said: str, screen: str) -> None:
    talk = chat("de")
    talk.say("2 Jahre")
    talk.say(said)
    assert talk.answers.screen == screen or talk.answers.topics


def test_a_number_picks_an_answer_except_where_it_is_an_age(chat: Talks) -> None:
    talk = chat("de")
    assert talk.say("3").state.answers.children[0].min_months == 36
    first = talk.turn.replies[-1]
    assert isinstance(first, Ask)
    talk.say("٢")
    assert talk.answers.screen == first.options[1].id
    talk.say("99")
    assert talk.answers.screen == first.options[1].id


def test_yes_takes_what_was_asked_back_and_no_takes_none_of_it(chat: Talks) -> None:
    for yes, no in (("ja genau", "nee"), ("👍", "👎"), ("evet", "hayır"), ("так", "ні"), ("نعم", "لا")):
        agreed, refused = chat("de"), chat("de")
        for talk in (agreed, refused):
            talk.say("mein Sohn 3 Jahre spricht kaum und wir haben schulden und mein mann trinkt, 00103")
            assert talk.answers.suggested
        best = agreed.answers.suggested[0]
        agreed.say(yes)
        assert agreed.answers.topics == ((best, 1.0),)
        refused.say(no)
        assert not refused.answers.suggested
        assert refused.answers.step == "topic"


@pytest.mark.parametrize("on_top", [f"feedback:{short_key(CAFE)}", "nav:change"])
def test_no_and_yes_answer_nothing_that_lies_on_top_of_what_was_asked_back(chat: Talks, on_top: str) -> None:
    for said in ("nee", "ja genau"):
        talk = chat("de")
        talk.say("mein Sohn 3 Jahre spricht kaum und wir haben schulden und mein mann trinkt, 00103")
        assert talk.answers.suggested
        before = talk.tap(on_top)
        turn = talk.say(said)
        assert (turn.state, turn.effects) == (before.state, ())
        assert turn.replies == before.replies[-1:]


def test_a_number_picks_an_answer_about_an_offer_also_while_an_age_is_asked_for(chat: Talks) -> None:
    talk = chat("de")
    talk.tap(f"feedback:{short_key(CAFE)}")
    assert Report(CAFE, "wrong_number") in talk.say("3").effects


def test_yes_where_nothing_was_asked_back_only_asks_again(chat: Talks) -> None:
    talk = chat("de")
    assert len(talk.say("ja").replies) == 1
