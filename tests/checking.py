"""An offer without fault, and a small country to check it in."""

from dataclasses import replace
from datetime import date
from typing import Any

from catalog.checks.base import Check, Finding, Surroundings
from catalog.helplines import load_helplines
from catalog.model import Offer, Site
from catalog.places import Gazetteer, Place
from catalog.topics import load_topics

TODAY = date(2026, 11, 23)
PLACES = (
    Place("Görlitz", 51.155, 14.989, plz="02826", post_codes=("02826",), state="DE-SN"),
    Place("Köln", 50.938, 6.957, plz="50667", post_codes=("50667",), state="DE-NW"),
    Place("Markersdorf", 51.144, 14.876, plz="02829", post_codes=("02829",), state="DE-SN"),
    Place("Görlitz", 51.155, 14.989, population=57_000),
    Place("Köln", 50.938, 6.957, population=1_000_000),
    Place("Markersdorf", 51.144, 14.876, population=4_000),
    Place("Schöpstal", 51.19, 14.91, population=2_500),
)
AROUND = Surroundings(TODAY, load_topics(), Gazetteer(PLACES), load_helplines())
HOME = Site(address="Am Hof 1", post_code="02826", municipality="Görlitz")


def an_offer(site: Site | None = None, **fields: Any) -> Offer:
    """A parents' café in Görlitz about which nothing can be said, with `fields` of its own."""
    plain = {
        "id": "parents-cafe",
        "title": "Elterncafé im Hof",
        "summary": "Kommen Sie vorbei, trinken Sie einen Kaffee.",
        "provider": "Verein Hof e. V.",
        "offer_type": "parents-cafe",
        "kind": "leisure",
        "sector": "youth_welfare",
        "topics": ("parents-meeting",),
        "phone": "03581 123456",
        "email": "cafe@hof-goerlitz.de",
        "web": "https://www.hof-goerlitz.de/cafe",
        "access": ("walk_in",),
        "opening_hours": "Mo-Fr 09:00-12:00",
        "sites": (site or HOME,),
        "verified_on": date(2026, 10, 1),
    }
    return Offer.model_validate({**plain, **fields})


def found(check: Check, offer: Offer, around: Surroundings = AROUND) -> list[tuple[str, str]]:
    """Field and code of everything that one check finds."""
    return [(finding.field, finding.code) for finding in check(offer, around)]


def after(before: Offer) -> Surroundings:
    """A country in which `before` is published."""
    return replace(AROUND, published={before.id: before})


def detail(check: Check, offer: Offer, name: str, around: Surroundings = AROUND) -> Any:
    findings: list[Finding] = list(check(offer, around))
    return findings[0].details[name]
