"""How the gap report says things: the same in both languages, plain, and never a zero where nothing is known."""

from dataclasses import replace
from datetime import date
from string import Formatter

import pytest

from bot.coverage_view import CoverageView, Stock
from bot.coverage_words import WORDS
from bot.demand import ALL, Cell, Row
from bot.gaps import Challenge
from bot.i18n import Languages, Translator
from catalog.topics import Topics
from tests.conftest import NOW
from tests.test_coverage import offer, survey

NEED = Cell("", "Beispielhafen", "", "relief", ALL, ALL, "nothing")
MONTHS = {"2026-09": (Row(NEED, 45),), "2026-10": (Row(replace(NEED, outcome="widened"), 15),)}
TASK = Challenge(1, "parenting", "age_0_1", "Beispielhafen", "Altstadt", "Familienbüro", date(2026, 11, 22))
STOCK = Stock(survey(offer()), NOW.date(), MONTHS, (TASK,))


@pytest.fixture
def view(german: Translator) -> CoverageView:
    return CoverageView(STOCK, german)


def test_both_languages_say_the_same_things() -> None:
    fields = {
        lang: {name: {field for _, field, _, _ in Formatter().parse(text)} for name, text in words.items()}
        for lang, words in WORDS.items()
    }
    assert fields["de"] == fields["en"]
    assert WORDS["de"]["notes"].count("\n") == WORDS["en"]["notes"].count("\n")


def test_every_phase_has_a_short_name(topics: Topics) -> None:
    assert all(set(topics.phases) <= set(words) for words in WORDS.values())


def test_the_place_and_the_day_stand_at_the_top(view: CoverageView) -> None:
    assert view.where() == "Beispielhafen und Musterfelde · Stand: 23.11.2026"


def test_one_sentence_says_how_much_there_is_and_how_much_is_missing(german: Translator) -> None:
    gaps = len(STOCK.coverage.gaps())
    assert CoverageView(STOCK, german).summary() == f"1 Angebot vor Ort. In {gaps} von 408 Feldern ist niemand vor Ort."


def test_a_gap_is_said_as_somebody_would_say_it(view: CoverageView) -> None:
    first = view.lines[0]
    assert view.sentence(first) == (
        "Entlastung und Notlagen (Beispielhafen): niemand vor Ort für alle Altersstufen;"
        " rund 45 Suchen fanden in der Nähe nichts"
    )
    assert view.vain(first) == "45 · 15 erst weiter weg"
    assert view.searched() == "Gesucht: September 2026 bis Oktober 2026."


def test_what_was_not_published_is_no_zero(german: Translator) -> None:
    view = CoverageView(Stock(STOCK.coverage, NOW.date()), german)
    assert {view.vain(line) for line in view.lines} == {"–"}
    assert "nahbei demand" in view.searched()


def test_a_challenge_says_who_until_when_and_what_has_come(view: CoverageView) -> None:
    said = view.task(TASK)
    assert said == "Nr. 1: Familienbüro, überfällig seit 22.11.2026 – 0 bis 1 Jahr, Altstadt – inzwischen 1 vor Ort"
    assert view.status(replace(TASK, due=date(2027, 1, 1))) == "offen – inzwischen 1 vor Ort"
    assert view.status(replace(TASK, done_on=NOW.date())) == "erledigt"
    assert view.about(replace(TASK, phase="", district="")) == "alle Altersstufen, Beispielhafen"


@pytest.mark.parametrize("said", ["parenting", "Erziehung und Familienalltag", "erziehung  und familienalltag"])
def test_a_topic_is_found_by_its_id_or_its_name(said: str, view: CoverageView) -> None:
    assert view.named("groups", said, STOCK.coverage.groups) == "parenting"


def test_a_topic_is_found_by_its_name_in_the_other_language(view: CoverageView, languages: Languages) -> None:
    english = languages.translator("en").label("groups", "relief")
    assert view.named("groups", english, STOCK.coverage.groups) == "relief"


@pytest.mark.parametrize(
    ("said", "phase"), [("3–5", "age_3_6"), ("3-5", "age_3_6"), ("Schulstart", "transition_school")]
)
def test_an_age_is_found_as_it_stands_in_the_table(said: str, phase: str, view: CoverageView) -> None:
    assert view.named("phases", said, STOCK.coverage.phases) == phase


def test_an_unknown_name_is_answered_with_what_there_is(view: CoverageView) -> None:
    with pytest.raises(ValueError, match="Meinten Sie „Sonnenhang“"):
        view.named_place("Sonenhang")
    with pytest.raises(ValueError, match="Entlastung und Notlagen"):
        view.named("groups", "Quatsch", STOCK.coverage.groups)


def test_a_district_or_a_whole_municipality_can_be_meant(view: CoverageView) -> None:
    assert view.named_place("altstadt") == ("Beispielhafen", "Altstadt")
    assert view.named_place("Beispielhafen") == ("Beispielhafen", "")
