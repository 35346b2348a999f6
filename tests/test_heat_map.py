"""A heat map says everything in numbers and words too, keeps its letters readable, and no name becomes markup."""

import re

import pytest

from bot.heat_map import COLUMNS, PAINT, Cell, Heading, Tone, heat_map, legend, tone
from tests.test_demand_page import HOSTILE, contrast_with_white, parsed

HEADINGS = (Heading("0", "0 bis 1 Jahr"), Heading("1–2", "1 bis 3 Jahre"))
MAP = heat_map(HEADINGS, [("Eltern", (Cell("few", "1", "1 Angebot"), None))])


@pytest.mark.parametrize(("n", "shade"), [(1, "few"), (2, "some"), (3, "some"), (4, "many"), (90, "many")])
def test_more_offers_are_darker(n: int, shade: Tone) -> None:
    assert tone(n) == shade


def test_a_screen_reader_hears_the_row_with_whole_names_and_without_empty_cells() -> None:
    assert [svg["aria-label"] for svg in parsed(MAP).all("svg")] == ["Eltern: 0 bis 1 Jahr: 1 Angebot"]


def test_a_cell_where_nobody_looks_is_a_point_and_no_field() -> None:
    assert parsed(MAP).text.count("·") == 1
    assert len(parsed(MAP).all("rect")) == 1


def test_no_two_kinds_of_cells_look_the_same() -> None:
    assert len(set(PAINT.values())) == len(PAINT)


def test_the_letters_stand_out_from_their_cell() -> None:
    for paint, ink in PAINT.values():
        fill = re.findall(r'fill="(#[0-9a-f]{6})"', paint)[0]
        one, other = sorted((contrast_with_white(fill), contrast_with_white(ink)))
        assert other / one >= 4.5, (fill, ink)


def test_positions_are_shares_so_that_letters_keep_their_size() -> None:
    assert "viewBox" not in MAP
    assert 'width="100%"' in MAP


def test_many_columns_become_several_maps_and_none_is_lost() -> None:
    headings = [Heading(str(n), f"Ort {n}") for n in range(COLUMNS + 2)]
    html = heat_map(headings, [("Eltern", [Cell("few", f"n{n}", "") for n in range(COLUMNS + 2)])], names=True)
    assert len(parsed(html).all("ul")) == 2
    assert all(f">n{n}<" in html for n in range(COLUMNS + 2))


def test_a_corner_marks_a_cell_that_is_not_as_good_everywhere() -> None:
    assert len(parsed(legend([(Cell("few", "1", "", marked=True), "rote Ecke")])).all("path")) == 1
    assert not parsed(legend([(Cell("few", "1", ""), "ohne")])).all("path")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_becomes_markup(name: str) -> None:
    html = heat_map([Heading(name, name)], [(name, [Cell("few", name, name)])])
    read = parsed(html + legend([(None, name)]))
    assert not {tag for tag, _ in read.elements} & {"script", "img"}
    assert not [at for _, attributes in read.elements for at in attributes if at.startswith("on")]
    assert read.text.count(name) >= 4
