"""Opening hours in OSM syntax: is it open at this moment, until when, and if not, when again?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays
from opening_hours import OpeningHours, validate

LOOK_AHEAD = timedelta(days=14)


@dataclass(frozen=True)
class Opening:
    """How it stands at one moment. `until` when open, `opens` when closed and known."""

    is_open: bool
    until: datetime | None = None
    opens: datetime | None = None
    always: bool = False
    public_holiday: bool = False


def check_hours(expression: str) -> str:
    """Refuse what no program can read, so that nobody stands before a closed door.

    Raises:
        ValueError: with an example of the right form.
    """
    if expression and not validate(expression):
        raise ValueError(f"opening hours {expression!r} are not in OSM form, such as 'Mo-Fr 09:00-12:00; PH off'")
    return expression


def is_public_holiday(day: date, state: str | None = None) -> bool:
    """Whether offices are closed. `state` is ISO 3166-2 ("DE-BY"); without it only nationwide holidays count."""
    return day in _public_holidays(day.year, state.removeprefix("DE-") if state else None)


@lru_cache(maxsize=64)
def _public_holidays(year: int, subdivision: str | None) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", subdiv=subdivision, years=year))


def opening_at(expression: str, moment: datetime, state: str | None = None) -> Opening | None:
    """Say whether `expression` is open at `moment` (local time without zone); None when there are no hours.

    On a public holiday an offer whose hours do not speak of holidays ("PH") counts as closed.
    """
    if not expression:
        return None
    hours = OpeningHours(expression)
    if expression.strip() == "24/7":
        return Opening(is_open=True, always=True)
    if "PH" not in expression and is_public_holiday(moment.date(), state):
        tomorrow = datetime.combine(moment.date() + timedelta(days=1), datetime.min.time())
        return Opening(is_open=False, opens=_next_opening(hours, tomorrow), public_holiday=True)
    if hours.is_open(moment):
        return Opening(is_open=True, until=hours.next_change(moment))
    return Opening(is_open=False, opens=_next_opening(hours, moment))


def _next_opening(hours: OpeningHours, moment: datetime) -> datetime | None:
    if hours.is_open(moment):
        return moment
    change: datetime | None = hours.next_change(moment)
    while change is not None and change - moment <= LOOK_AHEAD:
        if hours.is_open(change):
            return change
        change = hours.next_change(change)
    return None


def week(expression: str, monday: date) -> list[tuple[tuple[date, ...], tuple[tuple[datetime, datetime], ...]]]:
    """Lay out an ordinary week, days with the same hours together: ((days), ((from, to), …)). Holidays do not count."""
    hours = OpeningHours(expression)
    by_day: dict[date, tuple[tuple[datetime, datetime], ...]] = {}
    for day in (monday + timedelta(days=n) for n in range(7)):
        start = datetime.combine(day, datetime.min.time())
        spans = hours.intervals(start, start + timedelta(days=1))
        by_day[day] = tuple((opens, closes) for opens, closes, state, _ in spans if str(state) == "open")
    together: dict[tuple[tuple[datetime, datetime], ...], list[date]] = {}
    for day, spans_of_day in by_day.items():
        if spans_of_day:
            times = tuple((_on(monday, opens), _on(monday, closes)) for opens, closes in spans_of_day)
            together.setdefault(times, []).append(day)
    return [(tuple(days), times) for times, days in together.items()]


def _on(day: date, moment: datetime) -> datetime:
    return datetime.combine(day, moment.time())
