"""Where the cells of an XLSX sheet are that hold something, told from its XML before the library reads it."""

import re
from collections.abc import Mapping
from zipfile import ZipFile

from openpyxl.utils import column_index_from_string, get_column_letter

from catalog.sources.packed import parse_part, xml_parser
from catalog.sources.tables import LOWEST_ROW, MOST_CELLS, MOST_COLUMNS, MOST_ROWS, RefusedFileError

REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
MOST_UNCOUNTED = 50


def scanned(package: ZipFile, name: str) -> "CellScan":
    """Look at every cell of one part.

    Raises:
        RefusedFileError: when one lies farther out than any catalog reaches.
    """
    scan = CellScan()
    parser = xml_parser()
    parser.StartElementHandler, parser.EndElementHandler = scan.begin, scan.end
    parser.CharacterDataHandler = scan.text
    parse_part(package, name, parser)
    return scan


class CellScan:
    """Follows the elements of one part. `uncounted`: row and column of formulas that have no value."""

    def __init__(self) -> None:
        self.lowest = self.rightmost = 0
        self.uncounted: list[tuple[int, str]] = []
        self._filled_rows = self._filled_cells = 0
        self._row = self._column = 0
        self._inside = self._formula = self._filled = self._in_value = False

    def begin(self, element: str, attributes: Mapping[str, str]) -> None:
        name = element.rpartition(":")[2]
        if name == "sheetData":
            self._inside = True
        elif not self._inside:
            return
        elif name == "row":
            self._row, self._column = _whole(attributes.get("r"), self._row + 1), 0
        elif name == "c":
            self._formula = self._filled = False
            self._move(attributes.get("r"))
        elif name == "f":
            self._formula = True
        elif name in {"v", "is"}:
            self._in_value = True

    def text(self, text: str) -> None:
        if self._in_value and not self._filled and not text.isspace():
            self._filled = True
            self._reach()

    def end(self, element: str) -> None:
        name = element.rpartition(":")[2]
        if name in {"v", "is"}:
            self._in_value = False
        elif name == "sheetData":
            self._inside = False
        elif name == "c" and self._inside and self._formula and not self._filled:
            self.uncounted += [(self._row, get_column_letter(self._column))][: MOST_UNCOUNTED - len(self.uncounted)]

    def _reach(self) -> None:
        self._filled_cells += 1
        self._filled_rows += self._row > self.lowest
        if self._filled_cells > MOST_CELLS:
            raise RefusedFileError("file-too-large")
        if self._filled_rows > MOST_ROWS:
            raise RefusedFileError("rows-too-many", limit=str(MOST_ROWS))
        if self._row > LOWEST_ROW or self._column > MOST_COLUMNS:
            raise RefusedFileError("cell-far-out", cell=f"{get_column_letter(self._column)}{self._row}")
        self.lowest, self.rightmost = max(self.lowest, self._row), max(self.rightmost, self._column)

    def _move(self, reference: str | None) -> None:
        if reference is None:
            self._column += 1
        elif found := REFERENCE.fullmatch(reference):
            self._column, self._row = column_index_from_string(found[1]), int(found[2])
        else:
            raise RefusedFileError("file-broken")


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() else otherwise
