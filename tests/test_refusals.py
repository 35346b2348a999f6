"""What the model refuses, in words for somebody who does not program."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from catalog.model import Offer
from catalog.problems import Spot
from catalog.refusals import choice, refused, unknown_field
from tests.checking import an_offer

SPOT = Spot("town.xlsx", "Angebote", 3)
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.dates())
FIELDS = {**an_offer().model_dump(), "sites": [{"kind": "online"}], "cost": {"free": True}}


def mistakes(**fields: Any) -> list[tuple[str, str, str]]:
    """Field, code and value of everything that is refused."""
    with pytest.raises(ValidationError) as error:
        Offer.model_validate({**FIELDS, **fields})
    return [(p.spot.column, p.code, p.value) for p in refused(error.value, lambda field: Spot("x", column=field))]


def test_a_mistake_in_a_list_is_said_once_and_where_it_is() -> None:
    assert mistakes(sites=[{"kind": "online"}, {"kind": "plce"}]) == [("sites.1.kind", "choice-mistyped", "plce")]


def test_several_mistakes_are_all_said() -> None:
    assert mistakes(title="", email="nobody", threshold=9) == [
        ("title", "text-short", ""),
        ("threshold", "number-large", "9"),
        ("email", "email-form", "nobody"),
    ]


def test_two_fields_that_contradict_each_other_are_named_by_the_later() -> None:
    assert mistakes(age_from=36, age_to=12) == [("age_to", "ages-swapped", "12")]
    assert mistakes(cost={"free": True, "amount": "3.50"}) == [("cost.amount", "free-with-amount", "3.50")]


def test_a_word_that_is_near_is_proposed_and_a_short_list_is_listed() -> None:
    assert choice(SPOT, "walkin", ["walk_in", "appointment"]).details == {"suggestion": "walk_in"}
    assert choice(SPOT, "tea", ["walk_in", "appointment"]).details == {"choices": "walk_in, appointment"}
    assert choice(SPOT, "tea", [f"word {n}" for n in range(50)], title="Tee trinken").details == {
        "title": "Tee trinken"
    }


def test_a_field_that_nobody_knows() -> None:
    assert unknown_field(SPOT, "summry").details == {"suggestion": "summary"}
    assert unknown_field(SPOT, "Bemerkung").code == "field-unknown"


@given(
    fields=st.dictionaries(
        st.sampled_from([*Offer.model_fields, "note"]), st.one_of(VALUES, st.lists(VALUES, max_size=3)), max_size=4
    )
)
def test_whatever_stands_in_a_field_is_taken_or_said_in_both_languages(fields: dict[str, Any]) -> None:
    try:
        Offer.model_validate({**FIELDS, **fields})
    except ValidationError as error:
        problems = list(refused(error, lambda field: Spot("x", column=field)))
        assert problems
        for problem in problems:
            assert problem.said("de").what
            assert problem.said("en").what
