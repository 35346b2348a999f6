"""What ships: an invented town that shows everything, sixteen programmes of the past, and the helplines."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.catalog import Catalog, load_catalog
from catalog.model import Offer
from catalog.places import Place
from catalog.search import Freshness, Query, short_key
from catalog.topics import Topics
from tests.conftest import NOW

TODAY = NOW.date()
SHIPPED = load_catalog(today=TODAY)
EXAMPLES = [offer for offer in SHIPPED.index.offers if offer.example]
PROGRAMMES = [offer for offer in SHIPPED.index.offers if not offer.example and offer.helpline is None]
EVERYTHING = 1000  # hits: more than there are offers
OWN = """
catalog: {name: Musterfelde}
places:
  - {name: Musterfelde, municipality: Musterfelde, post_codes: ["00120"], lat: 54.385, lon: 6.69}
offers:
  - id: village-cafe
    title: Elterncafé im Dorf
    provider: Landfrauen
    offer_type: parents-cafe
    topics: [parents-meeting]
    sites: [{municipality: Musterfelde, lat: 54.385, lon: 6.69}]
    verified_on: 2026-11-01
  - id: wrong
    title: Ein Angebot mit Fehler
    provider: Landfrauen
    offer_type: parents-cafe
    topics: [tea]
    sites: [{municipality: Musterfelde}]
