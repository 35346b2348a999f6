"""The cells of one sheet of an XLSX file, in one pass over its XML: whoever looks first and reads then needs twice the time.

A sheet is refused as soon as it has grown beyond every catalog, before its cells are kept.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zipfile import ZipFile

from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel, from_ISO8601

from catalog.sources.packed import parse_part, xml_parser
from catalog.sources.tables import (
    LOWEST_ROW,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    Cell,
    Draft,
    RefusedFileError,
    Remark,
)

REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
ERROR = re.compile(r"#(REF|NAME|N/A|DIV/0|VALUE|NULL|NUM|SPILL|CALC)[!?]?")
MOST_REMARKS = 50
ESCAPE = "x005F_"  # stands before what looks like an escape and is none


@dataclass(frozen=True)
class Book:
    """What the cells of all sheets refer to.

    `days`, `durations`: numbers of the styles that show a number as a moment or a length of time; `epoch`: day 0.
    """

    texts: Sequence[str] = ()
    days: Collection[int] = frozenset()
    durations: Collection[int] = frozenset()
    epoch: datetime = WINDOWS_EPOCH


def shared_texts(package: ZipFile, name: str) -> list[str]:
    """Read the texts that cells refer to by their number."""
    reader = TextReader()
    parser = xml_parser()
    parser.StartElementHandler, parser.EndElementHandler = reader.begin, reader.end
    parser.CharacterDataHandler = reader.text
    parse_part(package, name, parser)
    return reader.texts


def read_sheet(package: ZipFile, name: str, sheet: "SheetReader") -> None:
    """Follow one part of the archive with a reader.

    Raises:
        RefusedFileError: when a cell lies farther out than any catalog reaches, or there are too many.
    """
    parser = xml_parser()
    parser.StartElementHandler, parser.EndElementHandler = sheet.begin, sheet.end
    parser.CharacterDataHandler = sheet.text
    parse_part(package, name, parser)


class TextReader:
    """Collects texts whatever their letters look like, without the readings that stand above Japanese words."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._words: list[str] = []
        self._is_text = self._is_aside = False

    def begin(self, element: str, _: Mapping[str, str]) -> None:
        name = element.rpartition(":")[2]
        if name == "rPh":
            self._is_aside = True
        elif name == "t":
            self._is_text = not self._is_aside

    def text(self, text: str) -> None:
        if self._is_text:
            self._words.append(text)

    def end(self, element: str) -> None:
        name = element.rpartition(":")[2]
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_aside = False
        elif name == "si":
            self.texts.append("".join(self._words).replace(ESCAPE, ""))
            self._words = []


class SheetReader:
    """Follows the elements of one sheet and hands its rows to a draft. `remarks`: what is odd about its cells."""

    def __init__(self, title: str, book: Book, draft: Draft) -> None:
        self.remarks: list[Remark] = []
        self._title, self._book, self._draft = title, book, draft
        self._row = self._column = self._lowest = self._filled_rows = self._filled_cells = 0
        self._cells: list[Cell] = []
        self._cell: Mapping[str, str] = {}
        self._words: list[str] = []
        self._is_inside = self._is_value = self._is_formula = self._is_aside = False

    def begin(self, element: str, attributes: Mapping[str, str]) -> None:
        name = element.rpartition(":")[2]
        if not self._is_inside:
            self._is_inside = name == "sheetData"
        elif name == "c":
            self._cell, self._words, self._is_formula = attributes, [], False
            self._move(attributes.get("r"))
        elif name in {"v", "t"}:
            self._is_value = not self._is_aside
        elif name == "f":
            self._is_formula = True
        elif name == "row":
            self._row, self._column, self._cells = _whole(attributes.get("r"), self._row + 1), 0, []
        elif name == "rPh":
            self._is_aside = True

    def text(self, text: str) -> None:
        if self._is_value:
            self._words.append(text)

    def end(self, element: str) -> None:
        name = element.rpartition(":")[2]
        if not self._is_inside:
            return
        if name in {"v", "t"}:
            self._is_value = False
        elif name == "c":
            self._keep("".join(self._words))
        elif name == "rPh":
            self._is_aside = False
        elif name == "row":
            self._draft.add(self._title, self._row, self._cells)
        elif name == "sheetData":
            self._is_inside = False

    def _move(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
        elif found := REFERENCE.fullmatch(reference):
            self._column, self._row = column_index_from_string(found[1]), int(found[2])
        else:
            raise RefusedFileError("file-broken")

    def _keep(self, written: str) -> None:
        if not written or written.isspace():
            if self._is_formula:
                self._remark("formula-uncounted")
            return
        self._reach()
        value = self._value(written)
        if isinstance(value, str) and value.startswith("#") and ERROR.fullmatch(value):
            self._remark("formula-error", value)
            value = None
        missing = self._column - len(self._cells)
        if missing > 0:
            self._cells += [None] * missing
        self._cells[self._column - 1] = value

    def _reach(self) -> None:
        self._filled_cells += 1
        self._filled_rows += self._row > self._lowest
        if self._filled_cells > MOST_CELLS:
            raise RefusedFileError("file-too-large")
        if self._filled_rows > MOST_ROWS:
            raise RefusedFileError("rows-too-many", limit=str(MOST_ROWS))
        if self._row > LOWEST_ROW or self._column > MOST_COLUMNS:
            raise RefusedFileError("cell-far-out", cell=f"{get_column_letter(self._column)}{self._row}")
        self._lowest = max(self._lowest, self._row)

    def _value(self, written: str) -> Cell:
        kind = self._cell.get("t", "n")
        if kind == "s":
            return self._book.texts[int(written)]
        if kind == "n":
            return _plain(self._number(written))
        if kind == "b":
            return bool(int(written))
        return _plain(from_ISO8601(written)) if kind == "d" else written  # type: ignore[no-untyped-call]

    def _number(self, written: str) -> Any:
        number = float(written) if set(written) & set(".eE") else int(written)
        style = int(self._cell.get("s", 0))
        if style not in self._book.days:
            return number
        try:
            return from_excel(number, self._book.epoch, timedelta=style in self._book.durations)
        except (OverflowError, ValueError):
            return "#VALUE!"  # as a spreadsheet program shows a day that no calendar has

    def _remark(self, code: str, value: str = "") -> None:
        if len(self.remarks) < MOST_REMARKS:
            self.remarks.append(Remark(code, self._title, self._row, get_column_letter(self._column), value))


def _plain(value: Any) -> Cell:
    """A day without a time is a day; a length of time is what stands there."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    return value if isinstance(value, int | float | date | time) or value is None else str(value)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() else otherwise
