"""Which offers fit a family, in which order, and why: nothing near, then further, and saying so."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.catalog import Catalog
from catalog.model import Offer
from catalog.places import Place
from catalog.search import Freshness, Hit, Index, Query, Reason, Step, covers
from catalog.topics import load_topics

TOPICS = load_topics()
NOW = datetime.fromisoformat("2026-11-23 10:00")  # a Monday
TODAY = NOW.date()
TOWN = Place("Beispielhafen", 54.45, 6.60, state="DE-NI", county="Beispielkreis", own=True)
VILLAGE = Place("Musterfelde", 54.45, 6.60, state="DE-NI", county="Beispielkreis", population=5_000)
KM = 1 / 111.195  # degrees of latitude
MEETING = (("parents-meeting", 1.0),)
SPOTS = (None, (54.45, 6.60), (54.385, 6.69), (51.155, 14.988), (51.549, 7.311), (0.0, 0.0))


def offer(name: str = "cafe", km: float = 1.0, **changes: object) -> Offer:
    """Return a parents' café so many kilometres north of the middle of town."""
    fields: dict[str, object] = {
        "id": f"offer-{name}",
        "title": "Elterncafé",
        "provider": "Nachbarschaftshaus",
        "offer_type": "parents-cafe",
        "kind": "leisure",
        "sector": "youth_welfare",
        "topics": ["parents-meeting"],
        "cost": {"free": True},
        "sites": [
            {"address": "Marktgasse 7", "municipality": "Beispielhafen", "lat": TOWN.lat + km * KM, "lon": TOWN.lon}
        ],
        "verified_on": date(2026, 11, 1),
    }
    return Offer.model_validate(fields | changes)


def search(
    *offers: Offer,
    place: Place | None = TOWN,
    lang: str = "de",
    children: tuple[tuple[int, int], ...] = (),
    now: datetime = NOW,
    topics: tuple[tuple[str, float], ...] = MEETING,
    limit: int = 15,
) -> list[Hit]:
    return Index(offers, TOPICS).search(Query(topics, now, lang, children, place, limit))


def found(*offers: Offer, place: Place | None = TOWN, lang: str = "de", now: datetime = NOW) -> list[str]:
    return [hit.offer.id.removeprefix("offer-") for hit in search(*offers, place=place, lang=lang, now=now)]


def short(value: object) -> str:
    return value.name if isinstance(value, Place) else str(value)


def test_an_offer_is_found_from_its_first_valid_day_to_its_last() -> None:
    one = offer(valid_from=TODAY, valid_until=TODAY)
    assert found(one, now=datetime.combine(TODAY, datetime.min.time()))
    assert found(one, now=datetime.combine(TODAY, datetime.max.time()))
    assert not found(one, now=NOW - timedelta(days=1))
    assert not found(one, now=NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("dates", "last_day"),
    [
        ([{"day": date(2026, 11, 25)}], date(2026, 11, 25)),
        ([{"day": date(2026, 11, 25)}, {"day": date(2026, 12, 2)}], date(2026, 12, 2)),
        ([{"day": date(2026, 11, 4), "repeat": "weekly", "until": date(2027, 6, 30)}], date(2027, 6, 30)),
    ],
)
def test_a_course_is_found_until_its_last_date_is_over(dates: list[dict[str, object]], last_day: date) -> None:
    course = offer(dates=dates, verified_on=last_day)
    assert found(course, now=datetime.combine(last_day, NOW.time()))
    assert not found(course, now=datetime.combine(last_day + timedelta(days=1), NOW.time()))
    assert found(offer(dates=[{"day": date(2024, 1, 8), "repeat": "weekly"}])), "repeats without end"


def test_an_offer_not_checked_for_more_than_180_days_is_shown_lower_and_says_so() -> None:
    fresh, old = (
        offer("fresh", verified_on=TODAY - timedelta(days=180)),
        offer("old", verified_on=TODAY - timedelta(days=181)),
    )
    first, second = search(old, fresh)
    assert (first.offer.id, second.offer.id) == ("offer-fresh", "offer-old")
    assert Reason("checked", fresh.verified_on) in first.reasons
    assert Reason("old", old.verified_on) in second.reasons


