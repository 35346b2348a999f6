"""What a link or a poster brings along: a language, a place, and how few taps are left to the first offer."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.model import Answers, Ask, Card, Command, Option, State, Turn
from bot.dialogue.start_link import LONGEST_LINK, begun
from bot.i18n import load_languages
from bot.jsonlines import Desk
from catalog.places import Gazetteer, Place
from tests.conftest import Chat

TAGS = [language.tag for language in load_languages()]
GOERLITZ = Place("Görlitz", 51.15, 14.99, plz="02826", state="DE-SN", post_codes=("02826",))
PARTS = st.sampled_from(["k42", "tr", "de", "simple", "p00103", "p99999", "p", "p001", "", "xx", "delete"])


@pytest.fixture(scope="module")
def known(desk: Desk) -> Desk:
    """Somebody's own installation: with a table of post codes."""
    places = Gazetteer([GOERLITZ, *desk.catalog.places.places])
    return replace(desk, catalog=replace(desk.catalog, places=places))


def started(desk: Desk, argument: str, lang: str | None = None) -> Turn:
    return Chat(desk, lang)._on(Command("start", argument))  # noqa: SLF001 the tests' own class


def options(turn: Turn) -> list[Option]:
    return [option for reply in turn.replies if isinstance(reply, Ask) for option in reply.options]


@pytest.mark.parametrize("tag", TAGS)
def test_a_link_begins_the_chat_in_its_language(desk: Desk, tag: str) -> None:
    short = tag.removeprefix("de-")
    for argument in (tag, tag.upper(), short, f"k42-{tag}", f"k42_{short}", f"{tag}_k42", f"k42-{short}-p99999"):
        turn = started(desk, argument)
        assert turn.state == State(Answers(step="child", lang=tag)), argument
    assert turn.replies == Chat(desk, tag).turn.replies


def test_the_language_of_a_link_comes_before_that_of_the_chat_before(desk: Desk) -> None:
    assert started(desk, "k42-tr", "ar").state.answers.lang == "tr"
    assert started(desk, "k42", "ar").state.answers.lang == "ar"


def test_a_link_brings_its_place_and_says_so(known: Desk) -> None:
    turn = started(known, "k42-tr-p02826")
    assert turn.state.answers == Answers(step="child", lang="tr", place=GOERLITZ)
    understood, question = turn.replies
    assert "02826 Görlitz" in understood.text
    assert isinstance(question, Ask)


def test_a_place_that_came_before_the_language_is_said_once_there_is_one(known: Desk) -> None:
    talk = Chat(known)
    (question,) = talk._on(Command("start", "p02826")).replies  # noqa: SLF001 the tests' own class
    assert "Görlitz" not in question.text
    understood, _ = talk.tap("lang:uk").replies
    assert "02826 Görlitz" in understood.text
    assert talk.answers.place == GOERLITZ
    talk.tap("age:age_3_6")
    assert "Görlitz" not in talk.texts


def test_whoever_writes_another_place_is_believed(known: Desk) -> None:
    talk = Chat(known)
    talk._on(Command("start", "p02826"))  # noqa: SLF001 the tests' own class
    talk.tap("lang:de")
    talk.tap("nav:change")
    assert "Ort: 02826 Görlitz" in {option.label for option in options(talk.turn)}
    talk.tap("change:place")
    talk.say("Beispielhafen")
    assert talk.answers.place is not None
    assert talk.answers.place.name == "Beispielhafen"


def test_where_only_the_region_of_a_post_code_is_known_the_family_is_asked(desk: Desk) -> None:
    assert desk.catalog.places.post_code("02826") is not None
    assert started(desk, "p02826-de").state == State(Answers(step="child", lang="de"))


@pytest.mark.parametrize(
    "argument",
    ["p0282", "p028266", "p-02826", "02826", "q02826", "pp02826", "p٠٢٨٢٦", "p02826" + "-" * LONGEST_LINK]
    + ["xx", "turkish", "t-r", "-", "___", "k42", "/start", "p00000", "\x00", "𝟎" * 30],
)
def test_anything_odd_is_a_normal_start(known: Desk, argument: str) -> None:
    assert started(known, argument) == started(known, "")
    assert started(known, argument, "ar") == started(known, "", "ar")


@given(argument=st.one_of(st.text(max_size=80), st.lists(PARTS, max_size=8).map("-".join)), tag=st.sampled_from(TAGS))
def test_no_link_ever_stops_a_chat_from_beginning_with_a_question(desk: Desk, argument: str, tag: str) -> None:
    for lang in (None, tag):
        turn = Chat(desk, lang)._on(Command("start", argument))  # noqa: SLF001 the tests' own class
        assert isinstance(turn.replies[-1], Ask)
        assert turn.state.past == ()
        assert turn.effects == ()
        answers = turn.state.answers
        assert (answers.children, answers.topics, answers.skipped) == ((), (), ())
        assert answers.lang in {lang, *TAGS}
        assert answers.step == ("child" if answers.lang else "language")


@given(argument=st.text(max_size=80))
def test_a_link_never_takes_a_place_that_is_only_guessed(desk: Desk, argument: str) -> None:
    place = begun(argument, None, desk.scene("de")).place
    assert place is None or (not place.approximate and f"p{place.plz}" in argument.casefold())


def taps_to_an_offer(talk: Chat, *taps: str) -> int:
    """How many of these taps it takes until an offer is on the screen."""
    for number, option in enumerate(taps, start=1):
        turn = talk.share(54.45, 6.60) if option == "share" else talk.tap(option)
        if any(isinstance(reply, Card) for reply in turn.replies):
            return number
        offered = {option.id for option in options(turn)}
        assert number == len(taps) or taps[number] == "share" or taps[number] in offered, "a tap needs a button"
    raise AssertionError("no offer")


def test_from_a_link_with_a_place_the_first_offer_is_at_most_four_taps_away(chat: Callable[..., Chat]) -> None:
    taps = ("age:age_3_6", "group:parenting", "topic:parents-meeting")
    for argument, before in (("k42-p00103", ("lang:tr",)), ("k42-tr-p00103", ())):
        talk = chat()
        talk._on(Command("start", argument))  # noqa: SLF001 the tests' own class
        assert taps_to_an_offer(talk, *before, *taps) <= 4


def test_without_a_link_the_first_offer_is_at_most_six_taps_away(chat: Callable[..., Chat]) -> None:
    talk = chat()
    taps = ("lang:tr", "age:age_3_6", "group:parenting", "topic:parents-meeting", "share")
    assert taps_to_an_offer(talk, *taps) + 1 <= 6, "sharing one's place is confirmed once more by the messenger"
