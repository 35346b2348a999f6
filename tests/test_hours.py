"""Is the door open now, until when, and if not, when again?"""

from calendar import isleap
from datetime import date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.hours import LOOK_AHEAD_DAYS, Opening, check_hours, is_public_holiday, let_go, opening_at, week
from catalog.places import STATES

OFFICE = "Mo-Th 09:00-12:00; Tu 14:00-18:00"  # the later rule replaces Tuesday
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MOMENTS = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2028-12-31"))


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("hours", "moment", "until"),
    [
        (OFFICE, "2026-11-23 09:00", "2026-11-23 12:00"),
        (OFFICE, "2026-11-23 11:59", "2026-11-23 12:00"),
        (OFFICE, "2026-11-24 15:00", "2026-11-24 18:00"),
        ("Fr 20:00-24:00", "2026-11-27 23:59", "2026-11-28 00:00"),
        ("Fr 22:00-02:00", "2026-11-28 01:30", "2026-11-28 02:00"),
        ("Mo 09:00-12:00,14:00-18:00", "2026-11-23 14:00", "2026-11-23 18:00"),
    ],
)
def test_it_is_open_from_the_first_minute_to_the_last(hours: str, moment: str, until: str) -> None:
    assert opening_at(hours, at(moment)) == Opening(is_open=True, until=at(until))


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        (OFFICE, "2026-11-23 08:59", "2026-11-23 09:00"),
        (OFFICE, "2026-11-23 12:00", "2026-11-24 14:00"),
        (OFFICE, "2026-11-26 12:00", "2026-11-30 09:00"),
        ("Fr 20:00-24:00", "2026-11-28 00:00", "2026-12-04 20:00"),
        ("Mo 09:00-12:00,14:00-18:00", "2026-11-23 12:30", "2026-11-23 14:00"),
        ("Mo[1] 10:00-12:00", "2026-11-23 10:00", "2026-12-07 10:00"),
    ],
)
def test_when_it_is_closed_the_next_opening_is_named(hours: str, moment: str, opens: str) -> None:
    assert opening_at(hours, at(moment)) == Opening(is_open=False, opens=at(opens))


def test_an_opening_far_away_is_not_promised() -> None:
    opens = at("2026-12-08 10:00")
    before = opens - timedelta(days=LOOK_AHEAD_DAYS - 1)
    assert opening_at("Dec 08 10:00-12:00", before) == Opening(is_open=False, opens=opens)
    assert opening_at("Dec 08 10:00-12:00", before - timedelta(days=1)) == Opening(is_open=False)


def test_ph_off_closes_on_nationwide_and_state_holidays() -> None:
    hours = "Mo-Fr 09:00-12:00; PH off"
    christmas = opening_at(hours, at("2026-12-25 10:00"))
    assert christmas == Opening(is_open=False, opens=at("2026-12-28 09:00"), public_holiday=True)
    reformation = opening_at(hours, at("2025-10-31 10:00"), "DE-SN")
    assert reformation is not None
    assert not reformation.is_open
    elsewhere = opening_at(hours, at("2025-10-31 10:00"), "DE-HE")
    assert elsewhere is not None
    assert elsewhere.is_open


def test_holiday_hours_count_only_on_holidays() -> None:
    hours = "Mo-Fr 09:00-12:00; PH 10:00-11:00"
    assert opening_at(hours, at("2026-12-25 10:30")) == Opening(
        is_open=True, until=at("2026-12-25 11:00"), public_holiday=True
    )
    assert opening_at(hours, at("2026-12-26 11:30")) == Opening(
        is_open=False, opens=at("2026-12-28 09:00"), public_holiday=True
    )


