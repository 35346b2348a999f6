"""Where the cells of a sheet are, told from its XML before the library reads it."""

import io
from zipfile import ZipFile

import pytest

from catalog.sources.cells import CellScan, scanned
from catalog.sources.tables import LOWEST_ROW, MOST_CELLS, RefusedFileError


def scan(rows: str, around: str = "<x:worksheet><x:sheetData>{}</x:sheetData></x:worksheet>") -> CellScan:
    target = io.BytesIO()
    with ZipFile(target, "w") as package:
        package.writestr("sheet.xml", around.format(rows))
    with ZipFile(target) as package:
        return scanned(package, "sheet.xml")


def test_the_lowest_and_the_rightmost_filled_cell_are_found_with_or_without_references() -> None:
    found = scan(
        '<x:row r="3"><x:c r="C3"><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row><x:row><x:c r="Z9"/></x:row>'
    )
    assert (found.lowest, found.rightmost) == (3, 4)


def test_cells_outside_of_the_table_of_a_sheet_are_no_cells() -> None:
    found = scan('<c r="XFD1048576"><v>1</v></c>', around="<drawing>{}</drawing>")
    assert (found.lowest, found.rightmost) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (f'<x:row r="{LOWEST_ROW + 1}"><x:c><x:v>1</x:v></x:c></x:row>', "cell-far-out"),
        ('<x:row r="1"><x:c r="XFD1"><x:is><x:t>a</x:t></x:is></x:c></x:row>', "cell-far-out"),
        ('<x:row r="1"><x:c r="1A"><x:v>1</x:v></x:c></x:row>', "file-broken"),
        ("<x:row>" + "<x:c r='A1'><x:v>1</x:v></x:c>" * (MOST_CELLS + 1) + "</x:row>", "file-too-large"),
    ],
    ids=["row", "column", "reference", "count"],
)
def test_what_lies_beyond_every_catalog_is_refused(rows: str, code: str) -> None:
    with pytest.raises(RefusedFileError) as refusal:
        scan(rows)
    assert refusal.value.code == code
