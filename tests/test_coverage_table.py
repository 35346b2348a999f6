"""The gap report in a terminal of eighty letters, and every cell of it for a spreadsheet."""

import csv
import io
from dataclasses import replace
from typing import get_args

import pytest
from rich.console import Console, RenderableType

from bot.coverage_table import as_csv, challenges_table, terminal
from bot.coverage_view import CoverageView, Stock
from bot.i18n import Languages, Translator
from catalog.coverage import By, Coverage
from catalog.places import Place
from tests.conftest import NOW
from tests.test_coverage import TOPICS, offer, survey
from tests.test_coverage_view import STOCK

WIDE = replace(STOCK, coverage=survey(offer(languages=["de", "tr", "ar", "en", "uk"])))


def printed(shown: RenderableType) -> str:
    out = io.StringIO()
    Console(file=out, width=80).print(shown)
    return out.getvalue()


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.parametrize("by", get_args(By))
def test_every_table_fits_into_eighty_letters(by: By, languages: Languages) -> None:
    for tag in ("de", "en"):
        shown = printed(terminal(WIDE, languages.translator(tag), by))
        assert "…" not in shown
        assert max(map(len, shown.splitlines())) <= 80
        last = CoverageView(WIDE, languages.translator(tag)).language("uk")
        assert (last in shown) == (by == "language")


def test_the_terminal_tells_how_near_without_colours(german: Translator) -> None:
    (line,) = (line for line in printed(terminal(STOCK, german, "district")).splitlines() if line.startswith(" Erzie"))
    assert line.split()[-4:] == ["1", "(1)", "(1)", "(1)"]
    (line,) = (line for line in printed(terminal(STOCK, german, "phase")).splitlines() if line.startswith(" Seele"))
    assert set(line.split()[3:]) == {"0"}


def test_gaps_and_challenges_stand_below_the_table(german: Translator) -> None:
    shown = printed(terminal(STOCK, german, "phase"))
    assert shown.index("Was fehlt") < shown.index("Aufgaben") < shown.rindex("Familienbüro")
    assert "challenge add" in printed(challenges_table(Stock(STOCK.coverage, NOW.date()), german))


def test_columns_that_have_no_room_are_not_silently_left_out(german: Translator) -> None:
    places = [Place("Ort", 54.45, 6.6, district=f"Teil {n}", own=True) for n in range(8)]
    stock = Stock(Coverage.survey([offer()], places, TOPICS, NOW.date()), NOW.date())
    assert "3 weitere Spalten" in printed(terminal(stock, german, "district"))
    assert "weitere Spalten" not in printed(terminal(stock, german, "phase"))


def test_an_empty_catalog_gets_a_friendly_word(german: Translator) -> None:
    assert "noch kein Angebot" in printed(terminal(Stock(survey(), NOW.date()), german, "phase"))


def test_the_spreadsheet_holds_every_cell_once(german: Translator) -> None:
    read = rows(as_csv(STOCK, german, "phase"))
    keys = [(row["Ort"], row["Stadtteil"], row["Thema"], row["Alter"]) for row in read]
    assert len(keys) == len(set(keys)) == int(STOCK.coverage.asked.sum()) * len(STOCK.coverage.areas)
    assert len([row for row in read if row["Lücke"] == "ja"]) == len(STOCK.coverage.gaps())


@pytest.mark.parametrize(("by", "column", "values"), [("language", "Sprache", {"Deutsch"}),
                                                      ("staffing", "Wer es macht", {"Hauptamt", "Ehrenamt"})])  # fmt: skip
def test_the_spreadsheet_is_divided_further_when_asked(
    by: By, column: str, values: set[str], german: Translator
) -> None:
    assert {row[column] for row in rows(as_csv(STOCK, german, by))} == values


@pytest.mark.parametrize("name", ["=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_name_is_calculated_by_a_spreadsheet(name: str, german: Translator) -> None:
    places = [Place(name, 54.45, 6.6, own=True)]
    stock = replace(STOCK, coverage=Coverage.survey([offer()], places, TOPICS, NOW.date()))
    for row in rows(as_csv(stock, german, "phase")):
        assert row["Ort"][0] not in "=+-@\t\r"
