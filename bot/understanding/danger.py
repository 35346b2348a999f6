"""Danger in a text: words that mean somebody may be hurt. A net under the rope, not the rope.

Patterns stand in locales/<tag>/danger.yaml, in every language at once, because people in panic fall back into their
first one. A pattern is word groups parted by blanks, all of which occur near one another in any order; alternatives are
parted by "|", "word*" begins so, "*word*" contains it, "two_words" follow each other, "!word" must not occur at all.
"@name" stands for all words that the section `words` lists under this name. Patterns of the section `harmless` are
figures of speech ("the paperwork kills me"): the words of their first group are not heard where they stand.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from catalog.tables import Postings
from catalog.text import clean, phon

WINDOW = 8  # words within which all groups of a pattern stand
TYPO_LENGTH = 6  # words from this length on may have one wrong letter
MAX_WORDS = 250
HEAD = 3  # characters by which beginnings of words are listed
ARABIC_AND = "Av"  # how "و" sounds, with the mark of its script
ARABIC_JOINED = re.compile(
    r"A[bfk]?al(?=\w{3})|Ab(?=[it]\w{3})"
)  # the article, the "b" of the present: "البيت", "بيضرب"
WORDS = "words"  # the section of names
HARMLESS = "harmless"  # the section of figures of speech
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


@dataclass(frozen=True, slots=True)
class Heard:
    """What a text says: danger topics, the strongest first, and (cleaned) words that were only a figure of speech."""

    topics: tuple[str, ...]
    figures: frozenset[str]


class DangerNet:
    """All patterns of all languages, compiled once at the start. Needs neither catalog nor database."""

    def __init__(self, patterns: Iterable[Pattern], harmless: Iterable[Pattern] = ()) -> None:
        self._patterns = (*patterns, *harmless)
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
        """Patterns listed under each word of their rarest group, so that most are never looked at: what is in many
        patterns ("kind", "er") is in many messages.
        """
        uses = Counter(word for pattern in self._patterns for group in pattern.wanted for word in group)
        listed: dict[_Word, list[Pattern]] = {}
        for pattern in self._patterns:
            for word in min(pattern.wanted, key=lambda group: max(uses[word] for word in group)):
                listed.setdefault(word, []).append(pattern)
        return listed

    def find(self, text: str, lang: str | None = None) -> tuple[str, ...]:
        """Return the danger topics that a text speaks of, the one with most patterns first; usually none.

        `lang` is what the text is written in: only that language's words may be misspelt, else every second word
        of one language is a typing mistake of another. None: all may.
        """
        return self.hear(text, lang).topics

    def hear(self, text: str, lang: str | None = None) -> "Heard":
        """Return what `find` does, and the words that were only a figure of speech."""
        words = [(word, token) for word in clean(text).split() if (token := _sound(word))][:MAX_WORDS]
        places = self._places([token for _, token in words], lang.split("-")[0] if lang else None)
        matching = [p for p in self._candidates(places) if _matches(p, places)]
        figures = {i for p in matching if p.topic == HARMLESS for i in _first_group(p, places)}
        if figures:
            left = {word: [i for i in spots if i not in figures] for word, spots in places.items()}
            matching = [p for p in matching if p.topic != HARMLESS and _matches(p, left)]
        counted: dict[str, int] = {}
        for pattern in matching:
            counted[pattern.topic] = counted.get(pattern.topic, 0) + len(pattern.wanted)
        topics = tuple(sorted(counted, key=lambda topic: (-counted[topic], topic)))
        return Heard(topics, frozenset(words[i][0] for i in figures))

    def _candidates(self, places: Mapping[_Word, list[int]]) -> Iterable[Pattern]:
        return {id(p): p for word in places for p in self._by_rarest.get(word, ())}.values()

    def _places(self, tokens: list[str], lang: str | None) -> dict[_Word, list[int]]:
        """Where each known word stands in the text."""
        places: dict[_Word, list[int]] = {}
        spoken = [(i, form) for i, token in enumerate(tokens) for form in _forms(token)]
        whole = self._whole.near([token for _, token in spoken])
        together = " ".join(token for _, token in spoken)
        contained = [word for letters, word in self._contains if letters in together]  # hardly ever one
        for (i, token), alike in zip(spoken, whole, strict=True):
            right = {word for word in alike if word.parts[0] == token}
            known = any(lang is None or word.lang == lang for word in right)  # a known word is no misspelt other one
            found = right if known else {word for word in alike if word in right or lang is None or word.lang == lang}
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
    """A word, and an Arabic word without what is written together with it: "and", the article, the sign of the present."""
    if not token.startswith(SCRIPT_MARKS["ARABIC"]):
        return (token,)
    forms = [token]
    if token.startswith(ARABIC_AND) and len(token) >= len(ARABIC_AND) + 3:
        forms.append(token[0] + token[len(ARABIC_AND) :])
    bare = ARABIC_JOINED.sub(token[0], forms[-1], count=1)
    return (*forms, bare) if bare != forms[-1] else tuple(forms)


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
    if any(places.get(word) for word in pattern.unwanted):
        return False
    anchors = min(found, key=len)
    return any(all(any(abs(i - anchor) < WINDOW for i in spots) for spots in found) for anchor in anchors)


def _first_group(pattern: Pattern, places: Mapping[_Word, list[int]]) -> Iterable[int]:
    """Where the words of the first group stand that are near words of every other."""
    first, *others = [[i for word in group for i in places.get(word, ())] for group in pattern.wanted]
    return [i for i in first if all(any(abs(i - other) < WINDOW for other in spots) for spots in others)]


def parse_patterns(data: Mapping[str, Any], lang: str = "") -> Iterable[Pattern]:
    """Read the dangers of a danger.yaml of one language.

    Raises:
        ValueError: for a pattern that could never match or would match everything.
    """
    words = _Reader(lang.split("-")[0], data.get(WORDS, {}))
    for topic, lines in data.items():
        if topic not in {WORDS, HARMLESS}:
            yield from (words.pattern(topic, str(line)) for line in lines)


def parse_harmless(data: Mapping[str, Any], lang: str = "") -> Iterable[Pattern]:
    """Read the figures of speech of a danger.yaml of one language.

    Raises:
        ValueError: as in `parse_patterns`.
    """
    words = _Reader(lang.split("-")[0], data.get(WORDS, {}))
    return [words.pattern(HARMLESS, str(line)) for line in data.get(HARMLESS, ())]


class _Reader:
    """Reads word groups; what occurs in many patterns is kept once."""

    def __init__(self, lang: str, named: Mapping[str, str]) -> None:
        self._lang = lang
        self._named = named
        self._groups: dict[str, tuple[_Word, ...]] = {}
        self._words: dict[str, _Word | None] = {}

    def pattern(self, topic: str, line: str) -> Pattern:
        groups = line.split()
        wanted = tuple(self.of(g) for g in groups if not g.startswith("!"))
        unwanted = tuple(word for g in groups if g.startswith("!") for word in self.of(g[1:]))
        if not wanted or not all(wanted):
            raise ValueError(f"danger pattern {line!r} of {topic} has an empty word group")
        return Pattern(topic, wanted, unwanted)

    def of(self, group: str) -> tuple[_Word, ...]:
        if group not in self._groups:
            words = (self._word(alternative) for name in group.split("|") for alternative in self._spelt_out(name))
            self._groups[group] = tuple(dict.fromkeys(word for word in words if word))
        return self._groups[group]

    def _spelt_out(self, alternative: str) -> list[str]:
        if not alternative.startswith("@"):
            return [alternative]
        if alternative[1:] not in self._named:
            raise ValueError(f"danger patterns name {alternative}, but no words of this name")
        return self._named[alternative[1:]].split("|")

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
