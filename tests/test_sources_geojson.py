import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.problems import UnreadableError
from catalog.sources.geojson import geojson_tables, read_geojson
from catalog.topics import Topics
from tests.conftest import SHARED

CHEMNITZ = SHARED / "data" / "catalogs" / "chemnitz_familie"


def tables(features: Any, folder: Path) -> list[tuple[Any, ...]]:
    file = folder / "map.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    (table,) = geojson_tables(file).tables
    return [row.cells for row in table.rows]


def feature(geometry: Any, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def test_each_property_is_a_column_and_the_point_two_more(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [12.877, 50.831]}
    rows = tables([feature(point, NAME="Haus", PLZ="09116"), feature(None, NAME="Hof", TAGS=["a", "b"])], tmp_path)
    assert rows == [
        ("NAME", "PLZ", "lon", "lat", "TAGS"),
        ("Haus", "09116", 12.877, 50.831),
        ("Hof", None, None, None, "a; b"),
    ]


@pytest.mark.parametrize(
    ("geometry", "middle"),
    [
        ({"type": "MultiPoint", "coordinates": [[6, 54], [8, 52]]}, (7.0, 53.0)),
        ({"type": "Polygon", "coordinates": [[[6, 54], [8, 52], [6, 54], [8, 52]]]}, (7.0, 53.0)),
        ({"type": "Point", "coordinates": [565_000, 5_935_000]}, None),  # metres of a national grid
        ({"type": "Point", "coordinates": [10**400, 1]}, None),
        ({"type": "Point", "coordinates": []}, None),
        ({"type": "Point", "coordinates": "here"}, None),
        ("here", None),
    ],
)
def test_a_shape_is_its_middle_and_what_is_no_position_is_none(
    geometry: Any, middle: tuple[float, float] | None, tmp_path: Path
) -> None:
    (_, row) = tables([feature(geometry, NAME="Haus")], tmp_path)
    assert row[1:] == (middle or ())


def test_a_position_among_the_properties_comes_first(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [12.0, 50.0]}
    assert tables([feature(point, lat="54,4 | 54,5", lon="6,6 | 6,7")], tmp_path)[1] == ("54,4 | 54,5", "6,6 | 6,7")


@pytest.mark.parametrize("content", ["[]", "{}", '{"features": {}}', "", "{", '"text"', "[" * 100_000])
def test_what_is_no_geojson_is_said(content: str, tmp_path: Path) -> None:
    file = tmp_path / "map.geojson"
    file.write_text(content, "utf-8")
    with pytest.raises(UnreadableError):
        geojson_tables(file)


def test_foreign_headings_say_which_are_missing(topics: Topics) -> None:
    if not CHEMNITZ.is_dir():
        pytest.skip("the open data of Chemnitz beside the checkout (../shared/data/catalogs) are not here")
    with pytest.raises(UnreadableError) as refused:
        read_geojson(CHEMNITZ / "Kindertageseinrichtungen.geojson", topics, date(2026, 11, 23))
    assert refused.value.problem.code == "columns-missing"


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
nested = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(
    features=st.lists(st.dictionaries(st.sampled_from(["geometry", "properties", "type"]), nested) | nested, max_size=4)
)
def test_whatever_the_features_are_a_table_comes_out_or_a_sentence(
    features: list[Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("geojson") / "map.geojson"
    file.write_text(json.dumps({"features": features}), "utf-8")
    with suppress(UnreadableError):
        workbook = geojson_tables(file)
        assert all(isinstance(row.number, int) for table in workbook.tables for row in table.rows)
