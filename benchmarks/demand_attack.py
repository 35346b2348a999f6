"""Whether the published demand betrays a small count to somebody who knows everything but the counts.

python -m benchmarks.demand_attack [--tables N]

The attacker knows the algorithm, all published rows, which cells can occur at all, and their own contributions. They look
at every raw table that fits: a count below K is recovered when it is the same in all of them. That contains differencing of
rows, weeks and months, for whatever follows from the rows holds in every table that fits them. Counts are single cells and
their sums along any dimensions. An untouched cell that might have been touched is a count too (0); a cell that cannot occur
is known to be empty before anything is published, and is none.

The same attacker meets other ways to publish, and what is not promised, so that the attack is seen to work.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import product
from math import prod
from random import Random

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.demand_worlds import Constraints, Sum, World, others
from bot.demand import ALL, ROLL_UP, STEP, Cell, K, Row, partition, publish, rounded

MOST_CELLS = 9
CHUNK = 250
COMPARED = 10  # one table of so many is also published in the other ways
STEPS = 24  # of a walk to other tables that fit, before all of them are gone through
MOST_STEPS = 1000  # of going through all tables that fit, before it is given up

Counts = Mapping[Cell, int]


@dataclass(frozen=True)
class Release:
    """One publication: which unknowns make up each cell, and what the attacker has added to them since."""

    unknowns: tuple[tuple[int, ...], ...]
    added: World

    def counts(self, cells: Sequence[Cell], world: World) -> Counts:
        return {
            cell: added + sum(world[i] for i in unknowns)
            for cell, unknowns, added in zip(cells, self.unknowns, self.added, strict=True)
        }


@dataclass(frozen=True)
class Case:
    """What there is to recover: the truth, and at least how much of each unknown the attacker has made."""

    cells: tuple[Cell, ...]
    truth: World
    own: World
    releases: tuple[Release, ...]


@dataclass(frozen=True)
class Publication:
    """A way to publish, how its rows are read, and a situation in which somebody reads them."""

    name: str
    publish: Callable[[Counts], tuple[Row, ...]]
    read: Callable[[Sequence[Row], Sequence[Cell]], Iterator[Sum]]
    simulate: Callable[[Random], Case]
    promised: bool = False


@dataclass(frozen=True)
class Score:
    """Sums below K: all, those that the attacker knows exactly, and those for which the search was given up."""

    hidden: int = 0
    recovered: int = 0
    undecided: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.hidden + other.hidden, self.recovered + other.recovered, self.undecided + other.undecided)


@dataclass(frozen=True)
class Recovered:
    """How many counts below K there were in each publication, and how many of them the attacker knows exactly."""

    scores: Mapping[str, Score] = field(default_factory=dict)

    def __add__(self, other: "Recovered") -> "Recovered":
        names = [*dict.fromkeys((*self.scores, *other.scores))]
        return Recovered({n: self.scores.get(n, Score()) + other.scores.get(n, Score()) for n in names})


def attack(tables: int, seed: int, publications: Iterable[Publication] | None = None) -> Recovered:
    """Attack so many random tables as we publish them, and every tenth of them as it is compared with."""
    scores = {}
    for publication in PUBLICATIONS if publications is None else publications:
        world, steps = Random(seed), Random(seed)  # noqa: S311 a simulation, the same tables for all
        score = Score()
        for _ in range(tables if publication.promised else -(-tables // COMPARED)):
            score += attacked(publication, publication.simulate(world), steps)
        scores[publication.name] = score
    return Recovered(scores)


def attacked(publication: Publication, case: Case, random: Random) -> Score:
    """Count the hidden sums of one case, and those that are the same in every world that fits."""
    published = [publication.publish(release.counts(case.cells, case.truth)) for release in case.releases]

    def fits(world: World) -> bool:
        pairs = zip(case.releases, published, strict=True)
        return all(publication.publish(release.counts(case.cells, world)) == rows for release, rows in pairs)

    hidden = set(hidden_sums(case))
    same = set(hidden)
    for world in walk(case, fits, random):
        same -= differing(same, world, case.truth)
    constraints = known(publication, case, published)
    undecided = set()
    for unknowns in sorted(same):
        for step, other in enumerate(others(constraints, case.truth, unknowns) if unknowns in same else ()):
            if other and fits(other):
                same -= differing(same, other, case.truth)
                break
            if step == MOST_STEPS:
                undecided.add(unknowns)
                break
    return Score(len(hidden), len(same - undecided), len(same & undecided))


def known(publication: Publication, case: Case, published: Sequence[Sequence[Row]]) -> Constraints:
    """Everything that the rows of all releases say together."""
    constraints = Constraints(case.own)
    for release, rows in zip(case.releases, published, strict=True):
        cells = [constraints.add_cell(*cell) for cell in zip(release.unknowns, release.added, strict=True)]
        for said in publication.read(rows, case.cells):
            constraints.add_sum(said, cells)
    return constraints


def differing(sums: Iterable[tuple[int, ...]], world: World, truth: World) -> set[tuple[int, ...]]:
    return {unknowns for unknowns in sums if total(world, unknowns) != total(truth, unknowns)}


def total(world: World, unknowns: Iterable[int]) -> int:
    return sum(world[i] for i in unknowns)


def hidden_sums(case: Case) -> Iterator[tuple[int, ...]]:
    """The unknowns behind every cell, and every sum of cells along dimensions, that is below K."""
    for release in case.releases:
        counts = release.counts(case.cells, case.truth)
        for members in margins(case.cells).values():
            if sum(counts[case.cells[i]] for i in members) < K:
                yield tuple(sorted(unknown for i in members for unknown in release.unknowns[i]))


def margins(cells: Sequence[Cell]) -> dict[Cell, tuple[int, ...]]:
    """Every cell with any of its dimensions rolled up, and which cells it sums up."""
    varying = [name for name in ROLL_UP if len({getattr(cell, name) for cell in cells}) > 1]
    sums: dict[Cell, tuple[int, ...]] = {}
    for kept in product((True, False), repeat=len(varying)):
        rolled = {name: ALL for name, keep in zip(varying, kept, strict=True) if not keep}
        for i, cell in enumerate(cells):
            key = replace(cell, **rolled)
            sums[key] = (*sums.get(key, ()), i)
    return sums


def walk(case: Case, fits: Callable[[World], bool], random: Random) -> Iterator[World]:
    """Other worlds that fit, found by small steps from the truth: quick, and never a wrong answer."""
    world = list(case.truth)
    for _ in range(STEPS):
        moved = list(world)
        moved[random.randrange(len(world))] += random.choice((-1, 1))
        if random.random() < 0.7:
            moved[random.randrange(len(world))] += random.choice((-1, 1))
        if all(n >= own for n, own in zip(moved, case.own, strict=True)) and fits(tuple(moved)):
            world = moved
            yield tuple(world)


# What rows say


def read_rest(rows: Sequence[Row], cells: Sequence[Cell]) -> Iterator[Sum]:
    """Read rows of which each is the rest that no finer row holds: how the parts hang together, and how large each is."""
    published = dict(rows)
    parts: dict[Cell, list[int | Sum]] = {cell: [i] for i, cell in enumerate(cells)}
    for dimension in (None, *ROLL_UP):
        merged: dict[Cell, list[int | Sum]] = {}
        for cell, inner in parts.items():
            merged.setdefault(replace(cell, **{dimension: ALL}) if dimension else cell, []).extend(inner)
        parts = {}
        for cell, inner in merged.items():
            if cell in published:
                low, high = max(K, published[cell] - STEP // 2), published[cell] + STEP // 2
                yield Sum(tuple(inner), low, high + ((high + 1) % (K - 1) == 0))  # one more where no part has room
            else:
                parts[cell] = [Sum(tuple(inner), 0, K - 1)]
    for inner in parts.values():
        yield from (part for part in inner if isinstance(part, Sum))


def read_totals(rows: Sequence[Row], cells: Sequence[Cell]) -> Iterator[Sum]:
    """Read exact sums; what is not there is below K."""
    published = dict(rows)
    for cell, members in margins(cells).items():
        yield Sum(members, published.get(cell, 0), published.get(cell, K - 1))


# Situations


def random_cells(random: Random) -> tuple[Cell, ...]:
    """A few cells along one to three dimensions, of which some cannot occur."""
    sizes: dict[str, int] = {}
    while not 2 <= prod(sizes.values()) <= MOST_CELLS or not sizes:
        sizes = {name: random.randint(2, 4) for name in random.sample([*ROLL_UP, "outcome"], random.randint(1, 3))}
    whole = Cell("county", "town", "district", "group", "band", "lang", "outcome")
    values = product(*([(name, f"{name} {i}") for i in range(size)] for name, size in sizes.items()))
    cells = [replace(whole, **dict(chosen)) for chosen in values]
    return tuple(sorted(random.sample(cells, random.randint(2, len(cells)))))


def random_counts(random: Random, n: int) -> World:
    """Counts near the borders, where a leak would be."""
    kinds: tuple[Sequence[int], ...] = (
        range(13),
        range(K),
        (0, 0, 0, 1, 2),
        (8, 9, 9, 9, 10),
        (0, 1, 9, 10, 12, 13, 30),
    )
    chosen = random.choice(kinds)
    return tuple(random.choice(chosen) for _ in range(n))


def random_own(random: Random, n: int, most: int) -> World:
    """The attacker's contributions, at most so many, in a few cells."""
    own = [0] * n
    among = [random.randrange(n) for _ in range(random.randint(1, 3))]
    for _ in range(random.randint(0, most)):
        own[random.choice(among)] += 1
    return tuple(own)


