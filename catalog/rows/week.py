"""The grammar of a week: "mo-fr 9-12, do 15-18" as days and times, and those in OSM syntax.

Every word has to have its place; at the first that has none the whole text is unclear.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
DAY_WORDS = {
    **dict.fromkeys(("mo", "mon", "montag", "montags", "monday", "mondays"), 0),
    **dict.fromkeys(("di", "die", "dienstag", "dienstags", "tu", "tue", "tuesday", "tuesdays"), 1),
    **dict.fromkeys(("mi", "mit", "mittwoch", "mittwochs", "we", "wed", "wednesday", "wednesdays"), 2),
    **dict.fromkeys(("do", "don", "donnerstag", "donnerstags", "th", "thu", "thursday", "thursdays"), 3),
    **dict.fromkeys(("fr", "fre", "freitag", "freitags", "fri", "friday", "fridays"), 4),
    **dict.fromkeys(("sa", "sam", "samstag", "samstags", "sonnabend", "sonnabends", "sat", "saturday", "saturdays"), 5),
    **dict.fromkeys(("so", "son", "sonntag", "sonntags", "su", "sun", "sunday", "sundays"), 6),
}
SPANS = {
    **dict.fromkeys(("täglich", "daily", "everyday"), (0, 6)),
    **dict.fromkeys(("werktags", "wochentags", "weekdays"), (0, 4)),
    **dict.fromkeys(("wochenende", "weekend"), (5, 6)),
}
ORDINALS = {"erste": 1, "zweite": 2, "dritte": 3, "vierte": 4, "letzte": -1, "first": 1, "last": -1}
_NOISE = re.compile(
    r"\b(uhr|jeweils|jeden|jede|immer|von|in der zeit|geöffnet|offen|öffnungszeiten|sprechzeiten|sprechstunde|zeiten|hours|open|from|every|on|am|h|o'clock)\b\.?:?"
)
_SAME = (
    (re.compile(r"[–—−‐‑]"), "-"),
    (re.compile(r"(?<=\d)[.:](?=[0-5]\d\b)"), ":"),
    (re.compile(r"(?<=\d)h(?=\d)"), ":"),
    (re.compile(r"\b(bis|to|until|till)\b"), "-"),
    (re.compile(r"\b(und|u\.|sowie|and)(?=\s|$)|[&+/]"), ","),
    (re.compile(r"(?<=[a-zäöü])\.(?=[\s,\-:]|$)"), ""),
)
_MONTHLY = re.compile(r"\b(?:im monat|des monats|of the month|in the month)\b")
_TOKEN = re.compile(
    r"\s*(?:(?P<time>\d{1,2}(?::\d{2})?)(?![\d.:])|(?P<ordinal>\d)\.|(?P<word>[a-zäöüß]+)|(?P<mark>[-,;:\n()]))"
)


class Token(NamedTuple):
    kind: str  # time, ordinal, word, mark
    text: str


def week_of(text: str) -> str:
    """Read groups of days and times in small letters, as OSM syntax; "" when a single word is not understood."""
    monthly = bool(_MONTHLY.search(text))
    text = _MONTHLY.sub(" ", text)
    for pattern, same in _SAME:
        text = pattern.sub(same, text)
    tokens = list(_tokens(_NOISE.sub(" ", text)))
    try:
        groups = list(Reader(tokens).groups())
    except UnclearError:
        return ""
    if not groups or any((group.weeks != ()) != monthly for group in groups):
        return ""
    return _written(groups)


def _tokens(text: str) -> Iterator[Token]:
    position = 0
    while position < len(text.rstrip()):
        found = _TOKEN.match(text, position)
        if not found or not found.lastgroup:
            yield Token("unknown", text[position])
            return
        yield Token(found.lastgroup, found[found.lastgroup])
        position = found.end()


class UnclearError(ValueError):
    """A word or a mark that has no place in opening hours."""


@dataclass(frozen=True)
class Group:
    """Days that share their times. `weeks`: only the first, second … of the month."""

    days: tuple[int, ...]
    times: tuple[tuple[int, int], ...]  # minutes of the day
    weeks: tuple[int, ...] = ()


@dataclass
class Reader:
    """Goes through the tokens once."""

    tokens: list[Token]
    at: int = field(default=0)

    def groups(self) -> Iterator[Group]:
        """Days, then times; a group of days that is closed says nothing."""
        while self._skip(",;:") and self.at < len(self.tokens):
            weeks = tuple(self._ordinals())
            days = tuple(dict.fromkeys(self._days()))
            self._skip(":,")
            if self._word_is({"geschlossen", "closed", "zu"}):
                continue
            yield Group(days, tuple(self._times()), weeks)

    def _ordinals(self) -> Iterator[int]:
        while token := self._peek():
            stem = token.text.rstrip("rnms")
            if token.kind == "ordinal":
                yield int(token.text)
            elif token.kind == "word" and stem in ORDINALS:
                yield ORDINALS[stem]
            elif token.text != "," or not self._follows({"ordinal"}):
                return
            self.at += 1

    def _days(self) -> Iterator[int]:
        first, last = self._day()
        yield from _through(first, last)
        while (token := self._peek()) and (token.text == "," or self._is_day(token)) and self._follows_day(token):
            self.at += token.text == ","
            yield from _through(*self._day())

    def _day(self) -> tuple[int, int]:
        token = self._take("word")
        if token.text in SPANS:
            return SPANS[token.text]
        first = self._number(token)
        if (mark := self._peek()) and mark.text == "-" and self._follows({"word"}):
            self.at += 1
            return first, self._number(self._take("word"))
        return first, first

    def _times(self) -> Iterator[tuple[int, int]]:
        yield self._span()
        while (token := self._peek()) and token.text == "," and self._follows({"time"}):
            self.at += 1
            yield self._span()
        if token and token.kind == "time":
            raise UnclearError

    def _span(self) -> tuple[int, int]:
        opens = _minutes(self._take("time").text)
        if self._take("mark").text != "-":
            raise UnclearError
        closes = _minutes(self._take("time").text)
        if closes <= opens:
            raise UnclearError
        return opens, closes

    def _number(self, token: Token) -> int:
        if token.text not in DAY_WORDS:
            raise UnclearError
        return DAY_WORDS[token.text]

    def _peek(self, ahead: int = 0) -> Token | None:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else None

    def _take(self, kind: str) -> Token:
        token = self._peek()
        if token is None or token.kind != kind:
            raise UnclearError
        self.at += 1
        return token

    def _skip(self, marks: str) -> bool:
        while (token := self._peek()) and token.kind == "mark" and token.text in marks:
            self.at += 1
        return True

    def _word_is(self, words: set[str]) -> bool:
        token = self._peek()
        found = token is not None and token.text in words
        self.at += found
        return found

    def _follows(self, kinds: set[str]) -> bool:
        token = self._peek(1)
        return token is not None and token.kind in kinds

    def _is_day(self, token: Token) -> bool:
        return token.text in DAY_WORDS or token.text in SPANS

    def _follows_day(self, token: Token) -> bool:
        following = self._peek(1) if token.text == "," else token
        return following is not None and self._is_day(following)


def _through(first: int, last: int) -> Iterable[int]:
    return range(first, last + 1) if first <= last else (*range(first, 7), *range(last + 1))


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    moment = int(hour) * 60 + int(minute or 0)
    if moment > 24 * 60:
        raise UnclearError
    return moment


def _written(groups: list[Group]) -> str:
    """OSM syntax, days with the same times together."""
    times: dict[tuple[int, tuple[int, ...]], set[tuple[int, int]]] = {}
    for group in groups:
        for day in group.days:
            times.setdefault((day, group.weeks), set()).update(group.times)
    together: dict[tuple[tuple[int, ...], tuple[tuple[int, int], ...]], list[int]] = {}
    for (day, weeks), spans in sorted(times.items()):
        together.setdefault((weeks, tuple(sorted(spans))), []).append(day)
    return "; ".join(f"{_listed(days, weeks)} {_clocks(spans)}" for (weeks, spans), days in together.items())


def _listed(days: list[int], weeks: tuple[int, ...]) -> str:
    if weeks:
        return ",".join(f"{DAYS[day]}[{','.join(map(str, weeks))}]" for day in days)
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def _clocks(spans: Iterable[tuple[int, int]]) -> str:
    return ",".join("-".join(f"{moment // 60:02}:{moment % 60:02}" for moment in span) for span in spans)
