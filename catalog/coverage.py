"""What there is for families, for whom and where: the stock-taking of a prevention chain, and its gaps.

A cell is a topic group, a life phase and a district. An offer counts in it when one of its topics concerns that phase,
when the ages have something in common, and when somebody of that district may come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import product
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from catalog.areas import Areas, Nearness, areas_of, nearness
from catalog.model import Offer, spoken_as
from catalog.places import Place
from catalog.search import Freshness, last_day
from catalog.topics import Phase, Topics

By = Literal["phase", "district", "language", "staffing"]
Level = Literal["here", "around", "remote", "nothing"]
Chosen = NDArray[np.bool_]  # offers, one by one
STAFFINGS = ("pro", "volunteer")
COMMON_MONTHS = 3  # "0 to 3 years" touches the phase from 3 to 6 by a month, and is not for it


class Reach(NamedTuple):
    """How many offers come how close."""

    here: int
    around: int
    remote: int

    @property
    def on_site(self) -> int:
        return self.here + self.around

    @property
    def level(self) -> Level:
        if self.here:
            return "here"
        if self.around:
            return "around"
        return "remote" if self.remote else "nothing"

    @property
    def is_gap(self) -> bool:
        """A telephone line is no help close by: the gap stays one, and the cell says what there is."""
        return not self.on_site


class Gap(NamedTuple):
    """A cell in which nobody is there for families on the spot."""

    group: str
    phase: str
    area: Place
    reach: Reach


@dataclass(frozen=True)
class Grid:
    """A table of topic groups against something else; None where nobody asks: a baby needs no homework club."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Reach | None, ...]], ...]

    def narrow(self, columns: int) -> Self:
        """Keep the first columns only."""
        return replace(
            self, columns=self.columns[:columns], rows=tuple((name, cells[:columns]) for name, cells in self.rows)
        )


