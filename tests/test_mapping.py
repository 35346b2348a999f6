from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.mapping import ColumnMapping, mapped, read_mapping, write_mapping
from catalog.problems import UnreadableError
from catalog.sources.tables import Cell, Row, Table
from tests.offers import lines

DAY = date(2026, 3, 1)


def table(*rows: tuple[Cell, ...]) -> Table:
    return Table("", tuple(Row(number, cells) for number, cells in enumerate(rows, start=4)))


def cells(
    columns: Mapping[str, object], *rows: tuple[Cell, ...], empty: tuple[str, ...] = ()
) -> list[tuple[Cell, ...]]:
    mapping = ColumnMapping.model_validate({"columns": columns, "empty": empty})
    return [row.cells for row in mapped(table(*rows), mapping, "their.csv").rows[1:]]


def test_a_cell_can_be_taken_joined_or_written_for_every_row() -> None:
    columns = {"address": "{Strasse} {Nr}", "phone": "040 {Telefon}", "offer_type": "Kita"}
    rows = cells(columns, ("Strasse", "Nr", "Telefon"), ("Am Markt", 3, "43 40 64"), ("Am Deich", None, None))
    assert rows == [("Am Markt 3", "040 43 40 64", "Kita"), ("Am Deich", None, "Kita")]


def test_a_cell_alone_keeps_its_type() -> None:
    assert cells({"verified_on": "{Stand}", "lat": "{lat}"}, ("Stand", "lat"), (DAY, 54.4)) == [(DAY, 54.4)]


def test_words_are_translated_part_by_part() -> None:
    columns = {"topics": {"text": "{Art}", "split": "|", "words": {"K": "Kita", "H": "Hort", "*": ""}}}
    assert cells(columns, ("Art",), ("K|H",), ("K|K",), ("X",), (None,)) == [("Kita; Hort",), ("Kita",), ("",), (None,)]


def test_flags_are_words_whatever_yaml_makes_of_them(tmp_path: Path) -> None:
    file = tmp_path / "kitas.mapping.yaml"
    file.write_text("columns:\n  wheelchair: {text: '{B}', words: {0: no, 1: yes}}\n", "utf-8")
    result = mapped(table(("B",), (0,), (1,)), read_mapping(file), "kitas.csv")
    assert [row.cells for row in result.rows[1:]] == [("no",), ("yes",)]


def test_what_their_table_writes_for_nothing_is_nothing() -> None:
    assert cells({"web": "{url}"}, ("url",), ("_",), ("example.org",), empty=("_",)) == [(None,), ("example.org",)]


def test_rows_keep_their_numbers() -> None:
    mapping = ColumnMapping.model_validate({"columns": {"title": "{N}"}})
    assert [row.number for row in mapped(table(("N",), ("a",), ("b",)), mapping, "x").rows] == [4, 5, 6]


def test_a_column_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(UnreadableError) as refused:
        cells({"title": "{Nmae}"}, ("Name",), ("a",))
    assert str(refused.value.problem).count("Nmae") == 1
    assert "Name" in refused.value.problem.said("de").right


def test_nothing_in_a_cell_is_ever_a_pattern() -> None:
    assert cells({"title": "{A} {B}"}, ("A", "B"), (r"\1 {B}", "{A}")) == [(r"\1 {B} {A}",)]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "columns: 7", "columns: {title: [a]}", "colums: {}", "a: {b", "columns: {title: {txt: a}}", "\x00"],
)
def test_a_file_that_is_no_mapping_is_said(text: str, tmp_path: Path) -> None:
    file = tmp_path / "x.mapping.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(UnreadableError) as refused:
        read_mapping(file)
    assert refused.value.problem.code == "mapping-unreadable"


rules = st.fixed_dictionaries(
    {"text": lines()}, optional={"split": st.just("|"), "words": st.dictionaries(lines(), lines(0), max_size=3)}
)


@given(
    columns=st.dictionaries(st.sampled_from(["title", "provider", "topics"]), rules, min_size=1),
    empty=st.lists(lines(), max_size=2),
)
def test_a_saved_mapping_is_read_the_same(
    columns: dict[str, object], empty: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    mapping = ColumnMapping.model_validate({"columns": columns, "empty": empty})
    file = tmp_path_factory.mktemp("mapping") / "x.mapping.yaml"
    file.write_text(write_mapping(mapping, file.name), "utf-8")
    assert read_mapping(file) == mapping
