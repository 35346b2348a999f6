import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from catalog.columns import load_layout
from catalog.export.geojson import write_geojson
from catalog.model import Offer, Site
from catalog.sources.base import Source
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics
from tests.offers import EXAMPLE_TOWN, TOPICS, catalogs


def features(*offers: Offer) -> list[Any]:
    written: list[Any] = json.loads(write_geojson(Source("test", offers), load_layout(), TOPICS))["features"]
    return written


@pytest.fixture(scope="module")
def offer(topics: Topics) -> Offer:
    return read_yaml(EXAMPLE_TOWN, topics, date(2026, 11, 23)).offers[0]


def test_a_point_is_longitude_then_latitude(offer: Offer) -> None:
    (feature,) = features(offer)
    assert feature["geometry"] == {"type": "Point", "coordinates": [6.6002, 54.4487]}
    assert feature["properties"]["title"] == offer.title


def test_several_houses_are_several_points(offer: Offer) -> None:
    (feature,) = features(offer.model_copy(update={"sites": offer.sites * 2}))
    assert feature["geometry"]["type"] == "MultiPoint"
    assert len(feature["geometry"]["coordinates"]) == 2


@given(offers=catalogs)
def test_only_doors_are_points(offers: tuple[Offer, ...]) -> None:
    doors = [[site.lon, site.lat] for offer in offers for site in offer.sites if site.has_door]
    points = [
        point
        for feature in features(*offers)
        if (geometry := feature["geometry"])
        for point in (geometry["coordinates"] if geometry["type"] == "MultiPoint" else [geometry["coordinates"]])
    ]
    assert points == doors


def test_a_hidden_site_is_its_name_and_its_town(offer: Offer) -> None:
    secret = Site(
        kind="hidden", name="geschützt", municipality="Beispielhafen", post_code="00103", district="Nordweide"
    )
    (feature,) = features(offer.model_copy(update={"sites": (secret,)}))
    assert feature["geometry"] is None
    assert feature["properties"]["municipality"] == "Beispielhafen"
    assert not [said for said in ("00103", "Nordweide") if said in json.dumps(feature)]


@pytest.mark.parametrize("kind", ["hidden", "home_visit", "online", "phone"])
def test_what_is_no_house_has_no_door(kind: str) -> None:
    position = {} if kind == "hidden" else {"lat": 54.0, "lon": 6.0}
    assert not Site.model_validate({"kind": kind, **position}).has_door
    assert not Site(lat=54.0, lon=6.0, approximate=True).has_door
    assert Site(lat=54.0, lon=6.0).has_door
