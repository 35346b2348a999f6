"""The empty workbook that a coordinator begins with: offers, places, an explanation, and lists behind the drop-downs."""

from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

from catalog.columns import Column, Layout
from catalog.explanation import FONT, INK, add_explanation, lay_on_paper
from catalog.problems import Lang
from catalog.rows.ages import write_age
from catalog.rows.days import read_day
from catalog.sources.tables import MOST_ROWS

DATE_FORMAT, TEXT_FORMAT = "DD.MM.YYYY", "@"
GROUP_ROW, HEADING_ROW, EXAMPLE_ROW = 1, 2, 3
AGES = (0, 3, 6, 12, 24, 36, 48, 60, 72, 120, 168)  # months that the drop-down proposes as the youngest
LIMITS = (11, 23, 35, 47, 59, 71, 83, 119, 167, 215)  # and as the oldest
COSTS: Mapping[Lang, tuple[str, ...]] = {
    "de": ("kostenlos", "kostenpflichtig", "5 € pro Treffen", "40 € pro Kurs", "20 € pro Monat"),
    "en": ("free", "charged", "5 € per meeting", "40 € per course", "20 € per month"),
}
STRICT = {"choice", "staffing", "threshold", "yes_no"}  # forms whose cells hold one word of a list
LISTED = {*STRICT, "site", "choices", "languages"}  # forms that have a list; other words are accepted too
PAGE_WIDTH = 180  # characters
PROMPT, PROMPT_TITLE = 255, 32  # characters that Excel allows
TINTS = ("DCE9F5", "E2F0E4", "FBEFD9", "F3E3EF", "E0F1F1", "F7E6E0", "ECE8F6", "EDEDED")  # calm, one a group
PALE = "66727E"
LINE = Side(style="thin", color="C7CFD6")


def write_template(path: Path, layout: Layout, lang: Lang) -> None:
    """Write the workbook.

    Raises:
        FileExistsError: there is such a file already; a coordinator's table is never written over.
        OSError: nobody may write there.
    """
    with path.open("xb") as file:
        template(layout, lang).save(file)


def template(layout: Layout, lang: Lang) -> Workbook:
    """The workbook, in German or English."""
    book = Workbook()
    book.properties.title = "Nahbei"
    book.properties.creator = "Nahbei"
    offers = book.worksheets[0]
    offers.title = layout.sheets["offers"].names[lang]
    places = book.create_sheet(layout.sheets["places"].names[lang])
    add_explanation(book.create_sheet(layout.sheets["explanation"].names[lang]), layout, lang)
    lists = book.create_sheet(layout.sheets["lists"].names[lang])
    lists.sheet_state = "hidden"
    ranges = _add_lists(lists, layout, lang)
    for sheet, columns in ((offers, layout.offers), (places, layout.places)):
        _add_columns(sheet, [column for column in columns.values() if column.group], layout, lang, ranges)
        _prepare_print(sheet)
    return book


def _add_lists(sheet: Worksheet, layout: Layout, lang: Lang) -> Mapping[str, str]:
    """One column of the hidden sheet for each drop-down. Returns where each begins and ends."""
    lists = {name: list(layout.words[name].words(lang)) for name in _used_lists(layout)}
    lists["age_from"] = [write_age(-1, lang, upper=True), *(write_age(months, lang, upper=False) for months in AGES)]
    lists["age_to"] = [write_age(-1, lang, upper=True), *(write_age(months, lang, upper=True) for months in LIMITS)]
    lists["cost"] = list(COSTS[lang])
    ranges = {}
    for number, (name, words) in enumerate(lists.items(), start=1):
        letter = get_column_letter(number)
        for row, word in enumerate([name, *words], start=1):
            sheet.cell(row, number, word)
        ranges[name] = f"'{sheet.title}'!${letter}$2:${letter}${len(words) + 1}"
    return ranges


def _used_lists(layout: Layout) -> Iterator[str]:
    columns = (*layout.offers.values(), *layout.places.values())
    yield from dict.fromkeys(column.words for column in columns if column.words and column.form in LISTED)


