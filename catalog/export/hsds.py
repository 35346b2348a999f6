"""A catalog as HSDS 3.1: one page of full services, as an HSDS interface answers /services.

Whatever HSDS has a field for stands in that field, in German, for everybody; what it has none for is a term of ours
(catalog/hsds.py).
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit

from catalog.export.hsds_places import StateOf, location, service_areas
from catalog.hours import week
from catalog.hsds import EXAMPLE, OFFER_TYPES, TOPICS, Words, attribute, german, identifier, record, term
from catalog.model import ADULT_YEARS, PREGNANCY_START, Cost, Occasion, Offer
from catalog.schedules import DAYS, weekday_of_month
from catalog.sources.base import Source

Found = dict[str, Any]


def write_hsds(source: Source, words: Words, state_of: StateOf, today: date) -> bytes:
    """Write every offer as an HSDS service."""
    services = [_service(offer, words, state_of, today) for offer in source.offers]
    count = len(services)
    page = {
        "total_items": count,
        "total_pages": 1,
        "page_number": 1,
        "size": count,
        "first_page": True,
        "last_page": True,
        "empty": not services,
        "contents": services,
    }
    return json.dumps(page, ensure_ascii=False, separators=(",", ":")).encode()


def _service(offer: Offer, words: Words, state_of: StateOf, today: date) -> Found:
    key = identifier("service", offer.id)
    organization = _organization(offer)
    word = partial(german, words)
    alerts = (EXAMPLE if offer.example else "", "" if offer.capacity == "open" else word("capacity", offer.capacity))
    return record(
        "service",
        offer.id,
        organization_id=organization["id"],
        name=offer.title,
        alternate_name=offer.aliases[0] if offer.aliases else "",
        description=offer.summary,
        url=as_uri(offer.web),
        email=offer.email,
        status="inactive" if offer.valid_until and offer.valid_until < today else "active",
        interpretation_services=""
        if offer.interpreter == "no"
        else f"Dolmetschen: {word('interpreters', offer.interpreter)}",
        application_process=", ".join(word("access", way) for way in offer.access),
        fees_description=_fees(offer.cost),
        eligibility_description=_eligibility(offer),
        minimum_age=None if offer.age_from == PREGNANCY_START else _years(offer.age_from),
        maximum_age=None if offer.age_to == ADULT_YEARS * 12 else _years(offer.age_to),
        assured_date=offer.verified_on.isoformat() if offer.verified_on else None,
        assurer_email=offer.verified_by if _is_email(offer.verified_by) else "",
        alert=" ".join(filter(None, alerts)),
        organization=organization,
        phones=[record("phone", key, number=offer.phone, type="voice", service_id=key)] if offer.phone else [],
        languages=[record("language", key, tag, code=tag, service_id=key) for tag in offer.languages],
        schedules=[*_hours(offer, key), *(_date(offer, number, key) for number in range(len(offer.dates)))],
        service_areas=list(service_areas(offer.service_area, key)),
        service_at_locations=[
            record("service_at_location", key, number, service_id=key, location_id=place["id"], location=place)
            for number, place in enumerate(location(site, words, state_of) for site in offer.sites)
        ],
        cost_options=_cost_options(offer.cost, key, words),
        required_documents=[_document(document, key, words) for document in offer.documents],
        attributes=list(_attributes(offer, key, words)),
    )


def _organization(offer: Offer) -> Found:
    key = identifier("organization", offer.provider_type, offer.provider)
    return record(
        "organization",
        offer.provider_type,
        offer.provider,
        attributes=[attribute("organization", key, "provider-type", offer.provider_type)],
    ) | {"name": offer.provider, "description": offer.provider}  # both must be there, whatever they say


def _attributes(offer: Offer, key: str, words: Words) -> Iterator[Found]:
    """What is not at its default, so that a service without our terms reads as an offer that claims nothing."""
    yield term("service", key, OFFER_TYPES, offer.offer_type, german(words, "offer_types", offer.offer_type))
    for topic in offer.topics:
        yield term("service", key, TOPICS, topic, german(words, "topics", topic))
    said = [
        ("id", offer.id),
        *(("alias", alias) for alias in offer.aliases[1:]),
        ("kind", offer.kind),
        ("sector", offer.sector),
        ("age-from", str(offer.age_from) if PREGNANCY_START < offer.age_from < 0 else ""),
        ("age-to", str(offer.age_to) if offer.age_to < 0 else ""),
        ("interpreter", offer.interpreter if offer.interpreter != "no" else ""),
        ("staffing", offer.staffing or ""),
        ("threshold", str(offer.threshold)),
        *(("cost", word) for word in _cost_words(offer.cost)),
        ("cost-per", offer.cost.per if offer.cost and offer.cost.per != "once" else ""),
        *(("access", way) for way in offer.access),
        ("anonymous", "yes" if offer.anonymous else ""),
        ("web", offer.web if offer.web != as_uri(offer.web) else ""),
        ("opening-hours", offer.opening_hours),
        ("capacity", offer.capacity if offer.capacity != "open" else ""),
        ("next-step", offer.next_step or ""),
        ("verified-by", "" if _is_email(offer.verified_by) else offer.verified_by),
        ("source", offer.source),
        ("example", "yes" if offer.example else ""),
        ("helpline", offer.helpline or ""),
    ]
    yield from (attribute("service", key, code, value) for code, value in said if value)
    for lang, translation in offer.translations.items():
        for field, text in (("title", translation.title), ("summary", translation.summary)):
            if text:
                yield attribute("service", key, "translation", text, label=f"{field}:{lang}:{translation.by}")


def _hours(offer: Offer, key: str) -> Iterator[Found]:
    """Opening hours as weekly rules, roughly: holidays and seasons are only in the words beside them."""
    valid = {"valid_from": _iso(offer.valid_from), "valid_to": _iso(offer.valid_until)}
    monday = date(2026, 1, 5)  # any week without a holiday
    spans = [
        (days, opens, closes)
        for days, times in (week(offer.opening_hours, monday) if offer.opening_hours else ())
        for opens, closes in times
        if closes - opens < timedelta(days=1)
    ]
    for number, (days, opens, closes) in enumerate(spans):
        yield record(
            "schedule",
            key,
            number,
            service_id=key,
            freq="WEEKLY",
            byday=",".join(DAYS[day.weekday()] for day in days),
            opens_at=f"{opens:%H:%M}",
            closes_at=f"{closes:%H:%M}",
            description=offer.opening_hours,
            **valid,
        )
    if not spans and (offer.opening_hours or any(valid.values())):
        yield record("schedule", key, service_id=key, description=offer.opening_hours, **valid)


def _date(offer: Offer, number: int, key: str) -> Found:
    occasion: Occasion = offer.dates[number]
    return record(
        "schedule",
        key,
        "date",
        number,
        service_id=key,
        dtstart=occasion.day.isoformat(),
        until=_iso(occasion.until),
        count=None if occasion.repeat else 1,
        freq=occasion.repeat.upper() if occasion.repeat else None,
        byday=weekday_of_month(occasion.day) if occasion.repeat == "monthly" else None,
        opens_at=occasion.starts,
        closes_at=occasion.ends,
    )


def _document(document: str, key: str, words: Words) -> Found:
    link = identifier("required_document", key, document)
    said = [attribute("required_document", link, "document", document)]
    return record(
        "required_document",
        key,
        document,
        service_id=key,
        document=german(words, "documents", document),
        attributes=said,
    )


def _cost_words(cost: Cost | None) -> Iterator[str]:
    if cost:
        yield "free" if cost.free else "paid"
        yield from (word for word in ("reduced", "covered_by_but") if getattr(cost, word))


def _cost_options(cost: Cost | None, key: str, words: Words) -> list[Found]:
    if cost is None or cost.amount is None:
        return []
    return [
        record(
            "cost_option",
            key,
            service_id=key,
            currency="EUR",
            amount=float(cost.amount),
            amount_description=german(words, "cost_per", cost.per),
        )
    ]


def _fees(cost: Cost | None) -> str:
    if cost is None:
        return ""
    extras = [
        *(["ermäßigt für Familien mit wenig Geld"] if cost.reduced else []),
        *(["Bildung und Teilhabe zahlt"] if cost.covered_by_but else []),
    ]
    return ", ".join(["kostenlos" if cost.free else "kostenpflichtig", *extras])


def _eligibility(offer: Offer) -> str:
    if offer.age_to < 0:
        return "In der Schwangerschaft"
    return "Ab der Schwangerschaft" if PREGNANCY_START < offer.age_from < 0 else ""


def _years(months: int) -> float:
    """Years, as HSDS counts; two decimals bring every month back."""
    return round(max(months, 0) / 12, 2)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _is_email(text: str) -> bool:
    return "@" in text and " " not in text


def as_uri(web: str) -> str:
    """An address as other programs want it: with a scheme, in ASCII."""
    if not web:
        return ""
    parts = urlsplit(web if "://" in web else f"https://{web}")
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    return parts._replace(
        netloc=host,
        path=quote(parts.path, safe="/%:@!$&'()*+,;=~"),
        query=quote(parts.query, safe="=&%+/:?,;@!$'()*~"),
        fragment=quote(parts.fragment, safe="%/?=&"),
    ).geturl()
