"""What is said when somebody may be hurt: whom to call first, by hour, language and place, and no outdated number."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.danger import LINES_SHOWN, danger_menu, danger_replies, helplines_for
from bot.dialogue.model import MAX_TEXT, Ask, Reply, Say
from bot.dialogue.steps.base import Scene
from bot.i18n import Languages, without_isolates
from bot.understanding.reading import Understanding
from catalog.catalog import Catalog
from catalog.helplines import load_helplines
from catalog.places import STATES, Place
from catalog.topics import load_topics
from tests.conftest import NOW, Chat

NIGHT = datetime.fromisoformat("2026-11-23 02:00")
CHRISTMAS = datetime.fromisoformat("2026-12-25 10:00")
DANGERS = sorted(topic.id for topic in load_topics().topics.values() if topic.is_danger)
OUTDATED = ("08000116016", "01805313031", "03044010606", "0684119240")
GOERLITZ = Place("Görlitz", 51.155, 14.988, state="DE-SN")

Scenes = Callable[..., Scene]


@pytest.fixture(scope="session")
def scene(catalog: Catalog, understanding: Understanding, languages: Languages) -> Scenes:
    return lambda lang="de", now=NOW: Scene(catalog, understanding, languages.translator(lang), now)


def ids(topic: str, scene: Scene, place: Place | None = None) -> list[str]:
    return [line.id for line in helplines_for(topic, scene, place)]


def say(replies: tuple[Reply, ...]) -> Say:
    first = replies[0]
    assert isinstance(first, Say)
    return first


def ask(replies: tuple[Reply, ...]) -> Ask:
    last = replies[-1]
    assert isinstance(last, Ask)
    return last


@pytest.mark.parametrize("topic", DANGERS)
def test_an_emergency_number_is_the_first_one_everywhere_and_at_any_hour(scene: Scenes, topic: str) -> None:
    usual = {"sexual-abuse": "notruf-110", "confidential-birth": "notruf-112"}
    for lang in ("de", "ar", "uk"):
        for now in (NOW, NIGHT, CHRISTMAS):
            first = ids(topic, scene(lang, now))[0]
            assert first in ("notruf-112", "notruf-110")
            assert first == usual.get(topic, first)


def test_by_day_the_line_for_parents_stands_before_closed_ones_and_at_night_behind_open_ones(scene: Scenes) -> None:
    day = ids("child-in-danger", scene())
    night = ids("child-in-danger", scene(now=NIGHT))
    assert day == ["notruf-110", "elterntelefon", "krisenchat", "kinder-jugendtelefon"]
    assert night == ["notruf-110", "krisenchat", "kinder-jugendtelefon", "elterntelefon"]


def test_on_a_public_holiday_office_hours_do_not_count(scene: Scenes) -> None:
    friday = CHRISTMAS.replace(day=18)
    assert ids("child-in-danger", scene(now=friday))[1] == "elterntelefon"
    assert ids("child-in-danger", scene(now=CHRISTMAS))[1] == "krisenchat"
    text = say(danger_replies("child-in-danger", scene(now=CHRISTMAS), None)).text
    assert "Nummer gegen Kummer: Elterntelefon · jetzt geschlossen, öffnet Mo., 28. Dez. um 09:00" in text


def test_at_night_a_closed_line_says_when_it_opens_and_stands_last(scene: Scenes) -> None:
    text = say(danger_replies("domestic-violence", scene(now=NIGHT), None)).text
    assert "WEISSER RING Opfer-Telefon · jetzt geschlossen, öffnet heute um 07:00" in text
    assert text.index("116 016") < text.index("116 006")


@pytest.mark.parametrize(
    ("lang", "spoken"), [("uk", "krisenchat"), ("ar", "mutes"), ("tr", "krisenchat"), ("de", "telefonseelsorge")]
)
def test_who_answers_now_and_speaks_the_language_comes_right_after_the_emergency_number(
    scene: Scenes, lang: str, spoken: str
) -> None:
    assert ids("suicidal-thoughts", scene(lang))[:2] == ["notruf-112", spoken]


def test_lines_in_the_familys_language_are_added_only_where_any_listening_ear_helps(scene: Scenes) -> None:
    assert "doweria" in ids("child-in-danger", scene("uk"))
    assert "doweria" not in ids("child-in-danger", scene("de"))
    assert ids("poisoning", scene("uk")) == ["notruf-112", "giftnotruf"]
    assert ids("missing-child", scene("uk")) == ids("missing-child", scene("de"))


def test_which_language_a_line_speaks_is_said_to_those_who_need_to_know(scene: Scenes) -> None:
    german = say(danger_replies("domestic-violence", scene("de"), None)).text
    assert "wird gesprochen" not in german
    english = say(danger_replies("domestic-violence", scene("en"), None)).text
    women, men, ring = (
        block for block in english.split("\n\n") if any(n in block for n in ("116 016", "99 00", "006"))
    )
    assert "English is spoken" in women
    assert "English is spoken" in men
    assert "in German" in ring


def test_a_state_adds_its_own_crisis_service_only_for_those_who_live_there(scene: Scenes) -> None:
    munich = Place("München", 48.14, 11.58, state="DE-BY")
    assert "krisendienste-bayern" in ids("suicidal-thoughts", scene(), munich)
    assert "krisendienste-bayern" not in ids("suicidal-thoughts", scene(), GOERLITZ)
    assert "krisendienste-bayern" not in ids("suicidal-thoughts", scene())


def test_the_poison_centre_is_the_one_of_the_familys_state(scene: Scenes) -> None:
    centres = load_helplines().poison_centres
    for state in STATES.values():
        text = say(danger_replies("poisoning", scene(), Place("Ort", 51, 10, state=state))).text
        numbers = re.findall(r"📞 (.+) – ", text)
        assert numbers == ["112", centres[state].display]


def test_where_the_state_is_not_known_every_poison_centre_is_named_with_its_states(scene: Scenes) -> None:
    for place in (None, Place("Ihr Standort", 54.0, 8.0), Place("Wien", 48.2, 16.4, state="AT-9")):
        text = say(danger_replies("poisoning", scene(), place)).text
        assert text.count("19240") == 6
        assert "📞 0361 730 730 – Mecklenburg-Vorpommern, Sachsen, Sachsen-Anhalt und Thüringen" in text
        assert "📞 030 19240 – Berlin und Brandenburg" in text
        assert all(name in text for name in STATES)


@pytest.mark.parametrize("topic", DANGERS)
def test_no_outdated_number_is_ever_said_and_every_answer_fits_into_one_message(
    scene: Scenes, languages: Languages, topic: str
) -> None:
    for language in languages:
        for state in (None, "DE-SL", "DE-BY", "DE-BE"):
            place = Place("Ort", 51, 10, state=state) if state else None
            text = say(danger_replies(topic, scene(language.tag, NIGHT), place)).text
            digits = re.sub(r"[ /-]", "", without_isolates(text))
            assert not [number for number in OUTDATED if number in digits]
            assert len(text) <= MAX_TEXT


@given(
    topic=st.sampled_from(DANGERS),
    lang=st.sampled_from(["de", "de-simple", "en", "tr", "ar", "uk"]),
    state=st.sampled_from([None, *STATES.values()]),
    now=st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2028-01-01")),
)
def test_whoever_is_open_stands_before_whoever_is_closed(
    scene: Scenes, topic: str, lang: str, state: str | None, now: datetime
) -> None:
    lines = helplines_for(topic, scene(lang, now), Place("Ort", 51, 10, state=state) if state else None)
    assert 2 <= len(lines) <= LINES_SHOWN
    assert len({line.id for line in lines}) == len(lines)
    states = [line.opening(now) for line in lines if not line.is_emergency_number]
    is_open = [state is not None and state.is_open for state in states]
    assert is_open == sorted(is_open, reverse=True)
    assert all(line.audience != ("professional",) for line in lines)


def test_the_answer_begins_with_a_calm_sentence_and_ends_with_how_old_the_numbers_are(scene: Scenes) -> None:
    text = say(danger_replies("suicidal-thoughts", scene(), None)).text
    assert text.startswith(scene().text.label("calm", "suicidal-thoughts"))
    assert text.endswith("🔎 Nummern zuletzt geprüft: November 2026.")


def test_the_lines_named_for_scripts_are_the_lines_that_are_said(scene: Scenes) -> None:
    answer = say(danger_replies("suicidal-thoughts", scene(), None))
    assert answer.helplines == tuple(ids("suicidal-thoughts", scene()))
    lines = load_helplines().lines
    assert all((lines[name].display or lines[name].web) in answer.text for name in answer.helplines)


@pytest.mark.parametrize("topic", DANGERS)
def test_where_somebody_may_watch_the_phone_it_is_said_how_to_delete(scene: Scenes, topic: str) -> None:
    watched = {"domestic-violence", "forced-marriage-fgm", "sexual-abuse", "confidential-birth", "child-in-danger"}
    assert ("/delete" in say(danger_replies(topic, scene(), None)).text) == (topic in watched)


def test_a_topic_that_nobody_knows_still_names_both_emergency_numbers(scene: Scenes) -> None:
    assert say(danger_replies("no-such-topic", scene(), None)).helplines == ("notruf-112", "notruf-110")


def test_after_the_numbers_there_is_help_nearby_and_the_way_back(scene: Scenes) -> None:
    options = [option.id for option in ask(danger_replies("domestic-violence", scene(), None)).options]
    assert options == ["danger:near:domestic-violence", "danger:on"]


def test_the_menu_begins_with_what_cannot_wait_a_minute(scene: Scenes) -> None:
    first = [option.id for option in ask(danger_menu(scene())).options]
    assert first == [
        "danger:topic:acute-illness",
        "danger:topic:poisoning",
        "danger:topic:suicidal-thoughts",
        "danger:topic:domestic-violence",
        "danger:topic:child-in-danger",
        "danger:topic:missing-child",
        "danger:topic:sexual-abuse",
        "danger:menu:7",
    ]


def test_the_pages_of_the_menu_hold_every_danger_once_and_lead_back_to_the_first(scene: Scenes) -> None:
    first, second = (ask(danger_menu(scene(), page)).options for page in (0, 7))
    topics = [option.id for option in (*first[:-1], *second[:-1])]
    assert sorted(topics) == [f"danger:topic:{topic}" for topic in DANGERS]
    assert second[-1].id == "danger:menu:0"
    assert danger_menu(scene(), 700) == danger_menu(scene(), 0)


def test_the_menu_names_numbers_first_that_always_help(scene: Scenes) -> None:
    assert say(danger_menu(scene())).helplines == (
        "notruf-112",
        "notruf-110",
        "telefonseelsorge",
        "hilfetelefon-frauen",
        "elterntelefon",
        "kinder-jugendtelefon",
    )
    night = say(danger_menu(scene(now=NIGHT))).helplines
    assert night[:4] == ("notruf-112", "notruf-110", "telefonseelsorge", "hilfetelefon-frauen")
    assert say(danger_menu(scene("ar"))).helplines[2] == "hilfetelefon-frauen"


def test_in_arabic_every_number_keeps_its_direction(scene: Scenes) -> None:
    text = say(danger_replies("poisoning", scene("ar"), GOERLITZ)).text
    assert "\u2068112\u2069" in text
    assert "\u20680361 730 730\u2069" in text


def test_help_near_me_after_a_danger_asks_for_the_place_and_keeps_the_topic(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("danger:topic:domestic-violence")
    talk.tap("danger:near:domestic-violence")
    assert (talk.answers.step, talk.answers.topics) == ("place", (("domestic-violence", 1.0),))


def test_going_on_after_a_danger_shows_the_question_again_and_keeps_nothing(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    before = talk.turn
    talk.command("danger")
    talk.tap("danger:topic:domestic-violence")
    after = talk.tap("danger:on")
    assert after.replies == before.replies
    assert after.state == before.state


def test_the_poison_centre_of_a_place_told_before_is_the_one_that_is_named(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("age:age_1_3")
    talk.tap("nav:skip")
    talk.say("Görlitz")
    turn = talk.say("mein Kind hat Spülmittel getrunken")
    assert turn.danger == "poisoning"
    assert "📞 0361 730 730 – Sachsen" in turn.replies[0].text
    assert "0228" not in turn.replies[0].text