def _add_columns(
    sheet: Worksheet, columns: list[Column], layout: Layout, lang: Lang, ranges: Mapping[str, str]
) -> None:
    groups = list(dict.fromkeys(column.group for column in columns))
    for number, column in enumerate(columns, start=1):
        tint = PatternFill("solid", start_color=TINTS[groups.index(column.group) % len(TINTS)])
        letter = get_column_letter(number)
        _set_column(sheet, letter, column)
        group = sheet.cell(GROUP_ROW, number, layout.groups[column.group][lang])
        heading = sheet.cell(HEADING_ROW, number, column.headings[lang] + (" *" if column.needed else ""))
        shown = (column.example or {}).get(lang, "")
        example = sheet.cell(EXAMPLE_ROW, number, read_day(shown).value if column.form == "date" else shown)
        group.font, group.fill = Font(name=FONT, bold=True, color=PALE, size=10), tint
        heading.font, heading.fill = Font(name=FONT, bold=True, color=INK), tint
        heading.alignment = Alignment(wrap_text=True, vertical="center")
        heading.border = Border(bottom=LINE)
        example.font = Font(name=FONT, italic=True, color=PALE)
        example.alignment = Alignment(wrap_text=True, vertical="top")
        example.number_format = sheet.column_dimensions[letter].number_format
        sheet.add_data_validation(_validation(column, lang, ranges, letter))
    _merge_groups(sheet, columns)
    sheet.row_dimensions[HEADING_ROW].height = 34
    sheet.row_dimensions[EXAMPLE_ROW].height = 62
    sheet.freeze_panes = f"C{EXAMPLE_ROW}"
    sheet.auto_filter.ref = f"A{HEADING_ROW}:{get_column_letter(len(columns))}{HEADING_ROW}"


def _set_column(sheet: Worksheet, letter: str, column: Column) -> None:
    """Everything but a day is text: no "3-6" becomes a date, no post code loses its zero."""
    dimension = ColumnDimension(sheet, index=letter, width=column.width, customWidth=True)
    dimension.number_format = DATE_FORMAT if column.form == "date" else TEXT_FORMAT
    dimension.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[letter] = dimension


def _validation(column: Column, lang: Lang, ranges: Mapping[str, str], letter: str) -> DataValidation:
    """A drop-down where there is a list; beside every cell its explanation while somebody fills it."""
    source = ranges.get(column.key) or (ranges.get(column.words) if column.form in LISTED else None)
    explanation = (column.explanation or {}).get(lang, "")
    return DataValidation(
        type="list" if source else None,
        formula1=source,
        allow_blank=True,
        showErrorMessage=column.form in STRICT,
        errorStyle="warning",
        showInputMessage=True,
        promptTitle=column.headings[lang][:PROMPT_TITLE],
        prompt=explanation if len(explanation) <= PROMPT else f"{explanation[: PROMPT - 1]}…",
        sqref=f"{letter}{EXAMPLE_ROW}:{letter}{MOST_ROWS}",
    )


def _merge_groups(sheet: Worksheet, columns: list[Column]) -> None:
    start = 1
    for number in range(1, len(columns) + 1):
        if number == len(columns) or columns[number].group != columns[start - 1].group:
            if number > start:
                sheet.merge_cells(start_row=GROUP_ROW, end_row=GROUP_ROW, start_column=start, end_column=number)
            start = number + 1


def _prepare_print(sheet: Worksheet) -> None:
    """A4 landscape, as many pages wide as can be read, with headings and titles on every page."""
    characters = sum(dimension.width for dimension in sheet.column_dimensions.values())
    lay_on_paper(sheet, pages_wide=ceil(characters / PAGE_WIDTH))
    sheet.print_options.gridLines = True
    sheet.print_title_rows = f"{GROUP_ROW}:{HEADING_ROW}"
    sheet.print_title_cols = "A:B"
