"""Whether the published demand betrays a small count, to somebody who knows everything but the counts.

python -m benchmarks.demand_attack [--tables N]. The attacker knows the algorithm, all published rows, which cells can
occur at all, and their own contributions. They look at every raw table that fits: a count below K is recovered when it is
the same in all of them. This contains all differencing, of rows, months and weeks, for whatever follows from the rows holds
in every table that fits. What is recovered are single cells and the sums along any dimensions that are below K, an
untouched cell (0) too; a cell that cannot occur is known before and does not count.

Each published table meets the same attacker, so that the attack is seen to work where there is a leak.
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

from bot.demand import ALL, ROLL_UP, STEP, Cell, K, Row, partition, publish, rounded

MOST_CELLS = 9
CHUNK = 250
COMPARED = 10  # one table of so many is also published in the other ways
STEPS = 24  # of a walk to other tables that fit, before all of them are gone through

World = tuple[int, ...]  # one value for each unknown
Counts = Mapping[Cell, int]
Interval = tuple[int, int]


@dataclass(frozen=True)
class Sum:
    """What is known of a sum of unknowns, or of other sums."""

    parts: tuple["int | Sum", ...]
    low: int
    high: int


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
    promised: bool
    publish: Callable[[Counts], tuple[Row, ...]]
    read: Callable[[Sequence[Row], Sequence[Cell]], Iterator[Sum]]
    simulate: Callable[[Random], Case]


@dataclass(frozen=True)
class Score:
    hidden: int = 0
    recovered: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.hidden + other.hidden, self.recovered + other.recovered)


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
    constraints = Constraints(publication, case, published)
    for unknowns in sorted(same):
        if unknowns in same:
            world = next(filter(fits, others(constraints, case.truth, unknowns)), case.truth)
            same -= differing(same, world, case.truth)
    return Score(len(hidden), len(same))


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


# All worlds that fit


class Constraints:
    """Everything that the rows say, as variables with a lowest and a highest value, and sums that tie them together."""

    def __init__(self, publication: Publication, case: Case, published: Sequence[Sequence[Row]]) -> None:
        self.domains: list[Interval] = [(own, sys.maxsize) for own in case.own]
        self.sums: list[tuple[int, tuple[int, ...]]] = []
        for release, rows in zip(case.releases, published, strict=True):
            cells = []
            for members, added in zip(release.unknowns, release.added, strict=True):
                self.domains.append((added, added))
                cells.append(self._sum([*members, len(self.domains) - 1], 0, sys.maxsize))
            for what in publication.read(rows, case.cells):
                self._known(what, cells)

    def _known(self, what: "int | Sum", cells: Sequence[int]) -> int:
        if isinstance(what, int):
            return cells[what]
        return self._sum([self._known(part, cells) for part in what.parts], what.low, what.high)

    def _sum(self, parts: Sequence[int], low: int, high: int) -> int:
        self.domains.append((low, high))
        self.sums.append((len(self.domains) - 1, tuple(parts)))
        return len(self.domains) - 1

    def tied(self, unknown: int) -> set[int]:
        """All variables that the sums tie to this one, directly or through others."""
        found, grown = {unknown}, True
        while grown:
            before = len(found)
            for whole, parts in self.sums:
                if whole in found or not found.isdisjoint(parts):
                    found |= {whole, *parts}
            grown = len(found) > before
        return found


def others(constraints: Constraints, truth: World, unknowns: Sequence[int]) -> Iterator[World]:
    """Every world that fits the rows and in which this sum is another one.

    What the rows do not tie together is looked at one by one: the rest stays as it is.
    """
    left = set(unknowns)
    while left:
        tied = constraints.tied(min(left))
        moving = tuple(sorted(left & tied))
        left -= tied
        domains = [
            (truth[i], truth[i]) if i < len(truth) and i not in tied else domain
            for i, domain in enumerate(constraints.domains)
        ]
        sums = [*constraints.sums, (len(domains), moving)]
        value = total(truth, moving)
        for low, high in ((0, value - 1), (value + 1, sys.maxsize)):
            yield from solutions([*domains, (low, high)], sums, len(truth))


def solutions(domains: list[Interval], sums: Sequence[tuple[int, tuple[int, ...]]], unknowns: int) -> Iterator[World]:
    """Go through all values of the first so many variables for which every sum holds."""
    if not narrowed(domains, sums):
        return
    is_open = [i for i in range(unknowns) if domains[i][0] < domains[i][1]]
    if not is_open:
        yield tuple(low for low, _ in domains[:unknowns])
        return
    i = min(is_open, key=lambda i: domains[i][1] - domains[i][0])
    for value in range(domains[i][0], domains[i][1] + 1):
        yield from solutions([*domains[:i], (value, value), *domains[i + 1 :]], sums, unknowns)


def narrowed(domains: list[Interval], sums: Sequence[tuple[int, tuple[int, ...]]]) -> bool:
    """Narrow every variable to what the sums leave it, in place; False when nothing is left."""
    changed = True
    while changed:
        changed = False
        for whole, parts in sums:
            low, high = sum(domains[i][0] for i in parts), sum(domains[i][1] for i in parts)
            least, most = max(low, domains[whole][0]), min(high, domains[whole][1])
            if least > most:
                return False
            if (least, most) != domains[whole]:
                domains[whole], changed = (least, most), True
            for i in parts:
                a, b = domains[i]
                narrow = max(a, least - (high - b)), min(b, most - (low - a))
                if narrow[0] > narrow[1]:
                    return False
                if narrow != (a, b):
                    domains[i], changed = narrow, True
                    low, high = low + narrow[0] - a, high + narrow[1] - b
    return True


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
    kinds: tuple[Sequence[int], ...] = (range(13), range(K), (0, 0, 0, 1, 2), (8, 9, 9, 9, 10), (0, 1, 9, 10, 12, 13, 30))
    chosen = random.choice(kinds)
    return tuple(random.choice(chosen) for _ in range(n))


def random_own(random: Random, n: int, most: int) -> World:
    """The attacker's contributions, spread over a few cells."""
    own = [0] * n
    among = [random.randrange(n) for _ in range(random.randint(1, 3))]
    for _ in range(most):
        own[random.choice(among)] += 1
    return tuple(own)


