"""Offers as Hypothesis makes them up: whatever a coordinator could have written."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args

from hypothesis import strategies as st

from catalog.model import (
    Access,
    Capacity,
    Cost,
    CostPer,
    Document,
    Interpreter,
    Kind,
    NextStep,
    Occasion,
    Offer,
    ProviderType,
    Sector,
    ServiceArea,
    Site,
    Translation,
)
from catalog.places import STATES
from catalog.topics import load_topics

DATA = Path(__file__).parent.parent / "catalog" / "data"
EXAMPLE_TOWN, PROGRAMMES = DATA / "example_town", DATA / "programmes.yaml"
TOPICS = load_topics()
LETTERS = "abzäöüßÄÉçşğı АБя عر 中 0159 -–'\"=+@<>&,.:()€/%#\\{}[]!?*_~"
TRICKY = (
    "=1+1",
    "+49 30 23125 001",
    "-5",
    "@SUM(A1)",
    "'s Haus",
    "''=x",
    "<b>Café</b>",
    "null",
    "ja",
    "0",
    "1e5",
    "TRUE",
)
HOURS = (
    "",
    "24/7",
    "Mo-Fr 09:00-12:00; PH off",
    "Tu 10:00-12:30; Th 15:00-17:30",
    "We[2] 18:00-20:00",
    "Fr 22:00-02:00",
)
TAGS = ("de", "en", "tr", "ar", "uk", "ru", "fa")


def _line(text: str) -> str:
    return " ".join(text.split())


@cache
def lines(least: int = 1, most: int = 40) -> st.SearchStrategy[str]:
    """One line of text in one spelling, as every format can hold it."""
    free = st.text(LETTERS, min_size=least, max_size=most).map(_line)
    return st.one_of(free, st.sampled_from(TRICKY)).filter(lambda text: least <= len(text) <= most)


@cache
def tuples(values: Any, least: int = 0, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    chosen = values if isinstance(values, st.SearchStrategy) else st.sampled_from(values)
    return st.lists(chosen, min_size=least, max_size=most, unique=True).map(tuple)


@cache
def any_of(*values: Any) -> st.SearchStrategy[Any]:
    """One of the values. What Hypothesis draws from is made once: making it costs more than drawing."""
    return st.sampled_from(values)


@cache
def literals(alias: Any) -> tuple[Any, ...]:
    return get_args(get_args(alias)[0]) or get_args(alias)


days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
times_of_day = st.lists(st.times().map(lambda time: time.strftime("%H:%M")), max_size=2, unique=True)
post_codes = st.from_regex(r"[0-9]{5}", fullmatch=True).filter(str.isascii)
post_code = st.none() | post_codes
amounts = st.none() | st.decimals("0.01", 9999, places=2).map(Decimal)


@st.composite
def occasions(draw: st.DrawFn) -> Occasion:
    day = draw(days)
    times = sorted(draw(times_of_day))
    repeat = draw(any_of(None, "weekly", "monthly"))
    until = day + timedelta(days=90) if repeat and draw(st.booleans()) else None
    starts, ends = [*times, None, None][:2]
    return Occasion.model_validate({"day": day, "starts": starts, "ends": ends, "repeat": repeat, "until": until})


@st.composite
def sites(draw: st.DrawFn) -> Site:
    kind = draw(any_of("place", "place", "hidden", "home_visit", "online", "phone"))
    fields: dict[str, Any] = {"kind": kind, "name": draw(lines(0)), "municipality": draw(lines(0))}
    if kind != "hidden":
        fields |= {"address": draw(lines(0)), "post_code": draw(post_code), "district": draw(lines(0))}
        if draw(st.booleans()):
            fields |= {
                "lat": draw(st.floats(47, 55)),
                "lon": draw(st.floats(6, 15)),
                "approximate": draw(st.booleans()),
            }
    return Site.model_validate(fields | {"wheelchair": draw(any_of(None, "yes", "limited", "no"))})


@st.composite
def costs(draw: st.DrawFn) -> Cost:
    free = draw(st.booleans())
    amount = None if free else draw(amounts)
    per = "once" if free else draw(any_of(*literals(CostPer)))
    return Cost(free=free, amount=amount, per=per, reduced=draw(st.booleans()), covered_by_but=draw(st.booleans()))


areas = st.builds(
    ServiceArea,
    nationwide=st.booleans(),
    states=tuples(tuple(STATES.values())),
    counties=tuples(("Görlitz", "Landkreis Görlitz", "Beispielkreis", "Sachsen", "Kreis Höxter, Nord")),
    municipalities=tuples(
        ("Görlitz", "Castrop-Rauxel", "Sachsen", "Stadt, Land", "Kreis Wesel", "bundesweit", "12345")
    ),
    post_codes=tuples(post_codes),
)
translations = st.dictionaries(
    st.sampled_from(TAGS[1:]),
    st.builds(Translation, title=lines(), summary=lines(0), by=any_of("human", "machine")),
    max_size=2,
)


ids = st.from_regex(r"[a-z0-9]{2,12}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)
ages = st.lists(st.integers(-9, 324), min_size=2, max_size=2)
validity = st.lists(days, min_size=2, max_size=2)
cost = st.none() | costs()
where = st.lists(sites(), min_size=1, max_size=3).map(tuple)
dates = st.lists(occasions(), max_size=2).map(tuple)
verified_on = st.none() | days
verified_by = lines(0) | st.just("office@example.org")


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    low, high = sorted(draw(ages))
    begins, ends = sorted(draw(validity))
    return Offer(
        id=draw(ids),
        title=draw(lines(3)),
        summary=draw(lines(0, 200)),
        aliases=draw(tuples(lines())),
        provider=draw(lines()),
        provider_type=draw(any_of(*literals(ProviderType))),
        offer_type=draw(any_of(*TOPICS.offer_types)),
        kind=draw(any_of(*literals(Kind))),
        sector=draw(any_of(*literals(Sector))),
        topics=draw(tuples(tuple(TOPICS.topics), 1)),
        age_from=low,
        age_to=high,
        languages=draw(tuples(TAGS, 1)),
        interpreter=draw(any_of(*literals(Interpreter))),
        staffing=draw(any_of(None, "pro", "volunteer", "mixed")),
        threshold=draw(st.integers(1, 5)),
        cost=draw(cost),
        access=draw(tuples(literals(Access))),
        anonymous=draw(st.booleans()),
        phone=draw(any_of("", "030 23125 001", "+49 30 23125002", "(030) 23125-003", "116 111", "112")),
        email=draw(any_of("", "mail@example.org", "zwei.teile+x@haus.example.org")),
        web=draw(any_of("", "example.org", "https://www.example.org/a?b=c&d=%20", "http://müller.example.org/süd")),
        sites=draw(where),
        service_area=draw(areas),
        opening_hours=draw(any_of(*HOURS)),
        dates=draw(dates),
        valid_from=begins if draw(st.booleans()) else None,
        valid_until=ends if draw(st.booleans()) else None,
        capacity=draw(any_of(*literals(Capacity))),
        documents=draw(tuples(literals(Document))),
        next_step=draw(any_of(None, *literals(NextStep))),
        verified_on=draw(verified_on),
        verified_by=draw(verified_by),
        source=draw(lines(0)),
        example=draw(st.booleans()),
        helpline=draw(any_of(None, "elterntelefon")),
        translations=draw(translations),
    )


catalogs = st.lists(offers(), min_size=1, max_size=3, unique_by=lambda offer: offer.id).map(tuple)
