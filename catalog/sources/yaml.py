"""A catalog kept as YAML: one file, or a folder whose files are read as one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import phonenumbers
import yaml
from pydantic import Field, ValidationError

from catalog.model import Frozen, Offer, Problem, ProviderType
from catalog.places import Place
from catalog.topics import Topics

SHORT_NUMBERS = range(3, 7)  # 112, 116 016: digits of numbers that are no subscriber numbers and have no area code
DATE_FIELDS = ("valid_from", "valid_until", "verified_on")


@dataclass(frozen=True)
class Source:
    """What one catalog file says: offers, its own places, and what is wrong with it."""

    name: str
    offers: tuple[Offer, ...] = ()
    places: tuple[Place, ...] = ()
    problems: tuple[Problem, ...] = ()


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


def read_yaml(path: Path, topics: Topics, today: date) -> Source:
    """Read a catalog. A wrong offer is left out and becomes a `Problem`; the others are kept.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when it is no catalog at all; one sentence that says why.
    """
    try:
        content = CatalogFile.model_validate(_merged(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{path}, {_path(first['loc'])}: {_plain(first['msg'])}") from error
    offers: list[Offer] = []
    problems: list[Problem] = []
    for number, entry in enumerate(content.offers, start=1):
        label = entry.get("id") if isinstance(entry, dict) and entry.get("id") else f"number {number}"
        where = f"{path.name}, offer {label}"
        try:
            offer = Offer.model_validate(_filled(entry, content, topics, today))
        except ValidationError as error:
            problems += [Problem(f"{where}, {_path(e['loc'])}", _plain(e["msg"])) for e in _telling(error)]
            continue
        except ValueError as error:
            problems.append(Problem(where, str(error)))
            continue
        doubts = list(_doubts(offer, where, topics, {o.id for o in offers}))
        problems += doubts
        if not doubts:
            offers.append(offer)
    places = tuple(_place(row, example=content.catalog.example) for row in content.places)
    return Source(content.catalog.name or path.stem, tuple(offers), places, tuple(problems))


def _merged(path: Path) -> dict[str, Any]:
    """Read the file, or all files of a folder as one: lists follow each other, tables are joined."""
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise ValueError(f"{path} holds no .yaml file")
    merged: dict[str, Any] = {}
    for file in files:
        for key, value in _content(file).items():
            known = merged.get(key)
            if isinstance(known, list) and isinstance(value, list):
                merged[key] = known + value
            elif isinstance(known, dict) and isinstance(value, dict):
                merged[key] = {**known, **value}
            elif value is not None:
                merged[key] = value
    if "offers" not in merged:
        raise ValueError(f"{path}: a catalog has the keys 'catalog' and 'offers'")
    return merged


def _content(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise ValueError(f"{file}{line}: this is not readable as YAML") from error
    if not isinstance(content, dict):
        raise ValueError(f"{file}: a catalog has the keys 'catalog' and 'offers'")
    return content


def _filled(entry: object, content: CatalogFile, topics: Topics, today: date) -> dict[str, Any]:
    """Put in what the entry takes from its provider, its sites, its offer type and its catalog."""
    if not isinstance(entry, dict):
        raise ValueError("an offer has fields such as 'id', 'title' and 'topics'")
    filled = {key: value for key, value in entry.items() if value is not None or key == "staffing"}
    offer_type = topics.offer_types.get(str(filled.get("offer_type")))
    if offer_type is None:
        raise ValueError(f"offer_type {filled.get('offer_type')!r} is not in the list of offer types")
    for key in ("kind", "sector", "staffing"):
        filled.setdefault(key, getattr(offer_type, key))
    provider = content.providers.get(str(filled.get("provider")))
    if provider:
        filled["provider"] = provider.name
        filled.setdefault("provider_type", provider.type)
    filled["sites"] = [_site(site, content.sites) for site in _listed(filled, "sites")]
    shift = _whole_weeks(content.catalog, today)
    filled["dates"] = [_moved(occasion, ("day", "until"), shift) for occasion in _listed(filled, "dates")]
    if content.catalog.example:
        filled["example"] = True
    moved: dict[str, Any] = _moved(filled, DATE_FIELDS, shift)
    return moved


def _listed(fields: Mapping[str, Any], key: str) -> list[Any]:
    value = fields.get(key, [])
    if not isinstance(value, list):
        raise ValueError(f"{key} must be a list, such as [{value}]")
    return value


def _site(site: object, known: Mapping[str, Any]) -> object:
    if not isinstance(site, str):
        return site
    if site not in known:
        raise ValueError(f"site {site!r} is not described under 'sites'")
    return known[site]


def _whole_weeks(about: About, today: date) -> timedelta:
    if not about.example or about.as_of is None:
        return timedelta()
    return timedelta(weeks=(today - about.as_of).days // 7)


def _moved(fields: Any, names: tuple[str, ...], shift: timedelta) -> Any:
    if not isinstance(fields, dict):
        return fields
    return {k: v + shift if k in names and isinstance(v, date) else v for k, v in fields.items()}


def _telling(error: ValidationError) -> list[Any]:
    """Mistakes inside a list make the list itself look too short; only the first are worth saying."""
    errors = error.errors()
    inner = {e["loc"][0] for e in errors if len(e["loc"]) > 1}
    return [e for e in errors if len(e["loc"]) != 1 or e["loc"][0] not in inner]


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").replace("String should match pattern", "must have the form")


def _doubts(offer: Offer, where: str, topics: Topics, earlier: set[str]) -> Iterator[Problem]:
    if offer.id in earlier:
        yield Problem(where, "this id is used twice")
    for topic in offer.topics:
        if topic not in topics.topics:
            yield Problem(f"{where}, topics", f"{topic!r} is not in the list of topics")
    if offer.phone and not is_dialable(offer.phone):
        yield Problem(f"{where}, phone", f"{offer.phone!r} is not a telephone number in Germany")


def is_dialable(number: str) -> bool:
    """Whether a telephone in Germany could dial it. A wrong number is worse than none."""
    digits = "".join(c for c in number if c.isdigit())
    if len(digits) in SHORT_NUMBERS:
        return digits.startswith("11")
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "DE"))
    except phonenumbers.NumberParseException:
        return False


def _place(row: PlaceRow, *, example: bool) -> Place:
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


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "as a whole"
