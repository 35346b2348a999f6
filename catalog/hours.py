"""Opening hours in OSM syntax: is it open at this moment, until when, and if not, when again?

Public holidays are ours, not the library's: it knows only nationwide ones. On a holiday only what names "PH" counts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files

from opening_hours import OpeningHours, State, validate

LOOK_AHEAD_DAYS = 21
ALWAYS = "24/7"
KEPT_DAYS = 1024  # days of an offer whose hours are remembered: those of one search, and the week of each card
KEPT_RULES = 512

_Span = tuple[datetime, datetime]
_DAY = timedelta(days=1)
_REMARK = re.compile(r'"[^"]*"')
_RULE = re.compile(r'(?:"[^"]*"|[^;"])+')
_LONE_REMARK = re.compile(r',\s*"[^"]*"\s*$')  # 'Mo 09:00-12:00, "by appointment"'
_FALLBACK = re.compile(r'\|\|(?=(?:[^"]*"[^"]*")*[^"]*$)')  # behind it stands "by appointment" and the like
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
    if expression and not is_readable(expression):
        raise ValueError(f"opening hours {expression!r} are not in OSM form, such as 'Mo-Fr 09:00-12:00; PH off'")
    return expression


@lru_cache(maxsize=1024)
def is_readable(expression: str) -> bool:
    """Whether a program can read it; a table and the model both ask for every offer."""
    return bool(validate(expression))


def is_public_holiday(day: date, state: str | None = None) -> bool:
    """Whether offices are closed. `state` is ISO 3166-2 ("DE-BY"); without it only nationwide holidays count."""
    return day in _public_holidays(day.year, state.removeprefix("DE-") if state else None)


@lru_cache(maxsize=64)
def _public_holidays(year: int, subdivision: str | None) -> frozenset[date]:
    """From the table that ships; the package knows every year, and takes 12 MB for all countries of the world."""
    if year in _holiday_table():
        days = _holiday_table()[year]
        return frozenset(day for day, states in days.items() if states & {"DE", subdivision})
    import holidays  # noqa: PLC0415 see above

    return frozenset(holidays.country_holidays("DE", subdiv=subdivision, years=year))


@cache
def _holiday_table() -> Mapping[int, Mapping[date, frozenset[str]]]:
    """For each year its holidays and the states that have them; "DE": all. Made by scripts/build_holidays.py."""
    rows = files("catalog").joinpath("data", "public_holidays.csv").read_text("ascii").splitlines()[1:]
    table: dict[int, dict[date, frozenset[str]]] = {}
    for day, states in (row.split(",") for row in rows):
        table.setdefault(int(day[:4]), {})[date.fromisoformat(day)] = frozenset(states.split())
    return table


def opening_at(expression: str, moment: datetime, state: str | None = None) -> Opening | None:
    """Say whether `expression` is open at `moment` (local time without zone); None when there are no hours."""
    if not _certain_rules(expression):
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
        spans = _open_spans(expression, day, is_holiday=False)
        times = tuple((_on(monday, opens), _on(monday, closes)) for opens, closes in spans)
        if times:
            together.setdefault(times, []).append(day)
    return [(tuple(days), times) for times, days in together.items()]


def _spans(expression: str, day: date, state: str | None) -> tuple[_Span, ...]:
    return _open_spans(expression, day, is_holiday=is_public_holiday(day, state))


def _ordinary(expression: str) -> str:
    """The rules of ordinary days: "Mo-Fr 09:00-12:00; PH off" without what is only for holidays."""
    return "; ".join(rule for rule in _certain_rules(expression) if not rule.startswith("PH "))


def _on_holidays(expression: str) -> str:
    """The rules that name holidays, for any day of the week; "" when none opens on one."""
    rules = (rule.partition('"') for rule in _certain_rules(expression))  # 'Mo-Fr 09:00-12:00 "not on PH"' names none
    named = [(times, quote + remark) for times, quote, remark in rules if _HOLIDAY_SELECTOR.search(times)]
    return "; ".join(_HOLIDAY_SELECTOR.sub("Mo-Su", times, count=1) + remark for times, remark in named)


@lru_cache(maxsize=KEPT_RULES)
def _certain_rules(expression: str) -> tuple[str, ...]:
    """The rules that name a time. A remark alone ("by appointment") opens nothing, though to the library it is all day."""
    certain = _FALLBACK.split(expression, maxsplit=1)[0]
    rules = [_LONE_REMARK.sub("", rule).strip() for rule in _RULE.findall(certain)]
    return tuple(rule for rule in rules if '"' not in rule or re.search(r"\d|off|closed", _REMARK.sub("", rule)))


@lru_cache(maxsize=KEPT_DAYS)
def _open_spans(expression: str, day: date, *, is_holiday: bool) -> tuple[_Span, ...]:
    """When it is certainly open on a day. "By appointment" is not open: nobody is there who has not been asked."""
    rules = _on_holidays(expression) if is_holiday else _ordinary(expression)
    if not rules:
        return ()
    start = datetime.combine(day, datetime.min.time())
    intervals = _timetable(rules).intervals(start, start + _DAY)
    return tuple((opens, closes) for opens, closes, state, _ in intervals if state == State.OPEN)


_timetable = lru_cache(maxsize=8)(OpeningHours)  # one day after the other is asked of the same


def let_go() -> None:
    """Forget the hours that were looked up lately; they are read again when they are needed."""
    for remembered in (_certain_rules, _open_spans, _timetable):
        remembered.cache_clear()


def _end(expression: str, end: datetime, state: str | None) -> datetime:
    """Hours over midnight go on into the next day."""
    if end.time() != datetime.min.time():
        return end
    after = [closes for opens, closes in _spans(expression, end.date(), state) if opens == end]
    return after[0] if after else end


def _on(day: date, moment: datetime) -> datetime:
    return datetime.combine(day, moment.time())
