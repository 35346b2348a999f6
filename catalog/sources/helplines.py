"""Helplines as offers, so that a family far from every catalog still finds somebody who listens."""

from collections.abc import Iterator

from catalog.helplines import Helpline, Helplines
from catalog.model import Cost, NextStep, Offer, ServiceArea, Site, SiteKind
from catalog.topics import Topics

AGES = {"child": (72, 227), "youth": (120, 323)}  # months, of who may call; a parent may call about any child
NEXT_STEPS: dict[str, NextStep] = {"phone": "someone_listens", "chat": "chat_now", "web": "online_form"}
OFFER_TYPES = {"phone": "crisis-service", "chat": "youth-counselling", "web": "family-counselling"}


def helpline_offers(helplines: Helplines, topics: Topics) -> Iterator[Offer]:
    """Turn each line for families into an offer under every topic that names it."""
    for line in helplines.lines.values():
        named_by = tuple(topic.id for topic in topics.topics.values() if line.id in topic.helplines)
        if line.is_for_families and not line.is_emergency_number and named_by and (line.dial or line.web):
            yield _offer(line, named_by, topics)


def _offer(line: Helpline, named_by: tuple[str, ...], topics: Topics) -> Offer:
    offer_type = topics.offer_types[OFFER_TYPES.get(line.channel, "family-counselling")]
    spans = [AGES[who] for who in line.audience if who in AGES]
    ages = {"age_from": min(a for a, _ in spans), "age_to": max(b for _, b in spans)} if spans else {}
    site: SiteKind = "phone" if line.channel == "phone" else "online"
    return Offer(
        id=f"helpline-{line.id}",
        title=line.name,
        provider=line.name,
        offer_type=offer_type.id,
        kind="counselling",
        sector="social",
        staffing="mixed",
        topics=named_by,
        languages=line.languages,
        interpreter=line.interpreter,
        threshold=1,
        cost=Cost(free=line.tariff == "free", per="call" if line.channel == "phone" else "once"),
        access=("walk_in",),
        anonymous=line.anonymous,
        phone=line.display,
        web=line.web,
        sites=(Site(kind=site),),
        service_area=ServiceArea(states=line.states) if line.states else ServiceArea(nationwide=True),
        opening_hours=line.hours,
        next_step=NEXT_STEPS.get(line.channel),
        verified_on=None if line.status["number"] == "unverified" else line.checked_on,
        verified_by=line.status["number"],
        source=line.sources[0]["url"],
        helpline=line.id,
        **({} if {"parent", "all"} & set(line.audience) else ages),
    )
