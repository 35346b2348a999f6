"""A workbook as a source: which sheet holds what."""

from pathlib import Path

import pytest

from catalog.problems import UnreadableError
from catalog.sources.sheets import read_workbook
from catalog.sources.tables import Remark, Row, Table, Workbook
from tests.tables import GOOD, TOPICS, read, table

NOTES = Table("Notizen", (Row(1, ("zu tun", "bis wann")), Row(2, ("anrufen", "Mai"))))


def test_offers_may_stand_on_several_sheets_of_any_name() -> None:
    source = read(table(GOOD, sheet="Nord"), table(GOOD | {"Kennung": "cafe-sued"}, sheet="Tabelle2"))
    assert [(offer.id, source.spots[offer.id].sheet) for offer in source.offers] == [
        ("cafe-nord", "Nord"),
        ("cafe-sued", "Tabelle2"),
    ]


def test_columns_of_ones_own_are_kept_out_and_named() -> None:
    source = read(table(GOOD | {"Interne Notiz": "geheim", "Ampel": "grün"}))
    assert [(p.severity, p.code, p.value) for p in source.problems] == [
        ("notice", "columns-extra", "Interne Notiz, Ampel")
    ]
    assert "geheim" not in source.offers[0].model_dump_json()


def test_of_two_columns_with_one_meaning_the_first_counts_and_that_is_said() -> None:
    source = read(table(GOOD | {"Telefon": "030 23125 101", "Tel.": "030 23125 102"}))
    assert source.offers[0].phone == "030 23125 101"
    assert [(p.code, p.value) for p in source.problems] == [("column-twice", "Telefon")]


def test_a_sheet_of_something_else_is_left_out_and_that_is_said() -> None:
    source = read(NOTES, table(GOOD))
    assert [(p.code, p.spot.sheet) for p in source.problems] == [("sheet-left-out", "Notizen")]


@pytest.mark.parametrize("name", ["Erklärung", "Listen", "Explanation", "LISTS"])
def test_the_sheets_of_the_template_that_hold_no_offers_are_passed_over(name: str) -> None:
    assert read(Table(name, NOTES.rows), table(GOOD)).problems == ()


@pytest.mark.parametrize(
    ("tables", "code"),
    [
        ((), "table-empty"),
        ((NOTES,), "headings-unknown"),
        ((table({"Titel": "Elterncafé", "Ort": "Beispielhafen"}),), "columns-missing"),
        ((table(GOOD, sheet="Listen"),), "table-empty"),
    ],
)
def test_a_file_without_offers_is_refused_with_what_is_missing(tables: tuple[Table, ...], code: str) -> None:
    with pytest.raises(UnreadableError) as refusal:
        read_workbook(Workbook(tables), Path("town.xlsx"), TOPICS)
    assert refusal.value.problem.code == code


def test_english_headings_and_words_give_the_same_offer() -> None:
    english = {
        "ID": "cafe-nord",
        "Title": "Elterncafé Nord",
        "Provider": "Nachbarschaftshaus e. V.",
        "Offer type": "open meeting",
        "Topics": "Meeting other parents, fathers, cafés",
        "Street and number": "Weidenring 30",
        "Post code": "00103",
        "Municipality": "Beispielhafen",
    }
    assert read(table(english, sheet="Offers")).offers == read(table(GOOD)).offers  # type: ignore[arg-type]


def test_what_is_odd_about_the_file_is_said_with_its_place() -> None:
    book = Workbook((table(GOOD),), (Remark("formula-error", "Angebote", 7, "C", "#REF!"),))
    [problem] = read_workbook(book, Path("town.xlsx"), TOPICS).problems
    assert problem.spot.said("de") == "town.xlsx, Blatt „Angebote“, Zeile 7, Spalte „C“"
