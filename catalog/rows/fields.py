"""One row of a table as the fields of an offer, before the model has checked them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from catalog.columns import Column, Layout
from catalog.model import Cost
from catalog.rows.ages import Ages, read_age, read_ages, turned_into_date
from catalog.rows.areas import read_area
from catalog.rows.base import Doubt, Reading
from catalog.rows.cells import line, parts, read_text
from catalog.rows.choices import read_choice, read_choices, read_languages, read_yes_no
from catalog.rows.contacts import read_email, read_phone, read_web
from catalog.rows.costs import read_cost
from catalog.rows.days import read_day, read_occasions
from catalog.rows.hours import read_hours
from catalog.rows.sites import lacking, read_sites
from catalog.sources.tables import Cell
from catalog.words import WordList

LAST_DAYS = {"valid_until"}
AS_TEXT = {"opening_hours": "Zeiten: {said}", "languages": "Sprachen: {said}"}  # German like the text that it goes on
LONGEST_SUMMARY = 600
ByText = Callable[[str], Reading[Any]]
ByWords = Callable[[str, WordList], Reading[Any]]
BY_TEXT: dict[str, ByText] = {
    "text": lambda text: Reading(line(text)),
    "paragraph": Reading,
    "texts": lambda text: Reading(tuple(parts(text))),
    "phone": read_phone,
    "email": read_email,
    "web": read_web,
}
BY_WORDS: dict[str, ByWords] = {
    "choice": read_choice,
    "choices": read_choices,
    "languages": read_languages,
    "yes_no": read_yes_no,
    "threshold": read_choice,
    "staffing": read_choice,
    "cost": read_cost,
    "area": read_area,
}


@dataclass
class RowFields:
    """What one row says. `doubts` with the key of the column that they are about."""

    layout: Layout
    cells: Mapping[str, Cell]
    values: dict[str, Any] = field(default_factory=dict)
    doubts: list[tuple[str, Doubt]] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    def keep(self, key: str, reading: Reading[Any], name: str = "") -> None:
        """Take a value over, unless nothing was said; and every doubt."""
        if reading.doubts:
            self.doubts += [(doubt.column or key, doubt) for doubt in reading.doubts]
        if reading.value not in (None, "", ()):
            self.values[name or key] = reading.value


def read_fields(cells: Mapping[str, Cell], layout: Layout) -> RowFields:
    """Read the cells of a row, by the key of their column."""
    row = RowFields(layout, cells)
    for key, cell in cells.items():
        text = read_text(cell)
        row.texts[key] = text.value
        if text.doubts:
            row.doubts += [(key, doubt) for doubt in text.doubts]
    for key, column in layout.offers.items():
        if row.texts.get(key):
            _read_cell(row, key, column)
    _read_staffing(row)
    if any(doubt.code == "languages-any" for _, doubt in row.doubts):
        _keep_as_text(row, "languages")
    _read_ages(row)
    _read_cost(row)
    _read_times(row)
    _read_sites(row)
    _read_translations(row)
    return row


def _read_cell(row: RowFields, key: str, column: Column) -> None:
    text = row.texts[key]
    if column.form in BY_TEXT:
        row.keep(key, BY_TEXT[column.form](text))
    elif column.form in BY_WORDS:
        row.keep(key, BY_WORDS[column.form](text, row.layout.words[column.words]))
    elif column.form == "date":
        row.keep(key, read_day(row.cells[key] if isinstance(row.cells[key], date) else text, last=key in LAST_DAYS))


def _read_staffing(row: RowFields) -> None:
    """Not known is an answer of its own; an empty cell means as usual."""
    if row.values.get("staffing") == "unknown":
        row.values["staffing"] = None


def _read_ages(row: RowFields) -> None:
    for key in ("ages", "age_from", "age_to"):
        cell, text = row.cells.get(key), row.texts.get(key, "")
        if isinstance(cell, date):
            row.doubts.append((key, turned_into_date(cell)))
        elif key == "ages" and text:
            ages: Reading[Ages] = read_ages(text)
            row.keep(key, Reading(ages.value.low), "age_from")
            row.keep(key, Reading(ages.value.high, ages.doubts), "age_to")
        elif text:
            row.keep(key, read_age(text, upper=key == "age_to"))


def _read_cost(row: RowFields) -> None:
    """Two questions about the cost have columns of their own, and their answers also stand among the words."""
    flags = {name: row.values.pop(name, None) for name in ("reduced", "covered_by_but")}
    said = {name: value for name, value in flags.items() if value is not None}
    cost: Cost | None = row.values.get("cost")
    if cost is not None:
        row.values["cost"] = cost.model_copy(update=said)
    elif any(said.values()):
        row.values["cost"] = Cost(free=False, **said)


def _read_times(row: RowFields) -> None:
    """Hours that cannot be read go on the card as text: nothing is claimed, and nothing is lost."""
    text = row.texts.get("opening_hours", "")
    hours = read_hours(text)
    row.keep("opening_hours", Reading(hours.value.osm, hours.doubts))
    if hours.value.by_appointment and "access" not in row.values:
        row.values["access"] = ("appointment",)
    if hours.doubts:
        _keep_as_text(row, "opening_hours")
    dates = read_occasions(row.cells.get("dates"), row.texts.get("dates", ""), row.layout.words["repeats"])
    row.keep("dates", dates)


def _keep_as_text(row: RowFields, key: str) -> None:
    """What no search can use goes on the card in the words of the cell."""
    said = AS_TEXT[key].format(said=line(row.texts[key]))
    summary = " ".join(filter(None, (row.values.get("summary", ""), said)))
    if len(summary) <= LONGEST_SUMMARY:
        row.values["summary"] = summary


def _read_sites(row: RowFields) -> None:
    """Without any word about a place it is a telephone or a web offer, and that is said."""
    sites = read_sites(row.texts, row.layout.words)
    row.keep("address", sites, "sites")
    if sites.doubts or not all(map(lacking, sites.value)):
        return
    kind = "phone" if row.values.get("phone") else "online" if row.values.get("web") else None
    if kind:
        row.values["sites"] = ({"kind": kind},)
        row.doubts.append(("address", Doubt(f"site-taken-as-{kind}")))
    else:
        row.doubts.append(("address", Doubt("site-missing")))


def _read_translations(row: RowFields) -> None:
    translations: dict[str, dict[str, Any]] = {}
    for key, text in row.texts.items():
        name, _, tag = key.partition(":")
        if not tag or not text:
            continue
        column = row.layout.translations[name]
        if column.form == "choice":
            by = read_choice(text, row.layout.words[column.words])
            row.doubts += [(key, doubt) for doubt in by.doubts]
            translations.setdefault(tag, {})[name] = by.value
        else:
            translations.setdefault(tag, {})[name] = line(text)
    for tag, fields in translations.items():
        if "title" in fields:
            row.values.setdefault("translations", {})[tag] = {"by": "human", **fields}
        else:
            row.doubts.append(
                (next(key for key in row.texts if key.endswith(f":{tag}")), Doubt("translation-untitled"))
            )
