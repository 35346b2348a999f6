import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.problems import UnreadableError
from catalog.sources.base import Source
from catalog.sources.hsds import read_hsds
from catalog.topics import Topics
from tests.conftest import SHARED

TODAY = date(2026, 11, 23)
EXAMPLES = SHARED / "data" / "hsds" / "3.1" / "examples"
SERVICE = {"id": "ac148810-d857-441c-9679-408f346de14b", "name": "Schreisprechstunde", "status": "active"}


def guess(_: str) -> Sequence[str]:
    return ("crying-baby",)


def read(content: Any, folder: Path, topics: Topics) -> Source:
    file = folder / "services.json"
    file.write_text(json.dumps(content), "utf-8")
    return read_hsds(file, topics, TODAY, guess)


def example(name: str) -> Path:
    if not EXAMPLES.is_dir():
        pytest.skip("the official examples of HSDS 3.1 beside the checkout (../shared/data/hsds) are not here")
    return EXAMPLES / f"{name}.json"


@pytest.mark.parametrize("name", ["service_full", "service_list", "service_at_location_full", "organization_full"])
def test_the_official_examples_are_read(name: str, topics: Topics) -> None:
    """Their telephone number is British and their latitude off the earth: the first is said, the second left out."""
    source = read_hsds(example(name), topics, TODAY, guess)
    offers = [*source.offers, *(problem.code for problem in source.problems)]
    assert len(offers) == 1
    for offer in source.offers:
        assert offer.title == "Community Counselling"
        assert offer.provider == "Example Organization Inc."
        assert (offer.age_from, offer.verified_on) == (144, date(2005, 1, 1))
        assert not [site for site in offer.sites if site.lat]


@pytest.mark.parametrize("name", ["base", "location", "organization_list", "tabular", "taxonomy_list", "taxonomy_term"])
def test_what_holds_no_services_is_said(name: str, topics: Topics) -> None:
    with pytest.raises(UnreadableError) as refused:
        read_hsds(example(name), topics, TODAY, guess)
    assert refused.value.problem.code == "hsds-none"


def test_a_service_of_somebody_else_is_read_as_far_as_hsds_goes(topics: Topics, tmp_path: Path) -> None:
    foreign = {
        **SERVICE,
        "description": None,
        "minimum_age": 0,
        "maximum_age": 100,
        "phones": [{"id": "1", "number": "030 23125 001"}],
        "languages": [{"id": "1", "name": "Ukrainian", "code": "uk"}, {"id": "2", "name": "a dialect"}],
        "schedules": [
            {
                "freq": "WEEKLY",
                "byday": "TH,FR",
                "opens_at": "10:00:00",
                "closes_at": "18:00:00",
                "dtstart": "2005-01-01",
            },
            {"freq": "MONTHLY", "dtstart": "2026-12-02", "opens_at": "09:30Z", "count": 3},
        ],
        "cost_options": [{"amount": 5, "currency": "EUR"}],
        "service_areas": [{"name": "everybody in MyCity"}],
        "organization": {"name": "Haus"},
    }
    (offer,) = read([foreign], tmp_path, topics).offers
    assert (offer.age_from, offer.age_to) == (0, 324)
    assert offer.languages == ("uk",)
    assert offer.opening_hours == "Th,Fr 10:00-18:00"
    assert [(date_.day, date_.starts, date_.repeat) for date_ in offer.dates] == [
        (date(2026, 12, 2), "09:30", "monthly")
    ]
    assert offer.cost
    assert (offer.cost.free, offer.cost.amount) == (False, Decimal(5))
    assert offer.service_area.is_open, "an area whose kind nobody knows turns nobody away"
    assert [site.kind for site in offer.sites] == ["phone"]
    assert offer.offer_type == topics.topics["crying-baby"].offer_types[0]
    assert offer.staffing is None, "nothing is claimed"


def test_what_is_closed_there_is_left_out_and_said(topics: Topics, tmp_path: Path) -> None:
    source = read([{**SERVICE, "status": "defunct"}], tmp_path, topics)
    assert (source.offers, [problem.code for problem in source.problems]) == ((), ["hsds-closed"])


def test_without_a_topic_a_service_is_a_problem_and_never_a_guess(topics: Topics, tmp_path: Path) -> None:
    file = tmp_path / "services.json"
    file.write_text(json.dumps([SERVICE]), "utf-8")
    source = read_hsds(file, topics, TODAY)
    assert [problem.code for problem in source.problems] == ["hsds-without-topic"]


@pytest.mark.parametrize("broken", [{"phones": "030"}, {"name": {}}, {"languages": [7]}, {"minimum_age": "x"}])
def test_a_service_in_another_form_does_not_cost_the_others(
    broken: dict[str, Any], topics: Topics, tmp_path: Path
) -> None:
    good = {**SERVICE, "id": "b", "organization": {"name": "Haus"}}
    source = read([{**SERVICE, **broken}, {**good, "id": "good-one"}], tmp_path, topics)
    assert [offer.id for offer in source.offers] == ["good-one"]
    assert [problem.code for problem in source.problems] == ["hsds-unreadable"]


def test_a_long_description_is_cut_not_refused(topics: Topics, tmp_path: Path) -> None:
    (offer,) = read(
        [{**SERVICE, "name": "x" * 200, "description": "y" * 900, "organization": {"name": "H"}}], tmp_path, topics
    ).offers
    assert (len(offer.title), len(offer.summary)) == (120, 600)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "code", "value", "location", "attributes"]), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = (
    "name",
    "description",
    "status",
    "minimum_age",
    "maximum_age",
    "phones",
    "languages",
    "schedules",
    "attributes",
)
PARTS = ("service_at_locations", "service_areas", "cost_options", "organization", "assured_date", "url", "email", "id")


@given(services=st.lists(st.dictionaries(st.sampled_from(FIELDS + PARTS), values, max_size=8), min_size=1, max_size=3))
def test_whatever_stands_in_a_file_it_becomes_offers_or_problems(
    services: list[dict[str, Any]], topics: Topics, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = read([SERVICE, *services], tmp_path_factory.mktemp("hsds"), topics)
    assert all(str(problem) for problem in source.problems)
