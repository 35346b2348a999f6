"""Where it happens: one site, or several in the same cells."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from catalog.model import Site, SiteKind
from catalog.problems import Lang
from catalog.rows.base import Doubt, Reading
from catalog.rows.cells import line
from catalog.rows.choices import read_choice, read_yes_no
from catalog.words import WordList

SEPARATOR = "|"
COLUMNS = {  # column → field of a site
    **{"site_kind": "kind", "site_name": "name", "address": "address", "post_code": "post_code"},
    **{"municipality": "municipality", "district": "district", "wheelchair": "wheelchair"},
    **{"lat": "lat", "lon": "lon", "approximate": "approximate"},
}
KINDS = get_args(SiteKind)
_BREAK = re.compile(r"\s*(?:\||\n|;)\s*")
_BAR = re.compile(r"\s*\|\s*")
_POST_CODE_TOWN = re.compile(
    r"^(?P<address>.*?)[\s,]*\b(?:D-)?(?P<post_code>\d{5})\s+(?P<town>[^\d,()]+?)\s*(?:\((?P<district>[^)]+)\))?$"
)
_SECRET = re.compile(
    r"\b(nicht veröffentlicht|geheim|anonym|geschützt|secret|not published|nicht genannt)\b", re.IGNORECASE
)


def read_sites(cells: Mapping[str, str], words: Mapping[str, WordList]) -> Reading[tuple[dict[str, Any], ...]]:
    """Fields of each site, for the model to check. Cells with one part count for every site."""
    columns = {key: _split(key, cells.get(key, "")) for key in COLUMNS}
    count = max(len(parts) for parts in columns.values())
    uneven = [key for key, parts in columns.items() if len(parts) not in {1, count}]
    if uneven:
        return Reading((), (Doubt("sites-uneven", {"count": str(count)}),))
    doubts: list[Doubt] = []
    sites = []
    for number in range(count):
        texts = {key: parts[number] if len(parts) > 1 else parts[0] for key, parts in columns.items()}
        reading = _site(texts, words)
        doubts += reading.doubts
        sites.append(reading.value)
    return Reading(tuple(site for site in sites if site), tuple(doubts))


def _split(key: str, text: str) -> list[str]:
    """A bar always parts sites; a line break or semicolon in an address only when a post code stands on both sides."""
    if SEPARATOR in text:
        return [line(part) for part in _BAR.split(text)]
    pieces = [line(part) for part in _BREAK.split(text)]
    if key == "address" and len(pieces) > 1 and all(_POST_CODE_TOWN.match(piece) for piece in pieces):
        return pieces
    if key == "post_code" and len(pieces) > 1 and all(piece.isdecimal() for piece in pieces):
        return pieces
    return [line(text)]


def _site(texts: Mapping[str, str], words: Mapping[str, WordList]) -> Reading[dict[str, Any]]:
    kind = read_choice(texts["site_kind"], words["site_kinds"])
    wheelchair = read_choice(texts["wheelchair"], words["wheelchair"])
    approximate = read_yes_no(texts["approximate"], words["yes_no"])
    post_code = read_post_code(texts["post_code"])
    fields: dict[str, Any] = {
        **{name: texts[name] for name in ("address", "municipality", "district")},
        **{"name": texts["site_name"], "post_code": post_code.value, "kind": kind.value},
        **{"wheelchair": wheelchair.value, "approximate": approximate.value},
        **{axis: texts[axis].replace(",", ".") for axis in ("lat", "lon")},
    }
    fields = {name: value for name, value in fields.items() if value not in {None, ""}}
    readings: dict[str, Reading[Any]] = {
        "site_kind": kind,
        "wheelchair": wheelchair,
        "approximate": approximate,
        "post_code": post_code,
    }
    doubts = [doubt._replace(column=key) for key, reading in readings.items() for doubt in reading.doubts]
    if "post_code" not in fields and (found := _POST_CODE_TOWN.match(fields.get("address", ""))):
        fields |= _taken_apart(found, fields)
    if "kind" not in fields and _SECRET.search(fields.get("address", "")):
        fields = {"kind": "hidden", **{name: fields[name] for name in ("name", "municipality") if name in fields}}
        doubts.append(Doubt("site-hidden"))
    return Reading(fields, tuple(doubts))


def _taken_apart(found: re.Match[str], fields: Mapping[str, Any]) -> dict[str, str]:
    """ "Marktgasse 7, 00101 Beispielhafen (Altstadt)"."""
    taken = {"address": found["address"].strip(" ,"), "post_code": found["post_code"]}
    if not fields.get("municipality"):
        taken["municipality"] = line(found["town"])
    if found["district"] and not fields.get("district"):
        taken["district"] = line(found["district"])
    return taken


def read_post_code(text: str) -> Reading[str | None]:
    """Five digits. A number column drops the zero at the beginning: "1067" is 01067."""
    digits = line(text).upper().removeprefix("D-").removeprefix("D ").removesuffix(".0")
    if len(digits) == 4 and digits.isdecimal():  # noqa: PLR2004 one less than five
        return Reading(f"0{digits}", (Doubt("post-code-zero-added", {"kept": f"0{digits}"}, text),))
    return Reading(digits or None)


def write_sites(sites: tuple[Site, ...], lang: Lang, words: Mapping[str, WordList]) -> dict[str, str]:
    """One cell a column; several sites with a bar between."""
    columns = {
        key: [_written(key, getattr(site, name), lang, words) for site in sites] for key, name in COLUMNS.items()
    }
    return {key: _joined(parts) for key, parts in columns.items()}


def _joined(parts: list[str]) -> str:
    return f" {SEPARATOR} ".join(parts) if any(parts) else ""


def _written(key: str, value: Any, lang: Lang, words: Mapping[str, WordList]) -> str:
    if key == "site_kind":
        return words["site_kinds"].word(value, lang)
    if key == "wheelchair":
        return words["wheelchair"].word(value, lang) if value else ""
    if key == "approximate":
        return words["yes_no"].word("yes", lang) if value else ""
    if isinstance(value, float):
        return repr(value).replace(".", "," if lang == "de" else ".")
    return str(value or "").replace(SEPARATOR, "/")


def lacking(fields: Mapping[str, Any]) -> bool:
    """Whether nothing is said about a site at all."""
    return not any(name in fields for name in ("kind", "address", "post_code", "municipality", "lat", "name"))