def two_months(random: Random) -> Case:
    """Two closed months that resemble each other; the attacker has made up to K - 2 contributions in each."""
    cells = random_cells(random)
    n = len(cells)
    own = (*random_own(random, n, K - 2), *random_own(random, n, K - 2))
    first = random_counts(random, n)
    second = tuple(max(0, count + random.choice((-1, 0, 0, 0, 1))) for count in first)
    truth = tuple(max(pair) for pair in zip((*first, *second), own, strict=True))
    months = (range(n), range(n, 2 * n))
    return Case(cells, truth, own, tuple(Release(tuple((i,) for i in month), (0,) * n) for month in months))


def almost_all_known(random: Random) -> Case:
    """One month in which the attacker has made K - 1 contributions to one cell."""
    cells = random_cells(random)
    n = len(cells)
    own = random.sample((K - 1, *(0,) * (n - 1)), n)
    truth = tuple(max(pair) for pair in zip(random_counts(random, n), own, strict=True))
    return Case(cells, truth, tuple(own), (Release(tuple((i,) for i in range(n)), (0,) * n),))


def twice(random: Random) -> Case:
    """One month, published before it is over, and once more with what has come since."""
    cells = random_cells(random)
    n = len(cells)
    late = tuple(random.choice((0, 0, 1, 2)) for _ in range(n))
    first = Release(tuple((i,) for i in range(n)), (0,) * n)
    second = Release(tuple((i, n + i) for i in range(n)), (0,) * n)
    return Case(cells, (*random_counts(random, n), *late), (0,) * (2 * n), (first, second))


