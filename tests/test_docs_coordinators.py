"""The page for coordinators is walked from top to bottom: its tables are filled in, its commands typed, its answers seen."""

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from scripts.walkthrough import PAGE, Step, do, halves, steps
from tests.conftest import lay_words
from tests.test_architecture import ROOT

TEXT = PAGE.read_text("utf-8")
LARGEST = 150 * 1024  # bytes of a picture


class Desk:
    """A coordinator's computer: the program is real, the installation empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        nahbei = folder / "bin" / "nahbei"
        nahbei.parent.mkdir()
        nahbei.write_text(f'#!/bin/sh\nexec {sys.executable} -m bot.cli "$@"\n', "utf-8")
        nahbei.chmod(0o700)

    def type(self, command: str) -> tuple[int, str]:
        """One command; its exit code, and what it said in one line without the gaps."""
        environment = {
            "PATH": f"{self.folder / 'bin'}:/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.folder),
            "NAHBEI_DATA_DIR": str(self.folder / "data"),
            "COLUMNS": "200",
            "PYTHONUTF8": "1",
        }
        done = subprocess.run(  # noqa: S602 the page's own lines
            command,
            shell=True,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not done.stderr, f"{command}: {done.stderr}"
        return done.returncode, " ".join(done.stdout.split())

    def follow(self, step: Step) -> None:
        """Type what stands after a $; every other line has to be in the answer."""
        for typed in step.text.split("$ ")[1:]:
            command, *expected = typed.strip().splitlines()
            code, said = self.type(command)
            assert (code != 0) is step.fails, f"{command}: {said}"
            missing = [line for line in expected if line not in said]
            assert not missing, f"{command}: {said}"


@pytest.mark.whole
@pytest.mark.parametrize("half", halves(TEXT), ids=["German", "English"])
def test_a_new_coordinator_gets_from_nothing_to_a_live_catalog(half: str, tmp_path: Path, words: Path) -> None:
    lay_words(words, tmp_path / "data")
    desk = Desk(tmp_path)
    for step in steps(half):
        if step.kind == "commands":
            desk.follow(step)
        else:
            (workbook,) = tmp_path.glob("*.xlsx")
            do(step, workbook, date.today())  # noqa: DTZ011 as the program does when nobody names a day
    assert "Treff mit Familienpatinnen" not in desk.type("nahbei catalog stale")[1]


def test_both_halves_lead_the_same_way() -> None:
    kinds = [[(step.kind, step.fails, step.text.count("$ ")) for step in steps(half)] for half in halves(TEXT)]
    assert kinds[0] == kinds[1]
    assert {kind for kind, _, _ in kinds[0]} == {"offers", "places", "changes", "commands"}


def test_the_walk_covers_what_a_coordinator_does() -> None:
    for half in halves(TEXT):
        typed = set(re.findall(r"^\$ nahbei catalog (\w+)", half, re.MULTILINE))
        assert typed >= {"template", "check", "publish", "diff", "rollback", "history", "stale", "confirm", "coverage"}


def test_every_picture_is_there_said_in_words_and_small() -> None:
    pictures = re.findall(r"!\[([^\]]+)\]\((pictures/[\w.-]+)\)", TEXT)
    assert len(pictures) == 6
    assert {name for _, name in pictures} == {f"pictures/{file.name}" for file in (ROOT / "docs/pictures").iterdir()}
    for words, name in pictures:
        assert len(words) > 40
        assert (ROOT / "docs" / name).stat().st_size <= LARGEST, name
