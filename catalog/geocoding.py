"""Where addresses are: asked of a Nominatim server that the operator names, one question a second, each address once.

Off unless a server is named. A hidden site has no address, and home visits, telephone and internet are nowhere: nothing
of them is ever asked. What no server knows lies, approximately, in the middle of its post code.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from catalog.geo import distance_km
from catalog.model import Offer, Site
from catalog.places import Gazetteer
from catalog.text import clean

PAUSE = 1.0  # seconds between questions, for the whole process: what public servers ask for, and enough for one's own
TIMEOUT = 10.0  # seconds for one answer
FARTHEST_KM = 25.0  # from the middle of its post code (the largest has a radius of 21 km); beyond, it is another house
AGENT = "nahbei"
_STREET = re.compile(r"str(?:\.|asse\b|aße\b)", re.IGNORECASE)


class Address(NamedTuple):
    """What a server is asked for."""

    street: str
    post_code: str
    municipality: str

    @property
    def key(self) -> str:
        """One spelling for one address: "Weidenstr. 3" is "Weidenstraße 3"."""
        return clean(f"{_STREET.sub('str ', self.street)} {self.post_code} {self.municipality}")


class Position(NamedTuple):
    lat: float
    lon: float


Lookup = Callable[[Address], Position | None]
Known = Mapping[str, Position | None]  # by an address's key; None: the server does not know it
NOTHING: Known = MappingProxyType({})


class GeocoderError(Exception):
    """The server does not answer, or not as a Nominatim does."""


def nominatim(url: str, *, pause: float = PAUSE, timeout: float = TIMEOUT) -> Lookup:
    """Return what asks the server at `url`, such as http://127.0.0.1:8088/nominatim. Make it once in a process."""
    from geopy.exc import GeocoderServiceError  # noqa: PLC0415 a fifth of a second that only geocoding waits for
    from geopy.extra.rate_limiter import RateLimiter  # noqa: PLC0415
    from geopy.geocoders import Nominatim  # noqa: PLC0415

    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError(f"{url!r} is no address of a Nominatim server, such as http://127.0.0.1:8088")
    server = Nominatim(
        scheme=parts.scheme, domain=f"{parts.netloc}{parts.path}".rstrip("/"), user_agent=AGENT, timeout=timeout
    )
    paced = RateLimiter(server.geocode, min_delay_seconds=pause, max_retries=0, swallow_exceptions=False)

    def lookup(address: Address) -> Position | None:
        asked = {"street": address.street, "postalcode": address.post_code, "city": address.municipality}
        try:
            found = paced({name: value for name, value in asked.items() if value}, country_codes="de")
        except (GeocoderServiceError, ValueError, KeyError) as error:
            raise GeocoderError(f"{parts.netloc}: {type(error).__name__}") from error
        return Position(found.latitude, found.longitude) if found else None

    return lookup


def address_of(site: Site) -> Address | None:
    """What may be asked of a site: a house that families visit, whose street and town are known."""
    if site.kind != "place" or not site.address or not (site.post_code or site.municipality):
        return None
    return Address(" ".join(site.address.split()), site.post_code or "", site.municipality)


def wanted(offers: Iterable[Offer]) -> dict[str, Address]:
    """Every address whose position is not known yet, once, by its key."""
    sites = (site for offer in offers for site in offer.sites if site.lat is None or site.approximate)
    return {address.key: address for address in map(address_of, sites) if address}


def geocode(
    addresses: Mapping[str, Address], known: Known, lookup: Lookup, places: Gazetteer
) -> Iterator[tuple[str, Position | None]]:
    """Ask for what is not `known`, one by one; what lies far from its post code is not believed.

    Raises:
        GeocoderError: when the server does not answer; what was found before has been handed out.
    """
    for key, address in addresses.items():
        if key not in known:
            position = lookup(address)
            yield key, position if position and _is_credible(position, address, places) else None


def _is_credible(position: Position, address: Address, places: Gazetteer) -> bool:
    middle = places.post_code(address.post_code) if address.post_code else None
    if middle is None or middle.approximate:
        return True
    return distance_km(position, (middle.lat, middle.lon)) <= FARTHEST_KM


def located(offers: Sequence[Offer], known: Known, places: Gazetteer) -> tuple[Offer, ...]:
    """Give every house a position: its own, else what the server said, else the middle of its post code."""
    return tuple(_located(offer, known, places) for offer in offers)


def _located(offer: Offer, known: Known, places: Gazetteer) -> Offer:
    sites = tuple(_placed(site, known, places) for site in offer.sites)
    return offer if sites == offer.sites else offer.model_copy(update={"sites": sites})


def _placed(site: Site, known: Known, places: Gazetteer) -> Site:
    address = address_of(site)
    if site.lat is not None and not (address and site.approximate):
        return site
    if address and (exact := known.get(address.key)):
        return _at(site, exact.lat, exact.lon, approximate=False)
    if site.lat is not None or site.kind != "place" or not site.post_code:
        return site
    middle = places.post_code(site.post_code)
    return site if middle is None or middle.approximate else _at(site, middle.lat, middle.lon, approximate=True)


def _at(site: Site, lat: float, lon: float, *, approximate: bool) -> Site:
    changed: dict[str, Any] = {"lat": lat, "lon": lon, "approximate": approximate}
    return site.model_copy(update=changed)
