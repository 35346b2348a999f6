"""A catalog as the workbook that a coordinator knows: the template, with every offer and place filled in.

Every cell is text or a day; nothing in it is ever computed (CWE-1236).
"""

import io

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from catalog.columns import Layout
from catalog.explanation import FONT, INK
from catalog.export.table import Written, offer_table, place_table
from catalog.problems import Lang
from catalog.rows.days import read_day
from catalog.sources.base import Source
from catalog.template import DATE_FORMAT, EXAMPLE_ROW, HEADING_ROW, TEXT_FORMAT, template
from catalog.topics import Topics

FIRST_ROW = EXAMPLE_ROW  # the example makes room
WIDTH = 24  # characters, of columns that the template has not


def write_xlsx(source: Source, layout: Layout, topics: Topics, lang: Lang = "de") -> bytes:
    """Write one row per offer, and one per place on its own sheet."""
    book = template(layout, lang)
    offers, places = book.worksheets[:2]
    days = {key for key, column in layout.offers.items() if column.form == "date"}
    _fill(offers, offer_table(source, layout, topics, lang), days)
    _fill(places, place_table(source.places, layout, lang), set())
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _fill(sheet: Worksheet, table: Written, days: set[str]) -> None:
    positions = _positions(sheet, table)
    sheet.delete_rows(FIRST_ROW)
    del sheet.row_dimensions[EXAMPLE_ROW]
    for number, row in enumerate(table.rows, start=FIRST_ROW):
        for key, at, text in zip(table.keys, positions, row, strict=True):
            if text:
                _write(sheet.cell(number, at), text, is_day=key in days)


def _positions(sheet: Worksheet, table: Written) -> list[int]:
    """Where each column stands; those that the template has not follow on the right."""
    headings = {str(cell.value).removesuffix(" *"): at for at, cell in enumerate(sheet[HEADING_ROW], start=1)}
    for heading in table.headings:
        if heading not in headings:
            headings[heading] = len(headings) + 1
            cell = sheet.cell(HEADING_ROW, headings[heading], heading)
            cell.font, cell.alignment = (
                Font(name=FONT, bold=True, color=INK),
                Alignment(wrap_text=True, vertical="center"),
            )
            sheet.column_dimensions[get_column_letter(headings[heading])].width = WIDTH
    return [headings[heading] for heading in table.headings]


def _write(cell: Cell | MergedCell, text: str, *, is_day: bool) -> None:
    """As text, whatever it looks like; `quotePrefix` keeps it so when somebody edits the cell."""
    day = read_day(text).value if is_day else None
    cell.value = day or ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.font, cell.alignment = Font(name=FONT), Alignment(wrap_text=True, vertical="top")
    cell.number_format = DATE_FORMAT if day else TEXT_FORMAT
    if not day:
        cell.data_type = "s"
        cell.quotePrefix = text[:1] in set("=+-@'")
