"""`nahbei catalog coverage` and `challenge`, as a coordinator types them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main

ADD = ("Entlastung und Notlagen", "Jugend ab 14", "Musterfelde", "--owner", "Familienbüro", "--due", "2027-03-31")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation without anything, on a wide screen."""
    monkeypatch.setenv("NAHBEI_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "data"


def typed(*words: str) -> Result:
    return CliRunner().invoke(main, ["catalog", *words])


def test_coverage_is_shown_before_there_is_a_database_and_makes_none(data: Path) -> None:
    shown = typed("coverage", "--today", "2026-11-23")
    assert shown.exit_code == 0, shown.output
    assert "Angebote vor Ort" in shown.output
    assert not data.exists()


def test_page_and_spreadsheet_are_written_together(tmp_path: Path) -> None:
    done = typed("coverage", "--html", "report.html", "--csv", "report.csv", "--lang", "en", "--today", "2026-11-23")
    assert done.output.splitlines() == ["report.html", "report.csv"]
    assert 'lang="en"' in (tmp_path / "report.html").read_text("utf-8")
    assert (tmp_path / "report.csv").read_bytes().startswith("\ufeffPlace;District".encode())


def test_a_gap_is_taken_on_listed_reported_and_done(tmp_path: Path) -> None:
    assert "Nr. 1: Familienbüro, bis 31.03.2027 – Jugend ab 14, Musterfelde" in typed("challenge", "add", *ADD).output
    assert "Familienbüro" in typed("challenge", "list").output
    typed("coverage", "--html", "report.html")
    assert "Familienbüro" in (tmp_path / "report.html").read_text("utf-8")
    assert typed("challenge", "done", "1").exit_code == 0
    assert "erledigt" in typed("challenge", "list").output


def test_every_age_can_be_meant() -> None:
    assert "alle Altersstufen" in typed("challenge", "add", "relief", "alle", *ADD[2:]).output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("challenge", "add", "Quatsch", *ADD[1:]), "Entlastung und Notlagen"),
        (("challenge", "add", *ADD[:2], "Nirgendwo", *ADD[3:]), "Musterfelde"),
        (("challenge", "add", *ADD[:-1], "31.3.2027"), "2027-03-31"),
        (("challenge", "add", *ADD[:4], " ", *ADD[5:]), "--owner"),
        (("coverage", "missing.yaml"), "missing.yaml"),
        (("coverage", "--lang", "xx"), "xx"),
    ],
)
def test_what_cannot_be_understood_is_said_in_one_line(words: tuple[str, ...], said: str, data: Path) -> None:
    done = typed(*words)
    assert done.exit_code == 2
    assert said in done.output
    assert len(done.output.strip().splitlines()) == 1
    assert not data.exists()


def test_a_challenge_that_is_not_there_cannot_be_done() -> None:
    typed("challenge", "add", *ADD)
    assert "7" in typed("challenge", "done", "7").output
    assert typed("challenge", "done", "7").exit_code == 2
