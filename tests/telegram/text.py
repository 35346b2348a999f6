"""How Telegram reads a text: its HTML, its cleaning, its limits (as tdlib's MessageEntity.cpp and misc.cpp do)."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MAX_BYTES = 1 << 15
MAX_TEXT, MAX_CAPTION = 4096, 1024
KINDS = {
    **dict.fromkeys(("b", "strong"), "bold"),
    **dict.fromkeys(("i", "em"), "italic"),
    **dict.fromkeys(("u", "ins"), "underline"),
    **dict.fromkeys(("s", "strike", "del"), "strikethrough"),
    **{"tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "tg-emoji": "custom_emoji"},
    **{"tg-time": "date_time", "pre": "pre", "code": "code", "blockquote": "blockquote"},
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
MAX_NUMERIC = 10  # characters of "&#x1F600"

_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|([a-zA-Z]*));?")
_TAG = re.compile(r"<(/?)([^\s>]*)([^>]*)>")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>]+)(?:\s*=\s*("[^"]*"|'[^']*'|[a-zA-Z0-9.-]+))?\s*""")
_DROPPED = re.compile("[\r\u2028-\u202e\u0333\u033f\u030a]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f]")


class MalformedError(Exception):
    """Telegram refuses a text; the words are its own."""


@dataclass
class Parsed:
    text: str
    entities: list[dict[str, Any]] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)  # what is accepted, but surely not meant


@dataclass
class _Reader:
    """Text on the way out of HTML, and the tags that are open."""

    source: str
    parts: list[str] = field(default_factory=list)
    units: int = 0
    is_open: list[tuple[str, int]] = field(default_factory=list)
    entities: list[dict[str, Any]] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.units += units(text)

    def fail(self, words: str, at: int) -> None:
        raise MalformedError(f"can't parse entities: {words} at byte offset {len(self.source[:at].encode())}")


def units(text: str) -> int:
    """The length of a text in UTF-16 code units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def read_text(source: str, parse_mode: str | None, most: int = MAX_TEXT) -> Parsed:
    """Parse, clean and measure a text.

    Raises:
        MalformedError: with Telegram's words.
    """
    what = "message" if most == MAX_TEXT else "message caption"
    if not source and most == MAX_TEXT:
        raise MalformedError("message text is empty")
    if len(source.encode()) > MAX_BYTES:
        raise MalformedError(f"{what} is too long")
    if parse_mode not in {None, "", "HTML"}:
        raise MalformedError(f"unsupported parse_mode {parse_mode}: the tests know HTML only")
    parsed = parse_html(source) if parse_mode else Parsed(source)
    cleaned = _CONTROLS.sub(" ", _DROPPED.sub("", parsed.text)).strip()
    if most == MAX_TEXT and not any(_is_visible(c) for c in cleaned):
        raise MalformedError("message text is empty")
    if len(cleaned) > most:
        raise MalformedError(f"{what} is too long")
    return Parsed(cleaned, parsed.entities, parsed.odd)


def parse_html(source: str) -> Parsed:
    """Text and entities of what Telegram calls HTML.

    Raises:
        MalformedError: with Telegram's words.
    """
    if "<" not in source and "&" not in source:
        return Parsed(source)
    reader = _Reader(source)
    at = 0
    while at < len(source):
        following = min((i for i in (source.find("<", at), source.find("&", at)) if i >= 0), default=len(source))
        reader.write(source[at:following])
        at = following
        if source.startswith("&", at):
            at = _reference(reader, at)
        elif source.startswith("<", at):
            at = _tag(reader, at)
    if reader.is_open:
        raise MalformedError(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{reader.is_open[-1][0]}\""
        )
    return Parsed("".join(reader.parts), reader.entities, reader.odd)


def _reference(reader: _Reader, at: int) -> int:
    """A character that is written as a number or by one of the four names; everything else stays as it is."""
    found = _REFERENCE.match(reader.source, at)
    assert found
    hexadecimal, decimal, name = found.groups()
    number = int(hexadecimal, 16) if hexadecimal else int(decimal or "0")
    is_number = 0 < number < 0x10FFFF and len(found[0].rstrip(";")) < MAX_NUMERIC
    character = NAMED.get(name or "") or (chr(number) if is_number else None)
    if character is None:
        reader.odd.append(f"{found[0]!r} is shown as it is written")
        reader.write("&")
        return at + 1
    reader.write(character)
    return found.end()


def _tag(reader: _Reader, at: int) -> int:
    found = _TAG.match(reader.source, at)
    is_end = reader.source.startswith("</", at)
    if is_end and not reader.is_open:
        reader.fail("Unexpected end tag", at)
    if not found:
        reader.fail("Unclosed end tag" if is_end else "Unclosed start tag", at)
        return at
    name = found[2].lower()
    if not is_end:
        if name not in KINDS:
            reader.fail(f'Unsupported start tag "{name}"', at)
        _check_attributes(reader, name, found[3], at)
        reader.is_open.append((name, reader.units))
        return found.end()
    opened, begin = reader.is_open.pop()
    if name and name != opened:
        reader.fail(f'Unmatched end tag, expected "</{opened}>", found "</{name}>"', at)
    if reader.units > begin:
        reader.entities.append({"type": KINDS[opened], "offset": begin, "length": reader.units - begin})
    return found.end()


def _check_attributes(reader: _Reader, name: str, written: str, at: int) -> None:
    values = dict(_attributes(reader, written, at))
    if name == "span" and values.get("class") != "tg-spoiler":
        reader.fail('Tag "span" must have class "tg-spoiler"', at)
    if name == "tg-emoji" and not values.get("emoji-id", "").isdigit():
        reader.fail("Invalid custom emoji identifier specified", at)


def _attributes(reader: _Reader, written: str, at: int) -> Iterator[tuple[str, str]]:
    rest = 0
    while written[rest:].strip():
        found = _ATTRIBUTE.match(written, rest)
        if not found:
            reader.fail("Expected equal sign in declaration of an attribute of the tag", at)
            return
        yield found[1].lower(), (found[2] or "").strip("\"'")
        rest = found.end()


def _is_visible(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZC" or unicodedata.category(character) in {"Co", "Cn"}
