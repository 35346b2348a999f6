"""Ages as providers write them: "0–3 Jahre", "ab 6 Monate", "Schwangere". Months since birth, both ends inclusive.

"3 Jahre" as an upper end takes in children who are three: whoever reads it so must not stand before a closed door.
"""

import re
from datetime import date
from typing import NamedTuple

from catalog.model import ADULT_YEARS, PREGNANCY_START
from catalog.problems import Lang
from catalog.rows.base import Doubt, Reading
from catalog.words import folded

YEAR = 12
OLDEST = ADULT_YEARS * YEAR
SCHOOL_AGE = "6 jahre"  # in which school begins in Germany; some children are seven by then
LONGEST = 80  # characters of an age; more is a story
WORDS: dict[str, tuple[int, int]] = {
    **dict.fromkeys(("schwangerschaft", "schwanger", "schwangere", "pregnancy", "pregnant"), (PREGNANCY_START, -1)),
    **dict.fromkeys(("geburt", "von geburt an", "birth", "neugeborene"), (0, 0)),
    **dict.fromkeys(("babys", "baby", "sauglinge", "babies"), (0, 11)),
    **dict.fromkeys(("kleinkinder", "kleinkind", "toddlers"), (12, 35)),
    **dict.fromkeys(
        ("kindergartenalter", "kindergartenkinder", "kita alter", "vorschulkinder", "vorschulalter"), (36, 71)
    ),
    **dict.fromkeys(("grundschulalter", "grundschulkinder", "grundschule", "primary school"), (72, 119)),
    **dict.fromkeys(("schulkinder", "schulalter"), (72, 215)),
    **dict.fromkeys(("jugendliche", "jugend", "teenagers", "youth"), (144, 215)),
    **dict.fromkeys(("junge erwachsene", "young adults"), (216, OLDEST)),
    **dict.fromkeys(("kinder", "children"), (0, 167)),
    **dict.fromkeys(("kinder und jugendliche", "minderjahrige"), (0, 215)),
    **dict.fromkeys(
        ("alle", "alle altersgruppen", "alle alter", "jedes alter", "familien", "eltern", "erwachsene", "ohne grenze"),
        (PREGNANCY_START, OLDEST),
    ),
    **dict.fromkeys(
        ("all", "all ages", "any age", "families", "parents", "none", "unbegrenzt", "keine", "offen"),
        (PREGNANCY_START, OLDEST),
    ),
}
UNITS = {"w": YEAR / 52, "m": 1.0, "j": float(YEAR), "y": float(YEAR)}  # months in one, by first letter
UNIT_WORDS: dict[Lang, tuple[tuple[str, str], tuple[str, str]]] = {
    "de": (("Monat", "Monate"), ("Jahr", "Jahre")),
    "en": (("month", "months"), ("year", "years")),
}
_NUMBER = r"(\d+(?:[.,]\d+)?|½|\d+½|anderthalb)"
_UNIT = r"(wochen?|wo\.?|weeks?|monat(?:e|en|s)?|mon\.?|mo\.?|months?|m\.?|lebensjahr(?:e|en)?|jährigen?|jahr(?:e|en)?|jhr?\.?|j\.?|years?|yrs?|y\.?)"
_ONE = rf"{_NUMBER}\s*-?\s*{_UNIT}?"
_FILLER = re.compile(
    r"\b(zwischen|kinder|kindern|jugendliche|babys|familien|eltern|mit|im|alter|von|fur|für|in|der|age[sd]?|for|alt|old|ca\.?|etwa|vollendeten|zum|zur|des|the)\b"
)
_RANGE = re.compile(rf"(?:ab|from)?\s*{_ONE}\s*(?:-|–|—|bis|to|und|until)\s*(unter\s+)?{_ONE}")
_FROM = re.compile(rf"(?:ab|from|ü|über|over|min(?:destens|\.)?)?\s*{_ONE}\s*(?:\+|plus|und älter|and older|an)?")
_OPEN_ENDED = re.compile(r"(^(ab|from|ü|über|over|min))|(\+|plus|älter|older|an)$")
_TO = re.compile(rf"(?:bis|until|up to|max(?:imal|\.)?)\s*(unter\s+|einschließlich\s+|incl\.?\s+)?{_ONE}")
_SCHOOL = re.compile(
    r"(\b(?:vor|before)\s+(?:de[rm]\s+)?)?\b(?:einschulung|schuleintritt|schulanfang|schulbeginn|school entry|starting school)\b"
)
_BEFORE_BIRTH = re.compile(r"-(\d) mon(?:ate?|ths?)")
_UNDER = re.compile(rf"(?:unter|under|u|below|<)\s*{_ONE}")


