"""What an offer may say, and what is refused at the door so that no family reads it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.model import Cost, Offer, ServiceArea, Site


def offer(**changes: object) -> Offer:
    fields: dict[str, object] = {
        "id": "parents-cafe-north",
        "title": "Elterncafé",
        "provider": "Nachbarschaftshaus",
        "offer_type": "parents-cafe",
        "kind": "leisure",
        "sector": "youth_welfare",
        "topics": ["parents-meeting"],
        "sites": [{"municipality": "Beispielhafen"}],
    }
    return Offer.model_validate(fields | changes)


def test_an_offer_without_ages_is_for_everybody_from_pregnancy_to_27_years() -> None:
    assert (offer().age_from, offer().age_to) == (-9, 324)


@given(low=st.integers(-20, 340), high=st.integers(-20, 340))
@example(low=-9, high=324)
@example(low=-10, high=324)
@example(low=-9, high=325)
@example(low=36, high=35)
@example(low=36, high=36)
def test_the_ages_of_an_accepted_offer_are_always_a_span_of_a_childs_life(low: int, high: int) -> None:
    try:
        accepted = offer(age_from=low, age_to=high)
    except ValidationError:
        assert low > high or low < -9 or high > 324
    else:
        assert -9 <= accepted.age_from <= accepted.age_to <= 324


def test_an_offer_may_be_valid_for_a_single_day_but_never_end_before_it_begins() -> None:
    day = date(2026, 11, 25)
    assert offer(valid_from=day, valid_until=day).valid_until == day
    with pytest.raises(ValidationError, match="valid_from is after valid_until"):
        offer(valid_from=day, valid_until=date(2026, 11, 24))


@pytest.mark.parametrize(
    "place", [{"address": "Rosenweg 3"}, {"lat": 54.45, "lon": 6.6}, {"lat": 0.0, "lon": 0.0}, {"lat": 54.45}]
)
def test_a_hidden_site_never_has_an_address_or_coordinates(place: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="a hidden site must have neither address nor coordinates"):
        Site.model_validate({"kind": "hidden", "municipality": "Beispielhafen"} | place)


@pytest.mark.parametrize(
    "position",
    [
        {"lat": 54.45},  # half a position
        {"lon": 6.6},
        {"lat": 90.1, "lon": 0},
        {"lat": 0, "lon": -180.1},
        {"lat": "54,45", "lon": 6.6},
        {"post_code": "2826"},
        {"post_code": "028266"},
        {"post_code": "O2826"},
        {"post_code": "D-02826"},
    ],
    ids=str,
)
def test_a_site_that_stands_on_no_map_is_refused(position: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Site.model_validate(position)


def test_free_is_only_what_costs_nobody_anything_and_an_amount_is_exact() -> None:
    with pytest.raises(ValidationError, match="an offer with an amount is not free"):
        Cost(free=True, amount=Decimal(5))
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Cost(free=False, amount=Decimal("-0.01"))
    assert Cost.model_validate({"free": True, "amount": 0}).free
    assert Cost.model_validate({"free": False, "amount": 2.1}).amount == Decimal("2.1")


@pytest.mark.parametrize(("unquoted", "meant"), [(True, "yes"), (False, "no"), ("on_request", "on_request")])
def test_an_unquoted_yes_or_no_is_understood(unquoted: object, meant: str) -> None:
    assert offer(interpreter=unquoted).interpreter == meant
    if meant != "on_request":
        assert Site.model_validate({"wheelchair": unquoted}).wheelchair == meant


@pytest.mark.parametrize(
    "changes",
    [
        {"telefon": "030 23125 101"},
        {"topics": []},
        {"sites": []},
        {"id": "Elterncafé Nord"},
        {"id": "-north"},
        {"title": "EC"},
        {"summary": "x" * 601},
        {"threshold": 0},
        {"threshold": 6},
        {"capacity": "almost full"},
        {"documents": ["passport"]},
        {"dates": [{"day": date(2026, 11, 25), "starts": "9:30"}]},
        {"translations": {"tr": {"title": "Veli kahvesi"}}},  # by whom, a person or a machine?
    ],
    ids=str,
)
def test_what_cannot_be_shown_rightly_is_refused_and_its_field_is_named(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as refused:
        offer(**changes)
    assert {error["loc"][0] for error in refused.value.errors()} == set(changes)


def test_hours_that_cannot_be_read_are_refused_with_an_example_of_the_right_form() -> None:
    with pytest.raises(
        ValidationError, match=r"'Mo 9-12 Uhr' are not in OSM form, such as 'Mo-Fr 09:00-12:00; PH off'"
    ):
        offer(opening_hours="Mo 9-12 Uhr")


def test_spaces_left_over_from_a_spreadsheet_cell_are_dropped() -> None:
    kept = offer(title="  Elterncafé \n", phone=" 030 23125 101 ", opening_hours=" 24/7 ")
    assert (kept.title, kept.phone, kept.opening_hours) == ("Elterncafé", "030 23125 101", "24/7")


def test_an_offer_that_was_checked_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        offer().phone = "030 23125 999"  # type: ignore[misc]  # that is the point


@pytest.mark.parametrize(
    "area",
    [
        {"nationwide": True},
        {"states": ["DE-NI"]},
        {"counties": ["Beispielkreis"]},
        {"municipalities": ["Musterfelde"]},
        {"post_codes": ["00120"]},
    ],
    ids=lambda area: next(iter(area)),
)
def test_a_service_area_that_names_anything_is_no_longer_open_to_all(area: dict[str, object]) -> None:
    assert ServiceArea().is_open
    assert not ServiceArea.model_validate(area).is_open
