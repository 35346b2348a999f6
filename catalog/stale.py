"""Which offers somebody should check again, and whom to ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from catalog.model import Offer
from catalog.search import Freshness

State = Literal["expired", "never", "hidden", "old", "soon"]


class Owner(NamedTuple):
    """Whom to ask whether an offer is still correct. Where there is an address, it tells people apart."""

    name: str
    email: str = ""


@dataclass(frozen=True)
class Due:
    """An offer to check. expired, never, hidden: families do not see it; old: lower down; soon: not yet."""

    offer: Offer
    state: State
    days: int | None  # since it was checked

    @property
    def is_shown(self) -> bool:
        return self.state in {"old", "soon"}


def due(offers: Iterable[Offer], today: date, freshness: Freshness, ahead: int = 0) -> list[Due]:
    """What is due today or within `ahead` days, the oldest first."""
    found = [
        Due(offer, state, _days(offer, today)) for offer in offers if (state := _state(offer, today, freshness, ahead))
    ]
    return sorted(found, key=lambda one: (one.days is not None, -(one.days or 0), one.offer.id))


def _state(offer: Offer, today: date, freshness: Freshness, ahead: int) -> State | None:
    days = _days(offer, today)
    if offer.valid_until and offer.valid_until < today:
        return "expired"
    if days is None:
        return "never"
    if days > freshness.hidden_days:
        return "hidden"
    if days > freshness.old_days:
        return "old"
    return "soon" if ahead and days + ahead > freshness.old_days else None


def _days(offer: Offer, today: date) -> int | None:
    return (today - offer.verified_on).days if offer.verified_on else None


def by_owner(found: Iterable[Due]) -> Mapping[Owner, list[Due]]:
    """Grouped by whom to ask, whoever has most to do first."""
    groups: dict[Owner, list[Due]] = {}
    for one in found:
        groups.setdefault(_owner(one.offer), []).append(one)
    return dict(sorted(groups.items(), key=lambda group: (-len(group[1]), group[0])))


def _owner(offer: Offer) -> Owner:
    """Who checked it last, if they left an address; else the offer's own address; else a name."""
    email = offer.verified_by if "@" in offer.verified_by else offer.email
    return Owner(email or offer.verified_by or offer.provider, email)
