"""Opening hours in OSM syntax: is it open at this moment, until when, and if not, when again?

Public holidays are ours, not the library's: it knows only nationwide ones. On a holiday only what names "PH" counts.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays
from opening_hours import OpeningHours, State, validate

LOOK_AHEAD_DAYS = 21
ALWAYS = "24/7"

_Span = tuple[datetime, datetime]
_DAY = timedelta(days=1)
_HOLIDAY_SELECTOR = re.compile(r"[A-Za-z,\- ]*\bPH\b[A-Za-z,\-]*")


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
    """Say whether `expression` is open at `moment` (local time without zone); None when there are no hours."""
    if not expression:
        return None
    if expression.strip() == ALWAYS:
        return Opening(is_open=True, always=True)
    today = moment.date()
    holiday = is_public_holiday(today, state)
    for day in (today + n * _DAY for n in range(LOOK_AHEAD_DAYS)):
        for start, end in _spans(expression, day, state):
            if start <= moment < end:
                return Opening(is_open=True, until=_end(expression, end, state), public_holiday=holiday)
            if start > moment:
                return Opening(is_open=False, opens=start, public_holiday=holiday)
    return Opening(is_open=False, public_holiday=holiday)


def week(expression: str, monday: date) -> list[tuple[tuple[date, ...], tuple[_Span, ...]]]:
    """Lay out an ordinary week, days with the same hours together: ((days), ((from, to), …)). Holidays do not count."""
    together: dict[tuple[_Span, ...], list[date]] = {}
    for day in (monday + n * _DAY for n in range(7)):
        spans = _open_spans(_ordinary(expression), day)
        times = tuple((_on(monday, opens), _on(monday, closes)) for opens, closes in spans)
        if times:
            together.setdefault(times, []).append(day)
    return [(tuple(days), times) for times, days in together.items()]


def _spans(expression: str, day: date, state: str | None) -> list[_Span]:
    if is_public_holiday(day, state):
        return _open_spans(_on_holidays(expression), day)
    return _open_spans(_ordinary(expression), day)


def _ordinary(expression: str) -> str:
    """The rules of ordinary days: "Mo-Fr 09:00-12:00; PH off" without what is only for holidays."""
    certain = expression.split("||", maxsplit=1)[0]  # behind it stands "by appointment" and the like
    rules = [rule.strip() for rule in certain.split(";")]
    return "; ".join(rule for rule in rules if not rule.startswith("PH "))


def _on_holidays(expression: str) -> str:
    """The rules that name holidays, for any day of the week; "" when none opens on one."""
    rules = [rule.strip() for rule in expression.split(";") if "PH" in rule]
    return "; ".join(_HOLIDAY_SELECTOR.sub("Mo-Su", rule, count=1) for rule in rules)


def _open_spans(expression: str, day: date) -> list[_Span]:
    """When it is certainly open on a day. "By appointment" is not open: nobody is there who has not been asked."""
    if not expression:
        return []
    start = datetime.combine(day, datetime.min.time())
    intervals = OpeningHours(expression).intervals(start, start + _DAY)
    return [(opens, closes) for opens, closes, state, _ in intervals if state == State.OPEN]


def _end(expression: str, end: datetime, state: str | None) -> datetime:
    """Hours over midnight go on into the next day."""
    if end.time() != datetime.min.time():
        return end
    after = [closes for opens, closes in _spans(expression, end.date(), state) if opens == end]
    return after[0] if after else end


def _on(day: date, moment: datetime) -> datetime:
    return datetime.combine(day, moment.time())
