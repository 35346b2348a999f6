"""The terminal: for trying out, for scripts, and for everybody who develops. Options become numbers."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

from bot.dialogue.model import Ask, Card, Choice, Command, Input, Location, Picture, Reply, Say, Text, Turn
from bot.i18n import without_isolates

_LOCATION = re.compile(r"@\s*(-?\d{1,3}(?:\.\d+)?)\s*[,;]\s*(-?\d{1,3}(?:\.\d+)?)\s*")
LONGEST_NUMBER = 12  # characters, blanks included
_NUMBER = re.compile(r"\s*(\d{1,3})[.)]?\s*")


def parse(line: str, turn: Turn) -> Input:
    """Read a line: the number of an option, "@lat,lon", "/command", or text."""
    position = _LOCATION.fullmatch(line)
    if position:
        return Location(float(position[1]), float(position[2]))
    number = _NUMBER.fullmatch(_ascii(line)) if len(line) < LONGEST_NUMBER else None
    options = [option for reply in turn.replies if isinstance(reply, Ask) for option in reply.options]
    if number and 1 <= int(number[1]) <= len(options):
        return Choice(options[int(number[1]) - 1].id)
    if line.startswith("/"):
        return Command(line[1:].strip().split(" ")[0].split("@")[0].lower())
    return Text(line)


def show(turn: Turn) -> str:
    """Lay a turn out for a terminal: a blank line between messages, options numbered."""
    numbers = iter(range(1, 1000))
    return "\n\n".join(_shown(reply, numbers) for reply in turn.replies)


def as_json(said: str | None, turn: Turn) -> str:
    """One turn as one line, in the form that scripts rely on."""
    answer: dict[str, Any] = {
        "said": said,
        "step": turn.state.answers.step,
        "replies": [_reply(reply) for reply in turn.replies],
        "danger": turn.danger,
    }
    return json.dumps(answer, ensure_ascii=False)


def _shown(reply: Reply, numbers: Iterator[int]) -> str:
    text = without_isolates(reply.text)
    if not isinstance(reply, Ask):
        return text
    lines = [f"  {next(numbers):>2}  {without_isolates(option.label)}" for option in reply.options]
    answers, steering = lines[: len(lines) - reply.steering], lines[len(lines) - reply.steering :]
    return "\n".join(_blocks([text], answers, steering))


def _blocks(*blocks: list[str]) -> Iterable[str]:
    for block in blocks:
        yield from block


def _reply(reply: Reply) -> dict[str, Any]:
    options = [{"id": o.id, "label": o.label} for o in reply.options] if isinstance(reply, Ask) else []
    return {
        "kind": {Say: "say", Ask: "ask", Card: "card", Picture: "picture"}[type(reply)],
        "text": reply.text,
        "options": options,
        "offer": reply.offer if isinstance(reply, Card) else None,
        "helplines": list(reply.helplines) if isinstance(reply, Say) else [],
    }


def _ascii(line: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in line)
