"""Where somebody lives, in what they write: a post code in any digits, a town in any script, or a town in a sentence."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.understanding.words import Words, ascii_digits
from catalog.geo import distances_km
from catalog.places import Found, Gazetteer, Place
from catalog.text import MAX_LENGTH, clean

LONGEST_NAME = 4  # words
PROMINENT = 20_000  # inhabitants from which a name in a sentence is a town even without "in" before it
SHORTEST = 3  # letters
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

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "PlaceWords":
        return cls(Words.of(map(str, data["before"])), Words.of(map(str, data["filler"])))


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
    text = _COUNTRY.sub("", _SUFFIX.sub("", ascii_digits(text[:MAX_LENGTH])))
    code = _POST_CODE.search(text)
    if code:
        place = places.post_code(code[1].replace(" ", ""))
        if place and not place.approximate:
            return Found((place,))
    typos = asked if typos is None else typos
    named = _in_sentence(clean(text), places, words, common, asked=asked, typos=typos)
    if named.places or not code:
        return named
    return Found((place,)) if place else Found()


def _in_sentence(
    cleaned: str, places: Gazetteer, words: PlaceWords, common: Container[str], *, asked: bool, typos: bool
) -> Found:
    tokens = [token for token in cleaned.split() if not token.isdigit()]
    found = [
        exact
        for name, after_cue in _windows(tokens, words)
        if len(name) >= SHORTEST and (exact := _exact(name, places, words, common, asked=asked, after_cue=after_cue))
    ]
    if found:
        return _with_district(found)
    if not typos:
        return Found()
    core = [token for token in tokens if token not in words.filler] or tokens
    return _misspelt([token for token in core if token not in common], places)


def _exact(
    name: str, places: Gazetteer, words: PlaceWords, common: Container[str], *, asked: bool, after_cue: bool
) -> Found | None:
    """A name spelt right, where it can mean the town and not just the word."""
    named = places.named(name)
    if not named or all(word in words.filler for word in name.split()):
        return None
    known = named[0].own or named[0].population >= PROMINENT
    if name in common and not after_cue and not (asked and known):
        return None
    return places.find(name) if asked or after_cue or known else None


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


def _windows(tokens: list[str], words: PlaceWords) -> Iterator[tuple[str, bool]]:
    """Every run of words that may be a name, longest first, and whether a word like "in" stands before it."""
    for length in range(min(LONGEST_NAME, len(tokens)), 0, -1):
        for i in range(len(tokens) - length + 1):
            run = tokens[i : i + length]
            cue = i > 0 and tokens[i - 1] in words.before
            yield " ".join(run), cue
            bare = _ARABIC_PREFIX.sub("", run[0])
            if bare != run[0]:
                yield " ".join([bare, *run[1:]]), True


def _misspelt(tokens: list[str], places: Gazetteer) -> Found:
    runs = [" ".join(tokens[:LONGEST_NAME]), *sorted(tokens, key=len, reverse=True)[:LONGEST_NAME]]
    for run in dict.fromkeys(runs):
        for name in dict.fromkeys((run, _ARABIC_PREFIX.sub("", run))):
            if (len(name) >= SHORTEST_MISSPELT or len(tokens) == 1) and (found := places.find(name)).places:
                return found
    return Found()
