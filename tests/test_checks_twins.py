"""Offers that stand in a catalog twice."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.checks.twins import find_twins
from catalog.model import Site
from catalog.sources.yaml import read_yaml
from catalog.topics import load_topics
from tests.checking import TODAY, an_offer

ROOT = Path(__file__).parent.parent
OTHER_HOUSE = Site(address="Neißstraße 9", post_code="02826", municipality="Görlitz")
NO_CONTACT = {"phone": "", "email": "", "web": ""}


def are_twins(**fields: Any) -> bool:
    site = fields.pop("site", None)
    return bool(list(find_twins([an_offer(), an_offer(site, id="second", **fields)])))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"title": "Eltern-Café im Hof"},
        {"title": "ELTERNCAFE IM HOF"},
        {"title": "Elterncafe im Hof ", "provider": "Verein Hof"},
        {"title": "Elterncafé im Hoff", "opening_hours": "Mo-Fr 10:00-12:00"},
        {"title": "Im Hof: Elterncafé", **NO_CONTACT},
        {"title": "Elterncafé", "site": Site(address="Am Hof 1", municipality="Görlitz")},
        {"provider": "Stadt Görlitz"},  # the same telephone
        {"site": Site(address="Am Hof 1", post_code="02826", municipality="Goerliz")},
    ],
)
def test_twins_are_found(fields: dict[str, Any]) -> None:
    assert are_twins(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "Elterncafé im Hof am Montag"},
        {"title": "Elterncafé im Hof 2"},
        {"title": "Schuldnerberatung im Hof"},
        {"site": OTHER_HOUSE},
        {"site": Site(address="Am Hof 1", post_code="50667", municipality="Köln")},
        {"provider": "Stadt Görlitz", **NO_CONTACT},
        {"title": "Krabbelcafé im Hof", "age_from": 0, "age_to": 11},
    ],
)
def test_neighbours_are_no_twins(fields: dict[str, Any]) -> None:
    assert not are_twins(**fields)


def test_a_pair_is_named_once_and_in_the_order_of_the_file() -> None:
    here = (Site(address="A 1", post_code="02826"), Site(address="B 2", post_code="50667"))
    first, second = (an_offer(id=name).model_copy(update={"sites": here}) for name in ("first", "second"))
    [twins] = find_twins([first, second])
    assert (twins.first.id, twins.second.id, twins.likeness) == ("first", "second", 100)


def test_the_example_town_holds_no_twins() -> None:
    town = read_yaml(ROOT / "catalog/data/example_town", load_topics(), TODAY)
    assert list(find_twins(town.offers)) == []


@given(titles=st.lists(st.text(min_size=3, max_size=30), max_size=6))
def test_an_offer_is_never_its_own_twin(titles: list[str]) -> None:
    offers = [an_offer().model_copy(update={"id": f"o{i}", "title": title}) for i, title in enumerate(titles)]
    for twins in find_twins(offers):
        assert twins.first.id < twins.second.id
