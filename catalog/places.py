"""Where a family lives: from a name, a post code or a shared position to a point on the map. Works offline."""

import csv
import gzip
import marshal
import os.path
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from importlib.resources import files
from operator import attrgetter
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from catalog.geo import distances_km
from catalog.tables import Packed, Postings
from catalog.text import clean, phon, skel

NEAR_KM = 30.0  # a shared position farther than this from every town gets no name
SAME_PLACE_KM = 12.0  # entries of one name closer than this are one place
FUZZY_KEEP = 12
SURE = 0.80  # Damerau-Levenshtein similarity from which a misspelt name is worth proposing
CLEAR = 0.06  # how much better than the next name the best must be
PROMINENT = 8  # times as many inhabitants as its namesakes: the one that is meant

_ADDITION = re.compile(r" \(| - |/|, | (?:am|an der|im|in der|in|vor der|bei|ob der) ")

STATES = {
    "Baden-Württemberg": "DE-BW",
    "Bayern": "DE-BY",
    "Berlin": "DE-BE",
    "Brandenburg": "DE-BB",
    "Bremen": "DE-HB",
    "Hamburg": "DE-HH",
    "Hessen": "DE-HE",
    "Mecklenburg-Vorpommern": "DE-MV",
    "Niedersachsen": "DE-NI",
    "Nordrhein-Westfalen": "DE-NW",
    "Rheinland-Pfalz": "DE-RP",
    "Saarland": "DE-SL",
    "Sachsen": "DE-SN",
    "Sachsen-Anhalt": "DE-ST",
    "Schleswig-Holstein": "DE-SH",
    "Thüringen": "DE-TH",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A town, a district or a post code. `approximate` when only the region is known."""

    name: str
    lat: float
    lon: float
    plz: str | None = None
    district: str | None = None
    state: str | None = None  # ISO 3166-2
    county: str | None = None
    approximate: bool = False
    population: int = 0
    post_codes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = field(default=(), repr=False)
    own: bool = False  # from the catalog itself
    example: bool = False  # invented


_FIELDS = attrgetter(*(part.name for part in fields(Place)))


def packed_places(places: Iterable[Place]) -> Packed[Place]:
    return Packed(places, _bytes, _place_in)


def _bytes(place: Place) -> bytes:
    return marshal.dumps(_FIELDS(place), 2)  # the shortest form


def _place_in(packed: bytes) -> Place:
    return Place(*marshal.loads(packed))  # noqa: S302 our own, packed in this process


@dataclass(frozen=True)
class Found:
    """Places that a text may mean, best first. `ambiguous`: ask, never guess. `exact`: spelt as in the list."""

    places: tuple[Place, ...] = ()
    ambiguous: bool = False
    exact: bool = True


class Gazetteer:
    """All places that are known, found by name, post code or position.

    Earlier sources win: the catalog's own places, then the operator's table, then the towns that ship.
    """

    def __init__(self, places: Iterable[Place], regions: Mapping[str, Place] | None = None) -> None:
        coded: list[tuple[bool, bool, int, tuple[str, ...]]] = []
        positions, known = array("d"), bytearray()

        def noted() -> Iterator[Place]:
            for i, place in enumerate(places):
                positions.extend((place.lat, place.lon))
                known.append(place.own or bool(place.post_codes))
                if place.post_codes:
                    coded.append((not place.own, place.plz is None, i, place.post_codes))
                yield place

        self.places = packed_places(noted())
        self._lats, self._lons = np.array(positions).reshape(-1, 2).T.copy()
        # Municipalities and the catalog's own places. Where no table tells which those are, every town.
        self.knows_post_codes = any(is_not_own for is_not_own, *_ in coded)
        self._is_town = np.frombuffer(known, np.bool_) if self.knows_post_codes else np.ones(len(known), np.bool_)
        self._regions = dict(regions or {})
        self._by_post_code: dict[str, int] = {}
        for _, _, i, post_codes in sorted(coded):
            for post_code in post_codes:
                self._by_post_code.setdefault(post_code, i)

    def warm_up(self) -> None:
        """Build what the first question would otherwise wait for."""
        _ = self._by_name, self._sounds, self._bones

    @cached_property
    def _by_name(self) -> Postings:
        return Postings((key, i) for i, place in enumerate(self.places) for key in _all_keys(place))

    @cached_property
    def _sounds(self) -> tuple[list[str], Packed[str], "array[int]"]:
        """Names as they sound and as they are spelt, for typos and other scripts, and whose name each is."""
        entries = {(clean(name), i) for i, place in enumerate(self.places) for name in _spoken_names(place)}
        ordered = sorted(entries)
        names = Packed((name for name, _ in ordered), str.encode, bytes.decode)
        return [phon(name) for name, _ in ordered], names, array("l", [i for _, i in ordered])

    @cached_property
    def _bones(self) -> Postings:
        """Names without vowels: Arabic script hardly writes them."""
        named = (
            (i, name) for i, place in enumerate(self.places) for name in {place.name, place.district or place.name}
        )
        return Postings((_consonants(clean(_short(name))), i) for i, name in named)

    def post_code(self, digits: str) -> Place | None:
        """Look a post code up, with what is known about its town."""
        place = self.post_code_area(digits)
        if place is None or place.approximate:
            return place
        town = next((t for t in self.named(place.name) if _same_place(t, place)), place)
        return replace(place, population=town.population, county=place.county or town.county)

    def post_code_area(self, digits: str) -> Place | None:
        """Where a post code lies: itself, else the middle of its neighbours or its region, marked as approximate.

        Whoever asks for no more waits for no index of names.
        """
        if digits in self._by_post_code:
            return replace(self.places[self._by_post_code[digits]], plz=digits)
        near = [self.places[i] for code, i in self._by_post_code.items() if code[:3] == digits[:3]]
        if near:
            lat, lon = float(np.mean([p.lat for p in near])), float(np.mean([p.lon for p in near]))
            return Place(near[0].name, lat, lon, plz=digits, state=near[0].state, approximate=True)
        region = self._regions.get(digits[:2])
        return replace(region, plz=digits, approximate=True, post_codes=()) if region else None

    def named(self, name: str) -> tuple[Place, ...]:
        """Every place of exactly this name, whatever its spelling of umlauts and case; best known first."""
        return self._called(self._by_name.under(clean(name)))

    def all_named(self, cleaned: Sequence[str]) -> Mapping[str, tuple[Place, ...]]:
        """Of many names, which `clean` returned, those that are a place, each with what `named` says."""
        keys = [name if name.isascii() else " ".join(filter(None, map(clean, name.split()))) for name in cleaned]
        return {cleaned[at]: self._called(found) for at, found in self._by_name.under_each(keys)}

    def _called(self, found: Sequence[int]) -> tuple[Place, ...]:
        towns = [self.places[i] for i in found if self.places[i].own or not self.places[i].plz]
        return self._distinct(towns or [self.places[i] for i in found[:1]])

    def find(self, name: str) -> Found:
        """Resolve what somebody wrote as the name of a place, typos and other scripts included."""
        exact = self.named(name)
        if exact:
            return Found(exact, ambiguous=_must_ask(exact))
        near = self._similar(name)
        if not near:
            return Found()
        places = self._distinct((place for _, place in near), by_fame=False)
        best = {place: max(s for s, p in near if p == place or _same_place(p, place)) for place in places}
        clear = len(places) == 1 or best[places[0]] - max(best[place] for place in places[1:]) >= CLEAR
        return Found(places[:3], ambiguous=not clear, exact=False)

    def nearest(self, lat: float, lon: float) -> Place:
        """Name a shared position after the nearest town, keeping the position itself."""
        distances = np.where(self._is_town, distances_km(lat, lon, self._lats, self._lons), np.inf)
        i = int(np.argmin(distances))
        place = self.places[i]
        if distances[i] > NEAR_KM:
            return Place("", lat, lon)
        return replace(place, lat=lat, lon=lon, approximate=False)

    def _similar(self, name: str) -> list[tuple[float, Place]]:
        cleaned = clean(name)
        sound = phon(cleaned)
        if len(sound) < 3:  # noqa: PLR2004 shorter words are like everything
            return []
        sounds, spellings, owners = self._sounds
        near: dict[int, float] = {}
        for candidate, _, at in process.extract(sound, sounds, scorer=fuzz.ratio, limit=FUZZY_KEEP, score_cutoff=66):
            likeness = max(_likeness(sound, candidate), _likeness(cleaned, spellings[at]))
            if not cleaned.isascii():
                likeness = max(likeness, _inflected(sound, candidate))
            near[owners[at]] = max(near.get(owners[at], 0.0), likeness)
        if not cleaned.isascii():
            for i in self._bones.under(_consonants(cleaned)):
                near[i] = max(near.get(i, 0.0), SURE + 0.1)
        scored = [(s + _prominence(self.places[i]), self.places[i]) for i, s in near.items() if s >= SURE]
        return sorted(scored, key=lambda pair: -pair[0])

    @staticmethod
    def _distinct(places: Iterable[Place], *, by_fame: bool = True) -> tuple[Place, ...]:
        """Entries of one name close together are one place, the first (better) source speaks for it."""
        kept: list[Place] = []
        for place in places:
            if not any(_same_place(place, other) for other in kept):
                kept.append(place)
        return tuple(sorted(kept, key=lambda p: (not _is_own(p), -p.population)) if by_fame else kept)


def _is_own(place: Place) -> bool:
    """From a real catalog; an invented town never pushes a real one aside."""
    return place.own and not place.example


def _must_ask(places: tuple[Place, ...]) -> bool:
    if len(places) == 1 or (_is_own(places[0]) and not _is_own(places[1])):
        return False
    return places[0].population < PROMINENT * max(places[1].population, 1000)


def _same_place(one: Place, other: Place) -> bool:
    if one.name != other.name and clean(_short(one.name)) != clean(_short(other.name)):
        return False
    return float(distances_km(one.lat, one.lon, [other.lat], [other.lon])[0]) < SAME_PLACE_KM


def _prominence(place: Place) -> float:
    return 0.012 * float(np.log10(max(place.population, 100))) + (0.05 if place.own else 0.0)


def _likeness(wanted: str, name: str) -> float:
    """Similarity of two sounds, 0 to 1. A case ending after the name ("berlinde", "kelni") costs little."""
    likeness = DamerauLevenshtein.normalized_similarity(wanted, name)
    if len(name) >= 4 and 0 < len(wanted) - len(name) <= 4 and wanted.startswith(name):  # noqa: PLR2004
        return max(likeness, 0.88)
    return likeness


def _inflected(wanted: str, name: str) -> float:
    """Names in a Slavic case change their end: "Гамбурзі" is Hamburg."""
    shared = len(os.path.commonprefix([wanted, name]))
    bent = shared >= 5 and len(wanted) - shared <= 3 and len(name) - shared <= 1  # noqa: PLR2004 letters of an ending
    return 0.86 if bent else 0.0


def _consonants(cleaned: str) -> str:
    """The consonants of a name; Arabic script has no p and writes b."""
    return skel(cleaned).replace("p", "b")


def _short(name: str) -> str:
    """Drop what people leave out: "am Main", "(Saale)", "im Breisgau"."""
    return _ADDITION.split(name, maxsplit=1)[0]


def _keys(name: str) -> set[str]:
    return {key for key in map(clean, {name, _short(name)}) if key}


def _all_keys(place: Place) -> set[str]:
    return {key for name in {place.district or place.name, *place.aliases} for key in _keys(name)}


def _spoken_names(place: Place) -> set[str]:
    if place.plz and not place.own:
        return set()  # a row of the post-code table: the town itself stands in another row
    own = {place.name, _short(place.name), *([place.district] if place.district else [])}
    return own | {alias for alias in place.aliases if place.population > 50_000 or place.own}  # noqa: PLR2004


def shipped_towns() -> Iterator[Place]:
    """Read the towns that ship with the program (GeoNames, CC BY 4.0)."""
    with (
        files("catalog").joinpath("data", "towns.csv.gz").open("rb") as packed,
        gzip.open(packed, "rt", encoding="utf-8", newline="") as lines,
    ):
        yield from _read_rows(lines)


def read_places(path: Path) -> Iterator[Place]:
    """Read an operator's table, or every table of a folder.

    Columns: `name` or `place`; `lat`, `lon`; if known `plz` (several parted by "|"), `state`, `kreis`, `population`,
    `alt_names` ("|"). Towns come before single post codes, so that a town's name means its middle.

    Raises:
        OSError: when it cannot be read.
        ValueError: when a column is missing or a number is none; says where.
    """
    tables = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not tables:
        raise ValueError(f"{path} holds no .csv file")
    places: list[Place] = []
    for table in tables:
        with table.open(encoding="utf-8-sig", newline="") as lines:
            try:
                places += _read_rows(lines)
            except (KeyError, ValueError) as error:
                raise ValueError(f"{table.name}: {error}") from error
    yield from sorted(places, key=lambda p: p.plz is not None)


def _read_rows(lines: Iterable[str]) -> Iterator[Place]:
    number = 1
    for number, row in enumerate(csv.DictReader(lines), start=2):
        missing = {"lat", "lon"} - row.keys() or ({"name"} if not row.keys() & {"name", "place"} else set())
        if missing:
            raise ValueError(f"column {', '.join(sorted(missing))} is missing")
        try:
            yield _place(row)
        except (TypeError, ValueError) as error:
            raise ValueError(f"line {number}: {error}") from error
    if number == 1:
        raise ValueError("the table has no rows")


def _place(row: Mapping[str, str]) -> Place:
    codes = tuple(code for code in (row.get("plz") or "").split("|") if code)
    single = "place" in row
    state = STATES.get(row.get("state") or "", row.get("state")) or None
    if state and state not in STATES.values():
        raise ValueError(f"{state!r} is not a German state, such as Sachsen or DE-SN")
    name, _, sorbian = (row["place"] if single else row["name"]).partition(" - ")
    aliases = [alias for alias in (row.get("alt_names") or "").split("|") if alias]
    return Place(
        name=name,
        lat=_degrees(row["lat"], 90),
        lon=_degrees(row["lon"], 180),
        plz=codes[0] if single and codes else None,
        state=state,
        county=row.get("kreis") or None,
        population=0 if single else int(float(row.get("population") or 0)),
        post_codes=codes,
        aliases=(*aliases, *([sorbian] if sorbian else [])),
    )


def _degrees(written: str, most: int) -> float:
    degrees = float(written)
    if not -most <= degrees <= most:  # also refuses "nan"
        raise ValueError(f"{written!r} is not a position in degrees")
    return degrees


def region_places(towns: Iterable[Place], regions: Mapping[str, str]) -> dict[str, Place]:
    """Two digits of a post code to the town in whose surroundings it lies; of two towns of one name the first."""
    wanted, by_name = set(regions.values()), dict[str, Place]()
    for town in towns:
        if town.name in wanted:
            by_name.setdefault(town.name, town)
            if len(by_name) == len(wanted):
                break  # large towns stand first
    return {digits: by_name[name] for digits, name in regions.items()}
