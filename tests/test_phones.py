"""Telephone numbers: a wrong one is worse than none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.phones import area, dialled, is_costly, is_dialable, is_fictitious, is_mobile


@pytest.mark.parametrize(
    "number",
    [
        "030 23125 101",
        "030/23125-101",
        "(030) 23125101",
        "+49 30 23125 101",
        "112",
        "110",
        "116 117",
        "116111",
        "0800 111 0 550",
    ],
)
def test_numbers_that_a_telephone_in_germany_can_dial(number: str) -> None:
    assert is_dialable(number)


@pytest.mark.parametrize("number", ["", "anrufen", "19240", "23125", "0800", "030 23125 101 202 303 404", "Tel. ☎"])
def test_numbers_that_lead_nowhere(number: str) -> None:
    assert not is_dialable(number)


@given(text=st.text(max_size=30))
def test_whatever_stands_in_the_phone_column_is_judged_without_a_crash(text: str) -> None:
    assert is_dialable(text) in (True, False)


@pytest.mark.parametrize(
    "number", ["03581 123456", "+49 3581 123456", "0049 3581 12 34 56", "(03581) 1234-56", "03581/123456"]
)
def test_one_number_is_the_same_however_it_is_written(number: str) -> None:
    assert dialled(number) == "3581123456"


@pytest.mark.parametrize("number", ["116 016", "116016"])
def test_a_short_number_is_dialled_as_it_is(number: str) -> None:
    assert dialled(number) == "116016"


@pytest.mark.parametrize(
    "number",
    ["030 23125 000", "+49 30 23125 999", "069 90009 123", "040 66969 1 2 3", "0221 4710 555", "0171 3920 042"],
)
def test_numbers_for_films_reach_nobody(number: str) -> None:
    assert is_fictitious(number)


@pytest.mark.parametrize("number", ["030 23125 1", "030 23125 1234", "030 23126 101", "0171 3930 042", "112", ""])
def test_their_neighbours_may_reach_somebody(number: str) -> None:
    assert not is_fictitious(number)


@pytest.mark.parametrize(
    ("number", "costly", "mobile", "code"),
    [
        ("03581 123456", False, False, "3581"),
        ("030 1234567", False, False, "30"),
        ("0151 12345678", False, True, ""),
        ("0900 1234567", True, False, ""),
        ("01806 313031", True, False, ""),
        ("0800 111 0 550", False, False, ""),
        ("ruf an", False, False, ""),
    ],
)
def test_what_kind_of_number_it_is(number: str, costly: bool, mobile: bool, code: str) -> None:  # noqa: FBT001 cases
    assert (is_costly(number), is_mobile(number), area(number)) == (costly, mobile, code)
