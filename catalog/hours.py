"""Opening hours in OSM syntax: is it open at this moment, until when, and if not, when again?"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
    subdivision = state.removeprefix("DE-") if state else None
    return day in holidays.country_holidays("DE", subdiv=subdivision, years=day.year)


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
