"""The same offers through every format that is a table: CSV, XLSX, GeoJSON."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings

from catalog.columns import load_layout
from catalog.export.csv import write_csv
from catalog.export.geojson import write_geojson
from catalog.export.table import offer_table, place_table
from catalog.export.xlsx import write_xlsx
from catalog.model import Offer
from catalog.sources.base import Source
from catalog.sources.reading import read_catalog
from catalog.sources.yaml import read_yaml
from catalog.topics import Topics
from tests.offers import EXAMPLE_TOWN, PROGRAMMES, TOPICS, catalogs

TODAY = date(2026, 11, 23)
LAYOUT = load_layout()
Write = Callable[[Source], bytes]
FORMATS: dict[str, Write] = {
    "de.csv": lambda source: write_csv(source, LAYOUT, TOPICS, "de"),
    "en.csv": lambda source: write_csv(source, LAYOUT, TOPICS, "en"),
    "de.xlsx": lambda source: write_xlsx(source, LAYOUT, TOPICS, "de"),
    "en.xlsx": lambda source: write_xlsx(source, LAYOUT, TOPICS, "en"),
    "de.geojson": lambda source: write_geojson(source, LAYOUT, TOPICS),
}
QUICK = ("de.csv", "en.csv", "de.geojson")  # a workbook is read in a process of its own, which takes its time


def again(source: Source, name: str, folder: Path) -> Source:
    file = folder / name
    file.write_bytes(FORMATS[name](source))
    return read_catalog(file, TOPICS, TODAY)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", [EXAMPLE_TOWN, PROGRAMMES], ids=lambda path: path.name)
def test_the_shipped_catalogs_come_back_the_same(name: str, path: Path, topics: Topics, tmp_path: Path) -> None:
    source = read_yaml(path, topics, TODAY)
    read = again(source, name, tmp_path)
    assert read.problems == ()
    assert read.offers == source.offers
    assert read.places == (source.places if name.endswith(".xlsx") else ())


@pytest.mark.parametrize("name", QUICK)
@settings(max_examples=settings().max_examples // 3)
@given(offers=catalogs)
def test_whatever_a_coordinator_writes_comes_back_the_same(
    name: str, offers: tuple[Offer, ...], tmp_path_factory: pytest.TempPathFactory
) -> None:
    read = again(Source("test", offers), name, tmp_path_factory.mktemp("table"))
    assert read.problems == ()
    assert read.offers == offers


@settings(max_examples=settings().max_examples // 6)
@given(offers=catalogs)
def test_a_workbook_holds_the_same(offers: tuple[Offer, ...], tmp_path_factory: pytest.TempPathFactory) -> None:
    read = again(Source("test", offers), "de.xlsx", tmp_path_factory.mktemp("table"))
    assert read.problems == ()
    assert read.offers == offers


def test_a_column_stands_where_the_template_has_it_or_an_offer_needs_it(topics: Topics) -> None:
    write = partial(offer_table, layout=LAYOUT, topics=topics, lang="de")
    none = write(Source("test"))
    assert set(none.keys) == {key for key, column in LAYOUT.offers.items() if column.group}
    offer = read_yaml(PROGRAMMES, topics, TODAY).offers[0]
    named = write(Source("test", (offer.model_copy(update={"aliases": ("Alter Name",)}),)))
    assert "aliases" in named.keys
    assert "aliases" not in none.keys


def test_places_are_written_as_people_call_them(topics: Topics) -> None:
    town, *_, district = (
        place for place in read_yaml(EXAMPLE_TOWN, topics, TODAY).places if place.name == "Beispielhafen"
    )
    table = place_table([town, district], LAYOUT, "de")
    rows = [dict(zip(table.keys, row, strict=True)) for row in table.rows]
    assert [(row["name"], row["kind"]) for row in rows] == [("Beispielhafen", "Ort"), ("Mühlenfeld", "Stadtteil")]
