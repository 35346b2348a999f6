"""The words for ages of one language (locales/<tag>/numbers.yaml), and a text cut up by them."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.understanding.words import Words, ascii_digits
from catalog.text import MAX_LENGTH, clean

SHORTEST_HEAD = 3
ARABIC_AND = "و"  # written together with the next word
_FRACTIONS = {"½": ".5", "¼": ".25", "¾": ".75", "⅓": ".33"}
_FRACTION = re.compile(r"(\d*)\s*([½¼¾⅓])")
_NOT_AGES = re.compile(r"\b\d{1,2}\.\d{1,2}\.(?:\d{2,4})?|(?:\d[ /-]?){6,}\d")  # dates, telephone numbers
_MIXED = re.compile(r"\b(\d{1,2})\s+1\s*/\s*2\b|(?<![\d.])\b1\s*/\s*2\b")
_APOSTROPHE = re.compile(r"(?<=\w)['’ʼ`´](?=\w)")
_TOKEN = re.compile(r"\d+[.,]\d+(?!\d)|[^\W_]+|[-–—/,;+&]")
_NUMBER_AND_WORD = re.compile(r"(\d+(?:[.,]\d+)?)([^\W\d_]*)")


@dataclass(frozen=True)
class AgeWords:
    """One language's words for ages."""

    numbers: Mapping[str, float]
    ordinals: Words
    half: tuple[tuple[str, ...], ...]
    units: Mapping[str, Words]
    classes: Words
    pregnant: Words
    ages: Words
    children: Words
    counted: Words
    not_age_before: Words
    not_age_after: Words
    born: Words
    myself: Words
    expecting: Words  # before the month of a pregnancy: "(ich) bin im"
    joins: Words
    ranges: Words
    heads: tuple[str, ...]  # number words that may begin a longer word, such as "dreijährig"

    def may_tell(self, tokens: list[str]) -> bool:
        """Whether reading them can find anything: most messages tell no age in most languages."""
        return any(t in self.numbers or t[0].isdigit() or t in self._telling for t in tokens)

    @cached_property
    def _telling(self) -> Words:
        units = self.units["year"], self.units["month"]  # the number before them may be misspelt
        return Words.begun_by((self.ordinals, self.pregnant, self.ages, *units))


def age_words(data: Mapping[str, Any]) -> AgeWords:
    """Prepare what stands in a numbers.yaml."""
    return AgeWords(
        numbers={clean(word): float(value) for word, value in data["numbers"].items()},
        ordinals=Words(data.get("ordinals", {})),
        half=tuple(sorted((tuple(clean(h).split()) for h in data.get("half", ())), key=len, reverse=True)),
        units={unit: Words.of(data[unit]) for unit in ("year", "month", "week", "day")},
        classes=Words.of(data.get("class", ())),
        pregnant=Words.of(data["pregnant"]),
        ages=Words({word: tuple(span) for word, span in data["ages"].items()}),
        children=Words.of(data["children"]),
        counted=Words.of(data["counted"]),
        not_age_before=Words.of(data["not_age_before"]),
        not_age_after=Words.of(data["not_age_after"]),
        born=Words.of(data.get("born", ())),
        myself=Words.of(data["myself"]),
        expecting=Words.of(data.get("expecting", ())),
        joins=Words.of(data["joins"]),
        ranges=Words.of(data.get("ranges", ())),
        heads=tuple(clean(word) for word in data["numbers"] if len(clean(word)) >= SHORTEST_HEAD),
    )


def cut(text: str) -> list[str]:
    """Cut into numbers, words and separators, the same for all languages."""
    text = _FRACTION.sub(lambda m: f" {m[1] or 0}{_FRACTIONS[m[2]]} ", ascii_digits(text[:MAX_LENGTH]))
    text = _NOT_AGES.sub(" ", text)
    text = _MIXED.sub(lambda m: f"{m[1]}.5" if m[1] else "0.5", text)
    text = re.sub(r"(?<=\d)[.,](?!(?:5|25|75|33|50)(?!\d))(?=\d)", " , ", text)  # "3,7" is two children
    return _TOKEN.findall(_APOSTROPHE.sub("", _without_marks(text.casefold())))


def taken_apart(tokens: Iterable[str], words: AgeWords) -> list[str]:
    """The tokens of one language, cleaned; "3j" and "dreijährig" become two."""
    return [part for token in tokens for part in _split(token, words) if part]


def _without_marks(text: str) -> str:
    """Drop accents and vowel signs, which would cut a word in two: the small dot of "İki" above all."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _split(token: str, words: AgeWords) -> list[str]:
    """Take apart what is written together: "3j", "dreijährig", "وخمس". Words with a digit inside stay ("7amel")."""
    if not token[0].isalnum():
        return [token]
    number = _NUMBER_AND_WORD.fullmatch(token) if token[0].isdigit() else None
    if number:
        rest = clean(number[2])
        known = any(rest in unit for unit in words.units.values()) or any(rest == half[0] for half in words.half)
        is_measure = known or len(rest) <= 2 or len(number[1]) > 1  # noqa: PLR2004 "3yo", "14jährig"
        return [number[1], rest] if is_measure else [clean(token)]
    word = clean(token)
    if not word or word in words.numbers or " " in word:
        return word.split()
    after = word[1:]
    if word[0] == ARABIC_AND and (after.isdecimal() or after in words.numbers or words.ages.at([after], 0)[0]):
        return [ARABIC_AND, after]
    if not word.startswith(words.heads):
        return [word]
    for spoken in words.heads:
        rest = word.removeprefix(spoken)
        measures = (*words.units.values(), words.classes)
        if rest != word and any(rest in measure for measure in measures):
            return [spoken, rest]
    return [word]
