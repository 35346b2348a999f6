"""Reads HSDS 3.x: services with everything inside them, as an interface answers or `nahbei catalog export` writes.

What our own terms say (catalog/hsds.py) counts first; a catalog of somebody else is read as far as HSDS goes. Which
concerns a foreign service answers, `guess` may propose; without it such a service is a `Problem`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalog.hsds import OFFER_TYPES, TOPICS
from catalog.model import ADULT_YEARS
from catalog.problems import Problem, Spot, UnreadableError
from catalog.schedules import DAYS
from catalog.sources.base import Source
from catalog.sources.entries import CatalogFile, Entry, read_entries
from catalog.sources.hsds_records import Address, Area, Location, Schedule, Service
from catalog.sources.json import loaded
from catalog.topics import Topics

Guess = Callable[[str], Sequence[str]]  # words of a service → ids of topics, best first
Fields = dict[str, Any]

LONGEST_TITLE, LONGEST_SUMMARY = 120, 600
CLOSED = ("inactive", "defunct", "temporarily closed")
OSM_DAYS = dict(zip(DAYS, ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"), strict=True))
AREAS = {"state": "states", "county": "counties", "municipality": "municipalities", "post_code": "post_codes"}
POST_CODE = re.compile(r"\d{5}")
CLOCK = re.compile(r"(\d\d:\d\d)")


def no_guess(_: str) -> Sequence[str]:
    return ()


def read_hsds(path: Path, topics: Topics, today: date, guess: Guess = no_guess) -> Source:
    """Read a page, a list or a single service. A wrong one is left out and becomes a `Problem`.

    Raises:
        OSError: when the file cannot be read.
        UnreadableError: when it is no HSDS at all; it says why.
    """
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, fields in enumerate(_services(path), start=1):
        spot = Spot(path.name, row=number)
        try:
            service = Service.model_validate(fields)
        except ValidationError as error:
            problems.append(Problem(spot, "hsds-unreadable", ".".join(map(str, error.errors()[0]["loc"]))))
            continue
        spot = Spot(path.name, row=number, offer=_id(service))
        if service.status in CLOSED and not service.is_ours:
            problems.append(Problem(spot, "hsds-closed", service.name))
            continue
        answers = service.codes(TOPICS) or list(guess(f"{service.name} {service.description}"))
        if not answers:
            problems.append(Problem(spot, "hsds-without-topic", service.name))
            continue
        entries.append(Entry(_fields(service, answers, topics), spot))
    read = read_entries(path.stem, CatalogFile(offers=[]), entries, topics, today)
    return Source(read.name, read.offers, (), (*problems, *read.problems), read.spots)


def _services(path: Path) -> list[Any]:
    """The services of a page or a list; or one alone, or inside its organization or its place."""
    content = loaded(path)
    items = content.get("contents", [content]) if isinstance(content, dict) else content
    services = [service for item in items for service in _inside(item)] if isinstance(items, list) else []
    if not services:
        raise UnreadableError(Problem(Spot(path.name), "hsds-none"))
    return services


def _inside(item: Any) -> Iterator[Any]:
    if not isinstance(item, dict):
        return
    if isinstance(item.get("services"), list):
        yield from ({"organization": item, **service} for service in item["services"] if isinstance(service, dict))
    elif isinstance(item.get("service"), dict):
        yield {"service_at_locations": [item], **item["service"]}
    elif "status" in item:  # every service must have one, and nothing else has
        yield item


def _id(service: Service) -> str:
    return service.one("id") or service.id.lower()


def _fields(service: Service, answers: list[str], topics: Topics) -> Fields:
    """The service as an offer would be written in YAML."""
    said = {
        "id": _id(service),
        "title": _cut(service.name, LONGEST_TITLE),
        "summary": _cut(service.description, LONGEST_SUMMARY),
        "aliases": [alias for alias in (service.alternate_name, *service.all("alias")) if alias],
        "provider": service.organization.name,
        "provider_type": service.organization.one("provider-type"),
        "offer_type": _offer_type(service, answers, topics),
        "topics": answers,
        **_ages(service),
        "languages": [language.code for language in service.languages if language.code] or None,
        "cost": _cost(service),
        "access": service.all("access"),
        "phone": next((phone.number.strip('"') for phone in service.phones), ""),
        "email": service.email,
        "web": service.one("web") or service.url,
        "sites": [_site(at.location) for at in service.service_at_locations] or [_without_location(service)],
        "service_area": _area(service.service_areas),
        "opening_hours": service.one("opening-hours") or _hours(service.schedules),
        "dates": list(_dates(service.schedules)),
        "valid_from": next((s.valid_from for s in service.schedules if s.valid_from), None),
        "valid_until": next((s.valid_to for s in service.schedules if s.valid_to), None),
        "documents": [code for document in service.required_documents for code in document.all("document")],
        "verified_on": service.assured_date,
        "verified_by": service.one("verified-by") or service.assurer_email,
        "translations": _translations(service),
        "anonymous": service.one("anonymous") == "yes",
        "example": service.one("example") == "yes",
        "staffing": service.one("staffing"),
    }
    for code in ("kind", "sector", "interpreter", "threshold", "capacity", "next-step", "source", "helpline"):
        said[code.replace("-", "_")] = service.one(code)
    return {key: value for key, value in said.items() if value is not None or key == "staffing"}


def _offer_type(service: Service, answers: list[str], topics: Topics) -> str | None:
    """What it is: said, or else what usually answers its first concern."""
    usual = topics.topics[answers[0]].offer_types if answers[0] in topics.topics else ()
    return next(iter([*service.codes(OFFER_TYPES), *usual]), None)


def _ages(service: Service) -> Fields:
    """HSDS counts years and means people; ours are children, so what lies above is cut."""
    oldest = ADULT_YEARS * 12
    years = {"age_from": service.minimum_age, "age_to": service.maximum_age}
    months = {name: min(round(age * 12), oldest) for name, age in years.items() if age is not None}
    exact = {name: service.one(name.replace("_", "-")) for name in years}
    return months | {name: value for name, value in exact.items() if value is not None}


def _cost(service: Service) -> Fields | None:
    words = service.all("cost")
    amount = next((cost.amount for cost in service.cost_options if cost.currency == "EUR"), None)
    if not words and amount is None:
        return None
    return {
        "free": "free" in words or (not words and not amount),
        "amount": None if amount is None else str(amount),
        "per": service.one("cost-per") or "once",
        "reduced": "reduced" in words,
        "covered_by_but": "covered_by_but" in words,
    }


def _site(location: Location) -> Fields:
    address = next(iter(location.addresses), Address())
    lat, lon = _position(location)
    code = location.one("post-code") or address.postal_code
    wheelchair = next((value for part in location.accessibility for value in part.all("wheelchair")), None)
    return {
        "kind": location.one("site-kind") or ("online" if location.location_type == "virtual" else "place"),
        "name": location.name,
        "address": location.one("address") or ", ".join(filter(None, (address.address_1, address.address_2))),
        "post_code": code if POST_CODE.fullmatch(code) else None,
        "municipality": location.one("municipality") or address.city,
        "district": location.one("district") or "",
        "lat": lat,
        "lon": lon,
        "approximate": location.one("site-approximate") == "yes",
        "wheelchair": wheelchair,
    }


def _position(location: Location) -> tuple[float | str | None, float | str | None]:
    lat, lon = location.latitude, location.longitude
    if said := (location.one("position") or "").split():
        return said[0], said[-1]
    on_earth = lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180  # noqa: PLR2004 degrees
    return (lat, lon) if on_earth else (None, None)


def _without_location(service: Service) -> Fields:
    """A service that is nowhere is reached by telephone, or else on its page."""
    return {"kind": "phone" if service.phones else "online"}


def _area(areas: Sequence[Area]) -> Fields:
    """Only areas whose kind is known: an unknown one would turn families away who may come."""
    said = [(kind, area.extent) for area in areas for kind in area.all("area")]
    named = {field: [extent for kind, extent in said if kind == name] for name, field in AREAS.items()}
    return {**named, "nationwide": any(kind == "country" for kind, _ in said)}


def _is_weekly(schedule: Schedule) -> bool:
    return schedule.freq == "WEEKLY" and bool(schedule.byday and schedule.opens_at and schedule.closes_at)


def _hours(schedules: Sequence[Schedule]) -> str:
    """Weekly rules in OSM syntax."""
    rules = []
    for schedule in filter(_is_weekly, schedules):
        days = [OSM_DAYS[day] for day in schedule.byday.replace(" ", "").split(",") if day in OSM_DAYS]
        times = [CLOCK.match(time) for time in (schedule.opens_at, schedule.closes_at)]
        if days and all(times):
            rules.append(f"{','.join(days)} {'-'.join(time[1] for time in times if time)}")
    return "; ".join(rules)


def _dates(schedules: Sequence[Schedule]) -> Iterator[Fields]:
    """What happens on days of its own. A weekly rule with named days are opening hours instead."""
    for schedule in schedules:
        if schedule.dtstart and not _is_weekly(schedule):
            times = [CLOCK.match(time) for time in (schedule.opens_at, schedule.closes_at)]
            starts, ends = (time[1] if time else None for time in times)
            repeat = schedule.freq.lower() if schedule.freq else None
            yield {"day": schedule.dtstart, "starts": starts, "ends": ends, "repeat": repeat, "until": schedule.until}


def _translations(service: Service) -> dict[str, Fields]:
    found: dict[str, Fields] = {}
    for said in service.own:
        if said.taxonomy_term.code == "translation":
            field, _, rest = said.label.partition(":")
            lang, _, by = rest.rpartition(":")
            found.setdefault(lang, {"by": by})[field] = said.value
    return found


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
