"""Danger in a text: words that mean somebody may be hurt. A net under the rope, not the rope.

Patterns stand in locales/<tag>/danger.yaml, in every language at once, because people in panic fall back into their
first one. A pattern is word groups parted by blanks, all of which occur near one another in any order; alternatives are
parted by "|", "word*" begins so, "*word*" contains it, "two_words" follow each other, "!word" must not occur at all.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from catalog.tables import Postings
from catalog.text import clean, phon

WINDOW = 8  # words within which all groups of a pattern stand
TYPO_LENGTH = 6  # words from this length on may have one wrong letter
MAX_WORDS = 250
HEAD = 3  # characters by which beginnings of words are listed
ARABIC_AND = "Av"  # how "و" sounds, with the mark of its script
SCRIPT_MARKS = {"CYRILLIC": "C", "ARABIC": "A", "ETHIOPIC": "E", "GREEK": "G"}
MARKS = "".join(SCRIPT_MARKS.values())


class _Word(NamedTuple):  # a tuple, because it is looked up hundreds of times for every message
    """One alternative: a word, its beginning or its middle, or several words in a row."""

    parts: tuple[str, ...]
    kind: str  # "whole", "begins", "contains", "row"
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    topic: str
    wanted: tuple[tuple[_Word, ...], ...]
    unwanted: tuple[_Word, ...]


class DangerNet:
    """All patterns of all languages, compiled once at the start. Needs neither catalog nor database."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._patterns = tuple(patterns)
        words = {word for p in self._patterns for group in (*p.wanted, p.unwanted) for word in group}
        self._contains = [(word.parts[0].lstrip(MARKS), word) for word in words if word.kind == "contains"]
        self._begins: dict[str, list[_Word]] = {}
        self._rows: dict[str, list[_Word]] = {}
        for word in words:
            first = word.parts[0].rstrip("*")
            if word.kind == "begins":
                self._begins.setdefault(first[:HEAD], []).append(word)
            elif word.kind == "row":
                key = first[:HEAD] + "*" if word.parts[0].endswith("*") else first
                self._rows.setdefault(key, []).append(word)
        self._whole = _Alike([word for word in words if word.kind == "whole"])

    @cached_property
    def _by_rarest(self) -> dict[_Word, list[Pattern]]:
        """Patterns listed under each word of their smallest group, so that most are never looked at."""
        listed: dict[_Word, list[Pattern]] = {}
        for pattern in self._patterns:
            for word in min(pattern.wanted, key=len):
                listed.setdefault(word, []).append(pattern)
        return listed

    def find(self, text: str, lang: str | None = None) -> tuple[str, ...]:
        """Return the danger topics that a text speaks of, the one with most patterns first; usually none.

        `lang` is what the text is written in: only that language's words may be misspelt, else every second word
        of one language is a typing mistake of another. None: all may.
        """
        tokens = [token for word in clean(text).split() if (token := _sound(word))][:MAX_WORDS]
        places = self._places(tokens, lang.split("-")[0] if lang else None)
        counted: dict[str, int] = {}
        candidates = {id(p): p for word in places for p in self._by_rarest.get(word, ())}
        for pattern in candidates.values():
            if _matches(pattern, places):
                counted[pattern.topic] = counted.get(pattern.topic, 0) + len(pattern.wanted)
        return tuple(sorted(counted, key=lambda topic: (-counted[topic], topic)))

    def _places(self, tokens: list[str], lang: str | None) -> dict[_Word, list[int]]:
        """Where each known word stands in the text."""
        places: dict[_Word, list[int]] = {}
        spoken = [(i, form) for i, token in enumerate(tokens) for form in _forms(token)]
        whole = self._whole.near([token for _, token in spoken])
        together = " ".join(token for _, token in spoken)
        contained = [word for letters, word in self._contains if letters in together]  # hardly ever one
        for (i, token), alike in zip(spoken, whole, strict=True):
            found = {word for word in alike if word.parts[0] == token or lang is None or word.lang == lang}
            found.update(word for word in contained if _contains(token, word.parts[0]))
            for head in {token[:length] for length in range(1, HEAD + 1)}:
                found.update(word for word in self._begins.get(head, ()) if token.startswith(word.parts[0]))
                found.update(word for word in self._rows.get(f"{head}*", ()) if _row_at(tokens, i, word.parts))
            found.update(word for word in self._rows.get(token, ()) if _row_at(tokens, i, word.parts))
            for word in found:
                places.setdefault(word, []).append(i)
        return places


