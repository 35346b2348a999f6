"""Replies as Matrix events: numbered text that every client and every bridge shows, or polls to tap on. Pure.

An event that asks something says in its content what its numbers stand for; so an answer is understood without anything
being remembered on this side.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Literal

from bot.channels.matrix.events import Address, objects, plain_sign, table, words
from bot.channels.matrix.typed import Wording, as_typed
from bot.dialogue.model import Ask, Card, Option, Picture, Pin, Reply, Say
from bot.dialogue.steps.child import ChildStep

Call = dict[str, Any]
Buttons = Literal["text", "polls", "reactions"]

OPTIONS = "org.nahbei.options"  # in the content of an event: what can be picked
MAX_TEXT = 4096  # characters of one event; with its HTML and encrypted it stays below the 64 KiB that an event may have
MAX_QUESTION = 1000  # characters above a poll that a client shows without hiding the rest
MAX_ANSWERS = 20  # of a poll (MSC3381)
KEYCAPS = (*(f"{n}\ufe0f\u20e3" for n in range(1, 10)), "🔟")
UNPRINTABLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]"
)  # Unicode's categories Cc and Cs, but for the end of a line
NO_WORDING: Wording = MappingProxyType({})
TITLE = "🔹"  # how the line with an offer's title begins
NUMBERS = ChildStep.prefixes  # questions to which a number is an answer in itself: these options have none


@dataclass(frozen=True)
class Choices:
    """What an event lets pick. `first`: the number of its first option; 0: none has a number."""

    options: tuple[Option, ...]
    first: int = 0

    def as_content(self) -> Call:
        return {"first": self.first, "options": [{"id": o.id, "label": o.label} for o in self.options]}

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Choices | None":
        """Read it back out of an event of ours."""
        data = table(content.get(OPTIONS))
        options = tuple(Option(words(o.get("id")), words(o.get("label"))) for o in objects(data.get("options")))
        first = data.get("first")
        return cls(options, first if isinstance(first, int) else 0) if options else None

    def numbered(self, number: int) -> str | None:
        """The option with this number."""
        return self._at(number - self.first) if self.first else None

    def signed(self, sign: str) -> str | None:
        """The option that a reaction means: by its number or place in the event, or by the picture its label begins with."""
        if sign.isdecimal():
            return self._at(int(sign) - (self.first or 1)) or self._at(int(sign) - 1)
        return next((o.id for o in self.options if plain_sign(o.label).split(" ")[0] == sign), None)

    def _at(self, place: int) -> str | None:
        return self.options[place].id if 0 <= place < len(self.options) else None


def lay_out(
    replies: Sequence[Reply], address: Address, buttons: Buttons = "text", typed: Wording = NO_WORDING
) -> list[Call]:
    """Lay a turn out: each call is one event, or one question with its reactions. Options are numbered throughout.

    `typed`: what is said instead of what speaks of tapping, where there is nothing to tap on.
    """
    buttons = "text" if address.bridged else buttons
    if buttons == "text":
        replies = [as_typed(reply, typed) for reply in replies]
    calls: list[Call] = []
    said: list[str] = []
    number = 1
    for reply in replies:
        match reply:
            case Say(text):
                said.append(text)
            case Ask(text, options):
                *before, last = split("\n\n".join([*said, text]))
                calls += [_notice(part) for part in before]
                calls.append(_question(last, options, number, buttons))
                number, said = number + len(options), []
            case Card(text=text, options=options):
                calls += _said(said)
                *before, last = split(text)
                calls += [_notice(part) for part in before]
                calls.append(_listed(last, Choices(options, number)))
                number, said = number + len(options), []
            case Pin() | Picture():
                calls += _said(said)
                calls.append(_pin(reply, bridged=address.bridged) if isinstance(reply, Pin) else _picture(reply))
                said = []
    return [_sent(call, address) for call in (*calls, *_said(said))]


def _sent(call: Call, address: Address) -> Call:
    """Into the thread that it answers; to a bridge as text, for notices of programs do not pass it."""
    content = dict(call["content"])
    if address.bridged and content.get("msgtype") == "m.notice":
        content["msgtype"] = "m.text"
    if address.thread:
        reply = {"m.in_reply_to": {"event_id": address.event or address.thread}, "is_falling_back": True}
        content["m.relates_to"] = {"rel_type": "m.thread", "event_id": address.thread, **reply}
    return {**call, "content": content}


def _said(texts: Sequence[str]) -> list[Call]:
    return [_notice(part) for part in split("\n\n".join(texts))] if texts else []


def _notice(text: str) -> Call:
    """A message that no other program answers."""
    return {"type": "m.room.message", "content": {"msgtype": "m.notice", **_worded(text)}}


def _worded(text: str) -> Call:
    text = printable(text)
    return {"body": text, "format": "org.matrix.custom.html", "formatted_body": as_html(text)}


def as_html(text: str) -> str:
    """The only place where text becomes markup: everything is escaped, titles stand out."""
    lines = [escape(line, quote=False) for line in text.split("\n")]
    return "<br>".join(f"<strong>{line}</strong>" if line.startswith(TITLE) else line for line in lines)


def _question(text: str, options: Sequence[Option], number: int, buttons: Buttons) -> Call:
    is_number_wanted = any(option.id.partition(":")[0] in NUMBERS for option in options)
    choices = Choices(tuple(options), 0 if is_number_wanted else number)
    if buttons == "polls" and 1 < len(options) <= MAX_ANSWERS and len(text) <= MAX_QUESTION:
        return _poll(text, choices)
    call = _listed(text, choices)
    return {**call, "seeds": list(KEYCAPS[: len(options)])} if buttons == "reactions" and options else call


def _listed(text: str, choices: Choices) -> Call:
    """A text, and below it what can be picked, line by line."""
    marks = [f"{choices.first + i}  " if choices.first else "•  " for i in range(len(choices.options))]
    lines = [f"{mark}{option.label}" for mark, option in zip(marks, choices.options, strict=True)]
    call = _notice("\n".join([text, *(["", *lines] if lines else [])]))
    return {**call, "content": {**call["content"], OPTIONS: choices.as_content()}} if lines else call


def _poll(text: str, choices: Choices) -> Call:
    """A question to tap on. Its answers carry the ids of the options; who answers by number can do that too."""
    body = _listed(text, choices)["content"]["body"]
    answers = [{"id": option.id, "org.matrix.msc1767.text": printable(option.label)} for option in choices.options]
    start = {
        "kind": "org.matrix.msc3381.poll.disclosed",
        "max_selections": 1,
        "question": {"org.matrix.msc1767.text": printable(text)},
        "answers": answers,
    }
    content = {
        "org.matrix.msc3381.poll.start": start,
        "org.matrix.msc1767.text": body,
        OPTIONS: choices.as_content(),
    }
    return {"type": "org.matrix.msc3381.poll.start", "content": content}


def _pin(pin: Pin, *, bridged: bool) -> Call:
    """A place on the map; where a bridge would lose it, a link to one."""
    words_ = f"📍 {pin.text}\n{pin.address}"
    if bridged:
        link = f"https://www.openstreetmap.org/?mlat={pin.lat}&mlon={pin.lon}#map=17/{pin.lat}/{pin.lon}"
        return _notice(f"{words_}\n{link}")
    uri = f"geo:{pin.lat},{pin.lon}"
    content = {
        "msgtype": "m.location",
        "body": printable(words_),
        "geo_uri": uri,
        "org.matrix.msc3488.location": {"uri": uri, "description": printable(pin.text)},
        "org.matrix.msc3488.asset": {"type": "m.pin"},
        "org.matrix.msc1767.text": printable(words_),
    }
    return {"type": "m.room.message", "content": content}


def _picture(picture: Picture) -> Call:
    content = {"msgtype": "m.image", "filename": PurePath(picture.path).name, **_worded(picture.text)}
    return {"type": "m.room.message", "content": content, "picture": picture.path}


def printable(text: str) -> str:
    """Without what is no character, or steers a terminal."""
    return UNPRINTABLE.sub("", text)


def split(text: str, most: int = MAX_TEXT) -> Iterator[str]:
    """Parts of at most `most` characters: at an empty line if possible, else at a line's end, a blank, or anywhere."""
    while len(text) > most:
        head = text[:most]
        at = next((i for i in (head.rfind(mark) for mark in ("\n\n", "\n", " ")) if i > 0), most)
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    yield text
