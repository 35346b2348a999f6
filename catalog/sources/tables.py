"""A file as tables of cells, before anybody knows what its columns mean. Light: a guarded child process imports it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

MOST_ROWS = 5_000  # the largest catalog that was met has 2,552; beyond this something went wrong with the file
LOWEST_ROW = 2 * MOST_ROWS  # empty rows between do not count
MOST_COLUMNS = 200
LONGEST_CELL = 5_000  # characters
MOST_CELLS = 150_000  # that hold something: 5,000 rows of 30; half of what the child process has time for
MOST_CHARACTERS = 10_000_000
BLANK = ("", None)

Cell = str | int | float | bool | date | time | None


@dataclass(frozen=True)
class Row:
    """One row of a sheet. `number` counts from 1, as the program shows it in which the file is kept."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Remark:
    """What is odd about one cell of a file, or about the file; `code` names a sentence of data/problems.yaml."""

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""  # its letters
    value: str = ""


@dataclass(frozen=True)
class Table:
    """One sheet as it stands in the file, without its empty rows."""

    sheet: str  # "" where a format has no sheets
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Workbook:
    """All sheets of a file, and what is odd about it."""

    tables: tuple[Table, ...]
    remarks: tuple[Remark, ...] = ()


class RefusedFileError(ValueError):
    """A file that is not read at all; `code` names the sentence that says why."""

    def __init__(self, code: str, **details: str) -> None:
        super().__init__(code)
        self.code, self.details = code, details


@dataclass
class Draft:
    """A workbook that grows row by row, and refuses to grow without end."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    characters: int = 0

    def add(self, sheet: str, number: int, cells: list[Cell]) -> None:
        """Keep a row unless it is empty.

        Raises:
            RefusedFileError: when it is filled too far below or too far to the right, or holds too much.
        """
        while cells and cells[-1] in BLANK:
            cells.pop()
        if not cells:
            return
        rows = self.tables.setdefault(sheet, [])
        if len(rows) >= MOST_ROWS or number > LOWEST_ROW:
            raise RefusedFileError("rows-too-many", limit=str(MOST_ROWS))
        if len(cells) > MOST_COLUMNS:
            raise RefusedFileError("columns-too-many", limit=str(MOST_COLUMNS))
        lengths = [len(cell) for cell in cells if isinstance(cell, str)]
        self.characters += sum(lengths)
        if max(lengths, default=0) > LONGEST_CELL:
            raise RefusedFileError("text-too-much", row=str(number))
        if self.characters > MOST_CHARACTERS:
            raise RefusedFileError("file-too-large")
        rows.append(Row(number, tuple(cells)))

    def workbook(self, remarks: Iterable[Remark] = ()) -> Workbook:
        tables = (Table(sheet, tuple(rows)) for sheet, rows in self.tables.items())
        return Workbook(tuple(tables), tuple(remarks))


def to_json(workbook: Workbook) -> dict[str, Any]:
    """What a child process prints: plain data that cannot do anything."""
    return {
        "tables": [
            {"sheet": table.sheet, "rows": [[row.number, *map(_plain, row.cells)] for row in table.rows]}
            for table in workbook.tables
        ],
        "remarks": [vars(remark) for remark in workbook.remarks],
    }


def from_json(content: Mapping[str, Any]) -> Workbook:
    return Workbook(
        tuple(Table(table["sheet"], tuple(_rows(table["rows"]))) for table in content["tables"]),
        tuple(Remark(**remark) for remark in content["remarks"]),
    )


def _rows(rows: list[list[Any]]) -> Iterator[Row]:
    for number, *cells in rows:
        yield Row(number, tuple(map(_cell, cells)))


def _plain(cell: Cell) -> object:
    if isinstance(cell, datetime):
        return {"moment": cell.isoformat()}
    if isinstance(cell, date):
        return {"day": cell.isoformat()}
    return {"time": cell.isoformat()} if isinstance(cell, time) else cell


def _cell(plain: Any) -> Cell:
    if not isinstance(plain, dict):
        cell: Cell = plain
        return cell
    [(kind, text)] = plain.items()
    readers: dict[str, Callable[[str], Cell]] = {
        "moment": datetime.fromisoformat,
        "day": date.fromisoformat,
        "time": time.fromisoformat,
    }
    return readers[kind](text)