class _Alike:
    """Words listed under all their variants, of which there are a hundred thousand."""

    def __init__(self, words: Sequence[_Word]) -> None:
        self._words = words
        self._listed = Postings((v, n) for n, word in enumerate(words) for v in _variants(word.parts[0]))

    def near(self, tokens: Sequence[str]) -> list[set[_Word]]:
        """For each token the words that differ by one letter at most."""
        asked = [(i, variant) for i, token in enumerate(tokens) for variant in _variants(token)]
        found: list[set[_Word]] = [set() for _ in tokens]
        for at, numbers in self._listed.under_each([variant for _, variant in asked]):
            found[asked[at][0]].update(self._words[number] for number in numbers)
        return found


@lru_cache(maxsize=65536)
def _sound(cleaned: str) -> str:
    """How a word sounds, marked with its script: a Cyrillic word is not mistaken for a Turkish one that sounds alike."""
    sound = phon(cleaned)
    if not sound or cleaned.isascii():
        return sound
    return SCRIPT_MARKS.get(unicodedata.name(cleaned[0], "").split(" ")[0], "") + sound


def let_go() -> None:
    """Forget the words that were read lately."""
    _sound.cache_clear()


def _forms(token: str) -> tuple[str, ...]:
    """A word, and an Arabic word without the "and" that is written together with it."""
    if token.startswith(ARABIC_AND) and len(token) >= len(ARABIC_AND) + 3:
        return token, token[0] + token[len(ARABIC_AND) :]
    return (token,)


def _contains(token: str, part: str) -> bool:
    marked = part[:1].isupper()
    return part[marked:] in token and token[:1].isupper() == marked and (not marked or token[0] == part[0])


def _row_at(tokens: list[str], i: int, parts: tuple[str, ...]) -> bool:
    if i + len(parts) > len(tokens):
        return False
    for at, part in enumerate(parts, start=i):
        if not (tokens[at].startswith(part[:-1]) if part.endswith("*") else tokens[at] == part):
            return False
    return True


def _variants(word: str) -> frozenset[str]:
    """The word and, when it is long enough for a typo, the word without each one of its letters.

    Two words that share a variant differ by one wrong, missing, doubled or swapped letter.
    """
    first = int(word[:1].isupper())  # the mark of a script is no letter
    if len(word) - first < TYPO_LENGTH:
        return frozenset((word,))
    return frozenset({word} | {word[:i] + word[i + 1 :] for i in range(first, len(word))})


def _matches(pattern: Pattern, places: Mapping[_Word, list[int]]) -> bool:
    found: list[list[int]] = []
    for group in pattern.wanted:
        spots = [i for word in group if word in places for i in places[word]]
        if not spots:
            return False
        found.append(spots)
    if any(word in places for word in pattern.unwanted):
        return False
    anchors = min(found, key=len)
    return any(all(any(abs(i - anchor) < WINDOW for i in spots) for spots in found) for anchor in anchors)


def parse_patterns(data: Mapping[str, Iterable[str]], lang: str = "") -> Iterable[Pattern]:
    """Read the content of a danger.yaml of one language.

    Raises:
        ValueError: for a pattern that could never match or would match everything.
    """
    words = _Reader(lang.split("-")[0])
    for topic, lines in data.items():
        for line in lines:
            groups = str(line).split()
            wanted = tuple(words.of(g) for g in groups if not g.startswith("!"))
            unwanted = tuple(word for g in groups if g.startswith("!") for word in words.of(g[1:]))
            if not wanted or not all(wanted):
                raise ValueError(f"danger pattern {line!r} of {topic} has an empty word group")
            yield Pattern(topic, wanted, unwanted)


class _Reader:
    """Reads word groups; what occurs in many patterns is kept once."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._groups: dict[str, tuple[_Word, ...]] = {}
        self._words: dict[str, _Word | None] = {}

    def of(self, group: str) -> tuple[_Word, ...]:
        if group not in self._groups:
            words = (self._word(alternative) for alternative in group.split("|"))
            self._groups[group] = tuple(word for word in words if word)
        return self._groups[group]

    def _word(self, alternative: str) -> _Word | None:
        if alternative not in self._words:
            self._words[alternative] = _word(alternative, self._lang)
        return self._words[alternative]


def _word(alternative: str, lang: str) -> _Word | None:
    if "_" in alternative.strip("_"):
        parts = tuple(_sound(clean(p)) + ("*" if p.endswith("*") else "") for p in alternative.split("_") if p)
        return _Word(parts, "row", lang)
    sound = " ".join(_sound(word) for word in clean(alternative.strip("*")).split())
    if not sound:
        return None
    kind = "contains" if alternative.startswith("*") else "begins" if alternative.endswith("*") else "whole"
    return _Word(tuple(sound.split()), "row", lang) if " " in sound else _Word((sound,), kind, lang)
