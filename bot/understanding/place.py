"""Where somebody lives, in what they write: a post code in any digits, a town in any script, or a town in a sentence."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

from bot.understanding.words import Words, ascii_digits
from catalog.geo import distances_km
from catalog.places import Found, Gazetteer, Place
from catalog.text import MAX_LENGTH, clean

LONGEST_NAME = 4  # words
PROMINENT = 20_000  # inhabitants from which a name in a sentence is a town even without "in" before it
SHORTEST = 3  # letters
SHORTEST_INFLECTED = 4  # letters of a name before its ending
SHORTEST_MISSPELT = 5  # shorter words are like too many names
CITY_KM = 18.0  # a second place this near a city is its district

_POST_CODE = re.compile(
    r"(?<![\d.,+/-])(?<!\d[ /-])((?:\d ?){4}\d)(?! ?\d|-\d|€| ?(?:euro|eur|€)|[.,/]\d)", re.IGNORECASE
)
_COUNTRY = re.compile(r"\b(?:D|DE)[- ](?=\d{5}\b)", re.IGNORECASE)  # D-04109
_SUFFIX = re.compile(r"(?<=\w{3})['’`´]\w{1,9}\b")  # Turkish: Berlin'de, Köln'deyiz
_ARABIC_PREFIX = re.compile(r"^(?:وال|بال|لل|ال|ب|و|ل|ف)(?=\w{3})")


@dataclass(frozen=True)
class PlaceWords:
    """Words around the name of a place in one language."""

    before: Words
    filler: Words
    endings: tuple[str, ...] = ()  # of a name in a sentence, longest first: "Berlinde", "в Берліні"

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "PlaceWords":
        endings = sorted((clean(str(ending)) for ending in data.get("endings", ())), key=len, reverse=True)
        return cls(Words.of(map(str, data["before"])), Words.of(map(str, data["filler"])), tuple(endings))


def find_place(
    text: str, places: Gazetteer, words: PlaceWords, common: Container[str], *, asked: bool, typos: bool | None = None
) -> Found:
    """Find the place that a text names.

    Args:
        text: what was written.
        places: all known places.
        words: the language's words around places.
        common: cleaned everyday words, which are not towns in a sentence ("Essen", "Halle").
        asked: whether it answers "Where do you live?"; then every town counts.
        typos: whether a name may be misspelt; without it as `asked`.

    Returns:
        The places meant, best first; nothing found: no places.
    """
    return Sentence(text, places).place(words, common, asked=asked, typos=asked if typos is None else typos)


class Sentence:
    """A text, looked through once for whatever may be a name, before the words of one language after the other are tried."""

    def __init__(self, text: str, places: Gazetteer) -> None:
        self._written = ascii_digits(text[:MAX_LENGTH])
        self._text = _COUNTRY.sub("", _SUFFIX.sub("", self._written))
        code = _POST_CODE.search(self._text)
        self._at_code = places.post_code(code[1].replace(" ", "")) if code else None
        self._places = places
        self._find = cache(places.find)  # a slow look, the same in every language

    def place(self, words: PlaceWords, common: Container[str], *, asked: bool, typos: bool) -> Found:
        """`find_place` with the words of one language."""
        if self._at_code and not self._at_code.approximate:
            return Found((self._at_code,))
        named = self._named(words, common, asked=asked, typos=typos)
        return Found((self._at_code,)) if self._at_code and not named.places else named

    def words_of(self, found: Found, words: PlaceWords, common: Container[str]) -> frozenset[str]:
        """The words by which the text names what was found in it; misspelt, they stand behind "in" or "near"."""
        if not found.places:
            return frozenset()
        meant = {name for place in found.places for name in (place.name, place.district) if name}
        names = [*self._names, *self._inflected(words, common)]
        runs = (name for name, known, _ in names if any(place.name in meant for place in known))
        named = {word for name in runs for word in name.split()} or {*_after_cue(self._tokens, words, common)}
        written = clean(self._written).split()  # with what is joined to a name: "Dresden'de"
        return frozenset(word for word in written if any(name in word for name in named if len(name) >= SHORTEST))

    @cached_property
    def _tokens(self) -> list[str]:
        return [token for token in clean(self._text).split() if not token.isdigit()]

    @cached_property
    def _names(self) -> list[tuple[str, tuple[Place, ...], int]]:
        """Every run of words that is a name, longest first: its places, and where it begins (-1: behind a prefix)."""
        runs = [(name, i) for name, i in _runs(self._tokens) if len(name) >= SHORTEST]
        known = self._places.all_named([name for name, _ in runs])
        return [(name, known[name], i) for name, i in runs if name in known]

    def _inflected(self, words: PlaceWords, common: Container[str]) -> list[tuple[str, tuple[Place, ...], int]]:
        """The same for single words that are a name with an ending of the language, which for a known town says enough."""
        unusual = [(token, i) for i, token in enumerate(self._tokens) if token not in common]
        bare = [(name, i) for token, i in unusual if (name := _without_ending(token, words.endings))]
        known = self._places.all_named([name for name, _ in bare]) if bare else {}
        return [(name, known[name], -1 if _is_known(known[name]) else i) for name, i in bare if name in known]

    def _named(self, words: PlaceWords, common: Container[str], *, asked: bool, typos: bool) -> Found:
        everyday = {token for token in self._tokens if token in common and token not in words.filler}
        meant = [
            name
            for name, named, i in [*self._names, *self._inflected(words, common)]
            if _is_meant(
                name,
                named,
                words,
                common,
                asked=asked,
                after_cue=self._is_after_cue(i, words),
                alone=everyday <= set(name.split()),
            )
        ]
        if meant:
            return _with_district([self._find(name) for name in meant])
        if not typos:
            return Found()
        core = [token for token in self._tokens if token not in words.filler] or self._tokens
        is_sentence = any(token in common for token in core)
        return self._misspelt(_after_cue(self._tokens, words, common) if is_sentence else core)

    def _is_after_cue(self, i: int, words: PlaceWords) -> bool:
        """Whether a word like "in" stands before the name."""
        return i < 0 or (i > 0 and self._tokens[i - 1] in words.before)

    def _misspelt(self, tokens: list[str]) -> Found:
        runs = [" ".join(tokens[:LONGEST_NAME]), *sorted(tokens, key=len, reverse=True)[:LONGEST_NAME]]
        for run in dict.fromkeys(runs):
            for name in dict.fromkeys((run, _ARABIC_PREFIX.sub("", run))):
                if (len(name) >= SHORTEST_MISSPELT or len(tokens) == 1) and (found := self._find(name)).places:
                    return found
        return Found()


def _after_cue(tokens: list[str], words: PlaceWords, common: Container[str]) -> list[str]:
    """In a sentence of everyday words only what stands after "in" or "near" can be the name of a place, misspelt."""
    for before, token in pairwise(tokens):
        if before in words.before and token not in words.before and token not in words.filler and token not in common:
            return [token]
    return []


def _is_meant(
    name: str,
    named: tuple[Place, ...],
    words: PlaceWords,
    common: Container[str],
    *,
    asked: bool,
    after_cue: bool,
    alone: bool,
) -> bool:
    """Whether a name spelt right can mean the town and not just the word. `alone`: no everyday words beside it."""
    if all(word in words.filler for word in name.split()):
        return False
    known = _is_known(named)
    if name in common and not after_cue and not (asked and known and alone):
        return False
    return asked or after_cue or known


def _is_known(named: tuple[Place, ...]) -> bool:
    return named[0].own or named[0].population >= PROMINENT


def _with_district(found: list[Found]) -> Found:
    """ "Berlin Kreuzberg": the city's name, the district's position. Else the longest name counts."""
    first = found[0]
    if len(found) == 1:
        return first
    heads = [other.places[0] for other in found]
    if first.ambiguous:
        named_too = [p for p in first.places if any(_near(p, head) for head in heads[1:])]
        return Found((named_too[0],)) if named_too else first
    city = max(heads, key=lambda place: place.population)
    for part in heads:
        near = distances_km(city.lat, city.lon, [part.lat], [part.lon])[0] < CITY_KM
        if (
            part is not city
            and part.name != city.name
            and near
            and not part.post_codes
            and city.population > part.population * 2
        ):
            return Found((replace(city, district=part.name, lat=part.lat, lon=part.lon, post_codes=()),))
    return first


def _near(one: Place, other: Place) -> bool:
    return float(distances_km(one.lat, one.lon, [other.lat], [other.lon])[0]) < CITY_KM


def _without_ending(token: str, endings: tuple[str, ...]) -> str | None:
    bare = next((token.removesuffix(ending) for ending in endings if token.endswith(ending)), "")
    return bare if len(bare) >= SHORTEST_INFLECTED else None


def _runs(tokens: list[str]) -> Iterator[tuple[str, int]]:
    """Every run of words that may be a name, longest first, and where it begins; -1 where an Arabic prefix was cut off."""
    for length in range(min(LONGEST_NAME, len(tokens)), 0, -1):
        for i in range(len(tokens) - length + 1):
            run = tokens[i : i + length]
            yield " ".join(run), i
            if run[0].isascii():
                continue
            bare = _ARABIC_PREFIX.sub("", run[0])
            if bare != run[0]:
                yield " ".join([bare, *run[1:]]), -1
