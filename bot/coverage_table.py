"""The same report for the terminal, and every single cell as a table for a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from itertools import product

from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot.coverage_view import CoverageView, Stock
from bot.i18n import Translator
from bot.office_page import visible
from catalog.coverage import STAFFINGS, By, Chosen, Reach
from catalog.places import Place

STYLES = {"here": "", "around": "dim", "remote": "bold red", "nothing": "bold white on red"}
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would calculate such a cell
LINES = 10
COLUMNS = 5  # beside phases; the page and the table for a spreadsheet hold all


def terminal(stock: Stock, text: Translator, by: By) -> Group:
    """One table of all topic groups, the largest gaps below it, and what somebody has taken on."""
    view = CoverageView(stock, text)
    if not stock.coverage.offers:
        return Group(view.word("empty"))
    grid = _table(view.word(f"{by} map"), view.summary())
    grid.add_column(view.word("group"), min_width=20)
    whole = stock.coverage.grid(by)
    cells = whole if by == "phase" else whole.narrow(COLUMNS)
    more = len(whole.columns) - len(cells.columns)
    for column in cells.columns:
        grid.add_column(_heading(view, by, column), justify="right", overflow="fold")
    for group, reaches in cells.rows:
        grid.add_row(view.group(group), *(_cell(view, by, reach) for reach in reaches))
    note = [view.word("more columns").format(n=more)] if more else []
    return Group(grid, *note, _gaps(view), _tasks(view))


def challenges_table(stock: Stock, text: Translator) -> Table | str:
    """What somebody has taken on, for the terminal."""
    view = CoverageView(stock, text)
    return _tasks(view) if stock.challenges else view.word("no tasks")


def as_csv(stock: Stock, text: Translator, by: By) -> str:
    """Every cell of every area as a line, so that a spreadsheet can go on with it. Semicolons, as Excel expects here."""
    view = CoverageView(stock, text)
    written = io.StringIO()
    lines = csv.writer(written, delimiter=";", lineterminator="\r\n")
    further = [view.word(by)] if by in {"language", "staffing"} else []
    counted = [view.word(f"count {name}") for name in ("here", "around", "remote")]
    heads = (view.word("place"), view.word("district"), view.word("group"), view.word("phase"))
    lines.writerow((*heads, *further, *counted, view.word("gap")))
    for place, names, reach in _every(view, by):
        named = (visible(place.name), visible(place.district or ""), *names)
        lines.writerow((*map(_harmless, named), *reach, view.word("yes" if reach.is_gap else "no")))
    return written.getvalue()


def _every(view: CoverageView, by: By) -> Iterator[tuple[Place, tuple[str, ...], Reach]]:
    coverage = view.stock.coverage
    for (i, place), group, phase in product(enumerate(coverage.areas), coverage.groups, coverage.phases):
        for name, among in _slices(view, by):
            reach = coverage.reach(group, phase, [i], among)
            if reach is not None:
                yield place, (view.group(group), view.phase(phase), *name), reach


def _slices(view: CoverageView, by: By) -> list[tuple[tuple[str, ...], Chosen | None]]:
    """Into what each cell is divided further: by a language or by who does it, or not at all."""
    coverage = view.stock.coverage
    if by == "language":
        return [((view.language(lang),), coverage.speaking(lang)) for lang in coverage.languages]
    if by == "staffing":
        return [((view.word(staffing),), coverage.staffed(staffing)) for staffing in STAFFINGS]
    return [((), None)]


def _heading(view: CoverageView, by: By, column: str) -> str:
    match by:
        case "phase":
            return view.word(column).replace("\u00ad", "-\n")
        case "district":
            return view.area(view.stock.coverage.areas.places[int(column)])
        case "language":
            return view.language(column)
        case "staffing":
            return view.word(column)


def _cell(view: CoverageView, by: By, reach: Reach | None) -> Text:
    if reach is None:
        return Text("·", "dim")
    if by in {"phase", "staffing"}:
        reach = Reach(reach.on_site, 0, reach.remote)
    shown = {
        "here": view.number(reach.here),
        "around": f"({view.number(reach.around)})",
        "remote": view.word("remote"),
        "nothing": " 0 ",
    }
    return Text(shown[reach.level], STYLES[reach.level])


def _gaps(view: CoverageView) -> Table | str:
    lines = view.lines[:LINES]
    if not lines:
        return view.word("no gaps")
    shown = _table(view.word("gap report"), view.searched())
    for heading in ("group", "place", "phases", "vain", "challenge"):
        shown.add_column(view.word(heading))
    for line in lines:
        cells = (view.group(line.group), view.place(line), view.missing_phases(line), view.vain(line), view.tasks(line))
        shown.add_row(*map(Text, cells))
    return shown


def _tasks(view: CoverageView) -> Table | str:
    if not view.stock.challenges:
        return view.word("no tasks")
    shown = _table(view.word("tasks"))
    columns = view.task_columns()
    for label, _ in columns:
        shown.add_column(label)
    for challenge in view.stock.challenges:
        shown.add_row(*(Text(cell(challenge)) for _, cell in columns))
    return shown


def _table(title: str, caption: str = "") -> Table:
    return Table(
        title=title, caption=caption, title_justify="left", caption_justify="left", box=SIMPLE, padding=(0, 1, 0, 0)
    )


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(DANGEROUS) else name
