"""What is wrong in a catalog, where, and what would be right: said in German or English to the person who keeps it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal, NamedTuple

import yaml

Severity = Literal["error", "warning", "notice"]
Lang = Literal["de", "en"]
Detail = str | Mapping[Lang, str]  # what fills a sentence: the same words in both languages, or not

LONGEST_VALUE = 120  # characters of a cell that a sentence repeats
LONGEST_DETAIL = 400
ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
SPOT_WORDS = {
    "de": {
        "sheet": "Blatt „{}“",
        "row": "Zeile {}",
        "line": "Zeile {}",
        "column": "Spalte „{}“",
        "offer": "Angebot {}",
    },
    "en": {"sheet": "sheet “{}”", "row": "row {}", "line": "line {}", "column": "column “{}”", "offer": "offer {}"},
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
        return ", ".join([visible(self.file, LONGEST_DETAIL), *self.inside(lang)])

    def inside(self, lang: Lang) -> tuple[str, ...]:
        """Say where to look within the file, the largest part first. The id helps where there are no rows."""
        row = "" if self.row is None else str(self.row)
        offer = "" if row and self.sheet else self.offer
        parts = {"sheet": self.sheet, "row" if self.sheet else "line": row, "offer": offer, "column": self.column}
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
    details: Mapping[str, Detail] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        severity: Severity = sentences()[self.code]["severity"]
        return severity

    def said(self, lang: Lang) -> Sentence:
        words = sentences()[self.code][lang]
        texts = {name: d if isinstance(d, str) else d[lang] for name, d in self.details.items()}
        fill = {name: visible(_day(text, lang), LONGEST_DETAIL) for name, text in texts.items()}
        fill["value"] = visible(_day(self.value, lang))
        return Sentence(words["what"].format_map(fill), words.get("right", "").format_map(fill))

    def __str__(self) -> str:
        """One English line, where only one line fits."""
        return f"{self.spot.said('en')}: {' '.join(filter(None, self.said('en')))}"


class UnreadableError(ValueError):
    """A file of which nothing can be used; `problem` says why in both languages, the message in English."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)


def _day(text: str, lang: Lang) -> str:
    """A date as it is written in the language, everything else as it is."""
    day = ISO_DAY.fullmatch(text)
    return f"{day[3]}.{day[2]}.{day[1]}" if day and lang == "de" else text


def visible(text: str, most: int = LONGEST_VALUE) -> str:
    """Cut to what a line can hold, without what a terminal obeys or what turns the direction of a line."""
    if len(text) <= most and text.isprintable():
        return text
    shown = "".join(c if c.isprintable() else " " for c in text[: most + 1])
    return shown if len(shown) <= most else f"{shown[:most]}…"


@cache
def sentences() -> Mapping[str, Any]:
    """Every sentence by code, as data/problems.yaml describes them."""
    found: dict[str, Any] = yaml.load(
        files("catalog").joinpath("data", "problems.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return found
