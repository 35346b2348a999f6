"""Reads GeoJSON as a table: each feature a row, each property a column, the point as latitude and longitude."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from catalog.problems import Problem, Spot, UnreadableError
from catalog.sources.base import Source
from catalog.sources.json import loaded
from catalog.sources.sheets import read_workbook
from catalog.sources.tables import BLANK, Cell, Draft, RefusedFileError, Workbook
from catalog.topics import Topics

LAT, LON = "lat", "lon"
DEEPEST = 4  # lists in lists: a point, a line, an area, several areas
FARTHEST = 1e9  # no grid of any country has larger numbers


def read_geojson(path: Path, topics: Topics, today: date) -> Source:  # noqa: ARG001 every format is read with the same words
    """Read features whose properties are named like our columns; others need a mapping.

    Raises:
        OSError: when the file cannot be read.
        UnreadableError: when it is no GeoJSON, or its properties are not ours; it says why.
    """
    return read_workbook(geojson_tables(path), path, topics)


def geojson_tables(path: Path) -> Workbook:
    """One table, headed by every property that some feature has.

    Raises:
        OSError, UnreadableError: as above.
    """
    content = loaded(path)
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        raise UnreadableError(Problem(Spot(path.name), "geojson-unreadable"))
    rows = [dict(_cells(feature)) for feature in features if isinstance(feature, dict)]
    headings = list(dict.fromkeys(name for row in rows for name in row))
    draft = Draft()
    try:
        draft.add("", 1, [*headings])
        for number, row in enumerate(rows, start=2):
            draft.add("", number, [row.get(name) for name in headings])
    except RefusedFileError as refusal:
        raise UnreadableError(Problem(Spot(path.name), refusal.code, details=refusal.details)) from refusal
    return draft.workbook()


def _cells(feature: Mapping[str, Any]) -> Iterator[tuple[str, Cell]]:
    """Coordinates of the file's own come first: they may be several, or approximate."""
    properties = feature.get("properties")
    named = properties if isinstance(properties, dict) else {}
    for name, value in named.items():
        yield str(name), _cell(value)
    position = _middle(feature.get("geometry"))
    if position and all(named.get(axis) in BLANK for axis in (LAT, LON)):
        yield from zip((LON, LAT), position, strict=True)


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return "; ".join(str(item) for item in value if not isinstance(item, list | dict))
    return None if isinstance(value, dict) else value


def _middle(geometry: Any) -> tuple[float, float] | None:
    """Longitude and latitude of a point, or of the middle of a shape. Metres of a national grid are none."""
    points = list(_points(geometry.get("coordinates"))) if isinstance(geometry, dict) else []
    if not points:
        return None
    lon, lat = (sum(point[axis] for point in points) / len(points) for axis in (0, 1))
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None  # noqa: PLR2004 degrees


def _points(coordinates: Any, depth: int = DEEPEST) -> Iterator[tuple[float, float]]:
    if not isinstance(coordinates, list) or not depth:
        return
    if len(coordinates) > 1 and all(isinstance(number, int | float) for number in coordinates[:2]):
        if all(abs(number) < FARTHEST for number in coordinates[:2]):
            yield float(coordinates[0]), float(coordinates[1])
        return
    for part in coordinates:
        yield from _points(part, depth - 1)