@dataclass(frozen=True, eq=False)
class Coverage:
    """All offers that are shown today, as arrays over groups, phases and areas."""

    offers: tuple[Offer, ...]
    left_out: int  # expired, or too long not checked
    areas: Areas
    groups: tuple[str, ...]
    phases: tuple[str, ...]
    asked: Chosen  # [group, phase]
    serves: Chosen  # [offer, group, phase]
    nearness: NDArray[np.int8]  # [offer, area]

    @classmethod
    def survey(
        cls,
        offers: Sequence[Offer],
        places: Iterable[Place],
        topics: Topics,
        today: date,
        freshness: Freshness = Freshness(),
    ) -> Self:
        """Look once at every offer that families are shown today, in the catalog's own places."""
        shown = tuple(offer for offer in offers if _is_shown(offer, today, freshness))
        areas = areas_of(shown, places)
        near = [nearness(offer, areas) for offer in shown]
        return cls(
            offers=shown,
            left_out=len(offers) - len(shown),
            areas=areas,
            groups=tuple(topics.groups),
            phases=tuple(topics.phases),
            asked=_asked(topics),
            serves=np.array([_serves(offer, topics) for offer in shown], bool).reshape(-1, *_shape(topics)),
            nearness=np.array(near, np.int8).reshape(len(shown), len(areas)),
        )

    def reach(
        self, group: str, phase: str | None = None, areas: Sequence[int] | None = None, among: Chosen | None = None
    ) -> Reach | None:
        """Count the offers of a cell, each once. Without a phase: of any. Of several areas the nearest counts.

        None where no topic of the group concerns the phase.
        """
        at = self.groups.index(group)
        if phase is None:
            serving = self.serves[:, at].any(axis=1)
        elif not self.asked[at, self.phases.index(phase)]:
            return None
        else:
            serving = self.serves[:, at, self.phases.index(phase)]
        chosen = serving if among is None else serving & among
        near = self.nearness if areas is None else self.nearness[:, list(areas)]
        counts = np.bincount(near[chosen].max(axis=1, initial=0), minlength=len(Nearness))
        return Reach(*(int(counts[n]) for n in (Nearness.HERE, Nearness.AROUND, Nearness.REMOTE)))

    def grid(self, by: By = "phase", areas: Sequence[int] | None = None) -> Grid:
        """Lay the groups out against phases, districts, languages or staffing; `areas` narrows it to some of them."""
        columns: tuple[str, ...]
        match by:
            case "phase":
                columns = self.phases
                cells = {(g, p): self.reach(g, p, areas) for g, p in product(self.groups, columns)}
            case "district":
                columns = tuple(str(i) for i in range(len(self.areas)))
                cells = {(g, i): self.reach(g, None, [int(i)]) for g, i in product(self.groups, columns)}
            case "language":
                columns = self.languages
                cells = {(g, lang): self._spoken(g, lang, areas) for g, lang in product(self.groups, columns)}
            case "staffing":
                columns = STAFFINGS
                cells = {(g, s): self.reach(g, None, areas, self.staffed(s)) for g, s in product(self.groups, columns)}
        return Grid(columns, tuple((g, tuple(cells[g, column] for column in columns)) for g in self.groups))

    def gaps(self) -> tuple[Gap, ...]:
        """Every cell without anybody on the spot, in the order of groups, phases and areas."""
        cells = (
            (group, phase, area, self.reach(group, phase, [i]))
            for group, phase in product(self.groups, self.phases)
            for i, area in enumerate(self.areas)
        )
        return tuple(Gap(g, p, area, reach) for g, p, area, reach in cells if reach is not None and reach.is_gap)

    @property
    def on_site(self) -> int:
        """How many offers there are on the spot, in any area."""
        return int((self.nearness.max(axis=1, initial=0) >= Nearness.AROUND).sum())

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages that somebody speaks at an offer on the spot, the most frequent first."""
        on_site = self.nearness.max(axis=1, initial=0) >= Nearness.AROUND
        spoken = [lang for offer, near in zip(self.offers, on_site, strict=True) if near for lang in offer.languages]
        return tuple(sorted(set(spoken), key=lambda lang: (-spoken.count(lang), lang)))

    def speaking(self, lang: str) -> Chosen:
        return np.array([bool(spoken_as(lang) & {*offer.languages}) for offer in self.offers], bool)

    def staffed(self, staffing: str) -> Chosen:
        """An offer that professionals and volunteers run together counts for both; an unknown one for neither."""
        return np.array([offer.staffing in {staffing, "mixed"} for offer in self.offers], bool)

    def _spoken(self, group: str, lang: str, areas: Sequence[int] | None) -> Reach | None:
        """On the spot in this language; on the spot with an interpreter; by telephone in this language."""
        spoken = self.speaking(lang)
        interpreted = np.array([offer.interpreter != "no" for offer in self.offers], bool) & ~spoken
        own, others = self.reach(group, None, areas, spoken), self.reach(group, None, areas, interpreted)
        return own and others and Reach(own.on_site, others.on_site, own.remote)


def _is_shown(offer: Offer, today: date, freshness: Freshness) -> bool:
    """Whether families see it today; a helpline is checked with the program."""
    if (offer.valid_from and today < offer.valid_from) or today > (last_day(offer) or today):
        return False
    if offer.helpline:
        return True
    return offer.verified_on is not None and (today - offer.verified_on).days <= freshness.hidden_days


def _shape(topics: Topics) -> tuple[int, int]:
    return len(topics.groups), len(topics.phases)


def _asked(topics: Topics) -> Chosen:
    return np.array(
        [
            [
                any(not topic.phases or phase in topic.phases for topic in topics.of_group(group))
                for phase in topics.phases
            ]
            for group in topics.groups
        ]
    )


def _serves(offer: Offer, topics: Topics) -> list[list[bool]]:
    own = [topics.topics[topic] for topic in offer.topics if topic in topics.topics]
    ages = {phase.id for phase in topics.phases.values() if _is_for(offer, phase)}
    return [
        [
            phase in ages and any(topic.group == group and phase in (topic.phases or ages) for topic in own)
            for phase in topics.phases
        ]
        for group in topics.groups
    ]


def _is_for(offer: Offer, phase: Phase) -> bool:
    common = min(offer.age_to, phase.last_month) - max(offer.age_from, phase.first_month) + 1
    return common >= min(COMMON_MONTHS, offer.age_to - offer.age_from + 1)
