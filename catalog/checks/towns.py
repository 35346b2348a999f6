"""A gazetteer that remembers what it was asked: one town stands in hundreds of rows."""

from collections.abc import Sequence
from functools import cache
from itertools import takewhile

from catalog.places import Gazetteer, Place
from catalog.text import clean


class Towns:
    """The same questions as to a `Gazetteer`, each of them asked once."""

    def __init__(self, places: Gazetteer) -> None:
        self._named = cache(places.named)
        self._post_code = cache(places.post_code_area)
        self._find = cache(places.find)
        self._own: dict[str, list[Place]] = {}
        for place in takewhile(lambda place: place.own, places.places):  # they stand first
            for name in {clean(name) for name in (place.district or place.name, *place.aliases)}:
                self._own.setdefault(name, []).append(place)
        self.knows_post_codes = places.knows_post_codes

    def named(self, name: str) -> tuple[Place, ...]:
        return self._named(name) if name else ()

    def knows(self, name: str) -> bool:
        """Whether there is such a town."""
        return bool(self.own(name) or self.named(name))

    def own(self, name: str) -> Sequence[Place]:
        """The catalog's own places of a name: most that are asked for, and they need no index of all names."""
        return self._own.get(clean(name), ())

    def post_code(self, digits: str | None) -> Place | None:
        return self._post_code(digits) if digits else None

    def meant(self, name: str) -> Place | None:
        """The town whose name was mistyped, where exactly one is near."""
        found = self._find(name)
        return None if found.ambiguous or not found.places else found.places[0]
