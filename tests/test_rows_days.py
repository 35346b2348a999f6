"""Days and dates as people write them."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.columns import load_layout
from catalog.model import Occasion
from catalog.problems import Lang
from catalog.rows.days import read_day, read_occasions, write_day, write_occasion
from catalog.words import LANGS

REPEATS = load_layout().words["repeats"]
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1.3.25", date(2025, 3, 1)),
        ("01.03.2025", date(2025, 3, 1)),
        ("2025-03-01", date(2025, 3, 1)),
        ("1. März 2025", date(2025, 3, 1)),
        ("10/2026", date(2026, 10, 1)),
        ("Oktober 2026", date(2026, 10, 1)),
        (date(2025, 3, 1), date(2025, 3, 1)),
        (datetime(2025, 3, 1, 9, 30), date(2025, 3, 1)),  # noqa: DTZ001 as a spreadsheet has it
        ("", None),
        (None, None),
    ],
)
def test_days_that_stand_in_real_tables(cell: str | date | None, day: date | None) -> None:
    assert read_day(cell).value == day
    assert not read_day(cell).doubts


def test_what_ends_in_a_month_ends_with_it() -> None:
    assert read_day("10/2026", last=True).value == date(2026, 10, 31)


@pytest.mark.parametrize("text", ["gestern", "31.2.2026", "13/2026", "1.1.", "x" * 300, "99.99.9999", "0.0.0000"])
def test_a_day_that_no_calendar_has_is_said(text: str) -> None:
    assert [doubt.code for doubt in read_day(text).doubts] == ["date-form"]


@pytest.mark.parametrize(
    ("text", "occasion"),
    [
        ("25.11.2026", Occasion(day=date(2026, 11, 25))),
        ("Mi 25.11.2026, 15-16:30 Uhr", Occasion(day=date(2026, 11, 25), starts="15:00", ends="16:30")),
        ("Mittwoch, 25.11.2026 von 9.30 bis 11 Uhr", Occasion(day=date(2026, 11, 25), starts="09:30", ends="11:00")),
        ("25.11.26 um 15 Uhr", Occasion(day=date(2026, 11, 25), starts="15:00")),
        ("25.11.2026 monatlich", Occasion(day=date(2026, 11, 25), repeat="monthly")),
        (
            "25.11.2026 15:00–16:30 jede Woche bis 30.6.27",
            Occasion(day=date(2026, 11, 25), starts="15:00", ends="16:30", repeat="weekly", until=date(2027, 6, 30)),
        ),
    ],
)
def test_dates_that_stand_in_real_tables(text: str, occasion: Occasion) -> None:
    assert read_occasions(text, text, REPEATS).value == (occasion,)


def test_of_several_dates_the_unreadable_one_is_said_and_the_others_stay() -> None:
    reading = read_occasions("x", "25.11.2026; bald\n26.11.2026 16:00-15:00; 27.11.2026", REPEATS)
    assert [occasion.day.day for occasion in reading.value] == [25, 27]
    assert [doubt.value for doubt in reading.doubts] == ["bald", "26.11.2026 16:00-15:00"]


@given(day=DAYS, span=st.sampled_from([(None, None), ("09:00", None), ("09:05", "17:30")]), lang=st.sampled_from(LANGS))
def test_every_date_is_read_as_it_is_written(day: date, span: tuple[str | None, str | None], lang: Lang) -> None:
    for repeat, until in ((None, None), ("weekly", None), ("monthly", day)):
        occasion = Occasion(day=day, starts=span[0], ends=span[1], repeat=repeat, until=until)
        text = write_occasion(occasion, lang, REPEATS)
        assert read_occasions(text, text, REPEATS).value == (occasion,), text
    assert read_day(write_day(day)).value == day


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading(text: str) -> None:
    assert len(read_occasions(text, text, REPEATS).value) <= text.count(";") + text.count("\n") + 1
    assert read_day(text).value is None or not read_day(text).doubts