class Ages(NamedTuple):
    """Months since birth; pregnancy is −9…−1. None: nothing is said about this end."""

    low: int | None = None
    high: int | None = None


def read_ages(text: str) -> Reading[Ages]:
    """Both ends in one cell."""
    if not text:
        return Reading(Ages())
    ages = _known(text) or _begun(text) or _spanned(text) or _parsed(text)
    return Reading(ages) if ages else Reading(Ages(), (Doubt("age-unreadable"),))


def read_age(text: str, *, upper: bool) -> Reading[int | None]:
    """One end. A number alone is years."""
    reading = read_ages(text)
    if not text or reading.doubts:
        return Reading(None, reading.doubts)
    low, high = reading.value
    one_end = (high, low) if upper else (low, high)
    return Reading(one_end[0] if one_end[0] is not None else one_end[1])


def write_age(months: int, lang: Lang, *, upper: bool) -> str:
    """The shortest words that are read as the same age; "" where there is no limit."""
    if months == (OLDEST if upper else PREGNANCY_START):
        return ""
    if upper and months == -1:
        return {"de": "Schwangerschaft", "en": "pregnancy"}[lang]
    years, rest = divmod(months + upper, YEAR)
    if rest or months < 0:
        return f"{months} {UNIT_WORDS[lang][0][abs(months) != 1]}"
    count = years - upper
    return f"{count} {UNIT_WORDS[lang][1][count != 1]}"


def turned_into_date(day: date) -> Doubt:
    """Excel makes the third of June out of "3-6"; the two numbers are still in it."""
    low, high = sorted((day.day, day.month))
    return Doubt("age-became-date", {"suggestion": f"{low}–{high}"})


def _known(text: str) -> Ages | None:
    return Ages(*WORDS[folded(text)]) if folded(text) in WORDS else None


def _begun(text: str) -> Ages | None:
    """ "ab Schwangerschaft": from a word on, without an end."""
    first = _known(text[3:]) if text.casefold().startswith("ab ") else None
    return Ages(first.low) if first else None


def _spanned(text: str) -> Ages | None:
    """ "Schwangerschaft bis 3 Jahre": from a word to a word or a number."""
    begin, middle, end = text.partition(" bis ") if " bis " in text else text.partition("–")
    low, high = _known(begin.removeprefix("ab ").removeprefix("von ")), _known(end) or _parsed(end)
    return Ages(low.low, high.high if high.high is not None else high.low) if middle and low and high else None


def _parsed(text: str) -> Ages | None:
    if len(text) > LONGEST:
        return None
    said = _SCHOOL.sub(lambda m: f"{'unter ' if m[1] else ''}{SCHOOL_AGE}", text.casefold().replace("−", "-"))
    said = " ".join(_FILLER.sub(" ", said).split())
    if found := _BEFORE_BIRTH.fullmatch(said):
        return Ages(-int(found[1]), -int(found[1]))
    if found := _RANGE.fullmatch(said):
        first, first_unit, under, last, last_unit = found.groups()
        unit = last_unit or first_unit
        high = _months(last, unit) - 1 if under else _end(last, unit)
        return Ages(_months(first, first_unit or unit), high)
    if found := _UNDER.fullmatch(said):
        return Ages(0, _months(*found.groups()) - 1)
    if found := _TO.fullmatch(said):
        under, number, unit = found.groups()
        high = _months(number, unit) - 1 if under and under.startswith("unter") else _end(number, unit)
        return Ages(0, high)
    if found := _FROM.fullmatch(said):
        low = _months(*found.groups())
        return Ages(low, None if _OPEN_ENDED.search(said) else _end(*found.groups()))
    return None


def _months(number: str, unit: str | None) -> int:
    return int(_count(number) * UNITS[_letter(unit)])


def _end(number: str, unit: str | None) -> int:
    """The last month that belongs to it: three years last until the day before the fourth birthday."""
    months = _months(number, unit)
    if _letter(unit) not in "jy":
        return months
    return min(months + (YEAR - 1 if _count(number).is_integer() else YEAR // 2 - 1), OLDEST)


def _count(number: str) -> float:
    if number == "anderthalb":
        return 1.5
    whole, half, _ = number.partition("½")
    return float(whole.replace(",", ".") or 0) + (0.5 if half else 0)


def _letter(unit: str | None) -> str:
    return "j" if unit is None or unit.startswith("lebensjahr") else unit[0]
