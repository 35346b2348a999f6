"""Who may come: "Beispielhafen; 00120; Landkreis Görlitz", a federal state, or "bundesweit"."""

import re

from catalog.model import ServiceArea
from catalog.problems import Lang
from catalog.rows.base import Doubt, Reading
from catalog.rows.cells import line, parts
from catalog.rows.choices import unknown
from catalog.rows.sites import read_post_code
from catalog.words import WordList, folded

EVERYWHERE = {"bundesweit", "deutschlandweit", "deutschland", "nationwide", "germany"}
NATIONWIDE: dict[Lang, str] = {"de": "bundesweit", "en": "nationwide"}
PREFIXES = {
    **dict.fromkeys(("kreis", "landkreis", "county"), "counties"),
    **dict.fromkeys(("land", "bundesland", "state"), "states"),
    **dict.fromkeys(("ort", "stadt", "gemeinde", "town", "municipality"), "municipalities"),
    **dict.fromkeys(("plz", "post code"), "post_codes"),
}
COUNTY_WORDS = ("kreis ", "landkreis ", "county ")
_PREFIXED = re.compile(r"([^\W\d_]+(?: code)?)\s*:\s*(.+)")


def read_area(text: str, states: WordList) -> Reading[ServiceArea]:
    """Anything that is neither a number nor a state nor "Kreis …" is a municipality. Nothing: anybody may come."""
    found: dict[str, list[str]] = {name: [] for name in ("states", "counties", "municipalities", "post_codes")}
    doubts: list[Doubt] = []
    nationwide = False
    for part in _parts(text):
        if folded(part) in EVERYWHERE:
            nationwide = True
            continue
        kind, name = _told_apart(part, states)
        if kind == "post_codes":
            post_code = read_post_code(name)
            doubts += post_code.doubts
            name = post_code.value or ""
        elif kind == "states":
            code = states.code(name)
            doubts += [] if code else [unknown(name, states)]
            name = code or name
        found[kind].append(name)
    return Reading(
        ServiceArea(nationwide=nationwide, **{kind: tuple(names) for kind, names in found.items()}), tuple(doubts)
    )


def _parts(text: str) -> list[str]:
    """Commas part as well, but not in a name that is written with a prefix."""
    return [
        line(piece) for part in parts(text) for piece in ([part] if ":" in part else part.split(",")) if line(piece)
    ]


def _told_apart(part: str, states: WordList) -> tuple[str, str]:
    prefixed = _PREFIXED.fullmatch(part)
    if prefixed and folded(prefixed[1]) in PREFIXES:
        return PREFIXES[folded(prefixed[1])], line(prefixed[2])
    if part.isdecimal():
        return "post_codes", part
    if states.code(part):
        return "states", part
    is_county = folded(part).endswith("kreis") or folded(part).startswith(COUNTY_WORDS)
    return ("counties" if is_county else "municipalities"), part


def write_area(area: ServiceArea, lang: Lang, states: WordList) -> str:
    """Words that are read as the same area."""
    county: dict[Lang, str] = {"de": "Kreis", "en": "County"}
    town: dict[Lang, str] = {"de": "Ort", "en": "Town"}
    words = [NATIONWIDE[lang]] if area.nationwide else []
    words += [states.word(code, lang) for code in area.states]
    for name in area.counties:
        plain = read_area(name, states).value == ServiceArea(counties=(name,))
        words.append(name if plain else f"{county[lang]}: {name}")
    for name in area.municipalities:
        plain = read_area(name, states).value == ServiceArea(municipalities=(name,))
        words.append(name if plain else f"{town[lang]}: {name}")
    return "; ".join([*words, *area.post_codes])
