"""The terminal: for trying out, for scripts, and for everybody who develops. Options become numbers."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from bot.dialogue.model import Ask, Card, Choice, Command, Input, Location, Option, Picture, Pin, Reply, Say, Text, Turn
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
    options = [option for reply in turn.replies for option in _options(reply)]
    if number and 1 <= int(number[1]) <= len(options):
        return Choice(options[int(number[1]) - 1].id)
    if line.startswith("/"):
        name, _, argument = line[1:].strip().partition(" ")
        return Command(name.split("@")[0].lower(), argument.strip())
    return Text(line)


def show(turn: Turn) -> str:
    """Lay a turn out for a terminal: a blank line between messages, options numbered."""
    numbers = iter(range(1, 1000))
    return "\n\n".join(_shown(reply, numbers) for reply in turn.replies)


def numbered(before: Turn, now: Turn) -> Turn:
    """The turn whose numbers can be picked from here on: a pin leaves the cards and the question as they are."""
    return before if all(isinstance(reply, Pin) for reply in now.replies) else now


def as_json(said: str | None, turn: Turn) -> str:
    """One turn as one line, in the form that scripts rely on."""
    answer: dict[str, Any] = {
        "said": said,
        "step": turn.state.answers.step,
        "replies": [reply_as_json(reply) for reply in turn.replies],
        "danger": turn.danger,
    }
    return json.dumps(answer, ensure_ascii=False)


def _shown(reply: Reply, numbers: Iterator[int]) -> str:
    options = [f"  {next(numbers):>2}  {without_isolates(option.label)}" for option in _options(reply)]
    return "\n".join([without_isolates(_words(reply)), *options])


def _words(reply: Reply) -> str:
    """A reply for those who only read: a pin says where it is."""
    if isinstance(reply, Pin):
        return f"📍 {reply.text}, {reply.address} ({reply.lat}, {reply.lon})"
    return reply.text


def _options(reply: Reply) -> tuple[Option, ...]:
    """What can be picked by its number, in order of appearance."""
    return reply.options if isinstance(reply, Ask | Card) else ()


def reply_as_json(reply: Reply) -> dict[str, Any]:
    """One reply in the form that scripts and gateways rely on."""
    return {
        "kind": {Say: "say", Ask: "ask", Card: "card", Picture: "picture", Pin: "pin"}[type(reply)],
        "text": _words(reply),
        "options": [{"id": option.id, "label": option.label} for option in _options(reply)],
        "offer": reply.offer if isinstance(reply, Card) else None,
        "helplines": list(reply.helplines) if isinstance(reply, Say) else [],
    }


def _ascii(line: str) -> str:
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in line)
