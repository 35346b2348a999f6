"""How was it? Two taps on a card, and the conversation goes on where it was."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.cards import FEEDBACK
from bot.dialogue.engine import respond
from bot.dialogue.model import (
    MAX_OPTION_ID,
    Answers,
    Ask,
    Card,
    Choice,
    Count,
    Input,
    Option,
    Outcome,
    Remark,
    Report,
    Say,
    State,
    Text,
    Turn,
)
from bot.dialogue.screen import BY_PREFIX
from bot.dialogue.steps.base import Scene
from bot.dialogue.steps.feedback import REMARK, REMARKS, ask_about, offer_of, remarked
from bot.i18n import Languages, load_languages
from bot.jsonlines import Desk
from catalog.model import Offer
from catalog.places import Gazetteer, Place
from catalog.search import Index, short_key
from tests.conftest import NOW, Chat
from tests.test_cards import OFFER

TAGS = [language.tag for language in load_languages()]
TOWN = Place("Musterfelde", 54.385, 6.69, state="DE-NI", county="Musterkreis", own=True)
CAFE = Offer.model_validate(OFFER | {"sites": [{"municipality": TOWN.name, "lat": TOWN.lat, "lon": TOWN.lon}]})
LOOKING = Answers(step="results", lang="de", skipped=("child",), topics=(("parents-meeting", 1.0),), place=TOWN)
ASK, HELPED, CLOSED = (
    f"{FEEDBACK}:{short_key(CAFE.id)}",
    f"{REMARK}:{short_key(CAFE.id)}:helped",
    f"{REMARK}:{short_key(CAFE.id)}:closed",
)
IN_ORDER: tuple[Remark, ...] = ("helped", "closed", "wrong_number", "full", "wrong_language")
OFFER_IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{1,79}", fullmatch=True)


@pytest.fixture(scope="module")
def real(desk: Desk) -> Desk:
    """Somebody's own catalog: one real offer in a real town."""
    own = replace(
        desk.catalog, index=Index([CAFE], desk.catalog.topics), places=Gazetteer([TOWN, *desk.catalog.places.places])
    )
    return replace(desk, catalog=own)


@pytest.fixture(scope="module")
def scene(real: Desk) -> Scene:
    return real.scene("de")


def answered(desk: Desk, state: State, said: Input, voice: str = "de-simple") -> Turn:
    text = desk.understanding.languages.translator(voice)
    return respond(state, said, catalog=desk.catalog, understanding=desk.understanding, text=text, now=NOW)


def tapped(desk: Desk, state: State, *options: str) -> Turn:
    for option in options:
        turn = answered(desk, state, Choice(option))
        state = State.from_json(json.loads(json.dumps(turn.state.to_json())))
        assert state == turn.state
    return turn


def ids(turn: Turn) -> list[str]:
    last = turn.replies[-1]
    assert isinstance(last, Ask)
    return [option.id for option in last.options]


def looking(chat: Callable[..., Chat]) -> tuple[Chat, list[str]]:
    """Return a chat in the example town that shows five cards, and what their buttons are called."""
    talk = chat("de")
    talk.tap("age:age_3_6")
    talk.tap("topic:parents-meeting")
    talk.say("Beispielhafen")
    cards = [reply for reply in talk.turn.replies if isinstance(reply, Card)]
    buttons = [option.id for reply in cards for option in reply.options if option.id.startswith(f"{FEEDBACK}:")]
    assert len(buttons) == 5
    return talk, buttons


def test_the_first_tap_asks_how_it_was_with_five_answers_and_a_way_back(real: Desk) -> None:
    turn = tapped(real, State(LOOKING), ASK)
    (ask,) = turn.replies
    assert ask.text == "Elterncafé am Markt: Wie war es?"
    assert ids(turn)[:5] == [f"{REMARK}:{short_key(CAFE.id)}:{remark}" for remark in IN_ORDER]
    assert ids(turn)[5:] == ["nav:back", "nav:change", "nav:start", "nav:danger"]
    assert turn.effects == ()


def test_there_is_a_button_for_every_remark() -> None:
    assert sorted(IN_ORDER) == sorted(REMARKS)


def test_the_second_tap_thanks_reports_and_goes_on_with_the_question_of_the_results(real: Desk) -> None:
    turn = tapped(real, State(LOOKING), ASK, CLOSED)
    thanks, ask = turn.replies
    assert "Danke" in thanks.text
    assert "prüft das" in thanks.text
    assert ask.text.startswith("Das ist alles, was ich gefunden habe.")
    assert turn.state == State(LOOKING)
    assert turn.effects[0] == Report("parents-cafe", "closed")


