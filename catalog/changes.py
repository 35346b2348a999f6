"""What differs between two sets of offers, and which differences somebody must have meant."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from catalog.helplines import Helplines
from catalog.model import Offer
from catalog.phones import dialled
from catalog.topics import Topics

MOST_REMOVED = 0.2  # of all offers; more is rather a filtered sheet than a decision
FRESHNESS = frozenset({"verified_on", "verified_by"})


class FieldChange(NamedTuple):
    """One field of an offer: what stood there, what stands there now."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """An offer that stays, with other words."""

    offer: Offer  # as it was
    fields: tuple[FieldChange, ...]

    @property
    def is_check_only(self) -> bool:
        """Whether somebody has only checked it again."""
        return {change.field for change in self.fields} <= FRESHNESS


@dataclass(frozen=True)
class Difference:
    """What has to happen to one set of offers to make it another one, in the order of the ids."""

    added: tuple[Offer, ...] = ()
    removed: tuple[Offer, ...] = ()
    changed: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def compare(before: Iterable[Offer], after: Iterable[Offer]) -> Difference:
    """Compare by id; the order of the offers does not matter."""
    old, new = _by_id(before), _by_id(after)
    return Difference(
        added=tuple(new[name] for name in new if name not in old),
        removed=tuple(old[name] for name in old if name not in new),
        changed=tuple(
            Change(old[name], _fields(old[name], new[name])) for name in old if old[name] != new.get(name, old[name])
        ),
    )


def apply(difference: Difference, offers: Iterable[Offer]) -> tuple[Offer, ...]:
    """Make the later set out of the earlier one."""
    made = _by_id(offers)
    for offer in difference.removed:
        del made[offer.id]
    for change in difference.changed:
        made[change.offer.id] = made[change.offer.id].model_copy(update={c.field: c.after for c in change.fields})
    return tuple(_by_id([*made.values(), *difference.added]).values())


def _by_id(offers: Iterable[Offer]) -> dict[str, Offer]:
    return {offer.id: offer for offer in sorted(offers, key=lambda offer: offer.id)}


def _fields(before: Offer, after: Offer) -> tuple[FieldChange, ...]:
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in Offer.model_fields)
    return tuple(FieldChange(name, old, new) for name, old, new in pairs if old != new)


@dataclass(frozen=True)
class Caution:
    """A difference that is published only when somebody says so once more. `details` fill its sentence."""

    kind: Literal["many_removed", "emergency_phone"]
    details: Mapping[str, str] = field(default_factory=dict)


def cautions(
    before: Iterable[Offer], after: Iterable[Offer], topics: Topics, helplines: Helplines
) -> tuple[Caution, ...]:
    """What to look at twice: many offers that go, and every number that changes where families call in an emergency.

    Nothing to say about the first version of all.
    """
    old, new = _by_id(before), _by_id(after)
    if not old:
        return ()
    gone = old.keys() - new.keys()
    found = []
    if len(gone) > MOST_REMOVED * len(old):
        found.append(Caution("many_removed", {"removed": str(len(gone)), "offers": str(len(old))}))
    numbers = frozenset(filter(None, map(dialled, (line.dial for line in helplines.lines.values()))))
    for name in sorted(old.keys() | new.keys()):
        both = (old.get(name), new.get(name))
        phones = tuple(offer.phone if offer else "" for offer in both)
        urgent = any(offer and _is_urgent(offer, topics, numbers) for offer in both)
        if urgent and dialled(phones[0]) != dialled(phones[1]):
            title = next(offer.title for offer in reversed(both) if offer)
            found.append(
                Caution("emergency_phone", {"id": name, "title": title, "before": phones[0], "after": phones[1]})
            )
    return tuple(found)


def _is_urgent(offer: Offer, topics: Topics, helplines: frozenset[str]) -> bool:
    number = dialled(offer.phone)
    return (
        number in {"110", "112"}
        or number.startswith("116")
        or number in helplines
        or any(topics.topics[topic].is_danger for topic in offer.topics if topic in topics.topics)
    )
