"""Replies as calls of the Bot API: one message for each question and each card, escaped once. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from bot.channels.telegram.updates import BESIDE_KEYBOARD, KEY, PLAIN
from bot.dialogue.model import Ask, Card, Option, Picture, Pin, Reply, Say

MAX_UNITS = 4096  # UTF-16 code units of one message
MAX_CAPTION = 1024
MAX_SHARED = 1800  # characters of an address that shares a card, most of them "%D8" and the like
SHORT_LABEL = 15  # characters; two such buttons fit beside each other
TITLE = "🔹"  # how the line with an offer's title begins
SHARED = (TITLE, "📍", "🕒", "📅", "📞", "✉️", "🌐")  # lines of a card that are forwarded
NOTHING = "…"  # where a text holds nothing that can be seen
UNSEEN = ("Cc", "Cf", "Zs", "Zl", "Zp")
JOINER = "\u200d"  # between the people of one family
SKIN, FLAG = range(0x1F3FB, 0x1F400), range(0x1F1E6, 0x1F200)

_DROPPED = re.compile("[\x00-\x08\x0b-\x1f\u2028-\u202e\u0333\u033f\u030a\ud800-\udfff]")  # by Telegram, too

Call = dict[str, Any]


def lay_out(
    replies: Sequence[Reply], pressed: int | None = None, *, typed: bool = False, keyboard: bool = False
) -> list[Call]:
    """Lay a turn out.

    Args:
        replies: what is said.
        pressed: the message on which a button was pressed; where one question follows, that message becomes it.
        typed: the family wrote; then what is said stands apart, and so closes a keyboard that may still be open.
        keyboard: one for the position is open.
    """
    calls = list(_calls(replies, apart=typed))
    if pressed is not None and len(calls) == 1 and "rows" in calls[0]:
        calls = [{**calls[0], "method": "edit", "message": pressed}]
    elif pressed is not None:
        calls = [{"method": "settle", "message": pressed}, *calls]
    if keyboard and not any(changes_keyboard(call) for call in calls):
        calls = [{"method": "close_keyboard"}, *calls]
    return calls


def changes_keyboard(call: Call) -> bool:
    """A message with buttons leaves the keyboard as it is; any other closes it or brings a new one."""
    return call["method"] == "close_keyboard" or (call["method"] == "message" and "rows" not in call)


def _calls(replies: Sequence[Reply], *, apart: bool) -> Iterator[Call]:
    """One message for each question, with what is said before it, and one for each card. Numbers that help in a danger
    stand apart: they stay when the question makes room for the next one.
    """
    said: list[str] = []
    for reply in replies:
        match reply:
            case Say(text, helplines):
                said.append(text)
                apart = apart or bool(helplines)
                continue
            case Ask() if said and not apart and units("\n\n".join([*said, reply.text])) <= MAX_UNITS:
                text = "\n\n".join([*said, reply.text])
                said = []
            case _:
                yield from _messages("\n\n".join(said)) if said else ()
                said, text = [], reply.text
        match reply:
            case Ask():
                yield from _messages(text, _question_rows(reply))
                if reply.location:  # a message carries buttons or a keyboard, never both
                    yield {"method": "message", "text": "📍", "places": _key(shown(reply.location))}
            case Card():
                yield from _messages(text, _card_rows(reply), title=True)
            case Pin(lat=lat, lon=lon):
                yield {"method": "venue", "lat": lat, "lon": lon, "title": shown(text), "address": shown(reply.address)}
            case Picture(path=path):
                yield {"method": "photo", "path": path, "text": escape(cut(shown(text), MAX_CAPTION))}
    if said:
        yield from _messages("\n\n".join(said))


def _key(label: str) -> str:
    """A label that is known again when it comes as text."""
    return label[:1] + KEY + label[1:]


def _messages(text: str, rows: Sequence[Sequence[Call]] = (), *, title: bool = False) -> Iterator[Call]:
    """One message, or several where it is too long; the buttons stand under the last."""
    parts = list(split(shown(text)))
    for i, part in enumerate(parts):
        body = _with_title(part) if title else escape(part)
        yield {"method": "message", "text": body, **({"rows": rows} if rows and i == len(parts) - 1 else {})}


def _with_title(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(f"<b>{escape(line)}</b>" if line.startswith(TITLE) else escape(line) for line in lines)


def _question_rows(ask: Ask) -> list[list[Call]]:
    answers, steering = ask.options[: len(ask.options) - ask.steering], ask.options[len(ask.options) - ask.steering :]
    mark = BESIDE_KEYBOARD if ask.location else PLAIN
    return [*_paired([_button(option, mark) for option in answers]), *_paired([_button(o, mark) for o in steering])]


def _card_rows(card: Card) -> list[list[Call]]:
    buttons = [*(_button(option) for option in card.options)]
    if card.share:
        buttons.append({"text": shown(card.share), "url": _sharing(shown(card.text))})
    return _paired(buttons)


def _sharing(text: str) -> str:
    """The address that offers to forward a card: its page if it has one, and what one needs to go there."""
    found = re.search(r"🌐 (?:https?://)?([^\s<>]+)", text)
    page = quote(f"https://{found[1]}") if found else ""
    address = f"https://t.me/share/url?url={page if 0 < len(page) < MAX_SHARED // 2 else '%20'}&text="
    for line in text.split("\n"):
        if line.startswith(SHARED) and len(address + (more := quote(line + "\n"))) <= MAX_SHARED:
            address += more
    return address


def _paired(buttons: Sequence[Call]) -> list[list[Call]]:
    """Short ones beside each other, in twos; where one is long, each has its row."""
    if any(len(button["text"]) > SHORT_LABEL for button in buttons):
        return [[button] for button in buttons]
    return [list(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]


def _button(option: Option, mark: str = PLAIN) -> Call:
    return {"text": shown(option.label), "callback_data": mark + option.id}


def shown(text: str) -> str:
    """A text without what Telegram would not show, never empty: an empty message is refused."""
    cleaned = _DROPPED.sub("", text).strip()
    return cleaned if any(unicodedata.category(c) not in UNSEEN for c in cleaned) else NOTHING


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int) -> str:
    """The beginning of a text, never half a character."""
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * most].decode("utf-16-le", "ignore")
    at = len(head)
    while 0 < at < len(text) and _is_inside(text, at):
        at -= 1
    return head[:at] or head


def _is_inside(text: str, at: int) -> bool:
    """Whether what people see as one character goes on at this place: an accent, a skin colour, a family, a flag."""
    before, after = text[at - 1], text[at]
    if unicodedata.category(after)[0] == "M" or JOINER in {before, after} or ord(after) in SKIN:
        return True
    flags = 0
    while flags < at and ord(text[at - 1 - flags]) in FLAG:
        flags += 1
    return ord(after) in FLAG and flags % 2 == 1


def split(text: str, most: int = MAX_UNITS) -> Iterator[str]:
    """Parts of at most `most` units: at an empty line if possible, else at a line's end, a blank, or anywhere."""
    while units(text) > most:
        head = cut(text, most)
        at = next((i for i in (head.rfind(mark) for mark in ("\n\n", "\n", " ")) if i > 0), len(head))
        yield shown(text[:at])
        text = text[at:].lstrip()
    if text:
        yield text