@pytest.mark.parametrize("remark", ["not on PH", "PHYSIO", "PH: ring twice"])
def test_a_remark_that_speaks_of_holidays_opens_nothing_on_one(remark: str) -> None:
    christmas = opening_at(f'Mo-Fr 09:00-12:00 "{remark}"', at("2026-12-25 10:00"))
    assert christmas == Opening(is_open=False, opens=at("2026-12-28 09:00"), public_holiday=True)
    on_holidays = opening_at(f'Mo-Fr 09:00-12:00; PH 10:00-11:00 "{remark}"', at("2026-12-25 10:30"))
    assert on_holidays == Opening(is_open=True, until=at("2026-12-25 11:00"), public_holiday=True)
    closed = opening_at(f'Mo-Fr 09:00-12:00; PH off "{remark}"', at("2026-12-25 10:00"))
    assert closed == christmas


def test_the_next_opening_is_never_a_holiday_on_which_it_is_closed() -> None:
    assert opening_at("Mo-Fr 08:00-18:00", at("2026-12-24 23:30")) == Opening(
        is_open=False, opens=at("2026-12-28 08:00")
    )


@pytest.mark.parametrize(
    "remark", ['; "nach Vereinbarung"', ', "nach Vereinbarung"', '; Sa "bitte; anrufen"', ' || "||"']
)
def test_a_remark_opens_nothing_and_closes_nothing(remark: str) -> None:
    hours = "Mo-Fr 09:00-12:00" + remark
    for moment, is_open in {"2026-11-23 03:00": False, "2026-11-23 10:00": True, "2026-11-28 10:00": False}.items():
        opening = opening_at(hours, at(moment))
        assert opening
        assert opening.is_open is is_open


def test_a_remark_alone_says_nothing_about_now() -> None:
    assert opening_at('"nach Vereinbarung"', at("2026-11-23 03:00")) is None
    assert week('"nach Vereinbarung"', date(2026, 11, 23)) == []


def test_by_appointment_is_not_open() -> None:
    on_saturday = opening_at('Mo-Fr 09:00-12:00 || "nach Vereinbarung"', at("2026-11-28 10:00"))
    assert on_saturday is not None
    assert not on_saturday.is_open


def test_day_and_night_is_open_on_christmas_too_and_never_closes() -> None:
    assert opening_at("24/7", at("2026-12-25 03:00")) == Opening(is_open=True, always=True)


def test_without_hours_nothing_is_claimed() -> None:
    assert opening_at("", at("2026-11-23 10:00")) is None


def test_on_a_public_holiday_an_office_that_says_nothing_about_it_counts_as_closed() -> None:
    christmas = opening_at("Mo-Fr 09:00-12:00", at("2026-12-25 10:00"))
    assert christmas == Opening(is_open=False, opens=at("2026-12-28 09:00"), public_holiday=True)
    assert opening_at("Mo-Fr 09:00-12:00", at("2026-12-24 10:00")) == Opening(
        is_open=True, until=at("2026-12-24 12:00")
    )


def test_a_holiday_of_one_state_closes_offices_only_there() -> None:
    epiphany = at("2027-01-06 10:00")
    bavaria = opening_at("Mo-Fr 09:00-12:00", epiphany, "DE-BY")
    assert bavaria == Opening(is_open=False, opens=at("2027-01-07 09:00"), public_holiday=True)
    for state in ("DE-NI", None):
        assert opening_at("Mo-Fr 09:00-12:00", epiphany, state) == Opening(is_open=True, until=at("2027-01-06 12:00"))


@pytest.mark.parametrize(
    ("day", "states", "elsewhere"),
    [
        (date(2026, 10, 31), ["DE-SN", "DE-NI", "DE-TH"], ["DE-BY", "DE-NW", None]),
        (date(2026, 6, 4), ["DE-BY", "DE-NW"], ["DE-BE", "DE-NI", None]),
        (date(2026, 10, 3), ["DE-SN", "DE-BY", None], []),
        (date(2026, 11, 23), [], ["DE-SN", None]),
    ],
    ids=str,
)
def test_public_holidays_are_those_of_the_state(
    day: date, states: list[str | None], elsewhere: list[str | None]
) -> None:
    assert all(is_public_holiday(day, state) for state in states)
    assert not any(is_public_holiday(day, state) for state in elsewhere)


