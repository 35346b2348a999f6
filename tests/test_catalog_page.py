"""The report about a catalog as a page that is mailed, and in the terminal."""

import io
import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bot.catalog_page import page
from bot.catalog_table import MOST_OF_A_KIND, terminal
from bot.catalog_view import ReportView
from bot.catalog_words import COUNTED, WORDS, counted
from catalog.problems import Problem, Spot
from catalog.report import Report
from tests.checking import TODAY


def report(*problems: Problem) -> Report:
    return Report("town.xlsx", 312, problems, {"shown": 300, "over": 12}, left_out=1)


def in_terminal(view: ReportView) -> str:
    console = Console(file=io.StringIO(), width=100, highlight=False, record=True)
    console.print(terminal(view))
    return console.export_text()


class Tags(HTMLParser):
    """The tags of a page and what they carry."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.names: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.names += [name for name, _ in attrs]


def test_both_languages_have_the_same_words() -> None:
    assert WORDS["de"].keys() == WORDS["en"].keys()
    assert COUNTED["de"].keys() == COUNTED["en"].keys()


def test_numbers_are_said_as_people_say_them() -> None:
    assert counted("offers", 1, "de") == "1 Angebot"
    assert counted("offers", 1312, "de") == "1.312 Angebote"
    assert counted("warning", 1312, "en") == "1,312 warnings"


def test_the_first_line_says_how_it_stands() -> None:
    errors = [Problem(Spot("town.xlsx", "Angebote", n), "list-empty") for n in range(3)]
    notes = [Problem(Spot("town.xlsx", "Angebote", 9), "summary-missing")]
    assert ReportView(report(*errors), "de").summary() == "312 Angebote, 3 Fehler, 0 Hinweise"
    assert ReportView(report(*notes), "de").summary() == "312 Angebote, 0 Fehler, 0 Hinweise, 1 zur Kenntnis"


def test_all_is_well_where_nothing_is_wrong() -> None:
    view = ReportView(report(), "de")
    assert "Es ist alles in Ordnung." in page(view, TODAY)
    assert "Es ist alles in Ordnung." in in_terminal(view)


def test_the_page_says_where_what_and_what_to_do() -> None:
    problem = Problem(
        Spot("town.xlsx", "Angebote", 12, "Angebotsart"),
        "choice-mistyped",
        "Krabbelgrupe",
        {"suggestion": "Krabbelgruppe"},
    )
    html = page(ReportView(report(problem), "de"), TODAY)
    for said in (
        "Blatt „Angebote“ · Zeile 12 · Spalte „Angebotsart“",
        "„Krabbelgrupe“",
        "Meinten Sie „Krabbelgruppe“?",
        "23.11.2026",
    ):
        assert said in html
    assert '<html lang="de">' in html
    assert '<html lang="en">' in page(ReportView(report(problem), "en"), TODAY)


def test_the_page_needs_nothing_from_outside() -> None:
    html = page(
        ReportView(report(Problem(Spot("x"), "web-open", "http://www.a.de", {"safe": "https://www.a.de"})), "de"), TODAY
    )
    parsed = Tags(html)
    assert not {"script", "link", "img", "iframe", "a"} & set(parsed.tags)
    assert not re.search(r"url\(", html)


@given(value=st.text(max_size=60))
def test_nothing_that_stands_in_a_file_becomes_part_of_the_page(value: str) -> None:
    ordinary = Problem(Spot("x", "y", 1, "z"), "email-form", "a")
    plain = Tags(page(ReportView(Report("x", 1, (ordinary,), {}), "de"), TODAY))
    problem = Problem(Spot(value, value, 1, value), "email-form", f"<b onclick='x'>{value}</b>\"")
    html = page(ReportView(Report(value, 1, (problem,), {}), "de"), TODAY)
    parsed = Tags(html)
    assert (parsed.tags, parsed.names) == (plain.tags, plain.names)


@given(value=st.text(max_size=60))
def test_nothing_that_stands_in_a_file_commands_the_terminal(value: str) -> None:
    problem = Problem(Spot(value, value, 1, value), "email-form", f"[red]{value}\x1b[2J")
    shown = in_terminal(ReportView(report(problem), "de"))
    assert all(letter.isprintable() or letter == "\n" for letter in shown)


def test_a_thousand_problems_of_one_kind_do_not_hide_the_others() -> None:
    many = [Problem(Spot("town.xlsx", "Angebote", n), "never-verified") for n in range(1, 1001)]
    other = Problem(Spot("town.xlsx", "Angebote", 2000), "dates-over", "2026-01-01")
    shown = in_terminal(ReportView(report(*many, other), "de"))
    assert shown.count("nicht da, wann die Angaben zuletzt geprüft wurden") == MOST_OF_A_KIND
    assert "990 weitere dieser Art" in shown
    assert "Zeile 2000" in shown
    assert page(ReportView(report(*many), "de"), TODAY).count("<tr>") == 1001


def test_several_files_are_named_a_single_one_is_not() -> None:
    one = Problem(Spot("a.yaml", row=1, offer="x"), "list-empty")
    assert ReportView(report(one), "de").where(one) == "Zeile 1 · Angebot x"
    assert (
        ReportView(report(one, Problem(Spot("b.yaml", row=1), "list-empty")), "de").where(one)
        == "a.yaml · Zeile 1 · Angebot x"
    )
