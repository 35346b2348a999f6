from datetime import date

import pytest
import yaml
from hypothesis import given

from catalog.export.yaml import write_yaml
from catalog.model import Offer
from catalog.sources.base import Source
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics
from tests.offers import EXAMPLE_TOWN, PROGRAMMES, catalogs

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("path", [EXAMPLE_TOWN, PROGRAMMES], ids=lambda path: path.name)
def test_the_shipped_catalogs_come_back_the_same(
    path: object, topics: Topics, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = read_yaml(EXAMPLE_TOWN if path == EXAMPLE_TOWN else PROGRAMMES, topics, TODAY)
    file = tmp_path_factory.mktemp("yaml") / "town.yaml"
    file.write_bytes(write_yaml(source, topics))
    again = read_yaml(file, topics, TODAY)
    assert not again.problems
    assert (again.name, again.offers, again.places) == (source.name, source.offers, source.places)


@given(offers=catalogs)
def test_whatever_a_coordinator_writes_comes_back_the_same(
    offers: tuple[Offer, ...], topics: Topics, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("yaml") / "town.yaml"
    file.write_bytes(write_yaml(Source("test", offers), topics))
    again = read_yaml(file, topics, TODAY)
    assert not again.problems
    assert again.offers == offers


def test_only_what_differs_is_written(topics: Topics) -> None:
    source = read_yaml(PROGRAMMES, topics, TODAY)
    (first, *_) = yaml.safe_load(write_yaml(source, topics))["offers"]
    assert not {"kind", "sector", "anonymous", "capacity", "helpline"} & first.keys()


def test_nothing_refers_to_anything_else(topics: Topics) -> None:
    """Our own reading refuses references; the same site twice is written out twice."""
    offer = read_yaml(PROGRAMMES, topics, TODAY).offers[0]
    twice = offer.model_copy(update={"sites": offer.sites * 2})
    text = write_yaml(Source("test", (twice,)), topics).decode()
    assert not [event for event in yaml.parse(text, yaml.SafeLoader) if isinstance(event, yaml.AliasEvent)]
