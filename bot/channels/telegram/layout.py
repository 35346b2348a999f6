"""Replies as calls of the Bot API: one message for each question and each card, escaped once. Pure."""

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

from bot.channels.telegram.updates import KEYBOARD, VERSION
from bot.dialogue.model import Ask, Card, Option, Picture, Pin, Reply, Say

MAX_UNITS = 4096  # UTF-16 code units of one message
MAX_CAPTION = 1024
MAX_SHARED = 600  # characters of a card in the address that shares it
SHORT_LABEL = 15  # characters; two such buttons fit beside each other
TITLE = "🔹"  # how the line with an offer's title begins

Call = dict[str, Any]


def lay_out(
    replies: Sequence[Reply], pressed: int | None = None, *, typed: bool = False, keyboard: bool = False
) -> list[Call]:
    """Lay a turn out.

    Args:
        replies: what is said.
        pressed: the message on which a button was pressed; where one question follows, that message becomes it.
        typed: the family wrote; then a keyboard that may still be open for its position is closed.
        keyboard: the button stood beside such a keyboard.
    """
    calls = list(_calls(replies, apart=typed))
    if keyboard:
        calls = [{"method": "close_keyboard"}, *calls]
    if pressed is None:
        return calls
    if len(calls) == 1 and calls[0]["method"] == "message":
        return [{**calls[0], "method": "edit", "message": pressed}]
    return [{"method": "settle", "message": pressed}, *calls]


def _calls(replies: Sequence[Reply], *, apart: bool) -> Iterator[Call]:
    """One message for each question, with what is said before it (unless `apart`), and one for each card."""
    said: list[str] = []
    for reply in replies:
        match reply:
            case Say(text):
                said.append(text)
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
                    yield {"method": "message", "text": "📍", "places": reply.location}
            case Card():
                yield from _messages(text, _card_rows(reply), title=True)
            case Pin(lat=lat, lon=lon):
                yield {"method": "venue", "lat": lat, "lon": lon, "title": reply.text, "address": reply.address}
            case Picture(path=path):
                yield {"method": "photo", "path": path, "text": escape(cut(text, MAX_CAPTION))}
    if said:
        yield from _messages("\n\n".join(said))


def _messages(text: str, rows: Sequence[Sequence[Call]] = (), *, title: bool = False) -> Iterator[Call]:
    """One message, or several where it is too long; the buttons stand under the last."""
    parts = list(split(text))
    for part in parts:
        body = _with_title(part) if title else escape(part)
        is_last = part is parts[-1]
        yield {"method": "message", "text": body, **({"rows": rows} if rows and is_last else {})}


def _with_title(text: str) -> str:
    lines = text.split("\n")
    return "\n".join(f"<b>{escape(line)}</b>" if line.startswith(TITLE) else escape(line) for line in lines)


def _question_rows(ask: Ask) -> list[list[Call]]:
    answers, steering = ask.options[: len(ask.options) - ask.steering], ask.options[len(ask.options) - ask.steering :]
    rows = [*_rows(answers), *_rows(steering)]
    if not ask.location:
        return rows
    return [[{**button, "callback_data": button["callback_data"] + KEYBOARD} for button in row] for row in rows]


def _card_rows(card: Card) -> list[list[Call]]:
    buttons = [*(_button(option) for option in card.options)]
    if card.share:
        buttons.append({"text": card.share, "url": _sharing(card.text)})
    return _paired(buttons)


def _sharing(text: str) -> str:
    """The address that offers to forward a card: its own page if it has one, and the beginning of its text."""
    page = re.search(r"https?://\S+", text)
    return f"https://t.me/share/url?url={quote(page[0] if page else ' ')}&text={quote(_short(text))}"


def _short(text: str) -> str:
    return text if len(text) <= MAX_SHARED else text[: text.rfind("\n", 0, MAX_SHARED)]


def _rows(options: Sequence[Option]) -> list[list[Call]]:
    return _paired([_button(option) for option in options])


def _paired(buttons: Sequence[Call]) -> list[list[Call]]:
    """Short ones beside each other, in twos; where one is long, each has its row."""
    if any(len(button["text"]) > SHORT_LABEL for button in buttons):
        return [[button] for button in buttons]
    return [list(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]


def _button(option: Option) -> Call:
    return {"text": option.label, "callback_data": VERSION + option.id}


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, most: int) -> str:
    """The beginning of a text, never half a character."""
    raw = text.encode("utf-16-le", "surrogatepass")[: 2 * most]
    return raw.decode("utf-16-le", "ignore")


def split(text: str, most: int = MAX_UNITS) -> Iterator[str]:
    """Parts of at most `most` units: at an empty line if possible, else at a line's end, a blank, or anywhere."""
    while units(text) > most:
        head = cut(text, most)
        at = next((i for i in (head.rfind(mark) for mark in ("\n\n", "\n", " ")) if i > 0), len(head))
        yield text[:at].rstrip()
        text = text[at:].lstrip()
    if text:
        yield text
