"""One row as the fields of an offer: cells that are read together."""

from datetime import date
from decimal import Decimal

import pytest

from catalog.model import Cost
from tests.tables import read_row, said


def test_what_is_empty_is_as_usual_for_this_kind_of_offer() -> None:
    [offer] = read_row().offers
    assert (offer.kind, offer.sector, offer.staffing) == ("leisure", "youth_welfare", "mixed")
    assert (offer.languages, offer.cost, offer.access, offer.threshold) == (("de",), None, (), 3)


def test_unknown_staff_is_an_answer_of_its_own() -> None:
    assert read_row(Personal="unbekannt").offers[0].staffing is None


def test_hours_that_cannot_be_read_go_on_the_card_as_text() -> None:
    source = read_row(Öffnungszeiten="jeden 2. Dienstag", Beschreibung="Kaffee und Tee.")
    [offer] = source.offers
    assert (offer.opening_hours, offer.summary) == ("", "Kaffee und Tee. Zeiten: jeden 2. Dienstag")
    assert said(source) == [("warning", "hours-as-text", "Öffnungszeiten")]


def test_a_word_that_is_no_language_goes_on_the_card_as_text() -> None:
    source = read_row(Sprachen="Englisch, jede Sprache", Beschreibung="Kaffee und Tee.")
    [offer] = source.offers
    assert (offer.languages, offer.summary) == (("en",), "Kaffee und Tee. Sprachen: Englisch, jede Sprache")
    assert said(source) == [("warning", "languages-any", "Sprachen")]


def test_hours_that_make_the_summary_too_long_are_left_to_the_file() -> None:
    [offer] = read_row(Öffnungszeiten="jeden 2. Dienstag", Beschreibung="x" * 590).offers
    assert offer.summary == "x" * 590


def test_by_appointment_in_the_hours_answers_the_question_of_access() -> None:
    assert read_row(Öffnungszeiten="nach Vereinbarung").offers[0].access == ("appointment",)
    assert read_row(Öffnungszeiten="nach Vereinbarung", Zugang="offen").offers[0].access == ("walk_in",)


def test_ages_in_one_cell_or_in_two() -> None:
    [offer] = read_row(Alter="6 Monate bis 3 Jahre").offers
    assert (offer.age_from, offer.age_to) == (6, 47)
    [offer] = read_row(Alter_von=3, Alter_bis="5 Jahre").offers
    assert (offer.age_from, offer.age_to) == (36, 71)


def test_ages_that_excel_turned_into_a_date_are_refused_with_what_they_were() -> None:
    source = read_row(Alter=date(2026, 6, 3))
    assert source.offers == ()
    assert said(source) == [("error", "age-became-date", "Alter")]
    assert "„3–6“" in source.problems[0].said("de").what


@pytest.mark.parametrize(
    ("cells", "cost"),
    [
        (
            {"Kosten": "5 € pro Treffen", "Ermäßigung": "ja"},
            Cost(free=False, amount=Decimal(5), per="session", reduced=True),
        ),
        ({"Kosten": "kostenlos", "BuT": "x"}, Cost(free=True, covered_by_but=True)),
        ({"BuT": "x"}, Cost(free=False, covered_by_but=True)),
        ({"BuT": "nein"}, None),
    ],
)
def test_two_questions_about_the_cost_have_columns_of_their_own(cells: dict[str, str], cost: Cost | None) -> None:
    assert read_row(**cells).offers[0].cost == cost


def test_translations_stand_in_columns_named_after_their_language() -> None:
    source = read_row(**{"Titel (Türkisch)": "Veli kahvesi", "Übersetzt von (Türkisch)": "DeepL", "Titel (ar)": "مقهى"})
    translations = source.offers[0].translations
    assert (translations["tr"].title, translations["tr"].by) == ("Veli kahvesi", "machine")
    assert (translations["ar"].title, translations["ar"].by) == ("مقهى", "human")


def test_a_translated_summary_without_a_title_is_said() -> None:
    source = read_row(**{"Kurzbeschreibung (Türkisch)": "Kahve"})
    assert source.offers[0].translations == {}
    assert said(source) == [("warning", "translation-untitled", "Kurzbeschreibung (Türkisch)")]


@pytest.mark.parametrize(
    ("cells", "kind", "problem"),
    [
        ({"Telefon": "030 23125 101"}, "phone", "site-taken-as-phone"),
        ({"Internet": "https://www.example.org"}, "online", "site-taken-as-online"),
        ({}, None, "site-missing"),
    ],
)
def test_an_offer_without_a_place_is_taken_for_what_it_can_be(
    cells: dict[str, str], kind: str | None, problem: str
) -> None:
    source = read_row(**{"Straße und Hausnummer": "", "PLZ": "", "Ort": ""}, **cells)
    assert [offer.sites[0].kind for offer in source.offers] == ([kind] if kind else [])
    assert [code for _, code, _ in said(source)] == [problem]
