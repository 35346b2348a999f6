"""Whole conversations, written down so that a social worker can read them. `pytest --update` writes them anew."""

import difflib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.channels import console
from bot.dialogue.model import Ask, Card, Choice, Input, Turn
from bot.i18n import without_isolates
from bot.jsonlines import Desk
from bot.moments import parse_moment
from tests.conftest import NOW, Chat

FOLDER = Path(__file__).parent / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_conversation_goes_as_written(path: Path, desk: Desk, request: pytest.FixtureRequest) -> None:
    written = path.read_text("utf-8")
    held = "\n".join(replayed(written, desk)) + "\n"
    if request.config.getoption("--update"):
        path.write_text(held, "utf-8")
        return
    difference = "\n".join(difflib.unified_diff(written.splitlines(), held.splitlines(), "written", "now", lineterm=""))
    assert not difference, f"{path.name}\n{difference}"


def test_there_is_a_conversation_for_each_thing_that_people_do() -> None:
    assert len(FILES) >= 30


def replayed(written: str, desk: Desk) -> Iterator[str]:
    """Hold the conversation again: `# key: value` lines, then `> input` lines, each followed by the answer."""
    lines = written.splitlines()
    header = [line for line in lines if line.startswith("# ")]
    values = dict(line.removeprefix("# ").split(": ", 1) for line in header if ": " in line)
    now: datetime = parse_moment(values["today"]) if "today" in values else NOW
    yield from header
    talk = Chat(desk, values.get("lang"), now)
    shown = talk.turn
    yield from ("", console.show(talk.turn))
    for line in lines:
        if line.startswith("> "):
            talk._on(_input(line.removeprefix("> "), shown))  # noqa: SLF001 the tests' own class
            shown = console.numbered(shown, talk.turn)
            yield from ("", line, "", console.show(talk.turn))


def _input(said: str, shown: Turn) -> Input:
    """ "[3 bis 6 Jahre]" taps the first button with these words; everything else is what a terminal would send."""
    if not (said.startswith("[") and said.endswith("]")):
        return console.parse(said, shown)
    buttons = [
        (without_isolates(option.label), option.id)
        for reply in shown.replies
        if isinstance(reply, Ask | Card)
        for option in reply.options
    ]
    found = [option for label, option in buttons if said[1:-1] in label]
    assert found, f"no button {said} among {[label for label, _ in buttons]}"
    return Choice(found[0])
