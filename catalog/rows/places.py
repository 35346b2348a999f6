"""The rows of the sheet of places: towns and districts, with their spellings and positions."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic import ValidationError

from catalog.columns import Layout
from catalog.places import Place
from catalog.problems import Problem, Spot
from catalog.refusals import refused
from catalog.rows.base import Doubt
from catalog.rows.cells import line, parts, read_text
from catalog.rows.choices import read_choice
from catalog.rows.headings import Headings, filled_rows
from catalog.rows.sites import read_post_code
from catalog.sources.entries import PlaceRow, place_of
from catalog.sources.tables import Table
from catalog.words import folded

EXAMPLE_MARKS = ("beispiel ", "example ")


def read_places(table: Table, headings: Headings, layout: Layout, where: Spot) -> Iterator[Place | Problem]:
    """Each row as a place, or what is wrong with it."""
    for row in filled_rows(table, headings):
        cells = {key: row.cells[at] for at, key in headings.columns.items() if at < len(row.cells)}
        texts = {key: read_text(cell).value for key, cell in cells.items()}
        if not any(texts.values()) or folded(texts.get("name", "")).startswith(EXAMPLE_MARKS):
            continue
        spot = replace(where, row=row.number)
        values, doubts = _fields(texts, layout)
        for key, doubt in doubts:
            column = headings.written.get(key, key)
            value = texts.get(key, "") if doubt.value is None else doubt.value
            yield Problem(replace(spot, column=column), doubt.code, value, doubt.details)
        try:
            yield place_of(PlaceRow.model_validate(values), example=False)
        except ValidationError as error:
            yield from refused(error, partial(_field_spot, spot, headings))


def _field_spot(spot: Spot, headings: Headings, path: str) -> Spot:
    key = path.split(".")[0]
    return replace(spot, column=headings.written.get(key, key))


def _fields(texts: Mapping[str, str], layout: Layout) -> tuple[dict[str, Any], list[tuple[str, Doubt]]]:
    name = line(texts.get("name", ""))
    municipality = line(texts.get("municipality", "")) or name
    kind = read_choice(texts.get("kind", ""), layout.words["place_kinds"])
    state = read_choice(texts.get("state", ""), layout.words["states"])
    codes = [
        read_post_code(code) for part in parts(texts.get("post_codes", "")) for code in part.split(",") if line(code)
    ]
    is_district = kind.value == "district" or (kind.value is None and folded(name) != folded(municipality))
    values: dict[str, Any] = {"name": name, "municipality": municipality, "district": is_district}
    values |= {axis: texts[axis].replace(",", ".") for axis in ("lat", "lon") if texts.get(axis)}
    values |= {"post_codes": tuple(code.value for code in codes), "state": state.value}
    values |= {"aliases": tuple(parts(texts.get("aliases", ""))), "county": line(texts.get("county", "")) or None}
    doubts = [("kind", doubt) for doubt in kind.doubts] + [("state", doubt) for doubt in state.doubts]
    return values, doubts + [("post_codes", doubt) for code in codes for doubt in code.doubts]