"""
each_programme = pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda offer: offer.id)


def named(name: str) -> Place:
    return SHIPPED.places.find(name).places[0]


def found(
    topic: str,
    place: Place | None,
    now: datetime = NOW,
    children: tuple[tuple[int, int], ...] = (),
    catalog: Catalog = SHIPPED,
) -> list[Offer]:
    query = Query(((topic, 1.0),), now, "de", children, place, limit=EVERYTHING)
    return [hit.offer for hit in catalog.index.search(query)]


def home(offer: Offer) -> Place:
    return named(offer.sites[0].municipality or "Berlin")


def noon(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=12)


def test_what_ships_has_no_mistakes() -> None:
    assert SHIPPED.problems == ()
    assert len({offer.id for offer in SHIPPED.index.offers}) == len(SHIPPED.index.offers)


def test_the_example_town_has_offers_of_every_kind_that_a_card_can_show() -> None:
    assert len(EXAMPLES) >= 160
    assert {offer.staffing for offer in EXAMPLES} == {"pro", "volunteer", "mixed"}
    assert {offer.provider_type for offer in EXAMPLES} == {"public", "non_profit", "business"}
    assert {access for offer in EXAMPLES for access in offer.access} == {"walk_in", "appointment", "referral"}
    assert {offer.capacity for offer in EXAMPLES} == {"open", "waiting_list", "full"}
    assert {offer.interpreter for offer in EXAMPLES} == {"yes", "on_request", "no"}
    assert {offer.threshold for offer in EXAMPLES} == {1, 2, 3, 4, 5}
    assert {site.kind for offer in EXAMPLES for site in offer.sites} == {
        "place",
        "hidden",
        "home_visit",
        "online",
        "phone",
    }
    assert {occasion.repeat for offer in EXAMPLES for occasion in offer.dates} == {None, "weekly", "monthly"}
    assert any(len({site.address for site in offer.sites}) > 1 for offer in EXAMPLES), "several sites"
    assert {"de", "tr", "ar", "uk", "ru", "fa", "kmr"} <= {lang for offer in EXAMPLES for lang in offer.languages}
    assert any(offer.cost and offer.cost.reduced for offer in EXAMPLES)
    assert any(offer.cost and offer.cost.covered_by_but for offer in EXAMPLES)
    assert {"tr", "ar", "uk", "en"} <= {lang for offer in EXAMPLES for lang in offer.translations}


def test_every_topic_is_answered_in_the_example_town_at_every_age_that_it_concerns(topics: Topics) -> None:
    town = named("Beispielhafen")
    assert len(topics.topics) == 83
    for topic in topics.topics.values():
        assert sum(offer.example and topic.id in offer.topics for offer in found(topic.id, town)) >= 2, topic.id
        for phase in topic.phases or topics.phases:
            child = (topics.phases[phase].first_month, topics.phases[phase].last_month)
            offers = found(topic.id, town, children=(child,))
            assert any(offer.example and topic.id in offer.topics for offer in offers), (topic.id, phase)


def test_an_example_never_names_a_number_or_an_address_that_could_be_somebodys() -> None:
    for offer in EXAMPLES:
        assert re.fullmatch(r"030 23125 \d{3}", offer.phone), offer.id
        assert re.fullmatch(r"[a-z0-9.-]+@example\.org|", offer.email), offer.id
        assert re.match(r"https://www\.example\.org/|$", offer.web), offer.id
        for site in offer.sites:
            assert site.post_code is None or site.post_code.startswith("00"), offer.id
            assert site.lat is None or 54.3 < site.lat < 54.6, "in the sea"
            assert site.lon is None or 6.5 < site.lon < 6.8, "in the sea"
    assert len({offer.phone for offer in EXAMPLES}) == len(EXAMPLES)


def test_a_shelter_has_a_town_and_a_telephone_and_nothing_that_leads_to_its_door() -> None:
    shelters = [offer for offer in EXAMPLES if any(site.kind == "hidden" for site in offer.sites)]
    assert {"domestic-violence", "child-in-danger"} <= {topic for offer in shelters for topic in offer.topics}
    for offer in shelters:
        assert offer.phone
        for site in offer.sites:
            if site.kind == "hidden":
                assert (site.address, site.post_code, site.district, site.lat, site.lon) == ("", None, "", None, None)


def test_expired_future_and_long_unchecked_examples_are_there_but_never_found() -> None:
    expired = [offer for offer in EXAMPLES if offer.valid_until and offer.valid_until < TODAY]
    future = [offer for offer in EXAMPLES if offer.valid_from and offer.valid_from > TODAY]
    never = [offer for offer in EXAMPLES if offer.verified_on is None]
    forgotten = [offer for offer in EXAMPLES if offer.verified_on and (TODAY - offer.verified_on).days > 365]
    assert min(len(expired), len(future), len(never), len(forgotten)) >= 2
    for offer in (*expired, *future, *never, *forgotten):
        for topic in offer.topics:
            for place in (None, named("Beispielhafen"), named("Musterfelde")):
                assert offer not in found(topic, place), offer.id


def test_examples_not_checked_for_half_a_year_are_found_and_say_so() -> None:
    old = [o for o in EXAMPLES if o.verified_on and 180 < (TODAY - o.verified_on).days <= 365]
    assert len(old) >= 3
    for offer in old:
        query = Query(((offer.topics[0], 1.0),), NOW, place=home(offer), limit=EVERYTHING)
        [hit] = [hit for hit in SHIPPED.index.search(query) if hit.offer == offer]
        assert ("old", offer.verified_on) in hit.reasons, offer.id


@given(
    place=st.sampled_from([p for p in SHIPPED.places.places if not p.example]),
    topic=st.sampled_from([*SHIPPED.topics.topics]),
)
def test_no_real_family_is_ever_sent_to_the_invented_town(place: Place, topic: str) -> None:
    offers = found(topic, place)
    assert offers, "somebody who listens is always there"
    assert not [offer.id for offer in offers if offer.example]


@pytest.mark.parametrize("years", [1, 3])
def test_the_example_town_looks_the_same_in_later_years(years: int) -> None:
    later = TODAY + timedelta(weeks=52 * years)
    again = load_catalog(today=later)
    town = named("Beispielhafen")
    for topic in ("crying-baby", "housing-search", "sports-clubs", "events-outings"):
        now = {offer.id for offer in found(topic, town) if offer.example}
        then = {
            offer.id for offer in found(topic, town, NOW + timedelta(weeks=52 * years), catalog=again) if offer.example
        }
        assert now == then, topic


def test_there_are_sixteen_programmes_with_a_source_and_nobody_to_call() -> None:
    assert len(PROGRAMMES) == 16
    for programme in PROGRAMMES:
        assert programme.source in {"S1", "S2", "S3"}, programme.id
        assert (programme.phone, programme.email, programme.web) == ("", "", ""), "would only mislead"
        assert programme.valid_until is not None
        assert programme.valid_until < TODAY


@each_programme
def test_in_its_years_a_programme_is_first_or_second_for_its_topics_its_place_and_its_age(programme: Offer) -> None:
    assert programme.valid_from
    assert programme.valid_until
    middle = programme.valid_from + (programme.valid_until - programme.valid_from) / 2
    for day in (programme.valid_from, middle, programme.valid_until):
        for age in (programme.age_from, programme.age_to):
            for topic in programme.topics:
                assert programme in found(topic, home(programme), noon(day), ((age, age),))[:2], (topic, day, age)


@each_programme
def test_a_programme_is_not_found_before_after_or_today(programme: Offer) -> None:
    assert programme.valid_from
    assert programme.valid_until
    for day in (programme.valid_from - timedelta(days=1), programme.valid_until + timedelta(days=1), TODAY):
        for topic in programme.topics:
            for place in (home(programme), None):
                assert programme not in found(topic, place, noon(day)), (topic, day)


@pytest.mark.parametrize("topic", [topic.id for topic in SHIPPED.topics.topics.values() if topic.helplines])
def test_far_from_every_catalog_the_lines_for_a_concern_are_found(topic: str) -> None:
    lines = {offer.helpline for offer in found(topic, named("Berlin"))}
    for line in SHIPPED.topics.topics[topic].helplines:
        helpline = SHIPPED.helplines.lines[line]
        is_nationwide_offer = not helpline.is_emergency_number and not helpline.states and line != "giftnotruf"
        assert (line in lines) is is_nationwide_offer, line


def test_every_offer_is_found_by_the_short_key_that_a_button_carries() -> None:
    assert len(SHIPPED.index.offers) > 200
    for offer in SHIPPED.index.offers:
        assert SHIPPED.index.with_key(short_key(offer.id)) is offer
    for unknown in ("", "x", short_key("gone"), short_key(EXAMPLES[0].id)[:-1]):
        assert SHIPPED.index.with_key(unknown) is None


def test_a_short_key_is_the_same_in_every_version() -> None:
    assert short_key("parents-cafe-harbour") == "5421d435a536f932"


def test_no_offer_is_reported_until_families_say_so() -> None:
    assert SHIPPED.reported == {}
    told = replace(SHIPPED, reported={"parents-cafe-harbour": ("closed",)})
    assert told.reported["parents-cafe-harbour"] == ("closed",)
    assert told.index is SHIPPED.index


def test_own_catalogs_replace_the_examples_but_never_the_helplines(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN, "utf-8")
    own = load_catalog([path], today=TODAY)
    assert [offer.id for offer in own.index.offers if offer.helpline is None] == ["village-cafe"]
    assert any(offer.helpline == "elterntelefon" for offer in own.index.offers)
    assert [(p.code, p.spot.offer, p.spot.column, p.value) for p in own.problems] == [
        ("choice-of-many", "wrong", "topics", "tea")
    ]
    assert own.places.find("Musterfelde").places[0].own
    assert own.places.named("Beispielhafen") == ()
    second = tmp_path / "second.yaml"
    second.write_text(OWN.replace("village-cafe", "other-cafe"), "utf-8")
    both = load_catalog([path, second], today=TODAY)
    offers = found("parents-meeting", both.places.find("Musterfelde").places[0], catalog=both)
    assert {"village-cafe", "other-cafe"} <= {offer.id for offer in offers}
    assert len(both.problems) == 2


def test_a_catalog_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.yaml"):
        load_catalog([tmp_path / "none.yaml"], today=TODAY)
    broken = tmp_path / "broken.yaml"
    broken.write_text("hello", "utf-8")
    with pytest.raises(ValueError, match=r"broken\.yaml: This is no catalog\. A catalog has the keys"):
        load_catalog([broken], today=TODAY)


def test_an_operators_places_and_freshness_are_used(tmp_path: Path) -> None:
    catalog_file, places_file = tmp_path / "own.yaml", tmp_path / "places.csv"
    catalog_file.write_text(OWN, "utf-8")
    places_file.write_text("plz,place,state,lat,lon\n00199,Nebenan,Niedersachsen,54.39,6.70\n", "utf-8")
    own = load_catalog([catalog_file], today=TODAY, places=places_file, freshness=Freshness(hidden_days=10))
    place = own.places.post_code("00199")
    assert place is not None
    assert (place.name, place.state, place.approximate) == ("Nebenan", "DE-NI", False)
    assert "village-cafe" not in {offer.id for offer in found("parents-meeting", place, catalog=own)}
