"""A gazetteer that remembers what it was asked: one town stands in hundreds of rows."""

from functools import cache

from catalog.places import Gazetteer, Place


class Towns:
    """The same questions as to a `Gazetteer`, each of them asked once."""

    def __init__(self, places: Gazetteer) -> None:
        self._named = cache(places.named)
        self._post_code = cache(places.post_code)
        self._find = cache(places.find)
        self.knows_post_codes = any(place.post_codes and not place.own for place in places.places)

    def named(self, name: str) -> tuple[Place, ...]:
        return self._named(name) if name else ()

    def post_code(self, digits: str | None) -> Place | None:
        return self._post_code(digits) if digits else None

    def meant(self, name: str) -> Place | None:
        """The town whose name was mistyped, where exactly one is near."""
        found = self._find(name)
        return None if found.ambiguous or not found.places else found.places[0]
