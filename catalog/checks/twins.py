"""Offers that stand in a catalog twice: nearly the same title and provider, at the same place."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from catalog.model import Offer, Site
from catalog.phones import dialled
from catalog.text import clean

SAME_TITLE = 90  # likeness of two titles, 0 to 100, from which they are one
LIKE_TITLE = 78  # the same where telephone, web or e-mail is shared as well
SAME_LETTERS = 95  # likeness of two titles without spaces from which they differ only in their spelling
SAME_PROVIDER = 80
TELLING = re.compile(  # words by which two courses of one house differ
    r"\d+|i{1,3}|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonntags?|mo|di|mi|do|fr|sa|so"
    r"|vormittags?|nachmittags?|abends?|nord|sued|ost|west|mutter|vater|muetter|vaeter|maedchen|jungen|anfaenger\w*"
    r"|fortgeschrittene\w*|mini|maxi|online|telefonisch"
)


class Twins(NamedTuple):
    """Two offers that may be one, in the order of the file; `likeness` of their titles, 0 to 100."""

    first: Offer
    second: Offer
    likeness: float


@dataclass(frozen=True)
class Face:
    """By what somebody would know an offer again, in one spelling."""

    offer: Offer
    words: frozenset[str]
    title: str  # the words in the order of the alphabet
    letters: str  # the title without spaces
    provider: str
    contacts: frozenset[str]
    addresses: frozenset[str]
    places: frozenset[str]


def find_twins(offers: Iterable[Offer]) -> Iterator[Twins]:
    """Compare the titles of one place with each other, and look closely at those that are alike."""
    seen: set[tuple[str, str]] = set()
    for together in _by_place(map(_face, offers)).values():
        likeness = np.maximum(
            _likeness([face.letters for face in together]), _likeness([face.title for face in together])
        )
        for i, j in np.argwhere(np.triu(likeness, k=1)):
            first, second, alike = together[i], together[j], float(likeness[i, j])
            pair = (first.offer.id, second.offer.id)
            if pair not in seen and _is_one(first, second, alike):
                seen.add(pair)
                yield Twins(first.offer, second.offer, alike)


def _likeness(titles: Sequence[str]) -> NDArray[np.uint8]:
    likeness: NDArray[np.uint8] = process.cdist(
        titles, titles, scorer=fuzz.ratio, score_cutoff=LIKE_TITLE, dtype=np.uint8, workers=-1
    )
    return likeness


def _face(offer: Offer) -> Face:
    words = clean(offer.title).split()
    return Face(
        offer,
        frozenset(words),
        " ".join(sorted(words)),
        "".join(words),
        clean(offer.provider),
        frozenset(filter(None, (dialled(offer.phone), offer.web.rstrip("/"), offer.email.lower()))),
        frozenset(clean(site.address) for site in offer.sites if site.address),
        frozenset(site.post_code for site in offer.sites if site.post_code),
    )


def _by_place(faces: Iterable[Face]) -> Mapping[str, Sequence[Face]]:
    together: dict[str, list[Face]] = {}
    for face in faces:
        for place in {place for site in face.offer.sites for place in _names(site)}:
            together.setdefault(place, []).append(face)
    return together


def _names(site: Site) -> Iterator[str]:
    """Town and post code: one of them may be missing or mistyped."""
    named = [name for name in (clean(site.municipality), site.post_code) if name]
    yield from named or [site.kind]


def _is_one(first: Face, second: Face, likeness: float) -> bool:
    shared = first.contacts & second.contacts
    if likeness < (LIKE_TITLE if shared else SAME_TITLE):
        return False
    if not shared and fuzz.token_set_ratio(first.provider, second.provider) < SAME_PROVIDER:
        return False
    for here, there in ((first.addresses, second.addresses), (first.places, second.places)):
        if here and there and not here & there:
            return False
    return not _differ_on_purpose(first, second)


def _differ_on_purpose(first: Face, second: Face) -> bool:
    """Courses of one house: they differ in a weekday or a number, or in a word and also in age or time."""
    if any(TELLING.fullmatch(word) for word in first.words ^ second.words):
        return True
    if fuzz.ratio(first.letters, second.letters) >= SAME_LETTERS:
        return False
    one, other = first.offer, second.offer
    same_people = (one.age_from, one.age_to) == (other.age_from, other.age_to)
    return not (same_people and one.opening_hours == other.opening_hours and one.dates == other.dates)
