"""The id of an offer: as it was typed, or made from what hardly ever changes."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from anyascii import anyascii

from catalog.words import folded

LONGEST = 60  # characters of the readable part
LONGEST_ID = 80  # characters of an id (catalog.model)
NAMING = ("title", "provider", "municipality", "district")
TELLING_APART = (*NAMING, "post_code", "address")  # only where several rows share the four
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_OTHER = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Small letters, digits and hyphens, cut to what a person reads: "Elterncafé Süd" → "elterncafe-sued"."""
    return _plain(text)[:LONGEST].strip("-")


def _plain(text: str) -> str:
    latin = anyascii(text.casefold().translate(_GERMAN)).lower()
    return _OTHER.sub("-", latin).strip("-")


def typed_id(text: str) -> str:
    """An id as somebody wrote it, in the form that ids have. Two that differ only at their far end stay two."""
    written = _plain(text)
    if len(written) > LONGEST_ID:
        return f"{slug(text)}-{_digest((written,))}"
    return written if len(written) > 1 else f"nr-{written}" if written else ""


def derived_ids(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Ids for rows that have none. They stay when any other column changes, and when rows move."""
    keys = [_key(row, NAMING) for row in rows]
    shared = Counter(keys)
    return [
        f"{slug(row.get('title', '')) or 'angebot'}-{_digest(_key(row, TELLING_APART) if shared[key] > 1 else key)}"
        for row, key in zip(rows, keys, strict=True)
    ]


def _key(row: Mapping[str, str], columns: Sequence[str]) -> tuple[str, ...]:
    return tuple(folded(row.get(column, "")) for column in columns)


def _digest(key: tuple[str, ...]) -> str:
    return sha256("\x1f".join(key).encode()).hexdigest()[:6]
