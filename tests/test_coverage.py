"""What there is for families, for whom and where: what counts, what is a gap, and what only seems to be help."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.catalog import Catalog
from catalog.coverage import Coverage, Reach
from catalog.model import Offer
from catalog.search import Freshness, Index, Query
from catalog.topics import load_topics
from tests.conftest import NOW
from tests.test_areas import HARBOUR, OLD_TOWN, PLACES, VILLAGE
from tests.test_areas import offer as cafe

TOPICS = load_topics()
TODAY = NOW.date()
HERE, AROUND, REMOTE, NOTHING = Reach(1, 0, 0), Reach(0, 1, 0), Reach(0, 0, 1), Reach(0, 0, 0)
IN_OLD_TOWN = {"municipality": "Beispielhafen", "district": "Altstadt", "lat": 54.450, "lon": 6.600}
IN_VILLAGE = {"municipality": "Musterfelde", "lat": 54.385, "lon": 6.690}


def offer(*sites: Mapping[str, Any], **changes: object) -> Offer:
    return cafe(*map(dict, sites or (IN_OLD_TOWN,)), **{"verified_on": date(2026, 11, 1), **changes})


def survey(*offers: Offer) -> Coverage:
    return Coverage.survey(offers, PLACES, TOPICS, TODAY)


def reached(coverage: Coverage, phase: str | None = None) -> list[Reach | None]:
    """Parents' meetings in the old town, the harbour, on the hill and in the village."""
    return [coverage.reach("parenting", phase, [i]) for i in range(4)]


def test_an_offer_counts_fully_in_its_district_and_less_in_the_others_of_its_town() -> None:
    assert reached(survey(offer())) == [HERE, AROUND, AROUND, AROUND]  # the village is nine kilometres away
    far = {**IN_OLD_TOWN, "lat": 54.55}
    assert reached(survey(offer(far))) == [HERE, AROUND, AROUND, NOTHING]


def test_what_comes_into_the_home_is_here_wherever_it_comes() -> None:
    visit = {"kind": "home_visit", "municipality": "Beispielhafen"}
    assert reached(survey(offer(visit))) == [HERE, HERE, HERE, NOTHING]
    county = {"municipalities": ["Beispielhafen", "Musterfelde"]}
    assert reached(survey(offer(visit, service_area=county))) == [HERE] * 4


def test_whom_an_offer_does_not_serve_it_does_not_count_for() -> None:
    only = offer(IN_OLD_TOWN, service_area={"post_codes": ["00102"]})
    assert reached(survey(only)) == [NOTHING, AROUND, NOTHING, NOTHING]


@pytest.mark.parametrize("kind", ["online", "phone"])
def test_a_telephone_is_no_help_on_the_spot(kind: str) -> None:
    coverage = survey(offer({"kind": kind}, service_area={"nationwide": True}))
    assert reached(coverage) == [REMOTE] * 4
    assert len([gap for gap in coverage.gaps() if gap.group == "parenting"]) == 4 * len(TOPICS.phases)


def test_a_shelter_counts_for_the_town_and_never_for_a_district() -> None:
    shelter = offer({"kind": "hidden", "municipality": "Beispielhafen", "district": "Altstadt"})
    assert reached(survey(shelter)) == [AROUND, AROUND, AROUND, NOTHING]


def test_an_offer_with_several_sites_counts_once_and_where_it_is_nearest() -> None:
    coverage = survey(offer(IN_OLD_TOWN, {**IN_OLD_TOWN, "district": "Hafenviertel"}, {"kind": "phone"}))
    assert reached(coverage)[:3] == [HERE, HERE, AROUND]
    assert coverage.reach("parenting") == HERE
    assert coverage.on_site == 1


def test_ages_have_to_have_more_in_common_than_a_birthday() -> None:
    young = survey(offer(age_from=0, age_to=36))
    assert [young.reach("parenting", phase) for phase in ("age_0_1", "age_1_3", "age_3_6")] == [HERE, HERE, NOTHING]
    newborn = survey(offer(age_from=0, age_to=1))
    assert newborn.reach("parenting", "age_0_1") == HERE


def test_a_topic_counts_only_at_the_ages_that_it_concerns() -> None:
    coverage = survey(offer(topics=["crying-baby"]))
    assert coverage.reach("baby_toddler", "age_0_1") == HERE
    assert coverage.reach("baby_toddler", "age_6_10") is None
    assert coverage.reach("parenting", "age_0_1") == NOTHING


@pytest.mark.parametrize(
    ("changes", "shown"),
    [
        ({}, True),
        ({"valid_until": TODAY}, True),
        ({"valid_until": TODAY - timedelta(1)}, False),
        ({"valid_from": TODAY + timedelta(1)}, False),
        ({"verified_on": TODAY - timedelta(365)}, True),
        ({"verified_on": TODAY - timedelta(366)}, False),
        ({"verified_on": None}, False),
        ({"dates": [{"day": TODAY - timedelta(1)}]}, False),
    ],
)
def test_only_what_families_see_today_counts(changes: Mapping[str, object], *, shown: bool) -> None:
    one = offer(**changes)
    coverage = survey(one)
    assert (len(coverage.offers), coverage.left_out) == ((1, 0) if shown else (0, 1))
    query = Query((("parents-meeting", 1.0),), NOW, place=OLD_TOWN)
    assert bool(Index([one], TOPICS, Freshness()).search(query)) is shown


