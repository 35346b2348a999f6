import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from catalog.export.hsds import as_uri, write_hsds
from catalog.hsds import TERMS
from catalog.model import Offer, Site
from catalog.sources.base import Source
from catalog.sources.hsds import read_hsds
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics
from catalog.words import load_words
from tests.conftest import SHARED
from tests.offers import EXAMPLE_TOWN, PROGRAMMES, catalogs

TODAY = date(2026, 11, 23)
SCHEMAS = SHARED / "data" / "hsds" / "3.1" / "schema"
WORDS = load_words()


def state_of(post_code: str) -> str:
    return "Niedersachsen" if post_code.startswith("00") else ""


def services(*offers: Offer) -> list[Any]:
    written: list[Any] = json.loads(write_hsds(Source("test", offers), WORDS, state_of, TODAY))["contents"]
    return written


@pytest.fixture(scope="module")
def schemas() -> Mapping[str, Any]:
    if not SCHEMAS.is_dir():
        pytest.skip("the official schemas of HSDS 3.1 beside the checkout (../shared/data/hsds) are not here")
    files = (file for file in SCHEMAS.glob("*.json") if file.name != "openapi.json")
    return {file.name: json.loads(file.read_text("utf-8")) for file in files}


@pytest.fixture(scope="module")
def validator(schemas: Mapping[str, Any]) -> Draft202012Validator:
    resources = ((name, DRAFT202012.create_resource(schema)) for name, schema in schemas.items())
    registry: Registry[Any] = Registry().with_resources(resources)
    formats = FormatChecker(["uuid", "email", "uri"])
    return Draft202012Validator(schemas["service.json"], registry=registry, format_checker=formats)


@pytest.fixture(scope="module")
def shipped(topics: Topics) -> tuple[Offer, ...]:
    return tuple(offer for path in (EXAMPLE_TOWN, PROGRAMMES) for offer in read_yaml(path, topics, TODAY).offers)


