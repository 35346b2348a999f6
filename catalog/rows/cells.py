"""A cell as text, whatever type the spreadsheet gave it, without characters that nobody sees."""

import re
import unicodedata
from datetime import date, datetime, time

from catalog.rows.base import Doubt, Reading
from catalog.sources.tables import Cell

KEPT = "\n\u200c\u200d"  # line breaks; joiners that Persian and Hindi need
HARMLESS = "\t\r\u00ad\u200b\u2060\ufeff\u000b\u2028\u2029\u0085"  # left by copying from web pages and Word
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")


def text_of(cell: Cell) -> str:
    """What a person would have typed. Days in ISO form, hours as 09:30, whole numbers without a point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else f"{cell:.10f}".rstrip("0")
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell.strftime("%H:%M") if isinstance(cell, time) else str(cell)


def read_text(cell: Cell) -> Reading[str]:
    """Visible text in one spelling. What turns the direction of a line, or hides, is left out and said."""
    text = unicodedata.normalize("NFC", text_of(cell))
    if text.isprintable():  # as most are: then the only white space in it is the space
        return Reading(line(text))
    text = text.replace("\r\n", "\n").replace("_x000D_\n", "\n")
    seen = "".join(c if not _is_unseen(c) else " " if c in HARMLESS else "" for c in text)
    doubts = (Doubt("hidden-characters"),) if any(_is_unseen(c) and c not in HARMLESS for c in text) else ()
    return Reading(_LINES.sub("\n", _SPACES.sub(" ", seen)).strip(), doubts)


def _is_unseen(character: str) -> bool:
    return character not in KEPT and (unicodedata.category(character) in UNSEEN or character in HARMLESS)


def line(text: str) -> str:
    """Text that stands in one line."""
    return " ".join(text.split())


def parts(text: str) -> list[str]:
    """What a person separates with a semicolon or a new line."""
    return [part for part in (line(part) for part in re.split(r"[;\n]", text)) if part]
