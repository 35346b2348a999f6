"""`nahbei catalog check` and `duplicates` as a coordinator and a script use them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from catalog.columns import load_layout
from catalog.export.table import offer_table
from catalog.model import Offer, Site
from catalog.sources.base import Source
from catalog.topics import load_topics
from tests.checking import an_offer
from tests.test_cli import run

DAY = ("--today", "2026-11-23")
CLINIC = an_offer(
    id="crying-clinic", title="Schreiambulanz Nord", provider="Klinikum", offer_type="crying-clinic",
    kind="health_promotion", sector="health", topics=("crying-baby",), phone="03581 200300", web="", email="",
)  # fmt: skip


def workbook(folder: Path, *offers: Offer, **cells: str) -> Path:
    """A coordinator's table. `cells`: what stands in the last row instead, by the column's key."""
    written = offer_table(Source("x", offers), load_layout(), load_topics(), "de")
    rows = [dict(zip(written.keys, row, strict=True)) for row in written.rows]
    rows[-1] |= cells
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Angebote"
    for line in (written.headings, *(tuple(row.values()) for row in rows)):
        sheet.append(line)
    path = folder / "town.xlsx"
    book.save(path)
    return path


def test_a_clean_catalog_is_said_in_one_line(tmp_path: Path) -> None:
    code, output, _ = run("catalog", "check", str(workbook(tmp_path, an_offer(), CLINIC)), *DAY)
    assert code == 0
    assert output.splitlines()[0].startswith("2 Angebote, 0 Fehler, 0 Hinweise")
    assert "Familien sehen sofort: 2 Angebote." in output


def test_a_mistyped_word_is_proposed_in_its_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path, an_offer(), CLINIC, offer_type="Schreiambulans")
    code, output, _ = run("catalog", "check", str(path), *DAY)
    assert code == 1
    assert output.splitlines()[0].startswith("1 Angebot, 1 Fehler")
    assert "Blatt „Angebote“ · Zeile 3 · Spalte „Angebotsart“" in output
    assert "„Schreiambulans“" in output
    assert "→ Meinten Sie „Schreiambulanz“?" in output
    assert "Nicht dabei, bis die Fehler behoben sind: 1 Angebot." in output


def test_the_same_in_english(tmp_path: Path) -> None:
    path = workbook(tmp_path, an_offer(), CLINIC, offer_type="Schreiambulans")
    code, output, _ = run("catalog", "check", str(path), "--lang", "en", *DAY)
    assert code == 1
    assert "1 offer, 1 error" in output
    assert "sheet “Angebote” · row 3 · column “Angebotsart”" in output
    assert "→ Did you mean “Schreiambulanz”?" in output


def test_warnings_do_not_hinder(tmp_path: Path) -> None:
    code, output, _ = run("catalog", "check", str(workbook(tmp_path, an_offer(valid_until="2025-08-01"))), *DAY)
    assert code == 0
    assert "seit 01.08.2025 vorbei" in output


def test_a_script_gets_one_object_a_line(tmp_path: Path) -> None:
    path = workbook(tmp_path, an_offer(), CLINIC, offer_type="Schreiambulans")
    code, output, _ = run("catalog", "check", str(path), "--json", *DAY)
    head, first, *_ = map(json.loads, output.splitlines())
    assert code == 1
    assert (head["offers"], head["errors"], head["left_out"]) == (1, 1, 1)
    assert (first["row"], first["column"], first["value"], first["code"]) == (
        3,
        "Angebotsart",
        "Schreiambulans",
        "choice-mistyped",
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("none.xlsx", None, "none.xlsx"),
        ("town.xlsx", b"PK\x03\x04 half a file", "town.xlsx"),
        ("town.yaml", b"offers: [", "kein lesbares YAML"),
        ("town.yaml", b"hello", "Das ist kein Katalog."),
    ],
)
def test_what_cannot_be_read_is_said_with_code_two(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    code, output, complaint = run("catalog", "check", str(path), *DAY)
    assert (code, output) == (2, "")
    assert said in complaint
    assert complaint.count("\n") == 1
    code, output, _ = run("catalog", "check", str(path), "--json", *DAY)
    assert code == 2
    assert said in json.loads(output)["error"]


def test_the_page_is_written_and_the_table_stays_as_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path, an_offer(title="Café <script>alert(1)</script>"))
    before = path.read_bytes()
    page = tmp_path / "report.html"
    run("catalog", "check", str(path), "--html", str(page), *DAY)
    assert "&lt;script&gt;" in page.read_text("utf-8")
    assert path.read_bytes() == before


@pytest.mark.parametrize("topics", ["Xyzzy Quux Plugh", ""])
def test_topics_are_proposed_from_the_title(tmp_path: Path, topics: str) -> None:
    path = workbook(tmp_path, an_offer(), CLINIC, topics=topics)
    _, output, _ = run("catalog", "check", str(path), "--json", *DAY)
    guesses = [line for line in map(json.loads, output.splitlines()[1:]) if line["code"] == "topic-guessed"]
    assert [guess["row"] for guess in guesses] == [3]
    assert "Baby schreit" in guesses[0]["what"]


def test_duplicates_are_listed_side_by_side(tmp_path: Path) -> None:
    twin = an_offer(id="second", title="Eltern-Café im Hof")
    path = workbook(tmp_path, an_offer(), CLINIC, twin)
    code, output, _ = run("catalog", "duplicates", str(path))
    assert code == 0
    assert "Elterncafé im Hof" in output
    assert "Eltern-Café im Hof" in output
    _, lines, _ = run("catalog", "duplicates", str(path), "--json")
    [pair] = map(json.loads, lines.splitlines())
    assert (pair["first"]["row"], pair["second"]["row"]) == (2, 4)


def test_no_duplicates_are_good_news(tmp_path: Path) -> None:
    other = an_offer(Site(kind="online"), id="other", title="Schuldnerberatung")
    code, output, _ = run("catalog", "duplicates", str(workbook(tmp_path, an_offer(), other)))
    assert (code, output.strip()) == (0, "Nahbei hat keine doppelten Angebote gefunden.")


def test_the_reading_begins_before_anything_large_is_loaded() -> None:
    told = "import sys, bot.commands.catalog_check; print({'numpy', 'pydantic', 'rich', 'sqlalchemy'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_file_that_is_not_there_is_said_in_the_language_of_the_report(tmp_path: Path) -> None:
    code, _, error = run("catalog", "check", str(tmp_path / "town.xlsx"))
    assert code == 2
    assert "Diese Datei oder diesen Ordner gibt es nicht." in error
    code, _, error = run("catalog", "check", str(tmp_path / "town.xlsx"), "--lang", "en")
    assert code == 2
    assert "There is no such file or folder." in error


def test_a_template_is_never_written_over_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "town.xlsx"
    path.write_text("mine", "utf-8")
    code, _, error = run("catalog", "template", str(path))
    assert (code, path.read_text("utf-8")) == (2, "mine")
    assert "Diese Datei gibt es schon" in error