def entities(
    name: str, thing: Mapping[str, Any], schemas: Mapping[str, Any]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every entity in a service, with the file of its schema."""
    yield name, thing
    for key, described in schemas[name]["properties"].items():
        inner = described.get("$ref") or described.get("items", {}).get("$ref")
        for part in thing.get(key, []) if described.get("type") == "array" else [thing[key]] if key in thing else []:
            if inner:
                yield from entities(inner, part, schemas)


def mistakes(written: list[Any], validator: Draft202012Validator) -> list[str]:
    return [f"{list(error.path)}: {error.message}" for service in written for error in validator.iter_errors(service)]


def strangers(written: list[Any], schemas: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Keys that HSDS does not know: its schemas would let them pass."""
    found = (pair for service in written for pair in entities("service.json", service, schemas))
    return {(name, key) for name, thing in found for key in thing if key not in schemas[name]["properties"]}


def loose_ends(written: list[Any], schemas: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """References to an entity that is not in the file, or of another kind."""
    found = [pair for service in written for pair in entities("service.json", service, schemas)]
    kinds: dict[str, str] = {thing["id"]: name.removesuffix(".json") for name, thing in found}
    named = ((name, key, thing[key]) for name, thing in found for key in thing if key.endswith("_id"))
    ends = {(name, key, kinds.get(end, "")) for name, key, end in named if key != "link_id"}
    wrong = {(name, key, kind) for name, key, kind in ends if kind != key.removesuffix("_id")}
    links = {
        (name, thing["link_entity"], kinds.get(thing["link_id"], "")) for name, thing in found if "link_id" in thing
    }
    return wrong | {(name, entity, kind) for name, entity, kind in links if entity != kind}


def test_the_shipped_catalogs_are_valid_without_a_single_error(
    shipped: tuple[Offer, ...], validator: Draft202012Validator, schemas: Mapping[str, Any]
) -> None:
    written = services(*shipped)
    assert len(written) == len(shipped) > 200
    assert mistakes(written, validator) == []
    assert strangers(written, schemas) == set()
    assert loose_ends(written, schemas) == set()


def test_the_checks_themselves_find_what_is_wrong(
    shipped: tuple[Offer, ...], validator: Draft202012Validator, schemas: Mapping[str, Any]
) -> None:
    (service,) = services(shipped[0])
    assert len(mistakes([{**service, "id": "7", "url": "no address", "status": "open"}], validator)) == 3
    assert strangers([{**service, "title": "x"}], schemas) == {("service.json", "title")}
    assert loose_ends([{**service, "organization_id": service["id"]}], schemas)
    assert loose_ends([{**service, "program_id": "gone"}], schemas)


@given(offers=catalogs)
def test_whatever_a_coordinator_writes_is_valid_and_comes_back_the_same(
    offers: tuple[Offer, ...],
    validator: Draft202012Validator,
    schemas: Mapping[str, Any],
    topics: Topics,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    content = write_hsds(Source("test", offers), WORDS, state_of, TODAY)
    written = json.loads(content)["contents"]
    assert mistakes(written, validator) == []
    assert strangers(written, schemas) == set()
    assert loose_ends(written, schemas) == set()
    file = tmp_path_factory.mktemp("hsds") / "catalog.json"
    file.write_bytes(content)
    read = read_hsds(file, topics, TODAY)
    assert not read.problems
    assert read.offers == offers


def test_identifiers_stay_the_same(shipped: tuple[Offer, ...]) -> None:
    first, again = services(shipped[0]), services(shipped[0])
    assert first == again
    assert UUID(first[0]["id"]).version == 5
    changed = shipped[0].model_copy(update={"title": "A new title", "phone": ""})
    assert services(changed)[0]["id"] == first[0]["id"]


def test_a_hidden_site_is_its_town_and_nothing_else(shipped: tuple[Offer, ...]) -> None:
    secret = Site(
        kind="hidden", name="geschützt", municipality="Beispielhafen", post_code="00103", district="Nordweide"
    )
    (service,) = services(shipped[0].model_copy(update={"sites": (secret,)}))
    location = json.dumps(service["service_at_locations"])
    assert "Beispielhafen" in location
    assert not [said for said in ("00103", "Nordweide", "latitude", "addresses", "position") if said in location]


def test_an_invented_offer_says_so_to_whoever_reads_it(shipped: tuple[Offer, ...]) -> None:
    (service,) = services(shipped[0])
    assert shipped[0].example
    assert "Erfundenes Beispiel" in service["alert"]


def test_what_is_over_is_inactive(shipped: tuple[Offer, ...]) -> None:
    (service,) = services(shipped[0].model_copy(update={"valid_until": date(2026, 11, 22)}))
    assert service["status"] == "inactive"


def test_others_read_weekly_hours_ages_in_years_and_an_address(shipped: tuple[Offer, ...]) -> None:
    offer = next(offer for offer in shipped if offer.id == "pregnancy-advice-harbour")
    (service,) = services(offer)
    schedules = [(s["freq"], s["byday"], s["opens_at"], s["closes_at"]) for s in service["schedules"]]
    assert schedules == [("WEEKLY", "TU", "10:00", "12:30"), ("WEEKLY", "TH", "15:00", "17:30")]
    assert service["maximum_age"] == 0.92
    (address,) = service["service_at_locations"][0]["location"]["addresses"]
    assert (address["postal_code"], address["state_province"]) == ("00102", "Niedersachsen")


@pytest.mark.parametrize(
    ("web", "uri"),
    [
        ("", ""),
        ("example.org/a", "https://example.org/a"),
        ("http://example.org", "http://example.org"),
        ("https://müller.example.org/süd", "https://xn--mller-kva.example.org/s%C3%BCd"),
        ("https://example.org/a%20b?c=d", "https://example.org/a%20b?c=d"),
    ],
)
def test_an_address_becomes_a_uri(web: str, uri: str) -> None:
    assert as_uri(web) == uri


def test_every_term_stands_on_the_page_and_no_other() -> None:
    page = (Path(__file__).parent.parent / "docs" / "exchange.md").read_text("utf-8")
    listed = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(listed) == sorted(TERMS)
