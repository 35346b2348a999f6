"""Whether the place where an offer happens can be found, and whether a protected place cannot."""

import re
from collections.abc import Iterator

from catalog.checks.base import Finding, Surroundings
from catalog.checks.towns import Towns
from catalog.geo import distance_km
from catalog.model import Offer, Site
from catalog.places import Place
from catalog.text import clean

FAR_KM = 20.0  # between a post code's middle and the town that stands beside it
FAR_FROM_REGION_KM = 150.0  # the same where only the first two digits are known
POSITION_KM = 25.0
GERMANY = (47.2, 55.2, 5.8, 15.1)  # south, north, west, east
POST_CODE = re.compile(r"\d{5}")
STREET = re.compile(
    r"\b\w*(?:straße|strasse|str\.|weg|platz|gasse|allee|ring|ufer|damm|chaussee)\s+\d{1,3}\s?[a-z]?\b", re.IGNORECASE
)
PROTECTED = ("womens-shelter",)  # kinds of offers whose address nobody may know


def check_sites(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    for site in offer.sites:
        if site.kind == "place":
            yield from _findable(site)
        yield from _town(site, around.towns)
        yield from _position(site, around.towns)
    yield from _area(offer, around.towns)


def check_protection(offer: Offer, _: Surroundings) -> Iterator[Finding]:
    hidden = any(site.kind == "hidden" for site in offer.sites)
    shown = [site for site in offer.sites if site.kind == "place" and site.address]
    if offer.offer_type in PROTECTED and shown and not hidden:
        yield Finding("site_kind", "shelter-not-hidden", shown[0].address)
    if not hidden:
        return
    names = (("site_name", site.name) for site in offer.sites)
    texts = [("title", offer.title), ("summary", offer.summary), *names]
    texts += [(f"translations.{lang}.summary", words.summary) for lang, words in offer.translations.items()]
    for field, text in texts:
        if street := STREET.search(text):
            yield Finding(field, "hidden-address-in-text", street[0])
    for site in offer.sites:
        if site.kind == "hidden" and (site.post_code or site.district):
            yield Finding("post_code", "hidden-too-exact", site.post_code or site.district)


def _findable(site: Site) -> Iterator[Finding]:
    if not (site.post_code or site.municipality or site.lat is not None):
        yield Finding("municipality", "place-missing")
    elif not site.address and site.lat is None:
        yield Finding("address", "address-missing")


def _town(site: Site, towns: Towns) -> Iterator[Finding]:
    there = towns.post_code(site.post_code)
    if site.post_code and (there is None or (there.approximate and towns.knows_post_codes)):
        yield Finding("post_code", "post-code-nowhere", site.post_code)
        there = None
    if not site.municipality or (there and _same_name(there, site.municipality)):
        return
    limit = FAR_FROM_REGION_KM if there and there.approximate else FAR_KM
    if not towns.knows(site.municipality):
        near = towns.meant(site.municipality)
        if near and (there is None or _km(there, near.lat, near.lon) <= limit):
            yield Finding("municipality", "town-mistyped", site.municipality, {"suggestion": near.name})
    elif there and min(_km(there, town.lat, town.lon) for town in towns.named(site.municipality)) > limit:
        code = "post-code-of-a-region" if there.approximate else "post-code-of-another-town"
        details = {"town": site.municipality, "other": there.name}
        yield Finding("post_code", code, site.post_code or "", details)


def _position(site: Site, towns: Towns) -> Iterator[Finding]:
    if site.lat is None or site.lon is None:
        return
    if not _in_germany(site.lat, site.lon):
        code = "position-swapped" if _in_germany(site.lon, site.lat) else "position-abroad"
        yield Finding("lat", code, f"{site.lat}, {site.lon}")
        return
    there = towns.post_code(site.post_code)
    if there is None and any(_km(place, site.lat, site.lon) <= POSITION_KM for place in towns.own(site.municipality)):
        return
    known = (there,) if there else towns.named(site.municipality)
    limit = FAR_FROM_REGION_KM if there and there.approximate else POSITION_KM
    if known and (km := min(_km(place, site.lat, site.lon) for place in known)) > limit:
        details = {"km": f"{km:.0f}", "place": site.post_code or site.municipality}
        yield Finding("lat", "position-far", f"{site.lat}, {site.lon}", details)


def _area(offer: Offer, towns: Towns) -> Iterator[Finding]:
    for post_code in offer.service_area.post_codes:
        if not POST_CODE.fullmatch(post_code):
            yield Finding("service_area", "area-post-code", post_code)
    for town in offer.service_area.municipalities:
        if not towns.knows(town) and (near := towns.meant(town)):
            yield Finding("service_area", "town-mistyped", town, {"suggestion": near.name})


def _same_name(place: Place, municipality: str) -> bool:
    one, other = clean(place.name), clean(municipality)
    return (
        one == other or one in other.split() or other in one.split() or one.startswith(other) or other.startswith(one)
    )


def _in_germany(lat: float, lon: float) -> bool:
    south, north, west, east = GERMANY
    return south <= lat <= north and west <= lon <= east


def _km(place: Place, lat: float, lon: float) -> float:
    return distance_km((place.lat, place.lon), (lat, lon))
