"""A catalog as YAML: the form in which it can be kept, compared and merged by programs, and read back unchanged."""

from datetime import date
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel

from catalog.model import Cost, Offer, Site
from catalog.places import Place
from catalog.sources.base import Source
from catalog.topics import Topics

FROM_TYPE = ("kind", "sector", "staffing")  # an offer has them from its type unless it says something else
ALWAYS = {Site: ("kind",), Cost: ("free",)}  # an empty table would say nothing to a reader
WIDTH = 120


class PlainDumper(yaml.CSafeDumper):
    """Without references (&, *): catalogs are read without them."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 the library's form
        return True


def write_yaml(source: Source, topics: Topics) -> bytes:
    """Write offers and places, each field only where it says more than its default."""
    invented = bool(source.places) and all(place.example for place in source.places)
    invented = invented and all(offer.example for offer in source.offers)
    content = {
        "catalog": {"name": source.name, **({"example": True} if invented else {})},
        "places": [_place(place) for place in source.places],
        "offers": [_offer(offer, topics) for offer in source.offers],
    }
    return yaml.dump(
        {key: value for key, value in content.items() if value or key == "offers"},
        Dumper=PlainDumper,
        allow_unicode=True,
        sort_keys=False,
        width=WIDTH,
        encoding="utf-8",
    )


def _offer(offer: Offer, topics: Topics) -> dict[str, Any]:
    said = _said(offer)
    usual = topics.offer_types[offer.offer_type]
    for name in FROM_TYPE:
        said.pop(name, None)
        if getattr(offer, name) != getattr(usual, name):
            said[name] = getattr(offer, name)
    if offer.example:
        said["example"] = True
    return said


def _said(model: BaseModel) -> dict[str, Any]:
    """The fields that are not at their default, in the order of the model."""
    return {
        name: _plain(value)
        for name, field in type(model).model_fields.items()
        if (value := getattr(model, name)) != field.get_default(call_default_factory=True)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        always = {name: getattr(value, name) for name in ALWAYS.get(type(value), ())}
        return always | _said(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value if isinstance(value, date | int | float | None) else str(value)


def _place(place: Place) -> dict[str, Any]:
    codes = list(place.post_codes) or ([place.plz] if place.plz else [])
    name = place.district or place.name
    always = {"name": name, "municipality": place.name, "lat": place.lat, "lon": place.lon}
    said = {
        "post_codes": codes,
        "state": place.state,
        "county": place.county,
        "aliases": list(place.aliases),
        "district": place.district is not None,
    }
    return always | {key: value for key, value in said.items() if value}
