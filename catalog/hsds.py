"""What HSDS cannot say of an offer, as terms of taxonomies of our own: written by one side, read by the other.

Open Referral's Human Services Data Specification (HSDS) 3.1 has no place for topics, staffing or opening hours in OSM
syntax. Its attributes have: each names a term of a taxonomy and holds a value. docs/exchange.md lists every term.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from catalog.words import WordList

Words = Mapping[str, WordList]

EXAMPLE = "Erfundenes Beispiel, kein wirkliches Angebot."  # what stands beside invented offers, wherever they go

NAMESPACE = UUID("6e616862-6569-5031-8000-68736473332e")  # fixed for ever: the same offer keeps the same identifiers
OWN, TOPICS, OFFER_TYPES = "nahbei", "nahbei-topics", "nahbei-offer-types"  # what the taxonomies are called
TERMS = {
    "id": "The offer's own id in the catalog",
    "alias": "A further name, beside alternate_name",
    "kind": "counselling, education, leisure, sport, support or health_promotion",
    "sector": "youth_welfare, health, education or social",
    "provider-type": "public, non_profit or business",
    "age-from": "Youngest age in months; −9 to −1 are months of pregnancy, counted towards birth",
    "age-to": "Oldest age in months, inclusive",
    "interpreter": "yes, on_request or no",
    "staffing": "pro, volunteer or mixed",
    "threshold": "1 open house to 5 formal help",
    "cost": "free, paid, reduced or covered_by_but (Bildung und Teilhabe)",
    "cost-per": "What the amount is for: once, hour, day, month, session, course or call",
    "access": "walk_in, appointment or referral",
    "anonymous": "yes: nobody asks for a name",
    "web": "The address as the catalog writes it",
    "opening-hours": "Opening hours in OSM syntax",
    "capacity": "open, waiting_list or full",
    "next-step": "What happens when a family gets in touch",
    "document": "What to bring, as a controlled value",
    "verified-by": "Who checked the entry last",
    "source": "Where the entry comes from",
    "example": "yes: invented, for trying out",
    "helpline": "The helpline that this offer is",
    "translation": "Title or summary in a further language; the label says which: field:language:human or machine",
    "site-kind": "place, hidden, home_visit, online or phone",
    "site-approximate": "yes: the position is the middle of the post code",
    "address": "Street and number, where the address is not complete",
    "post-code": "The post code, where the address is not complete",
    "municipality": "The town, where the address is not complete",
    "district": "The part of the town",
    "position": "Latitude and longitude that are no door to knock at",
    "wheelchair": "yes, limited or no",
    "area": "What the area is: country, state, county, municipality or post_code",
}


def german(words: Words, kind: str, code: str) -> str:
    """A controlled value in German, for people who read the export elsewhere."""
    return words[kind].word(code, "de")


def identifier(*key: object) -> str:
    """A UUID that stays the same as long as the words do."""
    return str(uuid5(NAMESPACE, "\x1f".join(map(str, key))))


def record(kind: str, *key: object, **fields: Any) -> dict[str, Any]:
    """One entity of HSDS, without the fields that say nothing."""
    said = {name: value for name, value in fields.items() if value not in (None, "", [])}
    return {"id": identifier(kind, *key), **said}


def attribute(entity: str, link: str, code: str, value: str, *, label: str = "") -> dict[str, Any]:
    """A field of ours, hung on the entity `link`."""
    return _attribute(entity, link, OWN, code, code, TERMS[code], value=value, label=label)


def term(entity: str, link: str, taxonomy: str, code: str, name: str) -> dict[str, Any]:
    """A topic or an offer type, hung on the entity `link`."""
    return _attribute(entity, link, taxonomy, code, name, name)


def _attribute(
    entity: str, link: str, taxonomy: str, code: str, name: str, description: str, *, value: str = "", label: str = ""
) -> dict[str, Any]:
    meant = record("taxonomy_term", taxonomy, code, code=code, name=name, description=description, taxonomy=taxonomy)
    return record(
        "attribute",
        link,
        taxonomy,
        code,
        label,
        value,
        link_id=link,
        link_entity=entity,
        taxonomy_term_id=meant["id"],
        taxonomy_term=meant,
        label=label,
        value=value,
    )
