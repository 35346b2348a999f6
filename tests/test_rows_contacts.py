"""Telephone, mail and web as they stand in real tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.phones import is_dialable
from catalog.rows.contacts import read_email, read_phone, read_web


@pytest.mark.parametrize(
    ("text", "number", "codes"),
    [
        ("030 23125 101", "030 23125 101", []),
        ("030 / 23125-101", "030 / 23125-101", []),
        ("+49 (0)30 23125 101", "+49 (0)30 23125 101", []),
        ("116 111", "116 111", []),
        ("112", "112", []),
        ("Tel.: 030 23125 101\n030 23125 102", "030 23125 101", ["phone-several"]),
        ("040/66969 123 oder 040 66969 124", "040/66969 123", ["phone-several"]),
        ("030 23125101, Fax 030 23125102", "030 23125101", []),
        ("0221\n4710 123", "0221 4710 123", []),
        ("030/23125-101 (AB)", "030/23125-101", []),
        ("3023125101", "03023125101", ["phone-zero-added"]),
        ("493023125101", "+493023125101", ["phone-zero-added"]),
        ("43 40 64", "", ["phone-left-out"]),
        ("Fax 030 23125 102", "", ["phone-left-out"]),
        ("bitte anrufen", "", ["phone-left-out"]),
        ("", "", []),
    ],
)
def test_one_number_is_taken_and_a_wrong_one_never(text: str, number: str, codes: list[str]) -> None:
    reading = read_phone(text)
    assert (reading.value, [doubt.code for doubt in reading.doubts]) == (number, codes)


@given(st.one_of(st.text(max_size=60), st.text("0123456789 /-+()", max_size=30)))
def test_what_is_kept_can_be_dialled_from_anywhere(text: str) -> None:
    number = read_phone(text).value
    assert not number or (is_dialable(number) and number.lstrip("(").startswith(("0", "+", "11")))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("cafe@example.org", "cafe@example.org"),
        ("mailto:Cafe@Example.ORG", "Cafe@example.org"),
        ("<cafe@example.org>", "cafe@example.org"),
        ("cafe@example.org; buero@example.org", "cafe@example.org"),
        ("cafe (at) example.org", "cafe (at) example.org"),
    ],
)
def test_the_first_address_is_taken_and_what_is_none_is_left_for_the_check(text: str, address: str) -> None:
    assert read_email(text).value == address


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("https://www.example.org/Cafe?tag=1", "https://www.example.org/Cafe?tag=1"),
        ("https://Example.org/wiki/Haus_(Nord)", "https://example.org/wiki/Haus_(Nord)"),
        ("www.example.org", "www.example.org"),
        ("example.org?id=1", "example.org/?id=1"),
        ("siehe www.example.org/abc.", "www.example.org/abc"),
        ("https://a.example.org https://b.example.org", "https://a.example.org"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("demnächst", "demnächst"),
    ],
)
def test_the_first_link_is_taken_and_what_is_none_is_left_for_the_check(text: str, link: str) -> None:
    assert read_web(text).value == link
