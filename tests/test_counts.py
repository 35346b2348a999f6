"""What is counted of the demand: never more than it takes to see what is missing where."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.counts import counted, outcome_of
from bot.dialogue.model import Answers, Count, Outcome
from bot.dialogue.steps.base import Scene
from bot.jsonlines import Desk
from bot.understanding.age import Age
from catalog.model import Offer, Site
from catalog.places import Place
from catalog.search import Hit, Step
from catalog.topics import Topics
from tests.test_cards import OFFER, TOWN

CAFE = Offer.model_validate(OFFER)
GOERLITZ = Place("Görlitz", 51.155, 14.988, district="Weinhübel", county="Görlitz", state="DE-SN")
TODDLER = Answers(
    step="results", lang="tr", children=(Age(24, 35),), topics=(("debts", 1.0), ("crying-baby", 0.35)), place=GOERLITZ
)
COUNT = Count("found", "debts", "money_work", "age_1_3", "tr", "Görlitz", "Weinhübel", "Görlitz")


@pytest.fixture(scope="module")
def scene(desk: Desk) -> Scene:
    return desk.scene("tr")


def hit(widened: Step | None = None, kind: str = "place") -> Hit:
    return Hit(CAFE, 1.0, (), Site.model_validate({"kind": kind}), widened=widened)


@pytest.mark.parametrize(
    ("hits", "outcome"),
    [
        ([], "nothing"),
        ([hit()], "found"),
        ([hit("radius"), hit()], "found"),
        ([hit(kind="home_visit")], "found"),
        ([hit(kind="hidden")], "found"),
        ([hit("radius")], "widened"),
        ([hit("neighbour"), hit("family_office")], "widened"),
        ([hit("interpreter"), hit("remote", "phone")], "widened"),
        ([hit(kind="online"), hit(kind="phone")], "nothing"),
        ([hit("remote", "phone"), hit("interpreter", "phone")], "nothing"),
        ([hit("family_office")], "nothing"),
        ([hit("family_office"), hit("remote", "online")], "nothing"),
    ],
)
def test_only_somebody_near_is_found(hits: list[Hit], outcome: Outcome) -> None:
    assert outcome_of(hits) == outcome


def test_the_first_concern_is_counted_with_its_group_the_age_the_language_and_the_place(scene: Scene) -> None:
    assert counted("found", TODDLER, scene) == (COUNT,)


def test_what_is_not_known_is_empty(scene: Scene) -> None:
    unknown = Answers(step="results", lang="tr", topics=(("debts", 1.0),))
    assert counted("nothing", unknown, scene) == (Count("nothing", "debts", "money_work", "", "tr"),)
    town = replace(GOERLITZ, district=None, county=None)
    (count,) = counted("found", replace(TODDLER, place=town), scene)
    assert (count.municipality, count.district, count.county) == ("Görlitz", "", "")


def test_where_only_the_region_is_known_no_town_gets_the_demand(scene: Scene) -> None:
    (count,) = counted("found", replace(TODDLER, place=replace(GOERLITZ, approximate=True)), scene)
    assert count == replace(COUNT, municipality="", district="", county="")


def test_nothing_is_counted_without_a_topic_or_in_the_invented_town(scene: Scene) -> None:
    assert counted("found", replace(TODDLER, topics=()), scene) == ()
    assert counted("found", replace(TODDLER, place=TOWN), scene) == ()


def test_of_a_topic_of_which_nothing_may_be_stored_nothing_is_counted(scene: Scene, topics: Topics) -> None:
    for topic in topics.topics.values():
        counts = counted("nothing", replace(TODDLER, topics=((topic.id, 1.0),)), scene)
        assert [count.topic for count in counts] == ([] if topic.sensitive else [topic.id])


def test_every_age_that_can_be_tapped_is_a_band_of_its_own(scene: Scene, topics: Topics) -> None:
    for phase in topics.phases.values():
        tapped = replace(TODDLER, children=(Age(phase.first_month, phase.last_month),))
        assert counted("found", tapped, scene)[0].band == phase.id


@pytest.mark.parametrize(
    ("ages", "band"),
    [
        ([(84, 95), (8, 8)], "age_0_1"),
        ([(8, 8), (-9, -1)], "pregnancy"),
        ([(48, 59)], "age_3_6"),
        ([(60, 71)], "transition_school"),
        ([(72, 83)], "age_6_10"),
        ([(324, 335)], ""),
    ],
)
def test_the_band_is_the_youngest_childs(scene: Scene, ages: list[tuple[int, int]], band: str) -> None:
    children = tuple(Age(*age) for age in ages)
    assert counted("found", replace(TODDLER, children=children), scene)[0].band == band


@given(lat=st.floats(47, 55.5), lon=st.floats(5.5, 15.5), plz=st.sampled_from([None, "02826"]))
def test_neither_position_nor_post_code_leaves_the_conversation(
    scene: Scene, lat: float, lon: float, plz: str | None
) -> None:
    (count,) = counted("found", replace(TODDLER, place=replace(GOERLITZ, lat=lat, lon=lon, plz=plz)), scene)
    assert count == COUNT
    assert {field.name for field in fields(count)} == {
        *("outcome", "topic", "group", "band", "lang", "municipality", "district", "county")
    }
