"""What families look for and do not find, in numbers that give nobody away.

`publish` turns the exact counts of one closed month into the rows that people may see. Every contribution ends up in one
row or in none. A cell of K or more stands alone. The smaller ones are merged one dimension at a time, in the order of
ROLL_UP, and tested again; what is still below K at the end is dropped. Rows are rounded to STEP. A row with "*" is the
rest: it never contains what stands in a finer row. The outcome is never merged.

Promised. Somebody may know this algorithm, the rows of all months, which cells can occur at all, and up to K - 2 of a
month's contributions, their own. Even so no count below K follows from the rows: neither of a cell nor of any sum of
cells. Why: the merged cells form a tree, so a month says three things only, "this cell is n, give or take 2", "this rest
is n, give or take 2 or 3, and each of its m parts is below K", "this rest is below K". The first is about counts of at
least K; the third leaves 0 to K - 1. The second could tell only where the parts have no room, m * (K - 1): two nines make
18, 18 is rounded to 20, and no other two parts make 20. Such a row is therefore rounded as if one were missing.
`benchmarks/demand_attack.py` tries to break this.

Not promised:
- That nothing is learned. A missing row says "fewer than K".
- Anything against somebody who knows K - 1 contributions of a row or more, say because they made them, on many accounts
  or by deleting one again and again: when the row appears, one more family has asked. A secret threshold would only make
  this slower. What does blunt it lies in the counting, where one chat should count for as little as possible.
- Anything against somebody who knows that nothing but their own contributions changed from month to month.
- That K contributions are K families: a chat counts once for each topic and week, and a group has several topics.
- Anything once a month is published twice, before it is over, or beside another exact total of the same contributions.
  Late arrivals are never published, and no counter may run along.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, get_args

from bot.dialogue.model import Outcome

K = 10
STEP = 5
ALL = "*"
OUTCOMES: tuple[str, ...] = get_args(Outcome)
ROLL_UP = ("lang", "band", "district", "municipality", "county", "group")


@dataclass(frozen=True, order=True)
class Cell:
    """What one contribution says. "" is unknown, "*" the rest of all values."""

    county: str
    municipality: str
    district: str
    group: str
    band: str
    lang: str
    outcome: str


class Row(NamedTuple):
    """A published cell and its rounded number."""

    cell: Cell
    n: int


class Block(NamedTuple):
    """A row before rounding: the exact sum, and how many non-empty parts, each below K, were merged into it."""

    cell: Cell
    total: int
    parts: int


def publish(counts: Mapping[Cell, int]) -> tuple[Row, ...]:
    """Turn the exact counts of one closed month into rows. Once for each month: a second time, with more, would tell."""
    return tuple(Row(block.cell, rounded(_with_room(block))) for block in partition(counts))


def partition(counts: Mapping[Cell, int]) -> tuple[Block, ...]:
    """Merge what is too small until it is large enough; what never is, is left out."""
    rest = _counted(counts)
    blocks = [Block(cell, n, 1) for cell, n in rest.items() if n >= K]
    for dimension in ROLL_UP:
        merged: dict[Cell, list[int]] = defaultdict(list)
        for cell, n in rest.items():
            if n < K:
                merged[replace(cell, **{dimension: ALL})].append(n)
        rest = {cell: sum(parts) for cell, parts in merged.items()}
        blocks += [Block(cell, rest[cell], len(parts)) for cell, parts in merged.items() if rest[cell] >= K]
    return tuple(sorted(blocks))


def rounded(n: int) -> int:
    """Round to the nearest STEP: 10 to 12 become 10, 13 to 17 become 15."""
    return (n + STEP // 2) // STEP * STEP


def _with_room(block: Block) -> int:
    """Leave the parts of a merged row room below K, or the rounded sum would say that each is K - 1."""
    return block.total if block.parts == 1 else min(block.total, block.parts * (K - 1) - 1)


def _counted(counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """Leave out empty cells. A place may be called "*": it becomes unknown, for in a row it would look like a rest."""
    cells: dict[Cell, int] = defaultdict(int)
    for cell, n in counts.items():
        strange = {name: "" for name in ROLL_UP if getattr(cell, name) == ALL}
        if n > 0:
            cells[replace(cell, **strange) if strange else cell] += n
    return cells


@dataclass(frozen=True)
class Demand:
    """One line of the coordinator's table: a topic group in a municipality, over all published months."""

    group: str
    county: str
    municipality: str
    found: int = 0
    widened: int = 0
    nothing: int = 0
    helped: int = 0
    not_helped: int = 0


def summary(months: Mapping[str, Iterable[Row]]) -> tuple[Demand, ...]:
    """Sum up published rows by topic group and municipality, the largest gap first."""
    return _summed((cell.group, cell.county, cell.municipality, cell.outcome, n) for cell, n in _rows(months))


def by_group(months: Mapping[str, Iterable[Row]]) -> tuple[Demand, ...]:
    """Sum up published rows by topic group, wherever it was asked for."""
    return _summed((cell.group, ALL, ALL, cell.outcome, n) for cell, n in _rows(months))


def _rows(months: Mapping[str, Iterable[Row]]) -> Iterator[Row]:
    return (row for rows in months.values() for row in rows)


def _summed(numbers: Iterable[tuple[str, str, str, str, int]]) -> tuple[Demand, ...]:
    lines: dict[tuple[str, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for group, county, municipality, outcome, n in numbers:
        lines[group, county, municipality][outcome] += n
    demand = (
        Demand(group, county, municipality, **{name: sums[name] for name in OUTCOMES})
        for (group, county, municipality), sums in lines.items()
    )
    return tuple(sorted(demand, key=_gap))


def _gap(line: Demand) -> tuple[int | str, ...]:
    """What is missing comes first; ties go by name, so that a page looks the same each time."""
    return -line.nothing, -line.widened, -line.found, line.group, line.county, line.municipality
