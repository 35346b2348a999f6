"""What has changed since the catalog was published, and looks like a slip or like somebody else's hand."""

from collections.abc import Iterable, Iterator

from catalog.checks.base import Finding, Surroundings
from catalog.checks.contact import host
from catalog.model import Offer
from catalog.phones import area, dialled, is_costly, is_mobile
from catalog.text import clean


def check_changes(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    before = around.published.get(offer.id)
    if before is None:
        return
    yield from _phone(before, offer)
    if before.web and offer.web and host(before.web) != host(offer.web):
        yield Finding("web", "web-changed", offer.web, {"before": before.web})
    if before.email and offer.email and _house(before.email) != _house(offer.email):
        yield Finding("email", "email-changed", offer.email, {"before": before.email})
    for field in ("phone", "web", "email"):
        if getattr(before, field) and not getattr(offer, field):
            yield Finding(field, "contact-gone", details={"before": getattr(before, field)})
    for lang, words in offer.translations.items():
        old = before.translations.get(lang)
        if old and words == old and (before.title, before.summary) != (offer.title, offer.summary):
            yield Finding(
                f"translations.{lang}.title", "translation-old", words.title, {"language": around.language(lang)}
            )


def _phone(before: Offer, offer: Offer) -> Iterator[Finding]:
    if not (before.phone and offer.phone) or dialled(before.phone) == dialled(offer.phone):
        return
    kinds = [(area(number), is_mobile(number), is_costly(number)) for number in (before.phone, offer.phone)]
    code = "phone-changed" if kinds[0] == kinds[1] else "phone-changed-oddly"
    yield Finding("phone", code, offer.phone, {"before": before.phone})


def _house(email: str) -> str:
    return email.rpartition("@")[2].lower()


def find_renamed(offers: Iterable[Offer], around: Surroundings) -> Iterator[tuple[Offer, Finding]]:
    """Offers that seem new only because their id is another one: what was confirmed or reported would be lost."""
    listed = list(offers)
    here = {offer.id for offer in listed}
    gone = {_face(offer): offer.id for offer in around.published.values() if offer.id not in here}
    for offer in listed:
        if offer.id not in around.published and _face(offer) in gone:
            yield offer, Finding("id", "id-changed", offer.id, {"before": gone[_face(offer)]})


def _face(offer: Offer) -> tuple[str, str, str]:
    """By what a family would know an offer again."""
    site = offer.sites[0]
    return clean(offer.title), clean(offer.provider), site.post_code or clean(site.municipality)
