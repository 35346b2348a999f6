"""How old the children are: from "18 Monate", "2½", "üç yaşında", "سنة ونص", "1. Klasse" to months.

Every language brings its words in locales/<tag>/numbers.yaml; the grammar of ages is here and the same for all.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.understanding.age_words import AgeWords, cut, taken_apart
from bot.understanding.words import Words

MAX_YEARS = 26
MAX_MONTHS = MAX_YEARS * 12 + 11
WEEKS_A_MONTH = 52 / 12
DAYS_A_MONTH = 365 / 12
SCHOOL_START_YEARS = 6
LAST_CLASS = 13
YOUTH_YEARS = range(8, 20)  # somebody of this age who says "I am" is the child
NEARBY = 4  # words
MOST_WORDS = 4  # of "(ich) bin schon in der", before a number

_DASHES = {"-", "–", "—"}


class Age(NamedTuple):
    """A child's age in months since birth, both ends inclusive; pregnancy is −9…−1."""

    min_months: int
    max_months: int


PREGNANCY = Age(-9, -1)
ONE_YEAR = Age(12, 23)
TWO_YEARS = Age(24, 35)


@dataclass(frozen=True)
class _Number:
    value: float
    at: int  # index of its last token
    start: int


def find_ages(text: str, words: AgeWords, *, asked: bool, own: bool = True) -> tuple[Age, ...]:
    """Find every child's age in a text, in order.

    Args:
        text: what was written; only the first thousand characters count.
        words: the language's words.
        own: whether the text is in this language; if not, words that mean an age by themselves ("baby") do not count.
        asked: whether this answers the question for the age. Then a bare number is years, else it needs a child beside it.

    Returns:
        Ages; impossible ones (250 years) are left out. Nothing understood: empty.
    """
    return ages_among(cut(text), words, asked=asked, own=own)


def ages_among(cut_up: Iterable[str], words: AgeWords, *, asked: bool, own: bool = True) -> tuple[Age, ...]:
    """`find_ages` in a text that `cut` has cut up, which needs to be done only once for all languages."""
    tokens = taken_apart(cut_up, words)
    is_one_word = asked and len(tokens) == 1  # it may be misspelt
    if not is_one_word and not words.may_tell(tokens):
        return ()
    return tuple(dict.fromkeys(_Reading(tokens, words, asked=asked, own=own).ages()))


