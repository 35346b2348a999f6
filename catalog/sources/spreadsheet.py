"""XLSX, as Excel, LibreOffice, Google Sheets and portals write it. Values only: formulas, macros and links are inert.

openpyxl knows which sheets there are and how numbers are shown; the cells are read here (docs/decisions/0019).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.xml.constants import SHARED_STRINGS

from catalog.sources.cells import MOST_REMARKS, Book, SheetReader, read_sheet, shared_texts
from catalog.sources.packed import opened_package, parse_part, xml_parser
from catalog.sources.tables import Draft, Remark, Workbook

MARKUP = (".xml", ".rels", ".vml")
INERT = {"vbaProject": "macros-ignored", "externalLinks/": "links-ignored"}


class Sheet(NamedTuple):
    """A sheet and the part of the archive in which it is kept."""

    title: str
    part: str


def read_xlsx(path: Path) -> Workbook:
    """Read every sheet of a workbook.

    Raises:
        RefusedFileError: when it must not be read; broken files can raise anything else.
    """
    draft = Draft()
    with opened_package(path) as package:
        names = package.namelist()
        remarks = [Remark(code) for part, code in INERT.items() if any(part in name for name in names)]
        for name in names:
            if name.endswith(MARKUP):
                parse_part(package, name, xml_parser())  # before a library reads it that would obey declarations
        book, sheets = _look(path, package)
        for sheet in sheets:
            reader = SheetReader(sheet.title, book, draft)
            read_sheet(package, sheet.part, reader)
            remarks += reader.remarks
    return draft.workbook(remarks[:MOST_REMARKS])


def _look(path: Path, package: ZipFile) -> tuple[Book, list[Sheet]]:
    """What openpyxl knows of a workbook, without its cells and texts: these it would read far more slowly."""
    reader = ExcelReader(path, read_only=True, data_only=True, keep_links=False)
    reader.read_manifest()
    reader.read_workbook()
    apply_stylesheet(reader.archive, reader.wb)
    listed = reader.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]
    texts = shared_texts(package, listed.PartName.lstrip("/")) if listed else []
    days, durations = reader.wb._date_formats, reader.wb._timedelta_formats  # type: ignore[attr-defined] # noqa: SLF001 told nowhere else
    return Book(texts, days, durations, reader.wb.epoch), [*_sheets(reader)]


def _sheets(reader: ExcelReader) -> Iterator[Sheet]:
    """In their order, without those that are a diagram."""
    for sheet, relation in reader.parser.find_sheets():
        if relation.target in reader.valid_files and "chartsheet" not in relation.Type:
            yield Sheet(sheet.name, relation.target)
