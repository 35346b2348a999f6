"""Offers and places as rows of a table, in the words that a coordinator writes and that are read as the same again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.columns import Layout
from catalog.model import Offer
from catalog.places import Place
from catalog.problems import Lang
from catalog.rows.ages import write_age
from catalog.rows.areas import write_area
from catalog.rows.choices import language_name
from catalog.rows.costs import write_cost
from catalog.rows.days import write_day, write_occasion
from catalog.rows.headings import translated_heading
from catalog.rows.sites import write_sites
from catalog.sources.base import Source
from catalog.topics import OfferType, Topics

UNKNOWN = "unknown"  # what the word list calls staffing that nobody knows


@dataclass(frozen=True)
class Written:
    """One sheet: the keys and headings of its columns, and its rows."""

    keys: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def offer_table(source: Source, layout: Layout, topics: Topics, lang: Lang) -> Written:
    """Every offer in one row. A column stands where the template has it, and where an offer needs it."""
    rows = [offer_cells(offer, layout, topics, lang) for offer in source.offers]
    used = {key for row in rows for key, text in row.items() if text}
    headings = {key: column.headings[lang] for key, column in layout.offers.items() if column.group or key in used}
    for tag in sorted({tag for offer in source.offers for tag in offer.translations}):
        name = language_name(tag, lang, layout.words["languages"])
        headings |= {
            f"{key}:{tag}": translated_heading(column, name, lang) for key, column in layout.translations.items()
        }
    return _written(headings, rows)


def place_table(places: Iterable[Place], layout: Layout, lang: Lang) -> Written:
    """Every place of the catalog itself in one row."""
    headings = {key: column.headings[lang] for key, column in layout.places.items()}
    return _written(headings, [_place_cells(place, layout, lang) for place in places])


def _written(headings: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> Written:
    cells = tuple(tuple(row.get(key, "") for key in headings) for row in rows)
    return Written(tuple(headings), tuple(headings.values()), cells)


def offer_cells(offer: Offer, layout: Layout, topics: Topics, lang: Lang) -> dict[str, str]:
    """What stands in the row of an offer, by the key of the column."""
    words = layout.words
    cost = offer.cost
    usual = topics.offer_types[offer.offer_type]
    texts = {
        **{key: getattr(offer, key) for key in ("id", "title", "summary", "provider", "phone", "email", "web")},
        **{key: getattr(offer, key) or "" for key in ("opening_hours", "verified_by", "source", "helpline")},
        "aliases": "; ".join(offer.aliases),
        "age_from": write_age(offer.age_from, lang, upper=False),
        "age_to": write_age(offer.age_to, lang, upper=True),
        "languages": "; ".join(language_name(tag, lang, words["languages"]) for tag in offer.languages),
        "cost": write_cost(cost, lang, words["cost_per"]),
        "service_area": write_area(offer.service_area, lang, words["states"]),
        "dates": "; ".join(write_occasion(occasion, lang, words["repeats"]) for occasion in offer.dates),
        **{key: write_day(getattr(offer, key)) for key in ("valid_from", "valid_until", "verified_on")},
        **write_sites(offer.sites, lang, words),
        **_translations(offer, layout, lang),
    }
    codes = _codes(offer, usual)
    chosen = {key: "; ".join(words[layout.offers[key].words].word(code, lang) for code in codes[key]) for key in codes}
    return texts | chosen


def _codes(offer: Offer, usual: OfferType) -> dict[str, tuple[str, ...]]:
    """Controlled values, by column. What an offer has from its type is not repeated."""
    cost = offer.cost
    said: dict[str, str | None] = {
        **{key: getattr(offer, key) for key in ("provider_type", "offer_type", "interpreter", "capacity", "next_step")},
        **{key: value for key in ("kind", "sector") if (value := getattr(offer, key)) != getattr(usual, key)},
        "staffing": offer.staffing or UNKNOWN,
        "threshold": str(offer.threshold),
        "anonymous": "yes" if offer.anonymous else None,
        "reduced": "yes" if cost and cost.reduced else None,
        "covered_by_but": "yes" if cost and cost.covered_by_but else None,
        "example": "yes" if offer.example else None,
    }
    several = {key: getattr(offer, key) for key in ("topics", "access", "documents")}
    return {key: (code,) if code else () for key, code in said.items()} | several


def _translations(offer: Offer, layout: Layout, lang: Lang) -> dict[str, str]:
    translators = layout.words["translators"]
    texts: dict[str, str] = {}
    for tag, translation in offer.translations.items():
        texts |= {f"title:{tag}": translation.title, f"summary:{tag}": translation.summary}
        texts[f"by:{tag}"] = translators.word(translation.by, lang)
    return texts


def _place_cells(place: Place, layout: Layout, lang: Lang) -> dict[str, str]:
    words = layout.words
    return {
        "name": place.district or place.name,
        "kind": words["place_kinds"].word("district" if place.district else "town", lang),
        "municipality": place.name,
        "aliases": "; ".join(place.aliases),
        "post_codes": "; ".join(place.post_codes or ((place.plz,) if place.plz else ())),
        "lat": _degrees(place.lat, lang),
        "lon": _degrees(place.lon, lang),
        "county": place.county or "",
        "state": words["states"].word(place.state, lang) if place.state else "",
    }


def _degrees(number: float, lang: Lang) -> str:
    return repr(number).replace(".", "," if lang == "de" else ".")