def test_the_nearest_of_several_areas_counts() -> None:
    coverage = survey(offer(), offer(IN_VILLAGE, id="cafe-two"))
    assert coverage.reach("parenting", None, [1, 2]) == Reach(0, 2, 0)
    assert coverage.reach("parenting", None, [0, 3]) == Reach(2, 0, 0)


def test_a_language_is_spoken_or_interpreted_or_on_the_telephone() -> None:
    coverage = survey(
        offer(languages=["de", "tr"]),
        offer(id="cafe-two", interpreter="on_request"),
        offer({"kind": "phone"}, id="cafe-three", languages=["ar"], service_area={"nationwide": True}),
    )
    grid = coverage.grid("language")
    assert grid.columns == ("de", "tr")
    assert dict(grid.rows)["parenting"] == (Reach(2, 0, 0), Reach(1, 1, 0))


def test_what_both_do_together_counts_for_both_and_what_is_unknown_for_nobody() -> None:
    staffings = ("pro", "volunteer", "mixed", None)
    coverage = survey(*(offer(id=f"cafe-{n}", staffing=staffing) for n, staffing in enumerate(staffings)))
    assert dict(coverage.grid("staffing").rows)["parenting"] == (Reach(2, 0, 0), Reach(2, 0, 0))


def test_asking_changes_nothing() -> None:
    coverage = survey(offer(staffing="pro"))
    before = coverage.reach("parenting", "age_0_1", None, coverage.staffed("volunteer"))
    assert before == NOTHING
    assert coverage.reach("parenting", "age_0_1") == HERE


def test_districts_are_columns_in_the_order_of_the_catalog() -> None:
    grid = survey(offer()).grid("district")
    assert dict(grid.rows)["parenting"] == (HERE, AROUND, AROUND, AROUND)
    assert dict(grid.narrow(2).rows)["parenting"] == (HERE, AROUND)
    assert grid.narrow(2).columns == ("0", "1")


def test_without_offers_everything_that_anybody_asks_for_is_a_gap() -> None:
    coverage = survey()
    assert len(coverage.gaps()) == int(coverage.asked.sum()) * 4 > 0
    assert coverage.on_site == 0
    assert coverage.grid("language").columns == ()


SITES = st.sampled_from([IN_OLD_TOWN, IN_VILLAGE, {"kind": "phone"}, {"kind": "home_visit"}, {"municipality": "Weit"}])
OFFERS = st.lists(
    st.builds(
        offer,
        SITES,
        topics=st.lists(st.sampled_from([*TOPICS.topics]), min_size=1, max_size=4),
        age_from=st.integers(-9, 100),
        age_to=st.integers(100, 324),
        service_area=st.sampled_from([{}, {"nationwide": True}, {"municipalities": ["Musterfelde"]}]),
        languages=st.sampled_from([["de"], ["tr", "ar"]]),
        verified_on=st.sampled_from([TODAY, TODAY - timedelta(400)]),
    ),
    max_size=8,
)


@given(OFFERS)
def test_a_gap_is_exactly_where_nobody_is_on_the_spot(offers: list[Offer]) -> None:
    numbered = [one.model_copy(update={"id": f"offer-{n}"}) for n, one in enumerate(offers)]
    coverage = survey(*numbered)
    gaps = {(gap.group, gap.phase, gap.area) for gap in coverage.gaps()}
    for group in coverage.groups:
        for phase in coverage.phases:
            whole = coverage.reach(group, phase)
            parts = [coverage.reach(group, phase, [i]) for i in range(len(coverage.areas))]
            if whole is None:
                assert parts == [None] * len(parts)
                continue
            for area, part in zip(coverage.areas, parts, strict=True):
                assert part is not None
                assert part.is_gap == ((group, phase, area) in gaps)
                assert part.here <= whole.here
                assert sum(part) <= sum(whole) <= len(coverage.offers)


@given(OFFERS)
def test_one_more_offer_never_opens_a_gap(offers: list[Offer]) -> None:
    numbered = [one.model_copy(update={"id": f"offer-{n}"}) for n, one in enumerate(offers)]
    before = {(gap.group, gap.phase, gap.area) for gap in survey(*numbered[1:]).gaps()}
    after = {(gap.group, gap.phase, gap.area) for gap in survey(*numbered).gaps()}
    assert after <= before


def test_the_example_town_is_well_supplied_but_for_what_its_village_lacks(catalog: Catalog) -> None:
    coverage = Coverage.survey(catalog.index.offers, catalog.places.places, catalog.topics, TODAY)
    assert [place.district or place.name for place in coverage.areas][0::5] == ["Altstadt", "Musterfelde"]
    assert {gap.area.name for gap in coverage.gaps()} == {VILLAGE.name}
    assert HARBOUR.district in {place.district for place in coverage.areas}
