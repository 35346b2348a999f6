from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from icalendar import Calendar

from bot.dialogue.cards import _next_day
from catalog.export.ics import write_ics
from catalog.model import Occasion, Offer, Site
from catalog.sources.base import Source
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics
from tests.offers import EXAMPLE_TOWN, catalogs, occasions

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def offer(topics: Topics) -> Offer:
    return read_yaml(EXAMPLE_TOWN, topics, NOW.date()).offers[0]


def events(*offers: Offer) -> list[Any]:
    return list(Calendar.from_ical(write_ics(Source("test", offers), NOW)).walk("VEVENT"))


def dated(offer: Offer, **fields: object) -> Any:
    occasion = Occasion.model_validate({"day": date(2026, 12, 2), **fields})
    (event,) = events(offer.model_copy(update={"dates": (occasion,)}))
    return event


def test_times_are_those_of_germany_in_summer_and_winter(offer: Offer) -> None:
    winter = dated(offer, starts="09:30", ends="11:30")
    summer = dated(offer, day=date(2026, 7, 1), starts="09:30")
    assert winter["dtstart"].dt == datetime(2026, 12, 2, 9, 30, tzinfo=BERLIN)
    assert winter["dtend"].dt - winter["dtstart"].dt == timedelta(hours=2)
    assert summer["dtstart"].dt.astimezone(UTC).hour == 7


def test_a_date_without_a_time_is_a_whole_day(offer: Offer) -> None:
    assert dated(offer)["dtstart"].dt == date(2026, 12, 2)


def test_a_series_ends_with_its_last_day(offer: Offer) -> None:
    weekly = dated(offer, starts="09:30", repeat="weekly", until=date(2026, 12, 16))
    assert weekly["rrule"].to_ical() == b"FREQ=WEEKLY;UNTIL=20261216T225959Z"
    whole_days = dated(offer, repeat="monthly", until=date(2027, 12, 1))
    assert whole_days["rrule"].to_ical() == b"FREQ=MONTHLY;UNTIL=20271201;BYDAY=1WE"


@given(occasion=occasions())
def test_the_calendar_and_the_card_mean_the_same_days(occasion: Occasion, offer: Offer) -> None:
    """The second Tuesday of a month here is the second Tuesday there; a fifth one is the last."""
    (event,) = events(offer.model_copy(update={"dates": (occasion,)}))
    if occasion.repeat is None:
        assert "rrule" not in event
        return
    start = datetime.combine(occasion.day, datetime.min.time())
    rule = event["rrule"].to_ical().decode().partition(";UNTIL")[0] + (
        "" if "BYDAY" not in event["rrule"] else f";BYDAY={event['rrule']['BYDAY'][0]}"
    )
    in_calendar = rrulestr(rule, dtstart=start)[:3]
    after = start - timedelta(days=1)
    for day in in_calendar:
        shown = _next_day(occasion.model_copy(update={"until": None}), after + timedelta(days=1))
        assert shown == day.date()
        after = day


@given(offers=catalogs)
def test_every_date_is_one_event_with_a_name_of_its_own(offers: tuple[Offer, ...]) -> None:
    found = events(*offers)
    assert len(found) == sum(len(offer.dates) for offer in offers)
    assert len({str(event["uid"]) for event in found}) == len(found)


def test_a_hidden_site_is_in_no_calendar(offer: Offer) -> None:
    secret = Site(kind="hidden", name="geschützt", municipality="Beispielhafen", post_code="00103")
    (event,) = events(
        offer.model_copy(update={"sites": (secret,), "dates": (Occasion(day=date(2026, 12, 2)),), "example": False})
    )
    assert "location" not in event
    assert "geo" not in event
    assert "00103" not in event.to_ical().decode()


def test_an_invented_offer_says_so(offer: Offer) -> None:
    assert "Erfundenes Beispiel" in dated(offer)["description"]


def test_a_calendar_is_the_same_when_nothing_has_changed(offer: Offer) -> None:
    assert write_ics(Source("test", (offer,)), NOW) == write_ics(Source("test", (offer,)), NOW)
