"""What a published version of a catalog is: who published it when, and the offers and places that it holds."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from catalog.geocoding import NOTHING, Known
from catalog.model import Offer
from catalog.places import Place

FORM = 1  # of what is stored; a later form gets a later number


@dataclass(frozen=True)
class Version:
    """One line of the history. `at`: seconds since 1970; `checksum`: of the content; `offers`: how many."""

    number: int
    at: float
    who: str
    note: str
    checksum: str
    offers: int


class Stamp(NamedTuple):
    """What is published at this moment: whatever changes it, the catalog has changed. Zeros: nothing yet."""

    version: int = 0
    confirmation: int = 0
    positions: int = 0  # addresses that are found; an answer never changes or goes


@dataclass(frozen=True)
class Confirmation:
    """Somebody has said that an offer is still correct, without touching the file."""

    on: date
    by: str


@dataclass(frozen=True)
class Content:
    """What a version holds. `left_out`: offers that the rules of today refuse, by id."""

    name: str
    offers: tuple[Offer, ...]
    places: tuple[Place, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Packed:
    """A content as it is stored; the same offers in another order have the same checksum."""

    data: bytes
    checksum: str
    offers: int


class Published(NamedTuple):
    """The newest version, and what a catalog is made of."""

    stamp: Stamp
    version: Version
    content: bytes
    confirmations: Mapping[str, Confirmation]
    positions: Known = NOTHING  # of addresses, as a geocoding server said


def pack(content: Content) -> Packed:
    """Write a content line by line: a head, then one offer a line, so that no reader holds everything up at once."""
    offers = sorted(content.offers, key=lambda offer: offer.id)
    head = {"form": FORM, "name": content.name, "places": _places().dump_python(content.places, mode="json")}
    lines = [json.dumps(head, ensure_ascii=False), *(offer.model_dump_json(exclude_defaults=True) for offer in offers)]
    text = "\n".join(lines).encode()
    return Packed(zlib.compress(text), sha256(text).hexdigest(), len(offers))


def unpack(data: bytes) -> Content:
    """Read what `pack` wrote. One offer that a newer program refuses does not cost the others.

    Raises:
        ValueError: it is damaged, or of a newer form.
    """
    try:
        first, *lines = zlib.decompress(data).split(b"\n")
        head = json.loads(first)
    except zlib.error as error:
        raise ValueError("this version of the catalog is damaged") from error
    if head["form"] != FORM:
        raise ValueError("this version of the catalog was published by a newer nahbei: install that version")
    offers, left_out = [], []
    for line in lines:
        try:
            offers.append(Offer.model_validate_json(line))
        except ValidationError:
            left_out.append(str(json.loads(line).get("id")))
    return Content(head["name"], tuple(offers), _places().validate_python(head["places"]), tuple(left_out))


def _places() -> TypeAdapter[tuple[Place, ...]]:
    return TypeAdapter(tuple[Place, ...])


def confirmed(offers: Iterable[Offer], confirmations: Mapping[str, Confirmation]) -> tuple[Offer, ...]:
    """The offers with what was confirmed since; where the file names the same day or a later one, the file counts."""
    return tuple(_confirmed(offer, confirmations.get(offer.id)) for offer in offers)


def _confirmed(offer: Offer, said: Confirmation | None) -> Offer:
    if said is None or (offer.verified_on and offer.verified_on >= said.on):
        return offer
    return offer.model_copy(update={"verified_on": said.on, "verified_by": said.by or offer.verified_by})


def shown(published: Published | None) -> tuple[Offer, ...]:
    """The offers as families see them: what is published, with what was confirmed since."""
    return confirmed(unpack(published.content).offers, published.confirmations) if published else ()


def earlier(history: Sequence[Version], number: int | None) -> Version | None:
    """The version to go back to: the one that is named, or the one before the newest. None: it is not kept (any more)."""
    if number is None:
        return history[1] if len(history) > 1 else None
    return next((version for version in history if version.number == number), None)
