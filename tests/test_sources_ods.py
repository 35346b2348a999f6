"""ODS, as LibreOffice writes it."""

import io
from datetime import date, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest

from catalog.sources.ods import read_ods
from catalog.sources.tables import RefusedFileError, Row, Workbook

OUTLINE = (
    '<?xml version="1.0"?><office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">'
    '<office:body><office:spreadsheet><table:table table:name="Angebote">{rows}</table:table></office:spreadsheet>'
    "</office:body></office:document-content>"
)


def archive(rows: str, manifest: str = "") -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w") as package:
        package.writestr("content.xml", OUTLINE.format(rows=rows))
        package.writestr("META-INF/manifest.xml", manifest)
    return target.getvalue()


def read(tmp_path: Path, rows: str, manifest: str = "") -> Workbook:
    path = tmp_path / "town.ods"
    path.write_bytes(archive(rows, manifest))
    return read_ods(path)


def cell(kind: str, shown: str, **values: str) -> str:
    attributes = " ".join(f'office:{name.replace("_", "-")}="{value}"' for name, value in values.items())
    return f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>{shown}</text:p></table:table-cell>'


def test_every_type_of_cell_comes_out_as_it_is(tmp_path: Path) -> None:
    cells = (
        cell("string", "Text"),
        cell("float", "1.067", value="1067"),
        cell("float", "12,5", value="12.5"),
        cell("date", "22.11.26", date_value="2026-11-22"),
        cell("date", "22.11.26 09:30", date_value="2026-11-22T09:30:00"),
        cell("boolean", "WAHR", boolean_value="true"),
        cell("currency", "5,00 €", value="5"),
        cell("time", "09:30", time_value="PT09H30M00S"),
    )
    [table] = read(tmp_path, f"<table:table-row>{''.join(cells)}</table:table-row>").tables
    moment = datetime(2026, 11, 22, 9, 30)  # noqa: DTZ001 as a spreadsheet has it
    assert table.sheet == "Angebote"
    assert table.rows == (Row(1, ("Text", 1067, 12.5, date(2026, 11, 22), moment, True, "5,00 €", "09:30")),)


def test_lines_and_spaces_within_a_cell_stay(tmp_path: Path) -> None:
    inside = "eins<text:s/>zwei<text:line-break/>drei</text:p><text:p>vier"
    [table] = read(tmp_path, f"<table:table-row>{cell('string', inside)}</table:table-row>").tables
    assert table.rows[0].cells == ("eins zwei\ndrei\nvier",)


def test_a_comment_at_a_cell_is_not_part_of_it(tmp_path: Path) -> None:
    inside = "<office:annotation><text:p>nur intern</text:p></office:annotation><text:p>Text</text:p>"
    row = f'<table:table-row><table:table-cell office:value-type="string">{inside}</table:table-cell></table:table-row>'
    assert read(tmp_path, row).tables[0].rows[0].cells == ("Text",)


def test_repeated_cells_and_rows_are_repeated_and_empty_ones_to_the_end_of_the_sheet_are_not(tmp_path: Path) -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="2" '
        'office:value-type="string"><text:p>x</text:p></table:table-cell>'
        '<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    )
    assert read(tmp_path, rows).tables[0].rows == (Row(1, ("x", "x")), Row(2, ("x", "x")))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ('<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>', "rows-too-many"),
        (
            '<table:table-row table:number-rows-repeated="99999"/><table:table-row>{cell}</table:table-row>',
            "rows-too-many",
        ),
        ("<table:table-row>{cells}</table:table-row>", "columns-too-many"),
    ],
)
def test_what_repeats_without_end_is_refused(tmp_path: Path, rows: str, code: str) -> None:
    one = cell("string", "x")
    many = one.replace("<table:table-cell", '<table:table-cell table:number-columns-repeated="16384"')
    with pytest.raises(RefusedFileError) as refusal:
        read(tmp_path, rows.format(cell=one, cells=many))
    assert refusal.value.code == code


def test_a_password_is_said(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match="file-locked"):
        read(tmp_path, "", "<manifest:encryption-data/>")