def test_good_news_is_thanked_for_without_regret(real: Desk) -> None:
    thanks = tapped(real, State(LOOKING), ASK, HELPED).replies[0]
    assert thanks == Say("💚 Danke, dass Sie es mir sagen. Wie schön, dass es geholfen hat!")


@pytest.mark.parametrize("remark", REMARKS)
def test_whether_it_helped_is_counted_with_what_was_looked_for(real: Desk, remark: Remark) -> None:
    report, count = tapped(real, State(LOOKING), ASK, f"{REMARK}:{short_key(CAFE.id)}:{remark}").effects
    assert report == Report("parents-cafe", remark)
    outcome: Outcome = "helped" if remark == "helped" else "not_helped"
    assert count == Count(outcome, "parents-meeting", "parenting", "", "de", "Musterfelde", "", "Musterkreis")


def test_without_a_topic_an_answer_is_reported_but_not_counted(real: Desk) -> None:
    turn = tapped(real, State(replace(LOOKING, topics=(), skipped=("child", "topic"))), ASK, HELPED)
    assert turn.effects == (Report("parents-cafe", "helped"),)


def test_in_the_invented_town_everything_can_be_tried_and_nothing_is_counted(chat: Callable[..., Chat]) -> None:
    talk, buttons = looking(chat)
    talk.tap(buttons[1])
    turn = talk.tap(ids(talk.turn)[1])
    (report,) = turn.effects
    assert isinstance(report, Report)
    assert f"{FEEDBACK}:{short_key(report.offer)}" == buttons[1]
    assert report.remark == "closed"


def test_an_invented_offer_is_not_counted_for_a_real_town_either(desk: Desk) -> None:
    example = next(offer for offer in desk.catalog.index.offers if offer.example)
    turn = tapped(desk, State(LOOKING), f"{REMARK}:{short_key(example.id)}:full")
    assert turn.effects == (Report(example.id, "full"),)


@pytest.mark.parametrize("tag", TAGS)
def test_in_every_language_an_answer_can_be_typed_as_its_button_says(real: Desk, tag: str) -> None:
    asking = tapped(real, State(replace(LOOKING, lang=tag)), ASK)
    last = asking.replies[-1]
    assert isinstance(last, Ask)
    for option, remark in zip(last.options, IN_ORDER, strict=False):
        said = option.label.split(" ", 1)[1].lower()
        turn = answered(real, asking.state, Text(said))
        assert turn.effects[:1] == (Report("parents-cafe", remark),), said
        assert turn.danger is None


def test_danger_is_heard_before_an_answer(real: Desk) -> None:
    asking = tapped(real, State(LOOKING), ASK).state
    turn = answered(real, asking, Text("mein Mann schlägt mich"))
    assert turn.danger == "domestic-violence"
    assert turn.effects == ()
    assert turn.state == asking
    assert "danger:near:domestic-violence" in ids(turn)


def test_what_is_typed_about_a_place_is_not_kept_and_the_answers_are_shown_again(real: Desk) -> None:
    asking = tapped(real, State(LOOKING), ASK)
    turn = answered(real, asking.state, Text("xyzzy qwrtz"))
    assert turn.state == asking.state
    assert turn.effects == ()
    assert turn.replies[-1] == asking.replies[-1]


def test_a_new_concern_goes_on_without_the_question(chat: Callable[..., Chat]) -> None:
    talk, buttons = looking(chat)
    talk.tap(buttons[0])
    turn = talk.say("Mein Baby schreit die ganze Nacht, Schreibaby")
    assert turn.state.feedback == ""
    assert talk.answers.topics[0][0] == "crying-baby"
    assert any(isinstance(reply, Card) for reply in turn.replies)


def test_the_same_place_once_more_goes_on_without_the_question(real: Desk) -> None:
    asking = tapped(real, State(LOOKING), ASK).state
    turn = answered(real, asking, Text("Musterfelde"))
    assert turn.state == State(LOOKING)
    assert any(isinstance(reply, Card) for reply in turn.replies)


