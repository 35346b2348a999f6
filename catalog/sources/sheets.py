"""A workbook of tables as a source: which sheet holds what, and what stands in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from catalog.columns import Layout, load_layout
from catalog.model import Offer
from catalog.places import Place
from catalog.problems import Problem, Spot, UnreadableError
from catalog.rows.headings import HeadingReader, Headings, named
from catalog.rows.offers import OfferSheet
from catalog.rows.places import read_places
from catalog.sources.base import Source
from catalog.sources.tables import Table, Workbook
from catalog.topics import Topics

SILENT = ("explanation", "lists")  # sheets of the template that hold no offers


@dataclass
class Gathered:
    """What the sheets read so far have given."""

    offers: dict[str, Offer] = field(default_factory=dict)
    spots: dict[str, Spot] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_workbook(workbook: Workbook, path: Path, topics: Topics, layout: Layout | None = None) -> Source:
    """Read every sheet that holds offers or places; whoever reads many hands in the layout.

    Raises:
        UnreadableError: when no sheet holds offers.
    """
    layout = layout or load_layout()
    gathered = Gathered(problems=[*_odd(workbook, path)])
    left_out: list[Problem] = []
    found = False
    for table in workbook.tables:
        if any(layout.sheets[name].is_called(table.sheet) for name in SILENT):  # type: ignore[index]  # names of sheets
            continue
        where = Spot(path.name, sheet=table.sheet)
        if layout.sheets["places"].is_called(table.sheet):
            _add_places(gathered, table, layout, where)
            continue
        headings = HeadingReader(layout.offers, layout).find(table)
        problem = _unusable(headings, layout, where)
        if headings is None or problem:
            left_out += [problem] if problem else []
            continue
        found = True
        _add_offers(gathered, OfferSheet(table, headings, layout, topics, where))
    if not found:
        raise UnreadableError(left_out[0] if left_out else Problem(Spot(path.name), "table-empty"))
    gathered.problems += [Problem(problem.spot, "sheet-left-out") for problem in left_out]
    invented = bool(gathered.offers) and all(offer.example for offer in gathered.offers.values())
    return Source(
        path.stem,
        tuple(gathered.offers.values()),
        tuple(replace(place, example=invented) for place in gathered.places),
        tuple(gathered.problems),
        gathered.spots,
        gathered.headings,
    )


def _odd(workbook: Workbook, path: Path) -> Iterator[Problem]:
    for remark in workbook.remarks:
        yield Problem(Spot(path.name, remark.sheet, remark.row, remark.column), remark.code, remark.value)


def _unusable(headings: Headings | None, layout: Layout, where: Spot) -> Problem | None:
    """Why a sheet cannot be read as offers."""
    if headings is None:
        return Problem(where, "headings-unknown")
    lacking = headings.lacking(layout.offers)
    if not lacking:
        return None
    known = ", ".join(headings.written.values())
    return Problem(where, "columns-missing", details={"missing": named(lacking), "known": known})


def _add_offers(gathered: Gathered, sheet: OfferSheet) -> None:
    """Of two offers with one id the first stays."""
    headings, where = sheet.headings, sheet.where
    gathered.headings.update({key: text for key, text in headings.written.items() if key not in gathered.headings})
    for key in headings.twice:
        gathered.problems.append(Problem(where, "column-twice", sheet.heading(key)))
    if headings.extra:
        gathered.problems.append(Problem(where, "columns-extra", ", ".join(headings.extra)))
    for found in sheet.read():
        gathered.problems += found.problems
        offer = found.offer
        if offer and offer.id in gathered.offers:
            first = gathered.spots[offer.id]
            gathered.problems.append(Problem(found.spot, "id-twice", offer.id, {"row": str(first.row)}))
        elif offer:
            gathered.offers[offer.id], gathered.spots[offer.id] = offer, found.spot


def _add_places(gathered: Gathered, table: Table, layout: Layout, where: Spot) -> None:
    headings = HeadingReader(layout.places, layout).find(table)
    if headings is None or headings.lacking(layout.places):
        gathered.problems.append(_places_unusable(headings, layout, where))
        return
    for found in read_places(table, headings, layout, where):
        if isinstance(found, Problem):
            gathered.problems.append(found)
        else:
            gathered.places.append(found)


def _places_unusable(headings: Headings | None, layout: Layout, where: Spot) -> Problem:
    lacking: Sequence[str] = [named(headings.lacking(layout.places))] if headings else []
    return Problem(where, "places-left-out", details={"missing": ", ".join(lacking) or "Name"})
