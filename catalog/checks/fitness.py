"""Whether an offer says who it is for and what it costs, and says the same everywhere."""

import re
from collections.abc import Iterator

from catalog.checks.base import Finding, Surroundings
from catalog.model import ADULT_YEARS, Offer

YEARS = re.compile(r"\b(\d{1,2})\s*(?:-|–|bis|to)\s*(\d{1,2})[\s-]*(?:J\b|Jahre|jährige|Jährige|years)")
FREE = re.compile(
    r"(?<!nicht )(?<!un)\b(?:kostenlos|kostenfrei|gebührenfrei|gratis|unentgeltlich|umsonst)", re.IGNORECASE
)
PRICE = re.compile(
    r"\b(?:kostet|Kosten|Gebühr|Beitrag|Teilnahmebeitrag|Kursgebühr|Eintritt)\b\W+(?:\w+\W+){0,3}?\d[\d.,]*\s*(?:€|Euro|EUR)",
    re.IGNORECASE,
)
DEAR = 300  # euros; more is rather a comma in the wrong place


def check_ages(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    """Ages are months; years in their place make an offer for schoolchildren one for babies."""
    span = (offer.age_from, offer.age_to)
    if not 0 <= offer.age_from <= offer.age_to <= ADULT_YEARS:
        return
    years = (offer.age_from * 12, offer.age_to * 12)
    said = YEARS.search(f"{offer.title} {offer.summary}")
    topics = [around.topics.topics[name] for name in offer.topics if name in around.topics.topics]
    fits_months = any(around.topics.suits(topic, (span,)) for topic in topics)
    fits_years = any(around.topics.suits(topic, (years,)) for topic in topics)
    if (said and (int(said[1]), int(said[2])) == span) or (topics and fits_years and not fits_months):
        details = {"from": str(offer.age_from), "to": str(offer.age_to)}
        yield Finding("age_to", "ages-in-years", str(offer.age_to), details)


def check_topics(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    """A topic that cannot concern anybody of the ages that an offer names is never found."""
    span = (offer.age_from, offer.age_to)
    for name in offer.topics:
        topic = around.topics.topics.get(name)
        if topic and not around.topics.suits(topic, (span,)):
            yield Finding("topics", "topic-of-another-age", name, {"topic": around.word("topics", name)})


def check_cost(offer: Offer, _: Surroundings) -> Iterator[Finding]:
    text = f"{offer.title}\n{offer.summary}"
    if offer.cost is None:
        return
    claim, price = FREE.search(text), PRICE.search(text)
    if claim and not offer.cost.free and not (offer.cost.reduced or offer.cost.covered_by_but):
        yield Finding("cost", "cost-said-free", claim[0])
    if price and offer.cost.free:
        yield Finding("cost", "cost-said-price", price[0])
    if offer.cost.amount and offer.cost.amount > DEAR:
        yield Finding("cost", "cost-dear", str(offer.cost.amount))
