"""A catalog as GeoJSON (RFC 7946): one feature per offer, for maps and geographic information systems.

The points are the doors that families find; a hidden site, a home visit or the middle of a post code is none. The
properties are the columns of our table in German words, so that the file can be read back. Places stay out.
"""

import json
from typing import Any

from catalog.columns import Layout
from catalog.export.table import offer_cells
from catalog.model import Offer, Site
from catalog.sources.base import Source
from catalog.topics import Topics


def write_geojson(source: Source, layout: Layout, topics: Topics) -> bytes:
    """Write every offer, also those without a point."""
    features = [_feature(offer, layout, topics) for offer in source.offers]
    collection = {"type": "FeatureCollection", "name": source.name, "features": features}
    return json.dumps(collection, ensure_ascii=False, indent=1).encode()


def _feature(offer: Offer, layout: Layout, topics: Topics) -> dict[str, Any]:
    shown = offer.model_copy(update={"sites": tuple(map(_public, offer.sites))})
    cells = offer_cells(shown, layout, topics, "de")
    filled = {key: text for key, text in cells.items() if text}
    return {"type": "Feature", "id": offer.id, "geometry": _geometry(offer), "properties": filled}


def _public(site: Site) -> Site:
    """A hidden site is known by its name and its town alone."""
    return site.model_copy(update={"post_code": None, "district": ""}) if site.kind == "hidden" else site


def _geometry(offer: Offer) -> dict[str, Any] | None:
    points = [[site.lon, site.lat] for site in offer.sites if site.has_door]
    if len(points) > 1:
        return {"type": "MultiPoint", "coordinates": points}
    return {"type": "Point", "coordinates": points[0]} if points else None
