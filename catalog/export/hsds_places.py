"""Where a service is, and for whom, in HSDS: locations and service areas.

An address is complete or no address; a hidden site is known by its name and its town alone.
"""

from collections.abc import Callable, Iterator
from typing import Any

from catalog.hsds import Words, attribute, german, identifier, record
from catalog.model import ServiceArea, Site
from catalog.places import STATES

StateOf = Callable[[str], str]  # a post code → the federal state it lies in, "" when unknown
Found = dict[str, Any]

VIRTUAL = ("online", "phone")


def service_areas(area: ServiceArea, key: str) -> Iterator[Found]:
    names = {iso: name for name, iso in STATES.items()}
    said = [
        *([("country", "DE", "Deutschland")] if area.nationwide else []),
        *(("state", iso, names.get(iso, iso)) for iso in area.states),
        *(("county", name, name) for name in area.counties),
        *(("municipality", name, name) for name in area.municipalities),
        *(("post_code", code, code) for code in area.post_codes),
    ]
    for kind, extent, name in said:
        link = identifier("service_area", key, kind, extent)
        yield record(
            "service_area",
            key,
            kind,
            extent,
            service_id=key,
            name=name,
            extent=extent,
            extent_type="text",
            attributes=[attribute("service_area", link, "area", kind)],
        )


def location(site: Site, words: Words, state_of: StateOf) -> Found:
    key = identifier("location", site.model_dump_json())
    address = _address(site, key, state_of)
    return record(
        "location",
        site.model_dump_json(),
        location_type="virtual" if site.kind in VIRTUAL else "physical",
        name=site.name,
        latitude=site.lat if site.has_door else None,
        longitude=site.lon if site.has_door else None,
        addresses=[address] if address else [],
        accessibility=_accessibility(site, key, words),
        attributes=[attribute("location", key, code, value) for code, value in _site_words(site, address) if value],
    )


def _address(site: Site, key: str, state_of: StateOf) -> Found | None:
    """None where HSDS could not hold it: an address is street, post code and town, or no address."""
    if site.kind == "hidden" or not (site.address and site.post_code and site.municipality):
        return None
    return record(
        "address",
        key,
        location_id=key,
        address_1=site.address,
        city=site.municipality,
        postal_code=site.post_code,
        country="DE",
        address_type="physical",
    ) | {"state_province": state_of(site.post_code)}  # must be there, even when nobody knows it


def _site_words(site: Site, address: Found | None) -> tuple[tuple[str, str], ...]:
    is_public = site.kind != "hidden"
    usual = site.kind in ("place", "online")
    return (
        ("site-kind", "" if usual else site.kind),
        ("site-approximate", "yes" if site.approximate else ""),
        ("address", "" if address else site.address),
        ("post-code", site.post_code or "" if is_public and not address else ""),
        ("municipality", "" if address else site.municipality),
        ("district", site.district if is_public else ""),
        ("position", "" if site.has_door or site.lat is None else f"{site.lat!r} {site.lon!r}"),
    )


def _accessibility(site: Site, location: str, words: Words) -> list[Found]:
    if site.wheelchair is None:
        return []
    key = identifier("accessibility", location)
    said_so = german(words, "wheelchair", site.wheelchair)
    said = [attribute("accessibility", key, "wheelchair", site.wheelchair)]
    return [
        record(
            "accessibility",
            location,
            location_id=location,
            description=f"Rollstuhl und Kinderwagen: {said_so}",
            attributes=said,
        )
    ]
