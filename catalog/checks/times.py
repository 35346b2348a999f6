"""Whether an offer is still there, and open when it says so."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from catalog.checks.base import Finding, Surroundings
from catalog.hours import ALWAYS, week
from catalog.model import Occasion, Offer

LONGEST_DAY = 14.0  # hours; longer is rather an hour mistyped
WINTER, SUMMER = date(2026, 1, 5), date(2026, 7, 6)  # Mondays
MONDAYS = tuple(first + timedelta(weeks=n) for first in (WINTER, SUMMER) for n in range(5))
CLOCK = re.compile(r"\d:\d\d|24/7")
REMOTE = ("online", "phone")


def is_over(offer: Offer, today: date) -> bool:
    return offer.valid_until is not None and offer.valid_until < today


def check_validity(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    today = around.today
    if offer.valid_until and offer.valid_until < today:
        yield Finding("valid_until", "offer-over", offer.valid_until.isoformat())
    elif offer.dates and not offer.opening_hours and all(_last(occasion, today) < today for occasion in offer.dates):
        yield Finding("dates", "dates-over", max(_last(occasion, today) for occasion in offer.dates).isoformat())
    if offer.valid_from and offer.valid_from > today:
        yield Finding("valid_from", "offer-later", offer.valid_from.isoformat())


def _last(occasion: Occasion, today: date) -> date:
    """The last day of something that may repeat, without end where none is named."""
    return occasion.until or (max(occasion.day, today) if occasion.repeat else occasion.day)


def check_freshness(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    if offer.helpline:
        return
    if offer.verified_on is None:
        yield Finding("verified_on", "never-verified")
        return
    age, said = (around.today - offer.verified_on).days, offer.verified_on.isoformat()
    if age < 0:
        yield Finding("verified_on", "verified-in-future", said)
    elif age > around.freshness.hidden_days:
        yield Finding("verified_on", "verified-too-long-ago", said, {"days": str(around.freshness.hidden_days)})
    elif age > around.freshness.old_days:
        yield Finding("verified_on", "verified-long-ago", said, {"days": str(around.freshness.old_days)})


def check_hours(offer: Offer, _: Surroundings) -> Iterator[Finding]:
    is_remote = any(site.kind in REMOTE for site in offer.sites)
    hours = offer.opening_hours
    if not hours:
        if "walk_in" in offer.access and not offer.dates and not is_remote:
            yield Finding("opening_hours", "hours-missing")
    elif any('"' in rule and not CLOCK.search(rule) for rule in hours.split("||")[0].split(";")):
        yield Finding("opening_hours", "hours-remark", hours)
    elif hours.strip() == ALWAYS:
        if any(site.kind == "place" for site in offer.sites) and not is_remote:
            yield Finding("opening_hours", "hours-always", hours)
    elif (longest := _longest(hours)) is None:
        if "walk_in" in offer.access:
            yield Finding("opening_hours", "hours-never", hours)
    elif longest > LONGEST_DAY and not is_remote:
        yield Finding("opening_hours", "hours-long", hours, {"hours": f"{longest:.0f}"})


@lru_cache(maxsize=4096)
def _longest(hours: str) -> float | None:
    """For how many hours of a day it stays open in one go, in the first week that opens at all; None when none does."""
    for monday in MONDAYS:
        if times := [span for _, spans in week(hours, monday) for span in spans]:
            return max((closes - opens).total_seconds() / 3600 % 24 or 24.0 for opens, closes in times)
    return None