@pytest.mark.parametrize("state", [None, *STATES.values()])
def test_the_shipped_table_of_public_holidays_is_what_the_package_says(state: str | None) -> None:
    for year in range(2024, 2042):  # a year on both sides of the table
        said = holidays.country_holidays("DE", subdiv=state.removeprefix("DE-") if state else None, years=year)
        days = [date(year, 1, 1) + timedelta(days=n) for n in range(365 + isleap(year))]
        assert {day for day in days if is_public_holiday(day, state)} == set(said)


@pytest.mark.parametrize(
    "hours",
    [
        "Mo-Fr 9-12",
        "täglich",
        "Mo-Fr 09:00-12:00 Uhr",
        "Di 09:00-12:00",
        "Mo–Fr 09:00–12:00",
        "Mo 25:00-26:00",
        "09.00-12.00",
    ],
)
def test_hours_in_a_form_that_no_program_reads_are_refused_with_an_example(hours: str) -> None:
    with pytest.raises(ValueError, match="are not in OSM form, such as 'Mo-Fr 09:00-12:00; PH off'") as refused:
        check_hours(hours)
    assert repr(hours) in str(refused.value)


def test_hours_that_can_be_read_are_kept_as_they_are() -> None:
    for hours in ("", "24/7", "Mo-Fr 09:00-12:00; PH off", "Mo[1] 10:00-12:00", "Jul-Aug: Sa 10:00-13:00"):
        assert check_hours(hours) == hours


@given(
    day=st.sampled_from(DAYS),
    opens=st.integers(0, 22),
    closes=st.integers(1, 24),
    moment=MOMENTS,
    state=st.sampled_from(["DE-BY", "DE-SN", None]),
)
def test_the_times_that_are_named_lie_ahead_and_within_two_weeks(
    day: str, opens: int, closes: int, moment: datetime, state: str | None
) -> None:
    opening = opening_at(f"{day} {opens:02}:00-{closes:02}:00", moment, state)
    assert opening is not None
    assert (opening.until is None) is not opening.is_open
    assert opening.until is None or opening.until > moment
    assert opening.opens is None or moment < opening.opens <= moment + timedelta(days=LOOK_AHEAD_DAYS) + timedelta(
        days=1
    )


@given(text=st.text(alphabet="MoTuWeThFrSaSuPH 0123456789:-,;[]/+", max_size=25), moment=MOMENTS)
def test_hours_that_were_accepted_never_fail_later(text: str, moment: datetime) -> None:
    hours = text.strip()
    try:
        check_hours(hours)
    except ValueError:
        return
    assert (opening_at(hours, moment) is None) is (hours == "")


def test_an_ordinary_week_lists_days_with_the_same_hours_together() -> None:
    monday = date(2026, 11, 23)
    [(mornings, morning), (evenings, evening)] = week("Mo,We 09:00-12:00; Th 14:00-17:00,18:00-20:00; PH off", monday)
    assert mornings == (date(2026, 11, 23), date(2026, 11, 25))
    assert [(a.hour, b.hour) for a, b in morning] == [(9, 12)]
    assert evenings == (date(2026, 11, 26),)
    assert [(a.hour, b.hour) for a, b in evening] == [(14, 17), (18, 20)]
    [(days, _)] = week("Mo-Fr 09:00-12:00; PH off", date(2026, 12, 21))  # the week of Christmas
    assert [day.isoweekday() for day in days] == [1, 2, 3, 4, 5]


@given(moment=MOMENTS, state=st.sampled_from([None, "DE-BY", "DE-SN"]))
def test_hours_that_were_forgotten_are_read_again(moment: datetime, state: str | None) -> None:
    remembered = opening_at("Mo-Fr 09:00-12:00; PH 10:00-11:00", moment, state)
    let_go()
    assert opening_at("Mo-Fr 09:00-12:00; PH 10:00-11:00", moment, state) == remembered
