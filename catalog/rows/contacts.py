"""Telephone, mail and web as they stand in real tables: several in one cell, labels, line breaks."""

import re

from phonenumbers import Leniency, PhoneNumberMatcher

from catalog.phones import is_dialable
from catalog.rows.base import Doubt, Reading
from catalog.rows.cells import line

LONGEST = 300  # characters that are searched
LONGEST_IN_TOWN = 8  # digits of a number without its area code
_NUMBER = re.compile(r"[+\d(][\d\s()/.–-]+")
_WITHOUT_ZERO = re.compile(rf"[1-9]\d{{{LONGEST_IN_TOWN},13}}")  # a number column drops the zero at the beginning
_FAX = re.compile(r"\bfax\b.*", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>()\[\]:;,|]+@[^\s@<>()\[\];,|]+\.[A-Za-z]{2,}")
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'|]+|^[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/?]\S*)?$", re.IGNORECASE)
_HOST = re.compile(r"(?:https?://)?[^/?#]+")


def read_phone(text: str) -> Reading[str]:
    """The first number that can be dialled. Of a wrong one nothing is kept: it would lead somewhere else."""
    if not text:
        return Reading("")
    one_line = line(text)
    if _NUMBER.fullmatch(one_line) and _is_complete(one_line):
        return Reading(one_line)
    if _WITHOUT_ZERO.fullmatch(one_line):
        whole = f"+{one_line}" if one_line.startswith("49") and len(one_line) > LONGEST_IN_TOWN + 2 else f"0{one_line}"
        return Reading(whole, (Doubt("phone-zero-added", {"kept": whole}),))
    searched = _FAX.sub(" ", text[:LONGEST])
    numbers = [line(match.raw_string) for match in PhoneNumberMatcher(searched, "DE", leniency=Leniency.POSSIBLE)]
    complete = [number for number in numbers if _is_complete(number)]
    if not complete:
        return Reading("", (Doubt("phone-left-out"),))
    return Reading(complete[0], (Doubt("phone-several", {"kept": complete[0]}),) if len(complete) > 1 else ())


def _is_complete(number: str) -> bool:
    """With its area code: a mobile phone has to know the town."""
    return number.startswith(("0", "+", "(0", "(+", "11")) and is_dialable(number)


def read_email(text: str) -> Reading[str]:
    """The first address; what is none is handed on, so that the check names it."""
    found = [address.strip(".") for address in _MAIL.findall(text.replace("mailto:", "")[:LONGEST])]
    if not found:
        return Reading(line(text))
    doubts = (Doubt("email-several", {"kept": found[0]}),) if len(found) > 1 else ()
    mailbox, _, host = found[0].rpartition("@")
    return Reading(f"{mailbox}@{host.lower()}", doubts)


def read_web(text: str) -> Reading[str]:
    """The first link; what is none is handed on, so that the check names it."""
    is_one = not set(text) & set(" \n,;|") and text.lower().startswith(("http://", "https://"))
    found = [text] if is_one else [link.rstrip(".,;)") for link in _LINK.findall(text)]
    if not found:
        return Reading(line(text))
    doubts = (Doubt("web-several", {"kept": found[0]}),) if len(found) > 1 else ()
    return Reading(_with_path(found[0]), doubts)


def _with_path(link: str) -> str:
    """A host in small letters, and a slash before a question mark: "Example.org?id=1" → "example.org/?id=1"."""
    host = _HOST.match(link)
    rest = link[host.end() :] if host else link
    start = host[0].lower() if host else ""
    return f"{start}/{rest}" if rest and not rest.startswith("/") else start + rest
