"""What a file would publish: its content, how it differs from what is published, and what stands against it."""

from collections.abc import Iterable
from dataclasses import dataclass

from catalog.changes import Caution, Difference, cautions, compare
from catalog.helplines import Helplines
from catalog.problems import Problem
from catalog.sources.base import Source
from catalog.topics import Topics
from catalog.versions import Content, Packed, Published, Version, pack, unpack


@dataclass(frozen=True)
class Draft:
    """A file beside the version that it would follow."""

    packed: Packed
    base: Version | None
    difference: Difference
    cautions: tuple[Caution, ...]
    errors: tuple[Problem, ...]

    @property
    def number(self) -> int:
        """Of the version that it would follow; 0 when it would be the first."""
        return self.base.number if self.base else 0

    @property
    def removes(self) -> bool:
        return bool(self.difference.removed)

    @property
    def is_news(self) -> bool:
        """Whether anything would be another: an offer, a place, the catalog's name."""
        return self.base is None or self.base.checksum != self.packed.checksum


def draft(
    source: Source, problems: Iterable[Problem], published: Published | None, topics: Topics, helplines: Helplines
) -> Draft:
    """Put a file beside what is published. Offers are compared with the file that was published, not with what was
    confirmed since: a check is no change of the file.
    """
    packed = pack(Content(source.name, source.offers, source.places))
    before = unpack(published.content).offers if published else ()
    return Draft(
        packed=packed,
        base=published.version if published else None,
        difference=compare(before, source.offers),
        cautions=cautions(before, source.offers, topics, helplines),
        errors=tuple(problem for problem in problems if problem.severity == "error"),
    )
