"""Districts and municipalities of a catalog, and in which of them a house stands."""

from typing import Any

import pytest

from catalog.areas import areas_of
from catalog.model import Offer, Site
from catalog.places import Place

OLD_TOWN = Place("Beispielhafen", 54.450, 6.600, district="Altstadt", post_codes=("00101",), own=True)
HARBOUR = Place("Beispielhafen", 54.461, 6.608, district="Hafenviertel", post_codes=("00102", "00103"), own=True)
HILL = Place("Beispielhafen", 54.440, 6.643, district="Sonnenhang", post_codes=("00103",), own=True)
TOWN = Place("Beispielhafen", 54.450, 6.600, post_codes=("00101", "00102", "00103"), own=True)
VILLAGE = Place("Musterfelde", 54.385, 6.690, post_codes=("00120",), own=True)
ELSEWHERE = Place("Görlitz", 51.155, 14.988)
PLACES = (TOWN, OLD_TOWN, HARBOUR, HILL, VILLAGE, ELSEWHERE)


def offer(*sites: dict[str, Any], **changes: object) -> Offer:
    """Return a parents' café at these sites."""
    fields: dict[str, object] = {
        "id": "cafe",
        "title": "Elterncafé",
        "provider": "Nachbarschaftshaus",
        "offer_type": "parents-cafe",
        "kind": "leisure",
        "sector": "youth_welfare",
        "topics": ["parents-meeting"],
        "sites": list(sites),
    }
    return Offer.model_validate(fields | changes)


AREAS = areas_of([offer({"municipality": "Beispielhafen"})], PLACES)


def test_districts_stand_in_place_of_their_town_and_a_village_for_itself() -> None:
    assert AREAS.places == (OLD_TOWN, HARBOUR, HILL, VILLAGE)
    assert AREAS.municipalities == ("Beispielhafen", "Musterfelde")


@pytest.mark.parametrize(
    ("site", "where"),
    [
        ({"municipality": "Beispielhafen", "district": "Hafenviertel"}, HARBOUR),
        ({"municipality": "beispielhafen", "district": "HAFENVIERTEL"}, HARBOUR),
        ({"district": "Sonnenhang"}, HILL),
        ({"municipality": "Musterfelde"}, VILLAGE),
        ({"municipality": "Beispielhafen", "post_code": "00102"}, HARBOUR),
        ({"municipality": "Beispielhafen", "post_code": "00103"}, None),  # two districts share it
        ({"municipality": "Beispielhafen", "post_code": "00103", "lat": 54.441, "lon": 6.642}, HILL),
        ({"municipality": "Beispielhafen", "lat": 54.461, "lon": 6.609}, HARBOUR),
        ({"municipality": "Beispielhafen", "lat": 54.461, "lon": 6.609, "approximate": True}, None),
        ({"municipality": "Görlitz", "lat": 51.155, "lon": 14.988}, None),
        ({"municipality": "Beispielhafen"}, None),
        ({"kind": "hidden", "municipality": "Beispielhafen", "district": "Altstadt"}, None),
        ({"kind": "online"}, None),
    ],
)
def test_a_house_stands_in_the_area_that_its_entry_tells(site: dict[str, Any], where: Place | None) -> None:
    position = AREAS.position(Site.model_validate(site))
    assert (None if position is None else AREAS.places[position]) == where


def test_without_own_places_the_areas_are_where_something_happens() -> None:
    one = {"municipality": "Görlitz", "district": "Altstadt", "post_code": "02826", "lat": 51.0, "lon": 15.0}
    two = {"municipality": "Görlitz", "district": "Altstadt", "lat": 51.2, "lon": 15.0}
    areas = areas_of([offer(one, two, {"kind": "online"}, {"municipality": "Apolda"})], [ELSEWHERE])
    assert [(place.name, place.district) for place in areas] == [("Apolda", None), ("Görlitz", "Altstadt")]
    assert areas.places[1].lat == pytest.approx(51.1)
    assert areas.places[1].post_codes == ("02826",)
    assert areas.position(Site(municipality="Apolda")) == 0


def test_invented_places_never_stand_among_real_ones() -> None:
    invented = Place("Phantasia", 54.0, 6.0, own=True, example=True)
    assert areas_of([offer({"municipality": "Musterfelde"})], [VILLAGE, invented]).places == (VILLAGE,)
    assert areas_of([offer({"municipality": "Phantasia"}, example=True)], [VILLAGE, invented]).places == (invented,)


def test_a_catalog_without_any_place_has_no_areas() -> None:
    areas = areas_of([offer({"kind": "phone"})], [])
    assert len(areas) == 0
    assert areas.position(Site(municipality="Görlitz", lat=51.155, lon=14.988)) is None
