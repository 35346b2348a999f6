"""The table of another program, column by column, and a mapping of it in the making."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from catalog.columns import Layout
from catalog.mapping import Rule
from catalog.rows.cells import line, read_text
from catalog.sources.tables import Row, Table
from catalog.topics import Topics

LOOKED_AT = 400  # rows
MOST = 0.6  # share of cells that have to look like what a column is for
NOTHING = frozenset(
    {"_", "-", "–", "--", "/", "k.a.", "k. a.", "n/a", "null", "none", "nan", "keine angabe", "unbekannt"}
)


@dataclass(frozen=True)
class Theirs:
    """One column of the foreign table."""

    heading: str
    values: tuple[str, ...]  # that are not empty

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Its different values, the most frequent first."""
        return tuple(value for value, _ in Counter(self.values).most_common())

    def share(self, fits: Callable[[str], object]) -> float:
        return sum(bool(fits(value)) for value in self.values) / len(self.values) if self.values else 0.0


@dataclass
class Draft:
    """A mapping in the making."""

    columns: list[Theirs]
    layout: Layout
    topics: Topics
    rules: dict[str, Rule] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def take(self, key: str, theirs: Theirs) -> None:
        self.rules[key] = Rule(text=f"{{{theirs.heading}}}")
        self.taken.add(theirs.heading)

    def free(self) -> Iterator[Theirs]:
        return (theirs for theirs in self.columns if theirs.heading not in self.taken and theirs.values)


def columns_of(table: Table) -> Iterator[Theirs]:
    """Its columns, headed by its first row; signs for nothing are nothing."""
    head, *rows = table.rows or (Row(1, ()),)
    for at, cell in enumerate(head.cells):
        heading = line(read_text(cell).value)
        values = (line(read_text(row.cells[at]).value) for row in rows[:LOOKED_AT] if at < len(row.cells))
        if heading:
            yield Theirs(heading, tuple(value for value in values if value and value.casefold() not in NOTHING))
