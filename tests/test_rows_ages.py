"""Ages as providers write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import PREGNANCY_START
from catalog.problems import Lang
from catalog.rows.ages import OLDEST, Ages, read_age, read_ages, turned_into_date, write_age
from catalog.rows.base import Reading
from catalog.words import LANGS


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("0-3 Jahre", 0, 47),
        ("0–3", 0, 47),
        ("3-6 J.", 36, 83),
        ("Kinder von 3 bis 6 Jahren", 36, 83),
        ("zwischen 3 und 6", 36, 83),
        ("10 bis 14-Jährige", 120, 179),
        ("6 Monate bis 3 Jahre", 6, 47),
        ("4-12 Monate", 4, 12),
        ("8 Wochen bis 3 Jahre", 1, 47),
        ("0 bis unter 3 Jahre", 0, 35),
        ("1½ Jahre", 18, 23),
        ("1,5", 18, 23),
        ("anderthalb Jahre", 18, 23),
        ("3", 36, 47),
        ("35 Monate", 35, 35),
        ("ab 6 Monaten", 6, None),
        ("Ab Schwangerschaft", PREGNANCY_START, None),
        ("ab Geburt", 0, None),
        ("from 6 months", 6, None),
        ("14+", 168, None),
        ("Ü3", 36, None),
        ("bis 3 Jahre", 0, 47),
        ("unter 3", 0, 35),
        ("U3", 0, 35),
        ("Familien mit Kindern unter 3 Jahren", 0, 35),
        ("bis 27 Jahre", 0, OLDEST),
        ("Schwangere", PREGNANCY_START, -1),
        ("Schwangerschaft bis 3 Jahre", PREGNANCY_START, 47),
        ("ab Geburt bis 3 Jahre", 0, 47),
        ("Grundschulalter", 72, 119),
        ("alle Altersgruppen", PREGNANCY_START, OLDEST),
        ("0 bis Einschulung", 0, 83),
        ("3 Jahre bis zum Schuleintritt", 36, 83),
        ("von Geburt bis zur Einschulung", 0, 83),
        ("6 months to school entry", 6, 83),
        ("ab Schulanfang", 72, None),
        ("Kinder vor der Einschulung", 0, 71),
        ("Schwangerschaft bis Einschulung", PREGNANCY_START, 83),
        ("ab 3 bis 6 Jahre", 36, 83),
        ("", None, None),
    ],
)
def test_ages_that_stand_in_real_tables(text: str, low: int | None, high: int | None) -> None:
    assert read_ages(text).value == Ages(low, high)
    assert not read_ages(text).doubts


@pytest.mark.parametrize("text", ["irgendwas", "3-6 Jahre und älter", "nach Absprache", "U3-Untersuchung", "7" * 90])
def test_what_is_no_age_is_said_and_never_guessed(text: str) -> None:
    assert [doubt.code for doubt in read_ages(text).doubts] == ["age-unreadable"]
    assert read_ages(text).value == Ages()


def test_a_number_alone_is_years_at_either_end() -> None:
    assert (read_age("3", upper=False).value, read_age("3", upper=True).value) == (36, 47)


def test_school_begins_with_six_years_at_either_end() -> None:
    for text in ("Einschulung", "ab Schuleintritt", "school entry"):
        assert read_age(text, upper=False) == Reading(72)
    for text in ("Einschulung", "bis zum Schulanfang", "bis Schulbeginn", "until starting school"):
        assert read_age(text, upper=True) == Reading(83), "a six-year-old who still waits for school is welcome"


def test_a_date_still_tells_the_two_numbers_that_excel_made_it_of() -> None:
    assert turned_into_date(date(2026, 6, 3)).details == turned_into_date(date(2026, 3, 6)).details
    assert turned_into_date(date(2026, 6, 3)).details == {"suggestion": "3–6"}


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("upper", [False, True])
def test_every_age_is_read_as_it_is_written(lang: Lang, *, upper: bool) -> None:
    limit = OLDEST if upper else PREGNANCY_START
    for months in range(PREGNANCY_START, OLDEST + 1):
        text = write_age(months, lang, upper=upper)
        assert read_age(text, upper=upper).value == (None if months == limit else months), text


@given(st.text(max_size=120))
def test_no_text_breaks_the_reading(text: str) -> None:
    low, high = read_ages(text).value
    assert read_ages(text).doubts or low is None or high is None or isinstance(low + high, int)
