"""The districts and municipalities of a catalog, and how close an offer comes to the families of each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalog.geo import distances_km
from catalog.model import Offer, Site
from catalog.places import Place
from catalog.search import REMOTE_SITES, covers
from catalog.text import clean

AROUND_KM = 10.0  # as far as the search calls it close by
BORDER_KM = 3.0  # a house without a district belongs to the nearest one, if its middle is no farther


class Nearness(IntEnum):
    """How close an offer comes to the families of an area."""

    NOWHERE = 0
    REMOTE = 1  # by telephone or on the internet
    AROUND = 2  # elsewhere in the municipality, or about ten kilometres away
    HERE = 3  # in the area itself, or it comes into the home


@dataclass(frozen=True)
class Areas:
    """Districts, and municipalities that have none, in the order of the catalog."""

    places: tuple[Place, ...]

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[Place]:
        return iter(self.places)

    @cached_property
    def municipalities(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(place.name for place in self.places))

    def position(self, site: Site) -> int | None:
        """In which area a house stands. None: not known, outside, or not to be told (a shelter)."""
        if site.kind != "place":
            return None
        named = self._by_name.get((clean(site.municipality), clean(site.district)))
        if named is None and site.district and not site.municipality:
            named = self._by_district.get(clean(site.district))
        if named is None:
            named = self._by_post_code.get(site.post_code or "")
        return self._nearest(site) if named is None else named

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], int]:
        return {(clean(place.name), clean(place.district or "")): i for i, place in enumerate(self.places)}

    @cached_property
    def _by_district(self) -> dict[str, int]:
        return _unique((clean(place.district), i) for i, place in enumerate(self.places) if place.district)

    @cached_property
    def _by_post_code(self) -> dict[str, int]:
        return _unique((code, i) for i, place in enumerate(self.places) for code in place.post_codes)

    @cached_property
    def _coordinates(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.array([place.lat for place in self.places]), np.array([place.lon for place in self.places])

    def distances_km(self, site: Site) -> NDArray[np.float64]:
        """From a site to the middle of each area; NaN where either has no position."""
        if site.lat is None or site.lon is None:
            return np.full(len(self), np.nan)
        return distances_km(site.lat, site.lon, *self._coordinates)

    def _nearest(self, site: Site) -> int | None:
        distances = self.distances_km(site)
        if site.approximate or not len(distances) or np.isnan(distances).all():
            return None
        nearest = int(np.nanargmin(distances))
        return nearest if distances[nearest] <= BORDER_KM else None


def areas_of(offers: Iterable[Offer], places: Iterable[Place]) -> Areas:
    """The catalog's own places; where it names none, the places where something happens.

    A municipality that has districts is their sum and does not stand beside them. Invented places and real ones never
    stand side by side, unless there are offers for both.
    """
    offers = [offer for offer in offers if not offer.helpline]
    kinds = {offer.example for offer in offers} or {True, False}
    own = [place for place in places if place.own and place.example in kinds] or list(_places_of_sites(offers))
    divided = {place.name for place in own if place.district}
    return Areas(tuple(place for place in own if place.district or place.name not in divided))


def nearness(offer: Offer, areas: Areas) -> list[Nearness]:
    """How close an offer comes to the families of each area: its nearest site counts."""
    each = [_site_nearness(offer, site, areas) for site in offer.sites]
    return [max(near) for near in zip(*each, strict=True)]


def _site_nearness(offer: Offer, site: Site, areas: Areas) -> list[Nearness]:
    position, distances = areas.position(site), areas.distances_km(site)

    def near(i: int, place: Place) -> Nearness:
        if not covers(offer, site, place):
            return Nearness.NOWHERE
        if site.kind in REMOTE_SITES:
            return Nearness.REMOTE
        is_local = not site.municipality or site.municipality == place.name
        if i == position or (site.kind == "home_visit" and (is_local or not offer.service_area.is_open)):
            return Nearness.HERE
        return Nearness.AROUND if is_local or distances[i] <= AROUND_KM else Nearness.NOWHERE

    return [near(i, place) for i, place in enumerate(areas)]


def _places_of_sites(offers: Iterable[Offer]) -> Iterator[Place]:
    together: dict[tuple[str, str], list[tuple[Offer, Site]]] = {}
    for offer in offers:
        for site in offer.sites:
            if site.kind == "place" and site.municipality:
                together.setdefault((site.municipality, site.district), []).append((offer, site))
    for (municipality, district), members in sorted(together.items()):
        yield Place(
            name=municipality,
            district=district or None,
            lat=_middle([site.lat for _, site in members]),
            lon=_middle([site.lon for _, site in members]),
            post_codes=tuple(sorted({site.post_code for _, site in members if site.post_code})),
            own=True,
            example=all(offer.example for offer, _ in members),
        )


def _middle(degrees: Sequence[float | None]) -> float:
    known = [value for value in degrees if value is not None]
    return sum(known) / len(known) if known else float("nan")


def _unique(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    """What belongs to one area only; a post code that two districts share tells nothing."""
    owners: dict[str, set[int]] = {}
    for key, i in pairs:
        owners.setdefault(key, set()).add(i)
    return {key: next(iter(found)) for key, found in owners.items() if len(found) == 1}
