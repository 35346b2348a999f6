"""Do what docs/coordinators.md tells a reader to do: fill the workbook with the page's own tables, cell by cell."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import openpyxl

PAGE = Path(__file__).parent.parent / "docs" / "coordinators.md"
HEADINGS_ROW, FIRST_ROW = 2, 4  # of a sheet: what the columns are called; the first row below the example
DAYS = {"heute": 0, "today": 0, "vor sieben Monaten": 210, "seven months ago": 210}
OFFERS = {"Spalte", "Column"}
CHANGES = {"Zeile", "Row"}

Row = Sequence[str]


@dataclass(frozen=True)
class Step:
    """One thing that the page asks for: to fill the sheet of offers or of places, to change cells, or to type."""

    kind: Literal["offers", "places", "changes", "commands"]
    rows: Sequence[Row] = ()
    text: str = ""
    fails: bool = False


def halves(page: str) -> tuple[str, str]:
    """The German half of the page and the English one."""
    german, english = page.split("\n---\n")
    return german, english


def steps(half: str) -> Iterator[Step]:
    """What the reader does, from top to bottom."""
    for block in re.findall(r"^```console.*?^```$|^\|.*?(?=\n\n)", half, re.MULTILINE | re.DOTALL):
        if block.startswith("```"):
            first, _, text = block.removesuffix("```").partition("\n")
            yield Step("commands", text=text, fails=first.endswith("fails"))
            continue
        heading, _, *rows = (
            [cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in block.splitlines()
        )
        if heading[0] in OFFERS:
            yield Step("offers", [*zip(*rows, strict=True)])
        elif heading[0] in CHANGES:
            yield Step("changes", rows)
        elif heading[0] == "Name":
            yield Step("places", [heading, *rows])


def do(step: Step, workbook: Path, today: date) -> None:
    """Write into the workbook what the step says."""
    book = openpyxl.load_workbook(workbook)
    sheet = book.worksheets[1 if step.kind == "places" else 0]
    columns = {str(cell.value).removesuffix(" *"): cell.column for cell in sheet[HEADINGS_ROW] if cell.value}
    if step.kind == "changes":
        cells = [(int(row), column, value) for row, column, value in step.rows]
    else:
        headings, *rows = step.rows
        cells = [(n, *cell) for n, row in enumerate(rows, FIRST_ROW) for cell in zip(headings, row, strict=True)]
    for row, column, value in cells:
        ago = DAYS.get(value)
        sheet.cell(row, columns[column], value if ago is None else today - timedelta(ago))
    book.save(workbook)
