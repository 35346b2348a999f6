"""What differs between two sets of offers, and what of it somebody must have meant."""

from collections.abc import Iterable

import pytest
from hypothesis import given

from catalog.changes import Difference, apply, cautions, compare
from catalog.helplines import load_helplines
from catalog.model import Offer, Site
from catalog.topics import load_topics
from tests.checking import TODAY, an_offer
from tests.versions import CRISIS, catalogs, ordered

TOPICS, HELPLINES = load_topics(), load_helplines()


@given(catalogs, catalogs)
def test_a_difference_makes_the_later_set_out_of_the_earlier_one(
    before: tuple[Offer, ...], after: tuple[Offer, ...]
) -> None:
    difference = compare(before, after)
    assert list(apply(difference, before)) == ordered(after)
    assert bool(difference) == (ordered(before) != ordered(after))


@given(catalogs)
def test_between_a_set_and_itself_there_is_none(offers: tuple[Offer, ...]) -> None:
    assert compare(offers, tuple(reversed(offers))) == Difference()


def test_each_field_is_named_with_what_stood_and_what_stands_there() -> None:
    here, there = Site(address="Am Hof 1"), Site(address="Am Hof 2")
    (change,) = compare([an_offer(here)], [an_offer(there, phone="030 23125 002")]).changed
    assert [tuple(field) for field in change.fields] == [
        ("phone", "03581 123456", "030 23125 002"),
        ("sites", (here,), (there,)),
    ]


def test_who_only_checked_it_again_has_changed_no_word() -> None:
    (checked,) = compare([an_offer()], [an_offer(verified_on=TODAY, verified_by="Kim")]).changed
    (changed,) = compare([an_offer()], [an_offer(verified_on=TODAY, title="Café am Hof")]).changed
    assert (checked.is_check_only, changed.is_check_only) == (True, False)


# ---- to look at twice


def kinds(before: Iterable[Offer], after: Iterable[Offer]) -> list[str]:
    return [caution.kind for caution in cautions(before, after, TOPICS, HELPLINES)]


def cafes(n: int) -> list[Offer]:
    return [an_offer(id=f"cafe-{number}") for number in range(n)]


@pytest.mark.parametrize(("before", "after", "asks"), [(10, 8, False), (10, 7, True), (5, 4, False), (1, 0, True)])
def test_more_than_a_fifth_goes_only_when_it_is_meant(before: int, after: int, asks: bool) -> None:  # noqa: FBT001 a case of the table
    assert kinds(cafes(before), cafes(after)) == (["many_removed"] if asks else [])


def test_new_offers_do_not_make_up_for_those_that_go() -> None:
    assert kinds(cafes(10), [*cafes(5), *(an_offer(id=f"new-{n}") for n in range(50))]) == ["many_removed"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (an_offer(phone="112"), an_offer(phone="030 23125 001")),
        (an_offer(phone="030 23125 001"), an_offer(phone="110")),
        (an_offer(phone="116 016"), an_offer(phone="")),
        (an_offer(phone="0800 111 0 111"), an_offer(phone="0800 111 0 112")),
        (an_offer(**CRISIS), an_offer(**{**CRISIS, "phone": "030 23125 655"})),
        (an_offer(**CRISIS), None),
        (None, an_offer(**CRISIS)),
        (an_offer(**CRISIS), an_offer(**{**CRISIS, "id": "crisis-line-2", "phone": "030 23125 999"})),
    ],
)
def test_a_number_for_emergencies_comes_goes_or_changes_only_when_it_is_meant(
    before: Offer | None, after: Offer | None
) -> None:
    others = cafes(10)
    found = kinds([*others, *filter(None, [before])], [*others, *filter(None, [after])])
    assert set(found) == {"emergency_phone"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (an_offer(), an_offer(phone="030 23125 002")),
        (an_offer(**CRISIS), an_offer(**{**CRISIS, "phone": "+49 30/23125654"})),
        (an_offer(phone="116 016"), an_offer(phone="116016")),
        (an_offer(**CRISIS), an_offer(**{**CRISIS, "title": "Krisendienst der Stadt"})),
    ],
)
def test_other_changes_need_no_second_look(before: Offer, after: Offer) -> None:
    assert kinds([*cafes(10), before], [*cafes(10), after]) == []


@given(catalogs)
def test_the_first_catalog_of_all_needs_none(offers: tuple[Offer, ...]) -> None:
    assert kinds([], offers) == []
