"""What the README promises exists."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import Settings
from bot.i18n import Languages
from tests.test_architecture import ROOT
from tests.test_cli import commands

README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


def test_the_two_commands_stand_on_the_first_screen() -> None:
    first_screen = "\n".join(README.splitlines()[:20])
    assert "make chat" in first_screen
    assert "make test" in first_screen


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^)make (\w+)", README, re.MULTILINE))))
def test_every_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize(
    "named", sorted(set(re.findall(r"(?:`|\()((?:bot|catalog|locales|docs|scripts|benchmarks)/[\w./-]+)", README)))
)
def test_every_named_file_exists(named: str) -> None:
    assert (ROOT / named.rstrip(".")).exists(), named


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_is_named(path: list[str]) -> None:
    if path != ["places"]:
        assert re.search(rf"nahbei {' '.join(path)}\b", README)


@pytest.mark.parametrize("setting", sorted(Settings.model_fields))
def test_every_setting_is_named(setting: str) -> None:
    assert f"`NAHBEI_{setting.upper()}`" in README


def test_every_language_is_named(languages: Languages) -> None:
    for language in languages:
        assert language.name in README


def examples() -> list[str]:
    block = README.split("## Try it")[1].split("```")[1]
    lines = [line.split("  #")[0].strip() for line in block.splitlines()]
    return [line for line in lines if "nahbei" in line and "update" not in line]


@pytest.mark.whole
@pytest.mark.parametrize("example", examples())
def test_every_example_runs(example: str) -> None:
    here = example.replace(".venv/bin/nahbei", f"{sys.executable} -m bot.cli")
    done = subprocess.run(  # noqa: S602 the README's own lines
        here, shell=True, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_decisions_are_numbered_without_gaps() -> None:
    files = sorted(Path(ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(file.name[:4]) for file in files] == list(range(1, len(files) + 1))
    assert all("Status:" in file.read_text("utf-8") for file in files)
