"""Offers written as named fields, in YAML or JSON: filled up with what their file says once, and checked one by one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any, NamedTuple

from pydantic import Field, ValidationError

from catalog.model import Frozen, Offer, ProviderType
from catalog.phones import is_dialable
from catalog.places import Place
from catalog.problems import Problem, Spot
from catalog.refusals import choice, refused
from catalog.sources.base import Source
from catalog.topics import Topics

DATE_FIELDS = ("valid_from", "valid_until", "verified_on")


class About(Frozen):
    """The catalog itself. An `example` is invented; with `as_of` its dates move along to today by whole weeks."""

    id: str = ""
    name: str = ""
    example: bool = False
    as_of: date | None = None


class Provider(Frozen):
    name: str
    type: ProviderType = "non_profit"


class PlaceRow(Frozen):
    """A town or a district that this catalog knows."""

    name: str
    municipality: str
    post_codes: tuple[Annotated[str, Field(pattern=r"^\d{5}$")], ...] = ()
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    state: Annotated[str, Field(pattern=r"^DE-[A-Z]{2}$")] | None = None
    county: str | None = None
    aliases: tuple[str, ...] = ()
    district: bool = False


class CatalogFile(Frozen):
    """The outline of a file; offers are looked at one by one, so that one mistake does not cost the others."""

    catalog: About = About()
    places: tuple[PlaceRow, ...] = ()
    providers: dict[str, Provider] = Field(default_factory=dict)
    sites: dict[str, dict[str, Any]] = Field(default_factory=dict)
    offers: list[Any]


class Entry(NamedTuple):
    """One offer as it stands in a file, and where."""

    fields: object
    spot: Spot


class RefusedError(ValueError):
    """An offer that cannot even be put together."""

    def __init__(self, spot: Spot, code: str, value: str = "") -> None:
        super().__init__(code)
        self.problem = Problem(spot, code, value)


class MistypedError(RefusedError):
    """A word that is on no list."""

    def __init__(self, spot: Spot, value: str, choices: Iterable[str]) -> None:
        super().__init__(spot, "choice-unknown", value)
        self.problem = choice(spot, value, list(choices))


def read_entries(name: str, content: CatalogFile, entries: Iterable[Entry], topics: Topics, today: date) -> Source:
    """Check the offers of one catalog. A wrong one is left out and becomes a `Problem`; the others are kept."""
    offers: dict[str, Offer] = {}
    spots: dict[str, Spot] = {}
    problems: list[Problem] = []
    for entry in entries:
        offer, found = _offer(entry, content, topics, today)
        if offer and offer.id in offers:
            found = [Problem(_at(entry, "id"), "id-twice", offer.id, {"row": str(spots[offer.id].row or "–")})]
        problems += found
        if offer and not found:
            offers[offer.id], spots[offer.id] = offer, entry.spot
    places = tuple(place_of(row, example=content.catalog.example) for row in content.places)
    return Source(content.catalog.name or name, tuple(offers.values()), places, tuple(problems), spots)


def _offer(entry: Entry, content: CatalogFile, topics: Topics, today: date) -> tuple[Offer | None, list[Problem]]:
    """The offer, unless it is refused, and what is wrong with it."""
    try:
        offer = Offer.model_validate(_filled(entry, content, topics, today))
    except ValidationError as error:
        return None, list(refused(error, partial(_at, entry)))
    except RefusedError as error:
        return None, [error.problem]
    return offer, list(_doubts(offer, entry, topics))


def _at(entry: Entry, field: str) -> Spot:
    return replace(entry.spot, column=field)


def _filled(entry: Entry, content: CatalogFile, topics: Topics, today: date) -> dict[str, Any]:
    """Put in what the entry takes from its provider, its sites, its offer type and its catalog."""
    if not isinstance(entry.fields, dict):
        raise RefusedError(entry.spot, "offer-form", str(entry.fields))
    filled = {str(key): value for key, value in entry.fields.items() if value is not None or key == "staffing"}
    if "offer_type" not in filled:
        raise RefusedError(_at(entry, "offer_type"), "field-missing")
    offer_type = topics.offer_types.get(str(filled["offer_type"]))
    if offer_type is None:
        raise MistypedError(_at(entry, "offer_type"), str(filled["offer_type"]), topics.offer_types)
    for key in ("kind", "sector", "staffing"):
        filled.setdefault(key, getattr(offer_type, key))
    provider = content.providers.get(str(filled.get("provider")))
    if provider:
        filled["provider"] = provider.name
        filled.setdefault("provider_type", provider.type)
    filled["sites"] = [_site(site, entry, content.sites) for site in _listed(entry, filled, "sites")]
    shift = _whole_weeks(content.catalog, today)
    filled["dates"] = [_moved(occasion, ("day", "until"), shift) for occasion in _listed(entry, filled, "dates")]
    if content.catalog.example:
        filled["example"] = True
    moved: dict[str, Any] = _moved(filled, DATE_FIELDS, shift)
    return moved


def _listed(entry: Entry, fields: Mapping[str, Any], key: str) -> list[Any]:
    value = fields.get(key, [])
    if not isinstance(value, list):
        raise RefusedError(_at(entry, key), "list-form", str(value))
    return value


def _site(site: object, entry: Entry, known: Mapping[str, Any]) -> object:
    if not isinstance(site, str):
        return site
    if site not in known:
        raise MistypedError(_at(entry, "sites"), site, known)
    return known[site]


def _whole_weeks(about: About, today: date) -> timedelta:
    if not about.example or about.as_of is None:
        return timedelta()
    return timedelta(weeks=(today - about.as_of).days // 7)


def _moved(fields: Any, names: tuple[str, ...], shift: timedelta) -> Any:
    if not isinstance(fields, dict):
        return fields
    return {k: v + shift if k in names and isinstance(v, date) else v for k, v in fields.items()}


def _doubts(offer: Offer, entry: Entry, topics: Topics) -> Iterator[Problem]:
    for topic in offer.topics:
        if topic not in topics.topics:
            yield choice(_at(entry, "topics"), topic, list(topics.topics), title=offer.title)
    if offer.phone and not is_dialable(offer.phone):
        yield Problem(_at(entry, "phone"), "phone-undialable", offer.phone)


def place_of(row: PlaceRow, *, example: bool) -> Place:
    single = len(row.post_codes) == 1
    return Place(
        name=row.municipality,
        district=row.name if row.district else None,
        lat=row.lat,
        lon=row.lon,
        plz=row.post_codes[0] if single else None,
        post_codes=row.post_codes if row.district or single else (),
        state=row.state,
        county=row.county,
        aliases=row.aliases,
        own=True,
        example=example,
    )
