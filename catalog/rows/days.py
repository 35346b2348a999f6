"""Days and dates as people write them: "1.3.25", "2026-03-01", "10/2026", "25.11.2026 15–16:30 wöchentlich bis 30.6.2027"."""

import re
from calendar import monthrange
from contextlib import suppress
from datetime import date, datetime

from catalog.model import Occasion
from catalog.problems import Lang
from catalog.rows.base import Doubt, Reading
from catalog.rows.cells import line, parts
from catalog.sources.tables import Cell
from catalog.words import WordList

MONTHS = {
    **{"januar": 1, "jan": 1, "jänner": 1, "january": 1, "februar": 2, "feb": 2, "february": 2, "märz": 3, "mär": 3},
    **{"mrz": 3, "march": 3, "mar": 3, "april": 4, "apr": 4, "mai": 5, "may": 5, "juni": 6, "jun": 6, "june": 6},
    **{"juli": 7, "jul": 7, "july": 7, "august": 8, "aug": 8, "september": 9, "sep": 9, "sept": 9, "oktober": 10},
    **{"okt": 10, "october": 10, "oct": 10, "november": 11, "nov": 11, "dezember": 12, "dez": 12, "december": 12},
    "dec": 12,
}
LONGEST = 200  # characters
CENTURY = 2000
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T][\d:.]+)?")
_GERMAN = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_NAMED = re.compile(r"(\d{1,2})\.?\s+([^\W\d]+)\.?\s+(\d{4})")
_MONTH = re.compile(r"(?:(\d{1,2})\s?[/.]|([^\W\d]+)\.?)\s?(\d{4})")
_DAY = r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\s?\d{1,2}\.\s?(?:\d{4}|\d{2})"
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?"
_OCCASION = re.compile(
    rf"(?:[^\W\d]{{2,12}}\.?,?\s+)?(?P<day>{_DAY})(?:,?\s*(?:um|von|ab|at|from)?\s*{_CLOCK}(?:\s*uhr)?(?:\s*(?:-|–|bis|to)\s*{_CLOCK})?(?:\s*uhr)?)?"
    rf"(?:,?\s*(?P<repeat>[^\W\d]+(?:\s[^\W\d]+)?)(?<!bis)(?<!until))?(?:,?\s*(?:bis|until)(?:\szum)?\s*(?P<until>{_DAY}))?",
    re.IGNORECASE,
)


def read_day(cell: Cell, *, last: bool = False) -> Reading[date | None]:
    """One day. Of a month alone ("10/2026") the first, or the last where something ends."""
    if isinstance(cell, datetime):
        return Reading(cell.date())
    if isinstance(cell, date):
        return Reading(cell)
    text = line(cell) if isinstance(cell, str) else ""
    if not text and cell in {None, ""}:
        return Reading(None)
    day = _day(text[:LONGEST], last=last)
    return Reading(day, () if day else (Doubt("date-form"),))


def _day(text: str, *, last: bool = False) -> date | None:
    with suppress(ValueError):
        if found := _ISO.fullmatch(text):
            return date(*map(int, found.groups()))
        if found := _GERMAN.fullmatch(text):
            return date(_year(found[3]), int(found[2]), int(found[1]))
        if (found := _NAMED.fullmatch(text)) and found[2].casefold() in MONTHS:
            return date(int(found[3]), MONTHS[found[2].casefold()], int(found[1]))
        if found := _MONTH.fullmatch(text):
            month = int(found[1]) if found[1] else MONTHS.get(found[2].casefold(), 0)
            return date(int(found[3]), month, monthrange(int(found[3]), month)[1] if last else 1)
    return None


def _year(digits: str) -> int:
    return int(digits) if len(digits) > 2 else CENTURY + int(digits)  # noqa: PLR2004 two digits: this century


def read_occasions(cell: Cell, text: str, repeats: WordList) -> Reading[tuple[Occasion, ...]]:
    """Dates, single or recurring."""
    if isinstance(cell, date):
        return Reading((Occasion(day=cell.date() if isinstance(cell, datetime) else cell),))
    occasions, doubts = [], []
    for part in parts(text):
        occasion = _occasion(part, repeats) if len(part) <= LONGEST else None
        if occasion:
            occasions.append(occasion)
        else:
            doubts.append(Doubt("dates-unreadable", value=part))
    return Reading(tuple(occasions), tuple(doubts))


def _occasion(text: str, repeats: WordList) -> Occasion | None:
    found = _OCCASION.fullmatch(text)
    if not found:
        return None
    repeat = repeats.code(found["repeat"]) if found["repeat"] else None
    day, until = _day(found["day"]), _day(found["until"]) if found["until"] else None
    if day is None or (found["repeat"] and not repeat) or (found["until"] and not until):
        return None
    _, hour, minute, end_hour, end_minute, *_ = found.groups()
    try:
        return Occasion.model_validate(
            {"day": day, "starts": _clock(hour, minute), "ends": _clock(end_hour, end_minute), "repeat": repeat}
            | {"until": until}
        )
    except ValueError:
        return None


def _clock(hour: str | None, minute: str | None) -> str | None:
    return f"{int(hour):02}:{minute or '00'}" if hour else None


def write_day(day: date | None) -> str:
    """As it is written in Germany; "" for none."""
    return day.strftime("%d.%m.%Y") if day else ""


def write_occasion(occasion: Occasion, lang: Lang, repeats: WordList) -> str:
    """Words that are read as the same date."""
    until: dict[Lang, str] = {"de": "bis", "en": "until"}
    return " ".join(
        part
        for part in (
            write_day(occasion.day),
            "–".join(filter(None, (occasion.starts, occasion.ends))),
            repeats.word(occasion.repeat, lang) if occasion.repeat else "",
            f"{until[lang]} {write_day(occasion.until)}" if occasion.until else "",
        )
        if part
    )
