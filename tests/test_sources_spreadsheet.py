"""XLSX: values only, whatever else is in the file."""

import io
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook as Book
from openpyxl import load_workbook

from catalog.sources.spreadsheet import read_xlsx
from catalog.sources.tables import RefusedFileError, Row, Workbook
from tests import hostile


def read(tmp_path: Path, content: bytes) -> Workbook:
    return read_xlsx(hostile.save(tmp_path, content))


def test_every_type_of_cell_comes_out_as_it_is(tmp_path: Path) -> None:
    moment = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 as a spreadsheet has it
    row = ("Text", 1067, 12.5, True, date(2026, 11, 22), moment, time(9, 30))
    [table] = read(tmp_path, hostile.workbook(row)).tables
    assert table.sheet == "Angebote"
    assert table.rows == (Row(1, row),)


def test_every_sheet_is_read_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    book = Book()
    book.worksheets[0].title = "Angebote"
    book.worksheets[0]["B3"] = "hier"
    book.create_sheet("Orte").append(["Name"])
    target = io.BytesIO()
    book.save(target)
    first, second = read(tmp_path, target.getvalue()).tables
    assert (first.sheet, first.rows) == ("Angebote", (Row(3, (None, "hier")),))
    assert (second.sheet, second.rows) == ("Orte", (Row(1, ("Name",)),))


def test_a_formula_gives_its_saved_value_and_is_never_calculated(tmp_path: Path) -> None:
    content = hostile.in_sheet(b"</sheetData>", b'<row r="5"><c r="B5"><f>1+1</f><v>7</v></c></row></sheetData>')
    book = read(tmp_path, content)
    assert book.tables[0].rows[-1] == Row(5, (None, 7))
    assert book.remarks == ()


@pytest.mark.parametrize("cell", [b"<f>1+1</f>", b"<f>1+1</f><v></v>", b"<f>1+1</f><v/>"])
def test_a_formula_that_was_never_counted_is_said_with_its_cell(tmp_path: Path, cell: bytes) -> None:
    content = hostile.in_sheet(b"</sheetData>", b'<row r="5"><c r="B5">%s</c></row></sheetData>' % cell)
    [remark] = read(tmp_path, content).remarks
    assert (remark.code, remark.sheet, remark.row, remark.column) == ("formula-uncounted", "Angebote", 5, "B")


def test_a_formula_that_failed_is_said_and_counts_as_empty(tmp_path: Path) -> None:
    book = read(tmp_path, hostile.workbook(("Titel", "#REF!", "#N/A")))
    assert book.tables[0].rows == (Row(1, ("Titel",)),)
    assert [(remark.code, remark.column, remark.value) for remark in book.remarks] == [
        ("formula-error", "B", "#REF!"),
        ("formula-error", "C", "#N/A"),
    ]


def test_macros_and_links_to_other_files_are_left_alone_and_said(tmp_path: Path) -> None:
    book = read(tmp_path, hostile.with_macros_and_links())
    assert [remark.code for remark in book.remarks] == ["macros-ignored", "links-ignored"]
    assert len(book.tables[0].rows) == 2


def test_a_format_far_out_is_no_cell(tmp_path: Path) -> None:
    assert len(read(tmp_path, hostile.styled_far_cell()).tables[0].rows) == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (hostile.far_cell, "cell-far-out"),
        (hostile.huge_sheet, "file-too-large"),
        (hostile.many_parts, "file-too-large"),
        (hostile.many_rows, "rows-too-many"),
        (hostile.repeated_text, "file-too-large"),
        (hostile.with_entities, "file-broken"),
        (hostile.encrypted, "file-locked"),
        (hostile.old_excel, "file-old-excel"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_is_made_to_break_the_reader_is_refused(tmp_path: Path, content: Callable[[], bytes], code: str) -> None:
    with pytest.raises(RefusedFileError) as refusal:
        read(tmp_path, content())
    assert refusal.value.code == code


VALUES = st.one_of(
    st.none(),
    st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"), max_size=12),
    st.integers(-(10**9), 10**9),
    st.floats(-1e9, 1e9, allow_nan=False),
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2099, 12, 31)),
    st.datetimes(datetime(1950, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001 as a spreadsheet has it
    st.times().map(lambda at: at.replace(microsecond=0)),
)


@given(st.lists(st.lists(VALUES, max_size=6), max_size=6))
def test_the_cells_are_those_that_the_library_reads_itself(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[object]]
) -> None:
    content = hostile.workbook(("Titel",), *rows)
    path = hostile.save(tmp_path_factory.getbasetemp(), content, "cells.xlsx")
    [table] = read_xlsx(path).tables
    sheet = load_workbook(path, data_only=True).worksheets[0]
    expected = [Row(number, _plain(values)) for number, values in enumerate(sheet.values, start=1)]
    assert table.rows == tuple(row for row in expected if row.cells)


def _plain(values: tuple[object, ...]) -> tuple[Any, ...]:
    """As a table has them: days without a time are days, and nothing but blanks is not there."""
    cells = [value.date() if isinstance(value, datetime) and value.time() == time() else value for value in values]
    cells = [None if isinstance(cell, str) and not cell.strip() else cell for cell in cells]
    while cells and cells[-1] is None:
        cells.pop()
    return tuple(cells)
