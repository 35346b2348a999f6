"""What every format becomes: a source of offers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from catalog.model import Offer
from catalog.places import Place
from catalog.problems import Problem, Spot


@dataclass(frozen=True)
class Source:
    """What one catalog file says: offers, its own places, and what is wrong with it.

    `spots` tells where each offer stands, by id; `headings` how each field is headed in this file, by the field's name.
    """

    name: str
    offers: tuple[Offer, ...] = ()
    places: tuple[Place, ...] = ()
    problems: tuple[Problem, ...] = ()
    spots: Mapping[str, Spot] = field(default_factory=dict)
    headings: Mapping[str, str] = field(default_factory=dict)

    def spot(self, offer: str, field_name: str = "") -> Spot:
        """Say where an offer stands, or one of its fields."""
        spot = self.spots.get(offer, Spot(self.name, offer=offer))
        return replace(spot, column=self.headings.get(field_name, field_name)) if field_name else spot
