"""Tables that grow row by row, stay within bounds, and come out of a child process as they went in."""

import json
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sources.tables import (
    LONGEST_CELL,
    LOWEST_ROW,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_ROWS,
    Draft,
    RefusedFileError,
    Remark,
    Row,
    Workbook,
    from_json,
    to_json,
)


def test_empty_rows_and_what_is_empty_at_the_end_of_a_row_are_left_out() -> None:
    draft = Draft()
    draft.add("A", 1, ["x", None, "", None])
    draft.add("A", 2, [None, ""])
    draft.add("A", 9, [None, 0])
    assert draft.workbook().tables[0].rows == (Row(1, ("x",)), Row(9, (None, 0)))


@pytest.mark.parametrize(
    ("number", "cells", "code"),
    [
        (LOWEST_ROW + 1, ["x"], "rows-too-many"),
        (1, [*[None] * MOST_COLUMNS, "x"], "columns-too-many"),
        (1, ["x" * (LONGEST_CELL + 1)], "text-too-much"),
    ],
)
def test_what_is_filled_too_far_out_or_too_full_is_refused(number: int, cells: list[str | None], code: str) -> None:
    with pytest.raises(RefusedFileError) as refusal:
        Draft().add("A", number, [*cells])
    assert refusal.value.code == code


def test_a_table_does_not_grow_without_end() -> None:
    draft = Draft()
    for number in range(MOST_ROWS):
        draft.add("A", number, ["x"])
    with pytest.raises(RefusedFileError, match="rows-too-many"):
        draft.add("A", MOST_ROWS, ["x"])


def test_all_texts_together_have_a_limit_too() -> None:
    draft, full = Draft(), ["x" * LONGEST_CELL] * MOST_COLUMNS
    for number in range(MOST_CHARACTERS // (LONGEST_CELL * MOST_COLUMNS)):
        draft.add(f"Blatt {number}", 1, [*full])
    with pytest.raises(RefusedFileError, match="file-too-large"):
        draft.add("one more", 1, ["x"])


CELLS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
    *(st.dates(), st.times(), st.datetimes()),
)


@given(st.lists(st.lists(CELLS, max_size=5), max_size=5))
def test_what_a_child_process_prints_is_read_as_the_same_tables(rows: list[list[date | time | str | None]]) -> None:
    draft = Draft()
    for number, cells in enumerate(rows):
        draft.add("Angebote", number, [*cells])
    book = draft.workbook([Remark("formula-error", "Angebote", 3, "C", "#REF!")])
    assert from_json(json.loads(json.dumps(to_json(book)))) == book


def test_a_moment_stays_a_moment_and_a_day_a_day() -> None:
    moment = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 as a spreadsheet has it
    draft = Draft()
    draft.add("", 1, [moment, moment.date()])
    [table] = from_json(to_json(draft.workbook())).tables
    assert [type(cell) for cell in table.rows[0].cells] == [datetime, date]
    assert Workbook(()) == from_json(to_json(Workbook(())))
