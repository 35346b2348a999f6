"""What a check of a catalog has found: counted, in the order in which somebody would mend it, and as lines for scripts."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from catalog.changes import Difference, compare
from catalog.checks import Surroundings, check
from catalog.checks.times import is_over
from catalog.model import Offer
from catalog.problems import Lang, Problem, Severity, Spot
from catalog.sources.base import Source

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "notice")
Fate = Literal["shown", "later", "over", "unchecked"]  # of an offer, when it is published today
FATES: tuple[Fate, ...] = ("shown", "later", "over", "unchecked")


@dataclass(frozen=True)
class Report:
    """`fates`: how many offers families would see, and why not the others; `left_out`: rows that could not be used.

    `difference`: from what is published; None when nothing is.
    """

    name: str
    offers: int
    problems: tuple[Problem, ...]
    fates: Mapping[Fate, int]
    left_out: int = 0
    difference: Difference | None = None

    @cached_property
    def by_severity(self) -> Mapping[Severity, Sequence[Problem]]:
        ordered = sorted(self.problems, key=_place)
        return {severity: [p for p in ordered if p.severity == severity] for severity in SEVERITIES}

    @property
    def is_clean(self) -> bool:
        """Whether it can be published; warnings and notices do not hinder."""
        return not self.by_severity["error"]


def examine(name: str, source: Source, around: Surroundings) -> Report:
    """Check a catalog, and say what publishing it today would do. `name`: of the file, as somebody would call it."""
    return Report(
        name,
        len(source.offers),
        check(source, around),
        Counter(_fate(offer, around) for offer in source.offers),
        _left_out(source),
        compare(around.published.values(), source.offers) if around.published else None,
    )


def _left_out(source: Source) -> int:
    """How many rows could not be used: those with an error at which no offer stands."""
    used = {_row(spot) for spot in source.spots.values()}
    refused = {_row(p.spot) for p in source.problems if p.severity == "error" and (p.spot.row or p.spot.offer)}
    return len(refused - used)


def _row(spot: Spot) -> tuple[str, str, int | str]:
    return spot.file, spot.sheet, spot.row or spot.offer


def _fate(offer: Offer, around: Surroundings) -> Fate:
    if is_over(offer, around.today):
        return "over"
    if offer.valid_from and offer.valid_from > around.today:
        return "later"
    checked = offer.verified_on
    is_fresh = checked is not None and (around.today - checked).days <= around.freshness.hidden_days
    return "shown" if is_fresh or offer.helpline else "unchecked"


def _place(problem: Problem) -> tuple[str, str, int, str]:
    spot = problem.spot
    return spot.file, spot.sheet, spot.row or 0, spot.column


def lines(report: Report, lang: Lang) -> Iterator[dict[str, Any]]:
    """One object with the numbers, then one for each problem."""
    counts = {f"{severity}s": len(problems) for severity, problems in report.by_severity.items()}
    fates: dict[str, int] = {fate: report.fates.get(fate, 0) for fate in FATES}
    yield {"catalog": report.name, "offers": report.offers, "left_out": report.left_out, **counts, **fates}
    for severity in SEVERITIES:
        for problem in report.by_severity[severity]:
            what, right = problem.said(lang)
            found = {"severity": severity, "code": problem.code, "value": problem.value, "what": what, "right": right}
            yield {**vars(problem.spot), **found}