def still_months(random: Random) -> Case:
    """Months in which nothing changes but what the attacker adds, and the attacker knows it."""
    cells = random_cells(random)
    n = len(cells)
    unknowns = tuple((i,) for i in range(n))
    releases = [Release(unknowns, random_own(random, n, K - 2)) for _ in range(3)]
    return Case(cells, random_counts(random, n), (0,) * n, tuple(releases))


# Publications


def publish_totals(counts: Counts) -> tuple[Row, ...]:
    """The usual table: exact numbers and totals, with what is below K left out."""
    cells = [*counts]
    sums = ((cell, sum(counts[cells[i]] for i in members)) for cell, members in margins(cells).items())
    return tuple(Row(cell, n) for cell, n in sums if n >= K)


def publish_simply(counts: Counts) -> tuple[Row, ...]:
    """Our rows, each simply rounded."""
    return tuple(Row(block.cell, rounded(block.total)) for block in partition(counts))


PUBLICATIONS = (
    Publication("Nahbei", publish, read_rest, two_months, promised=True),
    Publication("exact totals", publish_totals, read_totals, two_months),
    Publication("exact totals, every week", publish_totals, read_totals, twice),
    Publication("Nahbei, simply rounded", publish_simply, read_rest, two_months),
    Publication("Nahbei, every week", publish, read_rest, twice),
    Publication("Nahbei, K - 1 known", publish, read_rest, almost_all_known),
    Publication("Nahbei, still months", publish, read_rest, still_months),
)


def table(recovered: Recovered) -> Table:
    shown = Table("publication", "hidden counts", "recovered", "%", "given up", "promised")
    for publication in PUBLICATIONS:
        score = recovered.scores[publication.name]
        share = f"{100 * score.recovered / max(score.hidden, 1):.2f}"
        promise = "0" if publication.promised else ""
        shown.add_row(
            publication.name, f"{score.hidden:,}", f"{score.recovered:,}", share, f"{score.undecided:,}", promise
        )
    return shown


def main() -> None:
    parser = ArgumentParser(description="Attack the published demand.")
    parser.add_argument("--tables", type=int, default=100_000, metavar="N", help="how many random tables")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sizes = [min(CHUNK, asked.tables - start) for start in range(0, asked.tables, CHUNK)]
    recovered = Recovered()
    with Progress() as progress, ProcessPoolExecutor() as pool:
        bar = progress.add_task("tables", total=asked.tables)
        seeds = range(asked.seed * 1_000_000, asked.seed * 1_000_000 + len(sizes))
        for size, part in zip(sizes, pool.map(attack, sizes, seeds), strict=True):
            recovered += part
            progress.advance(bar, size)
    Console().print(table(recovered))
    kept = (recovered.scores[publication.name] for publication in PUBLICATIONS if publication.promised)
    sys.exit(any(score.recovered or score.undecided for score in kept))


if __name__ == "__main__":
    main()
