"""Who should check what again: what search hides or shows lower down is exactly what is due."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Offer
from catalog.search import Freshness, Index, Query
from catalog.stale import Due, Owner, by_owner, due
from catalog.topics import load_topics
from tests.checking import TODAY, an_offer
from tests.conftest import NOW

FRESHNESS = Freshness(180, 365)
TOPICS = load_topics()


def checked(days: int | None, **fields: Any) -> Offer:
    return an_offer(verified_on=None if days is None else TODAY - timedelta(days), **fields)


def state(offer: Offer, ahead: int = 0) -> str | None:
    return next((one.state for one in due([offer], TODAY, FRESHNESS, ahead)), None)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, None), (180, None), (181, "old"), (365, "old"), (366, "hidden"), (None, "never")],
)
def test_what_nobody_has_checked_for_long_is_due(days: int | None, expected: str | None) -> None:
    assert state(checked(days)) == expected


def test_what_will_be_due_can_be_asked_for_in_time() -> None:
    assert state(checked(160), ahead=20) is None
    assert state(checked(161), ahead=20) == "soon"


def test_what_is_over_is_due_however_fresh_it_is() -> None:
    assert state(checked(0, valid_until=TODAY - timedelta(1))) == "expired"
    assert state(checked(0, valid_until=TODAY)) is None


@given(st.none() | st.integers(0, 800), st.integers(-5, 5))
def test_what_is_said_of_an_offer_is_what_families_see(days: int | None, over: int) -> None:
    offer = checked(days, valid_until=TODAY + timedelta(over))
    query = Query((("parents-meeting", 1.0),), NOW)
    hits = Index([offer], TOPICS, FRESHNESS).search(query)
    found = due([offer], TODAY, FRESHNESS)
    assert bool(hits) == (not found or found[0].is_shown)
    is_lower = any(reason.code == "old" for hit in hits for reason in hit.reasons)
    assert is_lower == (bool(found) and found[0].state == "old")


def test_the_oldest_comes_first_and_what_was_never_checked_before_it() -> None:
    offers = [checked(days, id=f"cafe-{days or 'never'}") for days in (200, None, 400, 10)]
    assert [one.offer.id for one in due(offers, TODAY, FRESHNESS)] == ["cafe-never", "cafe-400", "cafe-200"]


def groups(*offers: Offer) -> dict[Owner, list[str]]:
    found: list[Due] = due(offers, TODAY, FRESHNESS)
    return {owner: [one.offer.id for one in group] for owner, group in by_owner(found).items()}


def test_one_mail_goes_to_one_address_and_who_has_most_to_do_comes_first() -> None:
    at_office = {"verified_by": "amt@example.org", "email": "cafe@example.org"}
    found = groups(
        checked(200, id="cafe-1", email="cafe@example.org", verified_by="Kim"),
        checked(200, id="office-1", **at_office),
        checked(200, id="office-2", **at_office),
        checked(200, id="cafe-2", email="cafe@example.org", verified_by="Sam"),
        checked(200, id="cafe-3", email="cafe@example.org"),
    )
    assert list(found.items()) == [
        (Owner("cafe@example.org", "cafe@example.org"), ["cafe-1", "cafe-2", "cafe-3"]),
        (Owner("amt@example.org", "amt@example.org"), ["office-1", "office-2"]),
    ]


def test_without_an_address_it_is_who_checked_last_or_else_the_provider() -> None:
    assert groups(checked(200, email="", verified_by="Kim")) == {Owner("Kim"): ["parents-cafe"]}
    assert groups(checked(200, email="")) == {Owner("Verein Hof e. V."): ["parents-cafe"]}
