"""All worlds that fit what is known: small unknown numbers, each with a lowest and a highest value, and their sums."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

World = tuple[int, ...]  # one value for each unknown
Interval = tuple[int, int]


@dataclass(frozen=True)
class Sum:
    """What is known of a sum of cells, or of other sums."""

    parts: tuple["int | Sum", ...]
    low: int
    high: int


class Constraints:
    """What is known, as variables with a lowest and a highest value, and sums that tie them together."""

    def __init__(self, least: World) -> None:
        self.domains: list[Interval] = [(low, sys.maxsize) for low in least]
        self.sums: list[tuple[int, tuple[int, ...]]] = []

    def add_cell(self, unknowns: Sequence[int], added: int) -> int:
        """Name the variable of a cell that is made of these unknowns and of what is known to have been added."""
        self.domains.append((added, added))
        return self._sum([*unknowns, len(self.domains) - 1], 0, sys.maxsize)

    def add_sum(self, known: "int | Sum", cells: Sequence[int]) -> int:
        """Name the variable of a sum; its ints are cells."""
        if isinstance(known, int):
            return cells[known]
        return self._sum([self.add_sum(part, cells) for part in known.parts], known.low, known.high)

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


def others(constraints: Constraints, truth: World, unknowns: Sequence[int]) -> Iterator[World | None]:
    """Every world that fits the rows and in which this sum is another one; None for each step without one.

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
        value = sum(truth[i] for i in moving)
        for low, high in ((0, value - 1), (value + 1, sys.maxsize)):
            yield from solutions([*domains, (low, high)], sums, len(truth))


def solutions(
    domains: list[Interval], sums: Sequence[tuple[int, tuple[int, ...]]], unknowns: int
) -> Iterator[World | None]:
    """Go through all values of the first so many variables for which every sum holds; None for each step without."""
    if not narrowed(domains, sums):
        yield None
        return
    is_open = [i for i in range(unknowns) if domains[i][0] < domains[i][1]]
    if not is_open:
        yield tuple(low for low, _ in domains[:unknowns])
        return
    yield None
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
