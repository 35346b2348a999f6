"""A table of another program becomes a source: mapped, read, and kept in spite of single cells that cannot be read."""

from dataclasses import dataclass, replace
from pathlib import Path

from catalog.columns import Layout
from catalog.mapping import ColumnMapping, mapped
from catalog.problems import Problem
from catalog.rows.cells import read_text
from catalog.sources.base import Source
from catalog.sources.sheets import read_workbook
from catalog.sources.tables import BLANK, Row, Table, Workbook
from catalog.topics import Topics

SEARCHED_ROWS = 12  # above the headings people write a title, a date, a note
ROUNDS = 3  # a mended cell can bring another mistake to light


@dataclass(frozen=True)
class Imported:
    """What became of a foreign table. `rows` is how many it has."""

    source: Source
    rows: int


def headed(workbook: Workbook) -> Table:
    """The largest sheet, from its headings on: the first of its fullest rows at the top."""
    table = max(workbook.tables, key=lambda table: len(table.rows), default=Table("", ()))
    filled = [sum(cell not in BLANK for cell in row.cells) for row in table.rows[:SEARCHED_ROWS]]
    start = filled.index(max(filled)) if filled else 0
    return Table(table.sheet, table.rows[start:])


def with_column(mapping: ColumnMapping, key: str, text: str) -> ColumnMapping:
    """The same mapping with one more rule."""
    rules = {name: rule.model_dump() for name, rule in mapping.columns.items()} | {key: {"text": text}}
    return ColumnMapping.model_validate({"columns": rules, "empty": mapping.empty})


def import_table(table: Table, mapping: ColumnMapping, path: Path, layout: Layout, topics: Topics) -> Imported:
    """Read a foreign table. A mistake in a column that an offer can do without costs that cell, not the offer.

    Raises:
        UnreadableError: when the mapping does not fit the table, or needed columns are missing.
    """
    ours = mapped(table, mapping, path.name)
    optional = {key for key in mapping.columns if not (layout.offers[key].needed or key == "id")}
    source = _read(ours, path, topics)
    left_out: list[Problem] = []
    for _ in range(ROUNDS):
        wrong = [one for one in source.problems if one.severity == "error" and one.spot.column in optional]
        if not wrong:
            break
        left_out += [Problem(one.spot, "cell-left-out", one.value) for one in wrong]
        ours = _without(ours, {(one.spot.row, one.spot.column) for one in wrong})
        source = _read(ours, path, topics)
    return Imported(replace(source, problems=(*left_out, *source.problems)), len(table.rows) - 1)


def _read(table: Table, path: Path, topics: Topics) -> Source:
    return read_workbook(Workbook((table,)), path, topics)


def _without(table: Table, cells: set[tuple[int | None, str]]) -> Table:
    head, *rows = table.rows
    keys = [read_text(cell).value for cell in head.cells]
    return Table(table.sheet, (head, *(_row(row, keys, cells) for row in rows)))


def _row(row: Row, keys: list[str], cells: set[tuple[int | None, str]]) -> Row:
    kept = (None if (row.number, key) in cells else cell for key, cell in zip(keys, row.cells, strict=False))
    return Row(row.number, tuple(kept))


def first_of_each(problems: tuple[Problem, ...]) -> list[tuple[Problem, int]]:
    """One problem of each kind, and how many there are; errors first."""
    counts: dict[str, int] = {}
    firsts: dict[str, Problem] = {}
    for problem in problems:
        counts[problem.code] = counts.get(problem.code, 0) + 1
        firsts.setdefault(problem.code, problem)
    order = ("error", "warning", "notice")
    return sorted(((firsts[code], n) for code, n in counts.items()), key=lambda pair: order.index(pair[0].severity))
