"""XLSX, as Excel, LibreOffice, Google Sheets and portals write it. Values only: formulas, macros and links are inert."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from catalog.sources.cells import scanned
from catalog.sources.packed import opened_package
from catalog.sources.tables import Cell, Draft, Remark, Workbook

MARKUP = (".xml", ".rels", ".vml")
INERT = {"vbaProject": "macros-ignored", "externalLinks/": "links-ignored"}
ERROR = re.compile(r"#(REF|NAME|N/A|DIV/0|VALUE|NULL|NUM|SPILL|CALC)[!?]?")
MOST_REMARKS = 50


def read_xlsx(path: Path) -> Workbook:
    """Read every sheet of a workbook.

    Raises:
        RefusedFileError: when it must not be read; broken files can raise anything else.
    """
    with opened_package(path) as package:
        names = package.namelist()
        remarks = [Remark(code) for part, code in INERT.items() if any(part in name for name in names)]
        scans = {name: scanned(package, name) for name in names if name.endswith(MARKUP)}
    book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    draft = Draft()
    for sheet in book.worksheets:
        scan = scans[sheet._worksheet_path.lstrip("/")]  # type: ignore[attr-defined] # noqa: SLF001 told nowhere else
        remarks += [Remark("formula-uncounted", sheet.title, row, column) for row, column in scan.uncounted]
        rows = sheet.iter_rows(max_row=scan.lowest, max_col=scan.rightmost, values_only=True) if scan.lowest else ()
        for number, values in enumerate(rows, start=1):
            remarks += _errors(sheet.title, number, values)
            draft.add(sheet.title, number, [_cell(value) for value in values])
    return draft.workbook(remarks[:MOST_REMARKS])


def _cell(value: object) -> Cell:
    if isinstance(value, datetime) and value.time() == time():
        return value.date()
    if isinstance(value, str):
        return None if ERROR.fullmatch(value) else value
    return value if isinstance(value, int | float | date | time) or value is None else str(value)


def _errors(sheet: str, number: int, values: tuple[object, ...]) -> Iterator[Remark]:
    for column, value in enumerate(values, start=1):
        if isinstance(value, str) and ERROR.fullmatch(value):
            yield Remark("formula-error", sheet, number, get_column_letter(column), value)
