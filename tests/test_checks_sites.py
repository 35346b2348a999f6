"""Places: found by families, and never found where they must not be."""

from dataclasses import replace
from typing import Any

import pytest

from catalog.checks.sites import check_protection, check_sites
from catalog.model import ServiceArea, Site
from catalog.places import Gazetteer, Place
from tests.checking import AROUND, HOME, PLACES, an_offer, detail, found


def site(**fields: object) -> Site:
    return Site.model_validate({**HOME.model_dump(), **fields})


def test_a_place_that_fits_together_is_nothing_to_talk_about() -> None:
    assert found(check_sites, an_offer()) == []
    assert found(check_sites, an_offer(site(lat=51.15, lon=14.99))) == []


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"municipality": "Goerlitzz"}, "municipality", "town-mistyped"),
        ({"post_code": "50667"}, "post_code", "post-code-of-another-town"),
        ({"post_code": "02862"}, "post_code", "post-code-nowhere"),
        ({"post_code": None, "municipality": ""}, "municipality", "place-missing"),
        ({"address": ""}, "address", "address-missing"),
        ({"lat": 14.99, "lon": 51.15}, "lat", "position-swapped"),
        ({"lat": 48.2, "lon": 16.4}, "lat", "position-abroad"),
        ({"lat": 50.9, "lon": 7.0}, "lat", "position-far"),
    ],
)
def test_a_place_that_does_not_fit_together(fields: dict[str, object], field: str, code: str) -> None:
    assert found(check_sites, an_offer(site(**fields))) == [(field, code)]


def test_the_town_that_was_meant_is_proposed() -> None:
    assert (
        detail(check_sites, an_offer(site(municipality="Markersdrf", post_code="02829")), "suggestion") == "Markersdorf"
    )


def test_a_neighbouring_village_may_share_a_post_code() -> None:
    assert found(check_sites, an_offer(site(municipality="Schöpstal"))) == []


def test_a_town_that_nobody_knows_is_left_alone_unless_one_is_near() -> None:
    assert found(check_sites, an_offer(site(municipality="Unbekanntes Dorf"))) == []
    assert found(check_sites, an_offer(site(municipality="Kölnn"))) == []  # its post code lies elsewhere


def test_a_town_of_the_catalogs_own_is_known_by_all_its_names() -> None:
    own = Place("Nordhafen", 54.45, 6.6, aliases=("Nordhaven",), own=True)
    around = replace(AROUND, places=Gazetteer([own, *PLACES]))
    for name in ("Nordhafen", "NORDHAVEN"):
        assert list(check_sites(an_offer(site(post_code=None, municipality=name)), around)) == []
    near, far = (site(post_code=None, municipality="Nordhaven", lat=lat, lon=6.6) for lat in (54.5, 51.0))
    assert list(check_sites(an_offer(near), around)) == []
    assert [finding.code for finding in check_sites(an_offer(far), around)] == ["position-far"]
    [slip] = check_sites(an_offer(site(post_code=None, municipality="Nordhafn")), around)
    assert (slip.code, slip.details) == ("town-mistyped", {"suggestion": "Nordhafen"})


@pytest.mark.parametrize("kind", ["online", "phone", "home_visit"])
def test_what_happens_elsewhere_needs_no_address(kind: str) -> None:
    assert found(check_sites, an_offer(Site.model_validate({"kind": kind}))) == []


def test_the_service_area_is_looked_at_too() -> None:
    area = ServiceArea(municipalities=("Görliz", "Köln"), post_codes=("2826", "02829"))
    assert found(check_sites, an_offer(service_area=area)) == [
        ("service_area", "area-post-code"),
        ("service_area", "town-mistyped"),
    ]


SHELTER: dict[str, Any] = {"offer_type": "womens-shelter", "topics": ("domestic-violence",)}


def test_a_shelter_with_a_public_address_is_an_error() -> None:
    assert found(check_protection, an_offer(**SHELTER)) == [("site_kind", "shelter-not-hidden")]
    assert found(check_protection, an_offer(Site(kind="hidden", municipality="Görlitz"), **SHELTER)) == []


@pytest.mark.parametrize(
    "text", ["Sie finden uns am Lindenweg 12.", "Treffpunkt: Berliner Straße 4a", "Bahnhofstr. 3, Hinterhaus"]
)
def test_the_address_of_a_protected_place_is_found_in_every_text(text: str) -> None:
    hidden = Site(kind="hidden", municipality="Görlitz")
    assert ("summary", "hidden-address-in-text") in found(check_protection, an_offer(hidden, summary=text))
    translated = an_offer(hidden, translations={"en": {"title": "Shelter", "summary": text, "by": "human"}})
    assert ("translations.en.summary", "hidden-address-in-text") in found(check_protection, translated)
    assert found(check_protection, an_offer(summary=text)) == []


def test_a_protected_place_names_no_district_and_no_post_code() -> None:
    assert found(check_protection, an_offer(Site(kind="hidden", post_code="02826"))) == [
        ("post_code", "hidden-too-exact")
    ]
