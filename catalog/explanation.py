"""The sheet of the template that explains every column and lists every word."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from math import ceil

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from catalog.columns import Column, Layout
from catalog.problems import Lang
from catalog.topics import load_topics

WIDTHS = (34, 10, 80, 46)  # characters
INK, BAND, FONT = "1F2D3D", "DCE9F5", "Calibri"
LINE_HEIGHT = 15.0  # points
DENSITY = 1.1  # letters that go into the width of one digit, in which widths are given
TITLE: Mapping[Lang, str] = {"de": "So füllen Sie den Katalog", "en": "How to fill the catalog"}
STEPS: Mapping[Lang, Sequence[str]] = {
    "de": (
        "1. Auf dem Blatt „Angebote“ steht jedes Angebot in einer Zeile. Spalten mit * sind nötig, alle anderen freiwillig.",
        "2. Wo ein Pfeil erscheint, wählen Sie ein Wort aus der Liste. In Spalten für mehrere Wörter trennen Sie sie mit Strichpunkt.",
        "3. Die Zeile mit BEISPIEL zeigt, wie es gemeint ist. Sie wird nie veröffentlicht; Sie dürfen sie löschen.",
        "4. Eigene Spalten dürfen Sie anfügen. Sie bleiben in Ihrer Datei und werden nicht veröffentlicht.",
        "5. Weitere Sprachen: Fügen Sie Spalten an, die „Titel (Türkisch)“ und „Kurzbeschreibung (Türkisch)“ heißen.",
        "6. Danach prüft „nahbei catalog check“ die Datei und sagt zu jedem Fehler Zeile und Spalte.",
    ),
    "en": (
        "1. On the sheet “Offers” each offer stands in one row. Columns with * are needed, all others are voluntary.",
        "2. Where an arrow appears, choose a word from the list. In columns for several words separate them with a semicolon.",
        "3. The row with EXAMPLE shows what is meant. It is never published; you may delete it.",
        "4. You may add columns of your own. They stay in your file and are not published.",
        "5. Further languages: add columns called “Title (Turkish)” and “Summary (Turkish)”.",
        "6. Then “nahbei catalog check” looks through the file and names row and column of each mistake.",
    ),
}
HEADINGS: Mapping[Lang, Sequence[str]] = {
    "de": ("Spalte", "Nötig", "Erklärung", "Beispiel"),
    "en": ("Column", "Needed", "Explanation", "Example"),
}
YES: Mapping[Lang, str] = {"de": "ja", "en": "yes"}
FURTHER: Mapping[Lang, str] = {
    "de": "Weitere Spalten: nicht in der Vorlage, werden aber verstanden",
    "en": "Further columns: not in the template, but understood",
}
SHEET_WORD: Mapping[Lang, str] = {"de": "Blatt „{name}“", "en": "Sheet “{name}”"}


def add_explanation(sheet: Worksheet, layout: Layout, lang: Lang) -> None:
    """Write steps, columns and words, so that the sheet can be printed and laid beside the keyboard."""
    for letter, width in zip("ABCD", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([TITLE[lang]])
    sheet["A1"].font = Font(name=FONT, bold=True, size=18, color=INK)
    sheet.row_dimensions[1].height = 2 * LINE_HEIGHT
    for step in STEPS[lang]:
        _add_line(sheet, step)
    for name, columns in (("offers", layout.offers), ("places", layout.places)):
        sheet.append([])
        _add_band(sheet, [SHEET_WORD[lang].format(name=layout.sheets[name].names[lang])])  # type: ignore[index]
        _add_band(sheet, HEADINGS[lang])
        for column in columns.values():
            if column.group:
                _add_column(sheet, column, lang)
    sheet.append([])
    _add_band(sheet, [FURTHER[lang]])
    for column in layout.offers.values():
        if not column.group:
            _add_column(sheet, column, lang)
    _add_words(sheet, layout, lang)
    lay_on_paper(sheet, pages_wide=1)
    sheet.sheet_view.showGridLines = False


def lay_on_paper(sheet: Worksheet, *, pages_wide: int) -> None:
    """A4 landscape with page numbers."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = int(sheet.PAPERSIZE_A4)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = pages_wide, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.HeaderFooter.oddFooter.right.text = "&P / &N"  # type: ignore[union-attr]  # every sheet has one


def _add_line(sheet: Worksheet, text: str) -> None:
    sheet.append([text])
    sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=len(WIDTHS))
    _lay_out(sheet, {1: sum(WIDTHS)})


def _add_band(sheet: Worksheet, texts: Sequence[str]) -> None:
    sheet.append([*texts])
    for number in range(1, len(WIDTHS) + 1):
        cell = sheet.cell(sheet.max_row, number)
        cell.font = Font(name=FONT, bold=True, color=INK)
        cell.fill = PatternFill("solid", start_color=BAND)


def _add_column(sheet: Worksheet, column: Column, lang: Lang) -> None:
    example, explanation = (column.example or {}).get(lang, ""), (column.explanation or {}).get(lang, "")
    sheet.append([column.headings[lang], YES[lang] if column.needed else "", explanation, example])
    _lay_out(sheet, dict(enumerate(WIDTHS, start=1)))
    sheet.cell(sheet.max_row, 1).font = Font(name=FONT, bold=True, color=INK)


def _lay_out(sheet: Worksheet, widths: Mapping[int, int]) -> None:
    """Wrap the cells of the last row and make it as high as its longest text; not every program does so by itself."""
    row, lines = sheet.max_row, 1
    for number, width in widths.items():
        cell = sheet.cell(row, number)
        cell.font = Font(name=FONT, color=INK)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.number_format = "@"
        lines = max(lines, ceil(len(str(cell.value or "")) / (width * DENSITY)))
    sheet.row_dimensions[row].height = LINE_HEIGHT * lines + 1


def _add_words(sheet: Worksheet, layout: Layout, lang: Lang) -> None:
    """Topics by group, then every offer type: the two lists that are too long for a drop-down alone."""
    topics = load_topics()
    sheet.append([])
    _add_band(sheet, [layout.offers["topics"].headings[lang]])
    for group in topics.groups:
        words = [layout.words["topics"].word(topic.id, lang) for topic in topics.of_group(group)]
        sheet.append([layout.words["topic_groups"].word(group, lang), "; ".join(words)])
        sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=2, end_column=len(WIDTHS))
        _lay_out(sheet, {1: WIDTHS[0], 2: sum(WIDTHS[1:])})
    sheet.append([])
    _add_band(sheet, [layout.offers["offer_type"].headings[lang]])
    types = layout.words["offer_types"].words(lang)
    half = (len(types) + 1) // 2
    for left, right in zip_longest(types[:half], types[half:], fillvalue=""):
        sheet.append([left, "", right])
        sheet.merge_cells(start_row=sheet.max_row, end_row=sheet.max_row, start_column=1, end_column=2)
        _lay_out(sheet, {1: sum(WIDTHS[:2]), 3: WIDTHS[2]})
