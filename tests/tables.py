"""Small tables as a spreadsheet would hold them, and what they are read as."""

from pathlib import Path

from catalog.columns import load_layout
from catalog.sources.base import Source
from catalog.sources.sheets import read_workbook
from catalog.sources.tables import Cell, Draft, Table
from catalog.topics import load_topics

TOPICS = load_topics()
LAYOUT = load_layout()
GOOD: dict[str, Cell] = {
    "Kennung": "cafe-nord",
    "Titel": "Elterncafé Nord",
    "Träger": "Nachbarschaftshaus e. V.",
    "Angebotsart": "Elterncafé",
    "Anliegen": "Andere Eltern treffen, Väter, Elterncafé",
    "Straße und Hausnummer": "Weidenring 30",
    "PLZ": "00103",
    "Ort": "Beispielhafen",
}


def table(*rows: dict[str, Cell], sheet: str = "Angebote") -> Table:
    """One row of headings, and under it the rows."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    draft = Draft()
    draft.add(sheet, 1, [*headings])
    for number, row in enumerate(rows, start=2):
        draft.add(sheet, number, [row.get(heading) for heading in headings])
    return draft.workbook().tables[0]


def read(*tables: Table) -> Source:
    draft = Draft()
    for sheet in tables:
        for row in sheet.rows:
            draft.add(sheet.sheet, row.number, [*row.cells])
    return read_workbook(draft.workbook(), Path("town.xlsx"), TOPICS, LAYOUT)


def read_row(**cells: Cell) -> Source:
    """The good offer with some cells changed; underscores stand for spaces in a heading."""
    return read(table(GOOD | {heading.replace("_", " "): cell for heading, cell in cells.items()}))


def said(source: Source) -> list[tuple[str, str, str]]:
    """What is wrong, without what is only said: severity, code, column."""
    return [(p.severity, p.code, p.spot.column) for p in source.problems if p.severity != "notice"]
