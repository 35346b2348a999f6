"""What is wrong in a catalog, where, and what would be right: said in German or English to the person who keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import yaml

Severity = Literal["error", "warning", "notice"]
Lang = Literal["de", "en"]

LONGEST_VALUE = 120  # characters of a cell that a sentence repeats
SPOT_WORDS = {
    "de": {"sheet": "Blatt „{}“", "row": "Zeile {}", "column": "Spalte „{}“", "offer": "Angebot {}"},
    "en": {"sheet": "sheet “{}”", "row": "row {}", "column": "column “{}”", "offer": "offer {}"},
}


@dataclass(frozen=True)
class Spot:
    """A place in a file. `row` counts as the program counts in which the file is kept, from 1."""

    file: str
    sheet: str = ""
    row: int | None = None
    column: str = ""  # its heading as it stands in the file
    offer: str = ""  # the id

    def said(self, lang: Lang) -> str:
        """Say where to look: "town.xlsx, Blatt „Angebote“, Zeile 12, Spalte „Telefon“"."""
        return ", ".join([visible(self.file), *self.inside(lang)])

    def inside(self, lang: Lang) -> tuple[str, ...]:
        """Say where to look within the file, the largest part first. The id helps where there are no rows."""
        row = "" if self.row is None else str(self.row)
        offer = "" if row and self.sheet else self.offer
        parts = {"sheet": self.sheet, "row": row, "offer": offer, "column": self.column}
        return tuple(SPOT_WORDS[lang][name].format(visible(part)) for name, part in parts.items() if part)


class Sentence(NamedTuple):
    what: str  # what is wrong
    right: str  # what would be right, or what to do; "" when the first sentence says it


@dataclass(frozen=True)
class Problem:
    """An error keeps the offer (or the cell) out, a warning does not, a notice is only said.

    `code` names the sentence in data/problems.yaml; `value` is what stands in the file; `details` fill the sentence.
    """

    spot: Spot
    code: str
    value: str = ""
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        severity: Severity = sentences()[self.code]["severity"]
        return severity

    def said(self, lang: Lang) -> Sentence:
        words = sentences()[self.code][lang]
        fill = {name: visible(text) for name, text in {"value": self.value, **self.details}.items()}
        return Sentence(words["what"].format_map(fill), words.get("right", "").format_map(fill))

    def __str__(self) -> str:
        """One English line, for logs of the terminal and for tests."""
        return f"{self.spot.said('en')}: {' '.join(filter(None, self.said('en')))}"


def visible(text: str) -> str:
    """Cut to what a line can hold, without what a terminal obeys or what turns the direction of a line."""
    shown = "".join(c if c.isprintable() else " " for c in text[: LONGEST_VALUE + 1])
    return shown if len(shown) <= LONGEST_VALUE else f"{shown[:LONGEST_VALUE]}…"


@cache
def sentences() -> Mapping[str, Any]:
    """Every sentence by code, as data/problems.yaml describes them."""
    found: dict[str, Any] = yaml.load(
        files("catalog").joinpath("data", "problems.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return found
