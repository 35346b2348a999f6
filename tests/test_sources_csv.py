"""CSV as Excel, LibreOffice, Google Sheets and portals write it."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sources.csv import decoded, escaped, read_csv, unescaped
from catalog.sources.tables import RefusedFileError
from tests.conftest import SHARED

CATALOGS = SHARED / "data" / "catalogs"
ROWS = [("Titel", "Träger", "PLZ"), ("Café; „Nord“", "Haus, e. V.", "01067"), ("zwei\nZeilen", "x", "")]


def written(separator: str) -> str:
    return "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in ROWS)


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_separator_and_encoding_gives_the_same_cells(tmp_path: Path, separator: str, encoding: str) -> None:
    path = tmp_path / "town.csv"
    path.write_bytes(written(separator).encode(encoding))
    [table] = read_csv(path).tables
    assert [row.cells for row in table.rows] == [*ROWS[:2], ("zwei\nZeilen", "x")]


def test_the_line_in_which_excel_names_the_separator_is_obeyed(tmp_path: Path) -> None:
    path = tmp_path / "town.csv"
    path.write_text("sep=;\nTitel;Ort, Stadt\nA;B", "utf-8")
    [table] = read_csv(path).tables
    assert [row.cells for row in table.rows] == [("Titel", "Ort, Stadt"), ("A", "B")]


def test_commas_in_long_texts_do_not_make_them_the_separator(tmp_path: Path) -> None:
    path = tmp_path / "town.csv"
    path.write_text("Titel;Text\n" + "A;eins, zwei, drei, vier, fünf, sechs\n" * 30, "utf-8")
    assert len(read_csv(path).tables[0].rows[1].cells) == 2


@pytest.mark.parametrize("content", [b"a;b\0c", b"\x89PNG\r\n\x1a\n\0\0", b"\xff\xfe\x00", b"\x81\x8d\x8f"])
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(RefusedFileError, match="csv-unreadable"):
        decoded(content)


def test_a_quote_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "town.csv"
    path.write_text('Titel;Ort\n"' + "x" * 200_000, "utf-8")
    with pytest.raises(RefusedFileError, match=r"csv-unreadable|text-too-much"):
        read_csv(path)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated.csv"
    path.write_bytes(content)
    with suppress(RefusedFileError):
        assert len(read_csv(path).tables) <= 1


@given(st.text(max_size=20))
def test_what_is_escaped_for_excel_is_read_as_it_was(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r", "\0"))


@pytest.mark.skipif(not CATALOGS.is_dir(), reason="the public catalogs lie beside the repository")
@pytest.mark.parametrize(
    ("name", "rows", "columns"),
    [("hamburg_kitas/kitas.csv", 1029, 23), ("erlangen_beratung/beratungsstellen.csv", 27, 11)],
)
def test_real_files_are_read_whole(name: str, rows: int, columns: int) -> None:
    [table] = read_csv(CATALOGS / name).tables
    assert (len(table.rows), len(table.rows[0].cells)) == (rows, columns)