class _Reading:
    """One pass over the tokens of one text."""

    def __init__(self, tokens: list[str], words: AgeWords, *, asked: bool, own: bool = True) -> None:
        self.tokens = tokens
        self.words = words
        self.asked = asked
        self.own = own
        self.pregnant_at = [i for i in range(len(tokens)) if words.pregnant.at(tokens, i)[0]]
        self.waiting: list[tuple[_Number, int]] = []  # bare numbers that may take the unit of a later one
        self.found: list[tuple[int, Age]] = []

    def ages(self) -> list[Age]:
        if self.pregnant_at:
            self.found.append((self.pregnant_at[0], PREGNANCY))
        i = 0
        while i < len(self.tokens):
            i = self._step(i)
        self._settle_waiting(None)
        return [age for _, age in sorted(self.found, key=lambda pair: pair[0])]

    def _step(self, i: int) -> int:
        after = self._school_class(i) or self._pregnancy_month(i)
        if after:
            return after
        number = self._number(i)
        if number:
            return self._measure(number)
        length, span = self.words.ages.at(self.tokens, i)
        return self._spoken_age(i, length, Age(*span)) if length and self.own else i + max(length, 1)

    def _spoken_age(self, i: int, length: int, span: Age) -> int:
        """A word that means an age by itself: "baby", "سنتين". Beside a number for the same child it adds nothing."""
        end = i + length
        if span == TWO_YEARS and self._half(end):
            span, end = Age(30, 30), end + self._half(end)
        if span == ONE_YEAR:
            months, end = self._with_months(1.0, "year", end)
            half = self._half(end)
            if half:
                months, end = 18, end + half
            span = Age(int(months), int(months)) if months else span
        same_child = any(abs(at - i) <= NEARBY and _overlap(age, span) for at, age in self.found)
        unborn = bool(self.pregnant_at) and (span.min_months == 0 or (length and span.max_months < 10))  # noqa: PLR2004
        if not same_child and not unborn and not self._is_duration(i, end - 1):
            self.found.append((i, span))
        return end

    def _number(self, i: int) -> _Number | None:
        token = self.tokens[i]
        value = _decimal(token) if _is_number(token) else self._number_word(i)
        if value is None:
            return None
        last = i
        following = self.words.numbers.get(self._token(i + 1))
        if following is not None and not token[0].isdigit():
            if value == 1 and following < 1:  # "ein halbes"
                value, last = following, i + 1
            elif value in {10, 20} and 1 <= following < 10:  # noqa: PLR2004 "on üç", "twenty one"
                value, last = value + following, i + 1
            elif 1 <= value < 10 and following == 10:  # noqa: PLR2004 "إحدى عشرة"
                value, last = value + 10, i + 1
        half = self._half(last + 1)
        if half:
            value, last = value + 0.5, last + half
        return _Number(value, last, i)

    def _number_word(self, i: int) -> float | None:
        """A number word, with one wrong letter too where nothing else can be meant."""
        token = self.tokens[i]
        if token in self.words.numbers:
            return self.words.numbers[token]
        if token in self.words.children:
            return None
        alone = self.asked and len(self.tokens) == 1 and len(token) >= 5  # noqa: PLR2004 short words are near everything
        if not alone and not (len(token) >= 3 and self._unit(i + 1) in {"year", "month"}):  # noqa: PLR2004
            return None
        spoken = [word for word in self.words.numbers if len(word) >= 3]  # noqa: PLR2004
        near = process.extractOne(token, spoken, scorer=DamerauLevenshtein.distance, score_cutoff=1)
        return self.words.numbers[near[0]] if near else None

    def _half(self, i: int) -> int:
        for words in self.words.half:
            if tuple(self.tokens[i : i + len(words)]) == words:
                return len(words)
        return 0

    def _unit(self, i: int) -> str | None:
        if i >= len(self.tokens):
            return None
        return next((unit for unit, words in self.words.units.items() if self.tokens[i] in words), None)

    def _measure(self, number: _Number) -> int:
        """A number and what follows it: a unit, a range, a list that shares a unit later, or nothing."""
        unit_at = number.at + 1
        if self._token(unit_at) in _DASHES and self._unit(unit_at + 1) and not self._number_at(unit_at + 1):
            unit_at += 1
        unit = self._unit(unit_at)
        upper = self._range(number) if unit is None else None
        if upper is not None:
            return upper
        if unit is None:
            self._keep_bare(number)
            return number.at + 1
        end = unit_at + 1
        half = self._half(end)
        value, end = (number.value + 0.5, end + half) if half else (number.value, end)
        grown_up = unit == "year" and value not in YOUTH_YEARS and self._is_myself(number.start)
        if (
            grown_up
            or self._is_rate(number, unit)
            or self._is_duration(number.start, end - 1)
            or self._is_pregnancy(number.start, unit)
        ):
            self.waiting.clear()
            return end
        months, end = self._with_months(value, unit, end)
        self._settle_waiting(unit)
        self._add(number.start, value, unit, months)
        return end

    def _range(self, number: _Number) -> int | None:
        """ "2 bis 3 Jahre", "2-3 Jahre": one child, somewhere between. The token after it, or None."""
        if self._token(number.at + 1) not in self.words.ranges and self._token(number.at + 1) not in _DASHES:
            return None
        upper = self._number(number.at + 2) if number.at + 2 < len(self.tokens) else None
        unit = self._unit(upper.at + 1) if upper else None
        if upper is None or upper.value <= number.value or not (unit or self.asked):
            return None
        first, last = _span(number.value, unit or "year"), _span(upper.value, unit or "year")
        if first and last and not self._is_duration(number.start, upper.at + bool(unit)):
            self.found.append((number.start, Age(first.min_months, last.max_months)))
        return upper.at + 1 + bool(unit)

    def _with_months(self, value: float, unit: str, end: int) -> tuple[float | None, int]:
        """ "2 Jahre und 3 Monate" is one child."""
        if unit != "year" or value != int(value):
            return None, end
        i = end + 1 if self._token(end) in self.words.joins or self._token(end) in {",", "+"} else end
        more = self._number(i) if i < len(self.tokens) else None
        if more and self._unit(more.at + 1) == "month" and more.value <= 12:  # noqa: PLR2004 months of a year
            return value * 12 + more.value, more.at + 2
        return None, end

    def _add(self, at: int, value: float, unit: str, months: float | None) -> None:
        age = Age(int(months), int(months)) if months is not None else _span(value, unit)
        if age and age.max_months <= MAX_MONTHS:
            # "Baby 5 Monate" is one child: the number says it better than the word before it
            self.found = [
                (i, other)
                for i, other in self.found
                if not (self._is_spoken(i) and at - i <= NEARBY and _overlap(age, other))
            ]
            self.found.append((at, age))

    def _is_spoken(self, i: int) -> bool:
        return self.words.ages.at(self.tokens, i)[0] > 0 and i not in self.pregnant_at

    def _keep_bare(self, number: _Number) -> None:
        if self._is_pregnancy(number.start, "week"):
            return
        following = self._token(number.at + 1)
        own_age = number.start > 0 and self._is_myself(number.start) and number.value not in YOUTH_YEARS
        if following in self.words.counted or own_age or not 0 <= number.value <= MAX_YEARS:
            return
        written = self.tokens[number.start]
        if written[0].isdigit() and len(written) > 3:  # noqa: PLR2004 "2.5" at most, not "02826"
            return
        article = not written[0].isdigit() and number.value <= 1 and len(self.tokens) > 1
        if not article and not self._is_duration(number.start, number.at):
            self.waiting.append((number, number.start))

    def _settle_waiting(self, unit: str | None) -> None:
        """Give bare numbers the unit of the number they stand beside ("3, 5 und 9 Monate"), else years."""
        counted = False
        for number, at in self.waiting:
            counted = (
                self._counts(number)
                or (counted and self._follows(number))
                or (unit is not None and self._joined(number))
            )
            if counted:
                joined = unit and self._joined(number)
                self._add(at, number.value, unit if joined and unit else "year", None)
        self.waiting = []

    def _follows(self, number: _Number) -> bool:
        """Whether it goes on a list: "4, 6 and 9"."""
        before = self._token(number.start - 1)
        return before in self.words.joins or before in {",", "/", "+", "&", ";"}

    def _joined(self, number: _Number) -> bool:
        """Whether it goes on to the number of the same children: "3 und 5 Monate", not "Tochter 4, Sohn 5 Monate"."""
        following = self._token(number.at + 1)
        beside = self.tokens[number.at + 2 : number.at + 2 + NEARBY]
        between = takewhile(lambda token: not self._is_written(token), beside)
        joins = following in self.words.joins or following in {",", "/", "+", "&", ";"} | _DASHES
        return joins and not any(token in self.words.children or token in self.words.ages for token in between)

    def _counts(self, number: _Number) -> bool:
        if self.asked:
            few_words = len(self.tokens) <= 3 or number.value != int(number.value)  # noqa: PLR2004
            return self.tokens[number.start][0].isdigit() or few_words or self._beside_child(number)
        return self._beside_child(number)

    def _beside_child(self, number: _Number) -> bool:
        before = self.tokens[max(0, number.start - 3) : number.start]
        return any(token in self.words.children for token in before)

    def _is_myself(self, at: int) -> bool:
        return self._ends_before(at, self.words.myself)

    def _ends_before(self, at: int, words: Words) -> bool:
        return any(words.at(self.tokens, i)[0] == at - i for i in range(max(0, at - MOST_WORDS), at))

    def _is_duration(self, first: int, last: int) -> bool:
        around = range(max(0, first - 3), min(last + 3, len(self.tokens)))
        if any(self.words.born.at(self.tokens, i)[0] for i in around):
            return False
        return self._token(first - 1) in self.words.not_age_before or self._token(last + 1) in self.words.not_age_after

    def _is_rate(self, number: _Number, unit: str) -> bool:
        """ "A few hours a week", "3 Monate Wartezeit": unasked, months and weeks are an age only near a child."""
        article = not self.tokens[number.start][0].isdigit() and number.value == 1
        around = range(max(0, number.start - NEARBY), min(number.at + NEARBY, len(self.tokens)))
        near_child = any(self.tokens[i] in self.words.children or self._is_spoken(i) for i in around)
        long_answer = len(self.tokens) > 6  # noqa: PLR2004 an answer is short
        if article and (long_answer or not self.asked):
            return not near_child
        return not self.asked and unit != "year" and not near_child

    def _is_pregnancy(self, at: int, unit: str) -> bool:
        return unit != "year" and any(abs(at - pregnant) <= 5 for pregnant in self.pregnant_at)  # noqa: PLR2004 words around

    def _pregnancy_month(self, i: int) -> int:
        """ "Ich bin im 7. Monat": the token after it, or 0. Who says the same of a child does not say "I am"."""
        length, _ = self._ordinal(i)
        is_month = length and self._unit(i + length) in {"month", "week"}
        if not is_month or not self._ends_before(i, self.words.expecting):
            return 0
        self.found.append((i, PREGNANCY))
        return i + length + 1

    def _school_class(self, i: int) -> int:
        """ "1. Klasse", "7-й клас", "Achtklässler", "Klasse 3", "erste Klasse": the token after it, or 0."""
        length, number = self._ordinal(i)
        if length and self._token(i + length) in self.words.classes:
            end = i + length + 1
        elif self.tokens[i] in self.words.classes:
            length, number = self._ordinal(i + 1)
            end = i + 1 + length
            if not length:
                return 0
        else:
            return 0
        if 1 <= number <= LAST_CLASS:
            first = int(number) - 1 + SCHOOL_START_YEARS
            self.found.append((i, Age(first * 12, (first + 2) * 12 - 1)))
        return end

    def _ordinal(self, i: int) -> tuple[int, float]:
        """A number as classes and months have it, and how many tokens it takes: "8", "8th", "7-й", "acht", "erste"."""
        token = self._token(i)
        if token.isdecimal():
            at = i + 2 if self._token(i + 1) in _DASHES else i + 1
            suffix = self._token(at)
            is_suffix = suffix.isalpha() and len(suffix) <= 2 and suffix not in self.words.classes  # noqa: PLR2004 "th", "й"
            return (at + 1 - i if is_suffix else 1), float(token)
        length, number = self.words.ordinals.at(self.tokens, i)
        if not length and token in self.words.numbers:
            return 1, self.words.numbers[token]
        return length, number or 0

    def _number_at(self, i: int) -> bool:
        return i < len(self.tokens) and self._is_written(self.tokens[i])

    def _is_written(self, token: str) -> bool:
        """Whether a token is a number, in digits or as a word."""
        return token[0].isdigit() or token in self.words.numbers

    def _token(self, i: int) -> str:
        return self.tokens[i] if 0 <= i < len(self.tokens) else ""


def _overlap(one: Age, other: Age) -> bool:
    return one.min_months <= other.max_months and other.min_months <= one.max_months


def _is_number(token: str) -> bool:
    """Digits with at most one point or comma; "4b2" is none."""
    return token.replace(",", "", 1).replace(".", "", 1).isdecimal()


def _decimal(token: str) -> float | None:
    """Read "3", "2.5" and "2,5"; longer numbers (post codes, telephone numbers) are no ages."""
    whole, _, fraction = token.replace(",", ".").partition(".")
    return float(f"{whole}.{fraction or 0}") if len(whole) <= 3 else None  # noqa: PLR2004


def _span(value: float, unit: str) -> Age | None:
    if unit == "year":
        if not 0 <= value <= MAX_YEARS:
            return None
        months = int(value * 12)
        return Age(months, months + 11) if value == int(value) else Age(months, months)
    months = int(value if unit == "month" else value / WEEKS_A_MONTH if unit == "week" else value / DAYS_A_MONTH)
    return Age(months, months) if 0 <= months <= MAX_MONTHS else None


def merge(ages: Iterable[Age]) -> Iterator[Age]:
    """Order children from the youngest to the oldest, each age once."""
    yield from sorted(set(ages))
