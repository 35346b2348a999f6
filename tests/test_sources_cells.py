"""The cells of a sheet, read from its XML."""

import io
from datetime import date, time
from zipfile import ZipFile

import pytest

from catalog.sources.cells import Book, SheetReader, read_sheet, shared_texts
from catalog.sources.tables import LOWEST_ROW, MOST_CELLS, Cell, Draft, RefusedFileError, Row

SHEET = "<x:worksheet><x:sheetData>{}</x:sheetData></x:worksheet>"
BOOK = Book(("eins", "zwei"), days={1, 2}, durations={2})


def package(part: str) -> ZipFile:
    target = io.BytesIO()
    with ZipFile(target, "w") as written:
        written.writestr("part.xml", part)
    return ZipFile(target)


def read(rows: str, around: str = SHEET) -> tuple[Row, ...]:
    draft = Draft()
    with package(around.format(rows)) as opened:
        read_sheet(opened, "part.xml", SheetReader("Angebote", BOOK, draft))
    return tuple(draft.tables.get("Angebote", ()))


def test_cells_stand_where_their_references_say_and_without_any_side_by_side() -> None:
    rows = '<x:row r="3"><x:c r="C3"><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>'
    assert read(rows + '<x:row><x:c r="Z4"/></x:row><x:row><x:c><x:v>3</x:v></x:c></x:row>') == (
        Row(3, (None, None, 1, 2)),
        Row(5, (3,)),
    )


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c t="s"><v>1</v></c>', "zwei"),
        ('<c t="str"><f>A1</f><v>Café &amp; Treff</v></c>', "Café & Treff"),
        ('<c t="inlineStr"><is><r><t>Eltern</t></r><r><t>café</t></r><rPh><t>よみ</t></rPh></is></c>', "Elterncafé"),
        ("<c><v>1067</v></c>", 1067),
        ("<c><v>1.5E2</v></c>", 150.0),
        ('<c t="b"><v>1</v></c>', True),
        ('<c s="1"><v>46348</v></c>', date(2026, 11, 22)),
        ('<c s="1"><v>0.5</v></c>', time(12, 0)),
        ('<c s="2"><v>1.5</v></c>', "1 day, 12:00:00"),
        ('<c t="d"><v>2026-11-22</v></c>', date(2026, 11, 22)),
    ],
)
def test_a_cell_is_read_as_its_kind_and_its_style_say(cell: str, value: Cell) -> None:
    assert read(f"<row>{cell}</row>") == (Row(1, (value,)),)


@pytest.mark.parametrize("cell", ["<c/>", "<c><v/></c>", "<c><v>  </v></c>", "<c><f>1+1</f></c>", "<c t='s'/>"])
def test_a_cell_that_holds_nothing_is_empty(cell: str) -> None:
    assert read(f"<row>{cell}</row>") == ()


def test_a_day_that_no_calendar_has_is_an_error_and_counts_as_empty() -> None:
    draft = Draft()
    reader = SheetReader("Angebote", BOOK, draft)
    with package(SHEET.format('<row><c s="1"><v>99999999999</v></c></row>')) as opened:
        read_sheet(opened, "part.xml", reader)
    assert draft.tables == {}
    assert [(remark.code, remark.column, remark.value) for remark in reader.remarks] == [
        ("formula-error", "A", "#VALUE!")
    ]


def test_cells_outside_of_the_table_of_a_sheet_are_no_cells() -> None:
    assert read('<c r="XFD1048576"><v>1</v></c>', around="<drawing>{}</drawing>") == ()


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
        read(rows)
    assert refusal.value.code == code


def test_a_shared_text_is_the_sum_of_its_parts_without_readings() -> None:
    texts = "<sst><si><t>eins</t></si><si><r><t>zw</t></r><r><t>ei</t></r><rPh><t>x</t></rPh></si><si/></sst>"
    with package(texts) as opened:
        assert shared_texts(opened, "part.xml") == ["eins", "zwei", ""]
