"""Whether an offer is still there, and open when it says so."""

from datetime import date
from typing import Any

import pytest

from catalog.checks.times import check_freshness, check_hours, check_validity, is_over
from catalog.model import Site
from tests.checking import TODAY, an_offer, found


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({}, []),
        ({"valid_until": date(2026, 11, 23)}, []),
        ({"valid_until": date(2026, 11, 22)}, ["offer-over"]),
        ({"valid_from": date(2026, 11, 23)}, []),
        ({"valid_from": date(2026, 11, 24)}, ["offer-later"]),
        ({"opening_hours": "", "dates": ({"day": "2026-11-01"},)}, ["dates-over"]),
        ({"opening_hours": "", "dates": ({"day": "2026-11-01"}, {"day": "2026-12-01"})}, []),
        ({"opening_hours": "", "dates": ({"day": "2026-11-01", "repeat": "weekly"},)}, []),
        (
            {"opening_hours": "", "dates": ({"day": "2026-09-01", "repeat": "weekly", "until": "2026-10-01"},)},
            ["dates-over"],
        ),
    ],
)
def test_what_is_over_or_not_yet_there_is_said(fields: dict[str, Any], codes: list[str]) -> None:
    assert [code for _, code in found(check_validity, an_offer(**fields))] == codes


def test_an_offer_is_over_from_the_day_after_its_last() -> None:
    assert not is_over(an_offer(valid_until=TODAY), TODAY)
    assert is_over(an_offer(valid_until=TODAY), date(2026, 11, 24))
    assert not is_over(an_offer(), TODAY)


@pytest.mark.parametrize(
    ("verified", "codes"),
    [
        (date(2026, 11, 23), []),
        (date(2026, 5, 27), []),
        (date(2026, 5, 26), ["verified-long-ago"]),
        (date(2025, 11, 22), ["verified-too-long-ago"]),
        (date(2026, 11, 24), ["verified-in-future"]),
        (None, ["never-verified"]),
    ],
)
def test_how_long_ago_somebody_has_checked(verified: date | None, codes: list[str]) -> None:
    assert [code for _, code in found(check_freshness, an_offer(verified_on=verified))] == codes


def test_helplines_are_checked_by_those_who_make_the_program() -> None:
    assert found(check_freshness, an_offer(verified_on=None, helpline="elterntelefon")) == []


@pytest.mark.parametrize(
    ("hours", "codes"),
    [
        ("Mo-Fr 09:00-12:00; PH off", []),
        ("Mo[1] 10:00-12:00", []),
        ("Jul Mo 10:00-12:00", []),
        ("", ["hours-missing"]),
        ("24/7", ["hours-always"]),
        ("Mo-Fr 09:00-05:00", ["hours-long"]),
        ("Mo-Fr 00:00-24:00", ["hours-long"]),
        ("Mo off", ["hours-never"]),
        ('Mo 09:00-12:00; Tu "nach Vereinbarung"', ["hours-remark"]),
        ('Mo 09:00-12:00 "im Hof" || "nach Vereinbarung"', []),
    ],
)
def test_hours_that_nobody_can_mean(hours: str, codes: list[str]) -> None:
    assert [code for _, code in found(check_hours, an_offer(opening_hours=hours))] == codes


def test_a_telephone_may_always_be_answered() -> None:
    assert found(check_hours, an_offer(Site(kind="phone"), opening_hours="24/7")) == []


def test_where_an_appointment_is_needed_hours_may_be_missing() -> None:
    assert found(check_hours, an_offer(opening_hours="", access=("appointment",))) == []
