"""The concerns that families have, the groups they are shown in, and the kinds of offers that answer them."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal, get_args

import yaml

from catalog.model import Kind, Sector, Staffing

Urgency = Literal["normal", "soon", "same_day", "crisis", "emergency"]
DANGEROUS: tuple[Urgency, ...] = ("crisis", "emergency")


@dataclass(frozen=True)
class Phase:
    """A stretch of a child's life, in months since birth, both ends inclusive."""

    id: str
    first_month: int
    last_month: int


@dataclass(frozen=True)
class Group:
    id: str
    emoji: str


@dataclass(frozen=True)
class Topic:
    """A concern. `phases` empty means: at any age."""

    id: str
    group: str
    emoji: str
    phases: tuple[str, ...]
    urgency: Urgency
    sensitive: bool
    offer_types: tuple[str, ...]
    helplines: tuple[str, ...]

    @property
    def is_danger(self) -> bool:
        return self.urgency in DANGEROUS


@dataclass(frozen=True)
class OfferType:
    id: str
    kind: Kind
    sector: Sector
    staffing: Staffing


@dataclass(frozen=True)
class Topics:
    """Everything that can be asked for, in the order in which it is shown."""

    phases: Mapping[str, Phase]
    groups: Mapping[str, Group]
    topics: Mapping[str, Topic]
    offer_types: Mapping[str, OfferType]

    def of_group(self, group: str) -> tuple[Topic, ...]:
        return tuple(topic for topic in self.topics.values() if topic.group == group)

    def suits(self, topic: Topic, ages: tuple[tuple[int, int], ...]) -> bool:
        """Whether a topic can concern a child of one of these ages (months, inclusive). No age known: yes."""
        if not ages or not topic.phases:
            return True
        spans = [(self.phases[p].first_month, self.phases[p].last_month) for p in topic.phases]
        return any(low <= last and first <= high for first, last in spans for low, high in ages)


def load_topics() -> Topics:
    """Read the lists that ship with the program."""
    data = files("catalog").joinpath("data")
    lists: dict[str, Any] = yaml.load(data.joinpath("topics.yaml").read_text("utf-8"), yaml.CSafeLoader)
    types: dict[str, Any] = yaml.load(data.joinpath("offer_types.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return Topics(
        phases={name: Phase(name, *months) for name, months in lists["phases"].items()},
        groups={name: Group(name, emoji) for name, emoji in lists["groups"].items()},
        topics={name: _topic(name, fields) for name, fields in lists["topics"].items()},
        offer_types={name: OfferType(name, **fields) for name, fields in types.items()},
    )


def _topic(name: str, fields: dict[str, Any]) -> Topic:
    urgency = fields.get("urgency", "normal")
    if urgency not in get_args(Urgency):
        raise ValueError(f"topic {name}: unknown urgency {urgency!r}")
    return Topic(
        id=name,
        group=fields["group"],
        emoji=fields["emoji"],
        phases=tuple(fields.get("phases", ())),
        urgency=urgency,
        sensitive=fields.get("sensitive", False),
        offer_types=tuple(fields["offer_types"]),
        helplines=tuple(fields.get("helplines", ())),
    )
