"""The rows of one sheet as offers, each mistake with its row and column."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from pydantic import ValidationError

from catalog.columns import Layout
from catalog.model import Offer
from catalog.problems import Lang, Problem, Spot
from catalog.refusals import refused
from catalog.rows.base import Doubt
from catalog.rows.cells import read_text
from catalog.rows.fields import RowFields, read_fields
from catalog.rows.headings import Headings, filled_rows
from catalog.rows.identity import derived_ids, typed_id
from catalog.rows.sites import COLUMNS as SITE_COLUMNS
from catalog.sources.tables import BLANK, Row, Table
from catalog.topics import Topics
from catalog.words import folded

EXAMPLE_MARKS = {"beispiel", "example"}  # as id: a row that shows how to fill the table
COLUMN_OF_SITE_FIELD = {name: key for key, name in SITE_COLUMNS.items()}
FALLBACK = {"kind": "support", "sector": "social"}  # where the offer type is wrong, only that is said


@dataclass(frozen=True)
class FoundOffer:
    """What became of one row."""

    offer: Offer | None
    spot: Spot
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class OfferSheet:
    """A sheet of offers whose headings are known."""

    table: Table
    headings: Headings
    layout: Layout
    topics: Topics
    where: Spot

    @cached_property
    def lang(self) -> Lang:
        """In which language this sheet is headed."""
        written = {folded(text) for text in self.headings.written.values()}
        hits = {
            lang: sum(folded(column.headings[lang]) in written for column in self.layout.offers.values())
            for lang in ("en", "de")
        }
        return "en" if hits["en"] > hits["de"] else "de"

    def heading(self, key: str) -> str:
        """How a column is headed here, or would be."""
        column = self.layout.offers.get(key)
        return self.headings.written.get(key) or (column.headings[self.lang] if column else key)

    def read(self) -> Iterator[FoundOffer]:
        """Read every row below the headings."""
        rows = [(row, read_fields(self._cells(row), self.layout)) for row in filled_rows(self.table, self.headings)]
        told = [(row, fields) for row, fields in rows if self._is_offer(fields)]
        nameless = [fields.texts for _, fields in told if not typed_id(fields.texts.get("id", ""))]
        made = iter(derived_ids(nameless))
        for row, fields in told:
            fields.values["id"] = typed_id(fields.texts.get("id", "")) or next(made)
            yield self._offer(fields, replace(self.where, row=row.number, offer=fields.values["id"]))
        yield from self._remarks(rows, len(nameless))

    def _cells(self, row: Row) -> Mapping[str, Any]:
        """The cells that hold something, by the key of their column."""
        columns = self.headings.columns
        return {columns[at]: cell for at, cell in enumerate(row.cells) if cell not in BLANK and at in columns}

    def _is_offer(self, fields: RowFields) -> bool:
        filled = [text for text in fields.texts.values() if text]
        return len(filled) > 1 and folded(fields.texts.get("id", "")) not in EXAMPLE_MARKS

    def _offer(self, fields: RowFields, spot: Spot) -> FoundOffer:
        offer_type = self.topics.offer_types.get(fields.values.get("offer_type", ""))
        usual = vars(offer_type) if offer_type else FALLBACK
        defaults = {name: usual[name] for name in ("kind", "sector", "staffing") if name in usual}
        problems = [self._problem(fields, key, doubt, spot) for key, doubt in fields.doubts]
        try:
            offer = Offer.model_validate({**defaults, **fields.values})
        except ValidationError as error:
            said = {problem.spot.column for problem in problems}
            found = refused(error, partial(self._field_spot, spot))
            problems += [problem for problem in found if problem.spot.column not in said]
            return FoundOffer(None, spot, tuple(problems))
        is_wrong = any(problem.severity == "error" for problem in problems)
        return FoundOffer(None if is_wrong else offer, spot, tuple(problems))

    def _problem(self, fields: RowFields, key: str, doubt: Doubt, spot: Spot) -> Problem:
        value = fields.texts.get(key, "") if doubt.value is None else doubt.value
        title = {"title": fields.texts.get("title", "")} if key == "topics" else {}  # somebody may guess from it
        return Problem(replace(spot, column=self.heading(key)), doubt.code, value, {**doubt.details, **title})

    def _field_spot(self, spot: Spot, path: str) -> Spot:
        return replace(spot, column=self.heading(column_of(path)))

    def _remarks(self, rows: Sequence[tuple[Row, RowFields]], nameless: int) -> Iterator[FoundOffer]:
        """What is worth a word about the sheet as a whole."""
        for row, fields in rows:
            if folded(fields.texts.get("id", "")) in EXAMPLE_MARKS:
                spot = replace(self.where, row=row.number)
                yield FoundOffer(None, spot, (Problem(spot, "example-row"),))
            elif not self._is_offer(fields):
                spot = replace(self.where, row=row.number)
                text = " ".join(filter(None, (read_text(cell).value for cell in row.cells)))
                yield FoundOffer(None, spot, (Problem(spot, "row-left-out", text),))
        if nameless:
            yield FoundOffer(None, self.where, (Problem(self.where, "ids-made", details={"count": str(nameless)}),))


def column_of(path: str) -> str:
    """The column in which a field of the model stands: "sites.0.post_code" → "post_code", "cost.amount" → "cost"."""
    first, *rest = path.split(".")
    if first == "sites":
        return COLUMN_OF_SITE_FIELD.get(rest[-1] if rest else "", "address")
    if first == "translations":
        return f"{rest[1] if len(rest) > 1 else 'title'}:{rest[0]}" if rest else "title"
    return first
