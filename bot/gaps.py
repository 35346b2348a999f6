"""One gap report: what the catalog lacks, what families looked for there and did not find, and who sees to it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.demand import Demand, Row, summary
from catalog.coverage import Coverage
from catalog.places import Place
from catalog.text import clean

Status = Literal["open", "overdue", "done"]


@dataclass(frozen=True)
class Challenge:
    """A gap that somebody has taken on. An empty phase means every age, an empty district the whole municipality."""

    number: int
    group: str
    phase: str
    municipality: str
    district: str
    owner: str  # a role or a name, as the coordinator types it
    due: date
    done_on: date | None = None

    def status(self, today: date) -> Status:
        if self.done_on:
            return "done"
        return "overdue" if self.due < today else "open"


@dataclass(frozen=True)
class Line:
    """One line of the report: a topic group in a municipality. `offers` is None where the catalog does not reach."""

    group: str
    municipality: str
    county: str
    offers: int | None  # on the spot
    phases: tuple[str, ...]  # without anybody on the spot, somewhere in the municipality
    districts: tuple[str, ...]  # where families have to go elsewhere, whatever their children's age
    demand: Demand
    challenges: tuple[Challenge, ...]


def report(
    coverage: Coverage, months: Mapping[str, Iterable[Row]], challenges: Sequence[Challenge]
) -> tuple[Line, ...]:
    """Put supply and demand side by side: what families missed most comes first, then what is missing at most ages."""
    needs = _by_place(summary(months))
    here = [
        _line(coverage, group, municipality, needs, challenges)
        for group in coverage.groups
        for municipality in coverage.areas.municipalities
    ]
    lines = [line for line in here if line.phases or line.challenges or _in_vain(line.demand)]
    elsewhere = [need for need in needs if _in_vain(need) and need not in (line.demand for line in here)]
    lines += [Line(need.group, need.municipality, need.county, None, (), (), need, ()) for need in elsewhere]
    return tuple(sorted(lines, key=lambda line: (-line.demand.nothing, -len(line.phases), -line.demand.widened)))


def reached_since(coverage: Coverage, challenge: Challenge) -> int:
    """How many offers are on the spot by now where something was missing."""
    areas = _positions(coverage, challenge.municipality, challenge.district)
    if challenge.group not in coverage.groups or not areas:
        return 0
    reach = coverage.reach(challenge.group, challenge.phase or None, areas)
    if reach is None:
        return 0
    return reach.here if challenge.district else reach.on_site


def _line(
    coverage: Coverage, group: str, municipality: str, needs: Iterable[Demand], challenges: Iterable[Challenge]
) -> Line:
    areas = _positions(coverage, municipality)
    county = next(place.county or "" for place in coverage.areas if place.name == municipality)
    everybody = coverage.reach(group, None, areas)
    meant = (need for need in needs if need.group == group and _is_of(need, municipality, county))
    return Line(
        group=group,
        municipality=municipality,
        county=county,
        offers=everybody.on_site if everybody else 0,
        phases=tuple(phase for phase in coverage.phases if _is_missing(coverage, group, phase, areas)),
        districts=tuple(
            place.district
            for i, place in enumerate(coverage.areas)
            if i in areas and place.district and not _is_here(coverage, group, i)
        ),
        demand=next(meant, Demand(group, county, municipality)),
        challenges=tuple(c for c in challenges if c.group == group and clean(c.municipality) == clean(municipality)),
    )


def _is_missing(coverage: Coverage, group: str, phase: str, areas: Sequence[int]) -> bool:
    reaches = (coverage.reach(group, phase, [area]) for area in areas)
    return any(reach is not None and reach.is_gap for reach in reaches)


def _is_here(coverage: Coverage, group: str, area: int) -> bool:
    reach = coverage.reach(group, None, [area])
    return bool(reach and reach.here)


def _positions(coverage: Coverage, municipality: str, district: str = "") -> list[int]:
    def is_meant(place: Place) -> bool:
        return clean(place.name) == clean(municipality) and clean(district) in {"", clean(place.district or "")}

    return [i for i, place in enumerate(coverage.areas) if is_meant(place)]


def _is_of(need: Demand, municipality: str, county: str) -> bool:
    is_same_county = not need.county or not county or clean(need.county) == clean(county)
    return is_same_county and clean(need.municipality) == clean(municipality)


def _in_vain(need: Demand) -> bool:
    return bool(need.nothing or need.widened)


def _by_place(demand: Iterable[Demand]) -> list[Demand]:
    """Only where a place is named: a rest of all other places belongs to none of them."""
    return [line for line in demand if line.municipality not in {"", "*"} and line.group not in {"", "*"}]