def two_months(random: Random, known: int = K - 2) -> Case:
    """Two closed months that resemble each other; the attacker has made up to so many contributions in each."""
    cells = random_cells(random)
    n = len(cells)
    own = (*random_own(random, n, random.randint(0, known)), *random_own(random, n, random.randint(0, known)))
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


def late_arrivals(random: Random) -> Case:
    """One month, published while it runs or too early, and once more with what has come since."""
    cells = random_cells(random)
    n = len(cells)
    late = tuple(random.choice((0, 0, 1, 2)) for _ in range(n))
    first = Release(tuple((i,) for i in range(n)), (0,) * n)
    second = Release(tuple((i, n + i) for i in range(n)), (0,) * n)
    return Case(cells, (*random_counts(random, n), *late), (0,) * (2 * n), (first, second))


def still_world(random: Random) -> Case:
    """Months in which nothing changes but what the attacker adds, and the attacker knows it."""
    cells = random_cells(random)
    n = len(cells)
    unknowns = tuple((i,) for i in range(n))
    releases = [Release(unknowns, random_own(random, n, random.randint(0, K - 2))) for _ in range(3)]
    return Case(cells, random_counts(random, n), (0,) * n, tuple(releases))


# Publications


def publish_totals(counts: Counts) -> tuple[Row, ...]:
    """The usual table: exact numbers and totals, with what is below K left out."""
    cells = [*counts]
    sums = ((cell, sum(counts[cells[i]] for i in members)) for cell, members in margins(cells).items())
    return tuple(Row(cell, n) for cell, n in sums if n >= K)


def publish_without_room(counts: Counts) -> tuple[Row, ...]:
    """Our rows, each simply rounded."""
    return tuple(Row(block.cell, rounded(block.total)) for block in partition(counts))


PUBLICATIONS = (
    Publication("Nahbei: months, up to K - 2 known contributions", True, publish, read_rest, two_months),
    Publication("exact totals, small cells left out", False, publish_totals, read_totals, two_months),
    Publication("exact totals, published again with late arrivals", False, publish_totals, read_totals, late_arrivals),
    Publication("Nahbei without the room below K", False, publish_without_room, read_rest, two_months),
    Publication("Nahbei, published again with late arrivals", False, publish, read_rest, late_arrivals),
    Publication("Nahbei, K - 1 known contributions to one cell", False, publish, read_rest, almost_all_known),
    Publication("Nahbei, months in which nothing else changes", False, publish, read_rest, still_world),
)


def table(recovered: Recovered) -> Table:
    shown = Table("publication and attacker", "hidden counts", "recovered", "%", "promised")
    for publication in PUBLICATIONS:
        score = recovered.scores[publication.name]
        share = f"{100 * score.recovered / max(score.hidden, 1):.2f}"
        promise = "0" if publication.promised else ""
        shown.add_row(publication.name, f"{score.hidden:,}", f"{score.recovered:,}", share, promise)
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
    sys.exit(any(recovered.scores[p.name].recovered for p in PUBLICATIONS if p.promised))


if __name__ == "__main__":
    main()