def test_an_offer_not_checked_for_more_than_365_days_or_never_is_not_shown() -> None:
    assert found(offer(verified_on=TODAY - timedelta(days=365)))
    assert not found(offer(verified_on=TODAY - timedelta(days=366)))
    assert not found(offer(verified_on=None))


def test_an_operator_may_ask_for_fresher_offers() -> None:
    month_old = offer(verified_on=TODAY - timedelta(days=30))
    [hit] = Index([month_old], TOPICS, Freshness(old_days=29, hidden_days=30)).search(Query(MEETING, NOW, place=TOWN))
    assert Reason("old", month_old.verified_on) in hit.reasons
    assert not Index([month_old], TOPICS, Freshness(hidden_days=29)).search(Query(MEETING, NOW, place=TOWN))


def test_an_offer_for_three_to_five_years_fits_a_child_of_that_age_and_no_other() -> None:
    one = offer(age_from=36, age_to=71)
    for child in ((36, 36), (71, 71), (24, 36), (71, 90), (0, 323)):
        [hit] = search(one, children=(child,))
        assert Reason("age", (36, 71)) in hit.reasons
    for child in ((35, 35), (72, 72), (-9, -1), (0, 35), (72, 323)):
        assert search(one, children=(child,)) == []


def test_with_several_children_what_suits_more_of_them_comes_first_and_nobody_is_left_out() -> None:
    baby, both = offer("baby", age_to=11), offer("both", age_to=100)
    assert [hit.offer.id for hit in search(baby, both, children=((3, 3), (80, 80)))] == ["offer-both", "offer-baby"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({"km": 0.5}, {"km": 5.0}),
        ({"capacity": "open"}, {"capacity": "waiting_list"}),
        ({"capacity": "waiting_list"}, {"capacity": "full"}),
        ({"threshold": 1}, {"threshold": 5}),
        ({}, {"cost": {"free": False, "amount": 40}}),
        ({"cost": {"free": False, "amount": 40, "reduced": True}}, {"cost": {"free": False, "amount": 40}}),
        ({"opening_hours": "Mo 09:00-12:00"}, {"opening_hours": "Tu 09:00-12:00"}),
        ({}, {"topics": ["grief", "parents-meeting"]}),
        ({}, {"offer_type": "swim-course"}),  # not a usual answer to this concern
    ],
    ids=str,
)
def test_what_helps_sooner_nearer_and_more_easily_comes_first(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    # The better one has the later id: it is not first by chance of the alphabet.
    assert found(offer("a-worse", **worse), offer("b-better", **better)) == ["b-better", "a-worse"]  # type: ignore[arg-type]  # km among them


def test_the_language_of_the_family_outweighs_a_short_way() -> None:
    offers = (
        offer("not"),
        offer("on-request", interpreter="on_request"),
        offer("interpreter", interpreter="yes"),
        offer("spoken", languages=["de", "ar"]),
    )
    assert found(*offers, lang="ar") == ["spoken", "interpreter", "on-request", "not"]
    assert found(offer("near", km=0.1), offer("spoken", km=2.0, languages=["ar"]), lang="ar") == ["spoken", "near"]
    for regional, base in (("ar-SY", "ar"), ("de-simple", "de")):
        [hit] = search(offer(languages=[base]), lang=regional)
        assert Reason("language", base) in hit.reasons


@pytest.mark.parametrize(
    ("place", "km", "widened"),
    [
        (TOWN, 9.9, None),
        (TOWN, 10.1, "radius"),
        (TOWN, 24.9, "radius"),
        (TOWN, 25.1, "neighbour"),
        (TOWN, 49.9, "neighbour"),
        (VILLAGE, 14.9, None),
        (VILLAGE, 15.1, "radius"),
        (VILLAGE, 35.1, "neighbour"),
        (VILLAGE, 59.9, "neighbour"),
    ],
    ids=short,
)
def test_when_nothing_is_near_the_search_goes_further_and_says_so(
    place: Place, km: float, widened: Step | None
) -> None:
    [hit] = search(offer(km=km), place=place)
    assert hit.widened == widened
    assert hit.distance_km == pytest.approx(km, abs=0.02)
    assert Reason("distance", hit.distance_km) in hit.reasons


def test_with_three_offers_near_nobody_is_sent_further_and_nobody_ever_further_than_an_hour() -> None:
    far = offer("far", km=20)
    assert found(offer("a"), offer("b"), far) == ["a", "b", "far"]
    assert found(offer("a"), offer("b"), offer("c"), far) == ["a", "b", "c"]
    assert found(offer("too-far", km=50.1)) == []
    assert found(offer("too-far", km=60.1), place=VILLAGE) == []


def test_what_helps_by_phone_or_online_comes_after_what_is_near_and_needs_no_place() -> None:
    phone = offer("phone", sites=[{"kind": "phone"}], service_area={"nationwide": True})
    near, remote = search(phone, offer("near"))
    assert (near.offer.id, remote.offer.id) == ("offer-near", "offer-phone")
    assert (remote.widened, remote.distance_km) == ("remote", None)
    assert Reason("remote", "phone") in remote.reasons
    assert [hit.widened for hit in search(phone, offer("a"), offer("b"), offer("c"))] == [None] * 4
    assert found(offer("a-phone", sites=[{"kind": "phone"}]), offer("b-near"), place=None) == ["b-near", "a-phone"]


def test_when_nobody_understands_the_family_somebody_who_translates_is_named() -> None:
    interpreters = offer("interpreters", topics=["interpreter"], offer_type="interpreter-pool", languages=["de", "ti"])
    cafe, helper = search(offer("cafe"), interpreters, lang="ti")
    assert (cafe.offer.id, helper.offer.id, helper.widened) == ("offer-cafe", "offer-interpreters", "interpreter")
    assert found(offer("cafe", languages=["ti"]), interpreters, lang="ti") == ["cafe"]


def test_when_nothing_fits_the_family_office_is_named() -> None:
    office = offer("office", topics=["grief"], offer_type="family-office", km=3)
    [hit] = search(office)
    assert (hit.offer.id, hit.widened) == ("offer-office", "family_office")
    expired = offer("office", topics=["grief"], offer_type="family-office", valid_until=TODAY - timedelta(days=1))
    assert search(expired) == []


def test_of_several_sites_the_nearest_speaks_for_the_offer() -> None:
    sites = [
        {"name": "far", "lat": TOWN.lat + 8 * KM, "lon": TOWN.lon},
        {"name": "near", "lat": TOWN.lat + KM, "lon": TOWN.lon},
        {"kind": "online", "name": "online"},
    ]
    [hit] = search(offer(sites=sites))
    assert hit.site.name == "near"


@pytest.mark.parametrize("kind", ["hidden", "home_visit"])
def test_no_distance_is_shown_where_nobody_should_travel(kind: str) -> None:
    position = {"lat": TOWN.lat, "lon": TOWN.lon} if kind == "home_visit" else {}
    [hit] = search(offer(sites=[{"kind": kind, "municipality": "Beispielhafen"} | position]))
    assert hit.distance_km is None
    assert "distance" not in {reason.code for reason in hit.reasons}


@pytest.mark.parametrize(
    "area",
    [
        {"nationwide": True},
        {"states": ["DE-SN", "DE-NI"]},
        {"counties": ["BEISPIELKREIS"]},
        {"municipalities": ["Musterfelde", "beispielhafen"]},
        {"post_codes": ["00102"]},
        {},
    ],
    ids=str,
)
def test_a_family_of_the_service_area_may_come(area: dict[str, object]) -> None:
    one = offer(service_area=area)
    district = Place("Beispielhafen", 54.46, 6.61, plz="00102", state="DE-NI", county="Beispielkreis")
    assert covers(one, one.sites[0], district)
    assert covers(one, one.sites[0], None), "where the place is not known nobody is turned away"


@pytest.mark.parametrize(
    "area",
    [
        {"states": ["DE-BY"]},
        {"counties": ["Nachbarkreis"]},
        {"municipalities": ["Musterfelde"]},
        {"post_codes": ["00103"]},
    ],
    ids=str,
)
def test_a_family_from_outside_the_service_area_is_not_sent_there(area: dict[str, object]) -> None:
    district = Place("Beispielhafen", 54.46, 6.61, plz="00102", state="DE-NI", county="Beispielkreis")
    one = offer(service_area=area)
    assert not covers(one, one.sites[0], district)
    assert search(one, place=district) == []
    assert not covers(one, one.sites[0], Place("", 54.45, 6.60)), "a position far from every town"


def test_an_invented_offer_is_only_for_the_invented_town() -> None:
    invented = offer(example=True, service_area={"nationwide": True}, sites=[{"kind": "online"}])
    assert found(invented, place=Place("Beispielhafen", 54.45, 6.60, example=True)) == ["cafe"]
    assert found(invented, place=TOWN) == []
    nearer_in_language = offer("a-invented", example=True, languages=["de", "tr"])
    assert found(nearer_in_language, offer("b-real"), place=None, lang="tr") == ["b-real"]


def test_the_concern_that_was_named_first_weighs_most() -> None:
    topics = (("parents-meeting", 1.0), ("grief", 0.5))
    first, second = search(offer("a-grief", topics=["grief"]), offer("b-meeting"), topics=topics)
    assert (first.offer.id, second.offer.id) == ("offer-b-meeting", "offer-a-grief")
    assert Reason("topic", "grief") in second.reasons


def test_an_offer_says_why_it_is_shown() -> None:
    one = offer(age_from=0, age_to=35, languages=["de", "ar"], opening_hours="Mo 09:00-12:00")
    [hit] = search(one, lang="ar", children=((12, 12),))
    reasons = dict(hit.reasons)
    assert list(reasons) == ["topic", "age", "language", "distance", "open", "free", "checked"]
    assert (reasons["topic"], reasons["age"], reasons["language"]) == ("parents-meeting", (0, 35), "ar")
    assert reasons["checked"] == date(2026, 11, 1)
    assert hit.opening is not None
    assert hit.opening.until == datetime.fromisoformat("2026-11-23 12:00")
    paid = offer(cost={"free": False, "amount": 40}, interpreter="on_request", opening_hours="Tu 09:00-12:00")
    [hit] = search(paid, lang="ar")
    assert [reason.code for reason in hit.reasons] == ["topic", "interpreter", "distance", "checked"]


def test_no_more_hits_than_asked_for_and_the_same_question_gets_the_same_answer() -> None:
    many = [offer(f"{number:03}") for number in range(200)]
    once, again = search(*many, limit=7), search(*reversed(many), limit=7)
    assert len(once) == 7
    assert [hit.offer.id for hit in once] == [hit.offer.id for hit in search(*many, limit=7)]
    assert {hit.score for hit in once} == {hit.score for hit in again}


def test_an_empty_catalog_or_an_unknown_concern_finds_nothing_and_does_not_fail() -> None:
    assert search() == []
    assert search(offer(), topics=()) == []
    assert search(offer(), topics=(("no-such-topic", 1.0),)) == []


@given(
    topics=st.lists(st.sampled_from([*TOPICS.topics, "no-such-topic"]), max_size=3, unique=True),
    lang=st.sampled_from(["de", "ar", "uk", "ti", "fa-AF", "sr-Latn", "de-simple", "xx"]),
    child=st.tuples(st.integers(-9, 324), st.integers(0, 40)),
    spot=st.one_of(st.sampled_from(SPOTS), st.tuples(st.floats(47, 55.5), st.floats(5.5, 15.5))),
    days=st.integers(-400, 300),
)
def test_whatever_a_family_asks_every_hit_is_valid_fresh_and_for_them(
    catalog: Catalog, topics: list[str], lang: str, child: tuple[int, int], spot: tuple[float, float] | None, days: int
) -> None:
    place = catalog.places.nearest(*spot) if spot else None
    now = NOW + timedelta(days=days)
    children = ((child[0], min(child[0] + child[1], 324)),)
    hits = catalog.index.search(Query(tuple((topic, 1.0) for topic in topics), now, lang, children, place, limit=10))
    assert len({hit.offer.id for hit in hits}) == len(hits) <= 10
    for hit in hits:
        one = hit.offer
        assert one.valid_until is None or one.valid_until >= now.date()
        assert one.valid_from is None or one.valid_from <= now.date()
        assert one.helpline or (one.verified_on and (now.date() - one.verified_on).days <= 365)
        assert covers(one, hit.site, place)
        assert place is None or place.example or not one.example
        assert hit.site.kind != "hidden" or (hit.site.lat, hit.distance_km) == (None, None)
        if hit.widened not in {"interpreter", "family_office"}:
            assert set(one.topics) & set(topics)
            assert one.age_from <= children[0][1]
            assert one.age_to >= children[0][0]