@pytest.mark.parametrize("way", ["nav:back", "nav:skip", "nav:done"])
def test_the_way_back_leads_to_the_question_that_was_interrupted(chat: Callable[..., Chat], way: str) -> None:
    talk, buttons = looking(chat)
    before = talk.turn
    talk.tap(buttons[2])
    back = talk.tap(way)
    assert back.state == before.state
    assert back.replies == before.replies[-1:]
    assert back.effects == ()


def test_after_an_answer_more_shows_the_next_cards(chat: Callable[..., Chat]) -> None:
    talk, _ = looking(chat)
    expected = talk.tap("results:more").replies
    again, buttons = looking(chat)
    again.tap(buttons[0])
    again.tap(ids(again.turn)[0])
    assert again.tap("results:more").replies == expected


def test_more_works_even_while_an_answer_is_waited_for(chat: Callable[..., Chat]) -> None:
    talk, _ = looking(chat)
    expected = talk.tap("results:more").replies
    again, buttons = looking(chat)
    again.tap(buttons[0])
    assert again.tap("results:more").replies == expected
    assert again.turn.state.feedback == ""


def test_a_second_card_takes_the_place_of_the_first(chat: Callable[..., Chat]) -> None:
    talk, buttons = looking(chat)
    talk.tap(buttons[0])
    talk.tap(buttons[1])
    assert talk.turn.state.feedback == buttons[1].partition(":")[2]
    back = talk.tap("nav:back")
    assert back.state.feedback == ""
    assert back.state.answers.step == "results"


@pytest.mark.parametrize(
    "steps",
    [
        [],
        ["children:several", "age:age_0_1"],
        ["age:age_3_6", "group:parenting"],
        ["age:age_3_6", "topic:debts"],
        ["age:age_3_6", "topic:debts", "nav:change"],
    ],
    ids=str,
)
def test_a_card_of_an_earlier_search_interrupts_any_question_only_for_two_taps(
    chat: Callable[..., Chat], desk: Desk, steps: list[str]
) -> None:
    talk = chat("tr")
    for option in steps:
        talk.tap(option)
    before = talk.turn
    key = next(short_key(offer.id) for offer in desk.catalog.index.offers if offer.example)
    talk.tap(f"{FEEDBACK}:{key}")
    after = talk.tap(f"{REMARK}:{key}:closed")
    assert after.state == before.state
    assert after.replies[-1] == before.replies[-1]


def test_an_answer_counts_even_when_its_question_is_long_gone(real: Desk) -> None:
    turn = tapped(real, State(LOOKING), CLOSED)
    assert turn.effects[0] == Report("parents-cafe", "closed")
    assert turn.state == State(LOOKING)


@pytest.mark.parametrize("voice", ["tr", "de-simple"])
def test_a_card_of_yesterday_works_in_a_new_conversation(real: Desk, voice: str) -> None:
    voiced = real.understanding.languages.translator(voice)
    asking = answered(real, State(), Choice(ASK), voice)
    assert asking.replies[0].text == voiced.gettext("{title}: what was it like?", title="Elterncafé am Markt")
    assert ids(asking)[5:] == ["nav:back", "nav:danger"]
    told = answered(real, asking.state, Choice(HELPED), voice)
    assert told.replies[0].text.endswith(voiced.gettext("Thank you for telling me. How good that it helped!"))
    assert told.effects == (Report("parents-cafe", "helped"),)
    assert told.state == State()
    assert "lang:ar" in ids(told), "the first question follows"
    assert answered(real, asking.state, Choice("nav:back"), voice).replies == told.replies[-1:]
    typed = answered(real, asking.state, Text(voiced.pgettext("button", "It is full")), voice)
    assert typed.effects == (Report("parents-cafe", "full"),)


def test_whoever_writes_instead_in_a_new_conversation_is_understood_as_ever(real: Desk) -> None:
    asking = answered(real, State(), Choice(ASK))
    turn = answered(real, asking.state, Text("мій син не спить"))
    assert (turn.state.answers.lang, turn.state.feedback) == ("uk", "")


@pytest.mark.parametrize(
    "option",
    ["feedback:", "remark:", "map:", "feedback:0123456789abcdeg"]
    + [
        f"{ASK}:closed",
        f"{ASK}x",
        f"{REMARK}:{short_key(CAFE.id)}",
        f"{CLOSED}:",
        f"{REMARK}:{short_key(CAFE.id)}:fun",
    ],
)
def test_a_wrong_button_is_asked_again(real: Desk, option: str) -> None:
    turn = tapped(real, State(LOOKING), option)
    assert turn.replies[0].text.startswith("Das habe ich leider nicht verstanden.")
    assert (turn.state, turn.effects) == (State(LOOKING), ())


