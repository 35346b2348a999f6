"""A catalog kept as YAML: one file, or a folder whose files are read as one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import phonenumbers
import yaml
from pydantic import ValidationError

from catalog.model import Offer, Problem
from catalog.places import Place
from catalog.topics import Topics

SHORT_NUMBERS = 6  # 112, 116 016: short numbers are no subscriber numbers and have no area code
DATE_FIELDS = ("valid_from", "valid_until", "verified_on")


@dataclass(frozen=True)
class Source:
    """What one catalog file says: offers, its own places, and what is wrong with it."""

    name: str
    offers: tuple[Offer, ...] = ()
    places: tuple[Place, ...] = ()
    problems: tuple[Problem, ...] = ()
    family_office: str | None = field(default=None)  # id of the offer that helps when nothing else does


def read_yaml(path: Path, topics: Topics, today: date) -> Source:
    """Read a catalog. A wrong offer is left out and becomes a `Problem`; the others are kept.

    Raises:
        OSError: when the file cannot be read.
        ValueError: when it is no catalog at all; one sentence that says why.
    """
    content = _merged(path)
    about: dict[str, Any] = content.get("catalog", {})
    shift = _whole_weeks(about["as_of"], today) if about.get("example") and "as_of" in about else timedelta()
    offers: list[Offer] = []
    problems: list[Problem] = []
    for number, entry in enumerate(content.get("offers", ()), start=1):
        label = entry.get("id") or f"number {number}" if isinstance(entry, dict) else f"number {number}"
        where = f"{path.name}, offer {label}"
        try:
            offer = Offer.model_validate(_filled(entry, content, topics, about, shift))
        except ValidationError as error:
            problems += [Problem(f"{where}, {_path(e['loc'])}", e["msg"]) for e in error.errors()]
            continue
        except (KeyError, TypeError, ValueError) as error:
            problems.append(Problem(where, str(error)))
            continue
        doubts = list(_doubts(offer, where, topics, {o.id for o in offers}))
        problems += doubts
        if not doubts:
            offers.append(offer)
    places = tuple(_place(row, example=about.get("example", False)) for row in content.get("places", ()))
    name = about.get("name", path.stem)
    return Source(name, tuple(offers), places, tuple(problems), about.get("family_office"))


def _merged(path: Path) -> dict[str, Any]:
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise ValueError(f"{path} holds no .yaml file")
    merged: dict[str, Any] = {}
    for file in files:
        try:
            content = yaml.load(file.read_text("utf-8"), yaml.CSafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            where = getattr(error, "problem_mark", None)
            line = f", line {where.line + 1}" if where else ""
            raise ValueError(f"{file}{line}: this is not readable as YAML") from error
        if not isinstance(content, dict):
            raise ValueError(f"{file}: a catalog has the keys 'catalog' and 'offers'")
        for key, value in content.items():
            merged[key] = (
                merged.get(key, []) + value if isinstance(value, list) else {**merged.get(key, {}), **(value or {})}
            )
    if "offers" not in merged:
        raise ValueError(f"{path}: a catalog has the keys 'catalog' and 'offers'")
    return merged


def _filled(
    entry: Mapping[str, Any], content: Mapping[str, Any], topics: Topics, about: Mapping[str, Any], shift: timedelta
) -> dict[str, Any]:
    """Put in what the entry takes from its provider, its sites, its offer type and its catalog."""
    filled = dict(entry)
    offer_type = topics.offer_types.get(str(entry.get("offer_type")))
    if offer_type is None:
        raise ValueError(f"offer_type {entry.get('offer_type')!r} is not in the list of offer types")
    for key in ("kind", "sector", "staffing"):
        filled.setdefault(key, getattr(offer_type, key))
    provider = content.get("providers", {}).get(entry.get("provider"))
    if provider:
        filled["provider"] = provider["name"]
        filled.setdefault("provider_type", provider["type"])
    sites = content.get("sites", {})
    filled["sites"] = [_site(site, sites) for site in entry.get("sites", ())]
    filled["dates"] = [_moved(occasion, ("day", "until"), shift) for occasion in entry.get("dates", ())]
    if about.get("example"):
        filled["example"] = True
    return _moved(filled, DATE_FIELDS, shift)


def _site(site: str | Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    if not isinstance(site, str):
        return site
    if site not in known:
        raise ValueError(f"site {site!r} is not described under 'sites'")
    return known[site]


def _whole_weeks(as_of: date, today: date) -> timedelta:
    return timedelta(weeks=(today - as_of).days // 7)


def _moved(fields: Mapping[str, Any], names: tuple[str, ...], shift: timedelta) -> dict[str, Any]:
    return {k: v + shift if k in names and isinstance(v, date) else v for k, v in fields.items()}


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
    if len(digits) <= SHORT_NUMBERS:
        return digits.startswith("11")
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, "DE"))
    except phonenumbers.NumberParseException:
        return False


def _place(row: Mapping[str, Any], *, example: bool) -> Place:
    is_district = row.get("district", False)
    return Place(
        name=row["municipality"],
        district=row["name"] if is_district else None,
        lat=row["lat"],
        lon=row["lon"],
        plz=row["post_codes"][0] if len(row["post_codes"]) == 1 else None,
        post_codes=tuple(row["post_codes"]) if is_district or len(row["post_codes"]) == 1 else (),
        state=row.get("state"),
        county=row.get("county"),
        aliases=tuple(row.get("aliases", ())),
        own=True,
        example=example,
    )


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "as a whole"
