"""A cell as text, whatever type the spreadsheet gave it."""

import unicodedata
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rows.cells import parts, read_text
from catalog.sources.tables import Cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (1067, "1067"),
        (1067.0, "1067"),
        (12.5, "12.5"),
        (date(2026, 6, 3), "2026-06-03"),
        (datetime(2026, 6, 3, 9, 30), "2026-06-03 09:30"),  # noqa: DTZ001 as a spreadsheet has it
        (time(9, 5), "09:05"),
        ("  zwei\u00a0 Wörter \r\n\r\n neue Zeile ", "zwei Wörter\nneue Zeile"),
        ("erste_x000D_\nzweite", "erste\nzweite"),
        ("Cafe\u0301", "Café"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner that Persian needs
        ("Trenn\u00adung\u200b", "Trenn ung"),
    ],
)
def test_every_type_becomes_what_a_person_would_have_typed(cell: Cell, text: str) -> None:
    assert read_text(cell).value == text


@pytest.mark.parametrize("hidden", ["\u202e", "\u2066", "\u200f", "\x07", "\x1b", "\0", "\ud800", "\ue000"])
def test_what_hides_or_turns_a_line_is_left_out_and_said(hidden: str) -> None:
    reading = read_text(f"Tele{hidden}fon")
    assert reading.value == "Telefon"
    assert [doubt.code for doubt in reading.doubts] == ["hidden-characters"]


@pytest.mark.parametrize("copied", ["\u00ad", "\u200b", "\ufeff", "\t", "\u2028"])
def test_what_comes_along_when_copying_from_a_page_is_no_reason_to_complain(copied: str) -> None:
    assert not read_text(f"Tele{copied}fon").doubts


@given(st.text(max_size=60))
def test_no_text_keeps_a_control_character_or_changes_when_read_again(text: str) -> None:
    seen = read_text(text).value
    assert not {c for c in seen if unicodedata.category(c) in {"Cc", "Cs", "Co"}} - {"\n"}
    assert read_text(seen).value == seen
    assert not read_text(seen).doubts


def test_a_list_is_parted_by_semicolons_and_new_lines_and_not_by_commas() -> None:
    assert parts("Handy, Tablet; Schulden\n\n Elterngeld ;") == ["Handy, Tablet", "Schulden", "Elterngeld"]