@pytest.mark.parametrize(
    "option", ["feedback:0123456789abcdef", "remark:0123456789abcdef:closed", "map:0123456789abcdef"]
)
def test_a_button_of_an_offer_that_has_left_the_catalog_is_answered_kindly(real: Desk, option: str) -> None:
    turn = tapped(real, State(LOOKING), option)
    assert turn.replies[0].text.startswith("Dieses Angebot steht leider nicht mehr in meiner Liste.")
    assert len(turn.replies) > 1, "the question follows"
    assert (turn.state, turn.effects) == (State(LOOKING), ())
    before_a_language = tapped(real, State(), option)
    assert "lang:ar" in ids(before_a_language)


def test_helplines_are_not_asked_about(desk: Desk) -> None:
    line = next(offer for offer in desk.catalog.index.offers if offer.helpline)
    assert tapped(desk, State(LOOKING), f"{FEEDBACK}:{short_key(line.id)}").state == State(LOOKING)
    assert tapped(desk, State(LOOKING), f"{REMARK}:{short_key(line.id)}:closed").effects == ()


def test_when_the_offer_leaves_the_catalog_while_it_is_asked_about_the_conversation_goes_on(
    real: Desk, desk: Desk
) -> None:
    asking = tapped(real, State(LOOKING), ASK).state
    turn = tapped(desk, asking, CLOSED)
    assert (turn.state, turn.effects) == (State(LOOKING), ())
    assert "nav:change" in ids(turn)


def test_the_title_is_said_in_the_familys_language(scene: Scene, languages: Languages) -> None:
    offer = Offer.model_validate(OFFER | {"translations": {"en": {"title": "Parents' café", "by": "human"}}})
    english = replace(scene, text=languages.translator("en"))
    assert ask_about(offer, english).text == "Parents' café: what was it like?"
    assert ask_about(offer, scene).text == "Elterncafé am Markt: Wie war es?"


def test_its_buttons_begin_like_those_of_no_question() -> None:
    assert not {FEEDBACK, REMARK} & set(BY_PREFIX)
    assert not {FEEDBACK, REMARK} & {"nav", "danger", "change"}


@given(offer=OFFER_IDS, tag=st.sampled_from(TAGS))
def test_a_button_never_carries_more_than_the_strictest_messenger_takes(scene: Scene, offer: str, tag: str) -> None:
    named = CAFE.model_copy(update={"id": offer})
    text = scene.text.into(tag)
    options: tuple[Option, ...] = ask_about(named, replace(scene, text=text)).options
    assert len(options) == len(REMARKS)
    for option in (*options, Option(f"{FEEDBACK}:{short_key(offer)}", "")):
        assert len(option.id.encode()) <= MAX_OPTION_ID


@given(offers=st.lists(OFFER_IDS, min_size=1, max_size=30, unique=True))
def test_every_offer_of_a_catalog_is_found_by_its_button(desk: Desk, offers: list[str]) -> None:
    index = Index([CAFE.model_copy(update={"id": offer}) for offer in offers], desk.catalog.topics)
    for offer in offers:
        found = index.with_key(short_key(offer))
        assert found is not None
        assert found.id == offer


@given(
    prefix=st.sampled_from([FEEDBACK, REMARK]),
    rest=st.one_of(
        st.text(max_size=60),
        st.builds(lambda end: f"{short_key(CAFE.id)}{end}", st.text(max_size=20)),
        st.builds(lambda key, kind: f"{key}:{kind}", st.text(max_size=20), st.sampled_from(REMARKS)),
    ),
    state=st.sampled_from([State(), State(LOOKING), State(LOOKING, feedback="x"), State(feedback=short_key(CAFE.id))]),
)
def test_no_button_that_begins_like_ours_ever_stops_the_conversation(
    real: Desk, prefix: str, rest: str, state: State
) -> None:
    turn = answered(real, state, Choice(f"{prefix}:{rest}"))
    assert "nav:danger" in ids(turn)
    assert turn.state.answers == state.answers
    for effect in turn.effects:
        if isinstance(effect, Report):
            assert effect.offer == CAFE.id


@given(rest=st.text(max_size=60))
def test_only_a_key_with_a_remark_is_an_answer(scene: Scene, rest: str) -> None:
    assert offer_of(rest, scene) is None
    assert remarked(rest, LOOKING, scene) is None
