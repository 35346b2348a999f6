"""The dates of a catalog as a calendar that a telephone or Outlook can subscribe to.

Only what happens on days of its own: opening hours are no events. A hidden site stays out of the calendar.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from catalog.hsds import EXAMPLE, identifier
from catalog.model import Occasion, Offer, Site
from catalog.schedules import weekday_of_month
from catalog.sources.base import Source

BERLIN = ZoneInfo("Europe/Berlin")
PRODUCT = "-//Nahbei//Catalog//DE"


def write_ics(source: Source, now: datetime) -> bytes:
    """Write every date of every offer; `now` (UTC) is when the calendar was made."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", source.name)
    for offer in source.offers:
        for number in range(len(offer.dates)):
            calendar.add_component(_event(offer, number, now))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(offer: Offer, number: int, now: datetime) -> Event:
    occasion = offer.dates[number]
    event = Event()
    event.add("uid", f"{identifier('event', offer.id, number)}@nahbei")
    event.add("dtstamp", now.astimezone(UTC))
    event.add("summary", offer.title)
    event.add("dtstart", _start(occasion))
    if occasion.starts and occasion.ends:
        event.add("dtend", datetime.combine(occasion.day, time.fromisoformat(occasion.ends), BERLIN))
    if occasion.repeat:
        event.add("rrule", _rule(occasion))
    for name, value in _about(offer):
        event.add(name, value)
    return event


def _start(occasion: Occasion) -> date | datetime:
    """A day without a time is a whole day."""
    if occasion.starts is None:
        return occasion.day
    return datetime.combine(occasion.day, time.fromisoformat(occasion.starts), BERLIN)


def _rule(occasion: Occasion) -> dict[str, Any]:
    rule: dict[str, Any] = {"freq": str(occasion.repeat)}
    if occasion.repeat == "monthly":
        rule["byday"] = weekday_of_month(occasion.day)
    if occasion.until:  # a timed series ends at a moment in UTC, one of whole days on a day (RFC 5545, 3.3.10)
        last = datetime.combine(occasion.until, time.max.replace(microsecond=0), BERLIN)
        rule["until"] = last.astimezone(UTC) if occasion.starts else occasion.until
    return rule


def _about(offer: Offer) -> Iterator[tuple[str, Any]]:
    if offer.example:
        yield "description", EXAMPLE
    elif said := "\n".join(part for part in (offer.summary, offer.provider, offer.phone, offer.email) if part):
        yield "description", said
    if offer.web:
        yield "url", offer.web
    site = next((site for site in offer.sites if site.kind == "place"), None)
    if site and (where := _where(site)):
        yield "location", where
        if site.has_door:
            yield "geo", (site.lat, site.lon)


def _where(site: Site) -> str:
    town = f"{site.post_code or ''} {site.municipality}".strip()
    return ", ".join(part for part in (site.name, site.address, town) if part)
