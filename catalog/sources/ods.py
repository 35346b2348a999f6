"""ODS, as LibreOffice writes it. Values only, as they were shown when the file was saved."""

from collections.abc import Mapping
from datetime import datetime, time
from pathlib import Path

from catalog.sources.packed import opened_package, parse_part, xml_parser
from catalog.sources.tables import MOST_COLUMNS, Cell, Draft, RefusedFileError, Workbook

BREAKS = {"p": "\n", "line-break": "\n", "tab": " ", "s": " "}
ASIDE = {"annotation", "shapes", "tracked-changes"}  # comments, pictures, history: no cells, though they hold text


def read_ods(path: Path) -> Workbook:
    """Read every sheet of an OpenDocument spreadsheet.

    Raises:
        RefusedFileError: when it must not be read; broken files can raise anything else.
    """
    with opened_package(path) as package:
        if "content.xml" not in package.namelist():
            raise RefusedFileError("file-broken")
        if "META-INF/manifest.xml" in package.namelist() and b"encryption-data" in package.read(
            "META-INF/manifest.xml"
        ):
            raise RefusedFileError("file-locked")
        sheets = SheetReader()
        parser = xml_parser()
        parser.StartElementHandler, parser.EndElementHandler = sheets.begin, sheets.end
        parser.CharacterDataHandler = sheets.text
        parse_part(package, "content.xml", parser)
    return sheets.draft.workbook()


class SheetReader:
    """Follows the elements of content.xml and collects rows of cells."""

    def __init__(self) -> None:
        self.draft = Draft()
        self._sheet, self._row, self._row_repeats = "", 0, 1
        self._cells: list[Cell] = []
        self._cell: Mapping[str, str] | None = None
        self._words: list[str] = []
        self._aside = 0

    def begin(self, element: str, attributes: Mapping[str, str]) -> None:
        name = element.rpartition(":")[2]
        if self._aside or name in ASIDE:
            self._aside += 1
        elif name == "table":
            self._sheet, self._row = attributes.get("table:name", ""), 0
        elif name == "table-row":
            self._cells, self._row_repeats = [], _repeats(attributes, "table:number-rows-repeated")
        elif name in {"table-cell", "covered-table-cell"}:
            self._cell, self._words = attributes, []
        elif name in BREAKS and (self._words or name != "p"):
            self._words.append(BREAKS[name])

    def text(self, text: str) -> None:
        if self._cell is not None and not self._aside:
            self._words.append(text)

    def end(self, element: str) -> None:
        name = element.rpartition(":")[2]
        if self._aside:
            self._aside -= 1
        elif name in {"table-cell", "covered-table-cell"} and self._cell is not None:
            cell = _cell(self._cell, "".join(self._words).strip())
            repeats = _repeats(self._cell, "table:number-columns-repeated")
            room = MOST_COLUMNS + 1 - len(self._cells)  # one more than allowed, so that too many are noticed
            self._cells += [cell] * min(repeats, room)
            self._cell = None
        elif name == "table-row":
            self._end_row()

    def _end_row(self) -> None:
        """Rows that repeat are mostly empty ones down to the last that a sheet can have."""
        filled = any(cell not in {"", None} for cell in self._cells)
        for number in range(self._row + 1, self._row + 1 + self._row_repeats * filled):
            self.draft.add(self._sheet, number, [*self._cells])
        self._row += self._row_repeats


def _cell(attributes: Mapping[str, str], shown: str) -> Cell:
    kind = attributes.get("office:value-type")
    if kind == "float":
        number = float(attributes["office:value"])
        return int(number) if number.is_integer() else number
    if kind == "date":
        moment = datetime.fromisoformat(attributes["office:date-value"])
        return moment.date() if moment.time() == time() else moment
    if kind == "boolean":
        return attributes["office:boolean-value"] == "true"
    return shown or None  # text, and money, share of a hundred and time as they are shown


def _repeats(attributes: Mapping[str, str], name: str) -> int:
    return int(attributes.get(name, "1"))
