"""Telephone, web and e-mail: whether a family reaches anybody."""

from typing import Any

import pytest

from catalog.checks.contact import check_contact, host
from catalog.model import Site
from tests.checking import an_offer, detail, found


def test_an_ordinary_contact_is_nothing_to_talk_about() -> None:
    assert found(check_contact, an_offer()) == []


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("116 016", "phone-of-a-helpline"),
        ("112", "phone-of-a-helpline"),
        ("0800 111 0 550", "phone-of-a-helpline"),
        ("115", "phone-for-emergencies"),
        ("030 23125 101", "example-left"),
        ("+49 30 23125 101", "example-left"),
        ("0900 1234567", "phone-costly"),
        ("0180 5 123456", "phone-costly"),
        ("0151 12345678", "phone-mobile"),
    ],
)
def test_a_number_that_somebody_should_look_at(phone: str, code: str) -> None:
    assert found(check_contact, an_offer(phone=phone)) == [("phone", code)]


def test_a_helpline_may_have_its_own_number() -> None:
    assert found(check_contact, an_offer(phone="116 016", helpline="hilfetelefon-frauen")) == []
    assert found(check_contact, an_offer(phone="116 016", helpline="elterntelefon")) == [
        ("phone", "phone-of-a-helpline")
    ]


@pytest.mark.parametrize("example", [True, False])
def test_examples_belong_in_an_example(example: bool) -> None:  # noqa: FBT001 both cases
    offer = an_offer(phone="030 23125 101", web="https://www.example.org/x", email="a@example.org", example=example)
    expected = [] if example else [(field, "example-left") for field in ("phone", "web", "email")]
    assert found(check_contact, offer) == expected


@pytest.mark.parametrize(
    ("web", "codes"),
    [
        ("https://intranet.local/angebote", ["web-private"]),
        ("https://server.stadt.internal", ["web-private"]),
        ("https://fritz.box/", ["web-private"]),
        ("http://www.hof-goerlitz.de", ["web-open"]),
        ("http://intranet.local/", ["web-private", "web-open"]),
        ("https://www.gоerlitz.de", ["web-look-alike"]),  # its second letter is Cyrillic
        ("www.köln.de", []),
        ("hof-goerlitz.de/cafe", []),
    ],
)
def test_a_link_that_leads_nowhere_or_somewhere_else(web: str, codes: list[str]) -> None:
    assert [code for _, code in found(check_contact, an_offer(web=web))] == codes


def test_the_encrypted_form_of_a_link_is_proposed() -> None:
    assert (
        detail(check_contact, an_offer(web="http://www.hof-goerlitz.de/a"), "safe") == "https://www.hof-goerlitz.de/a"
    )


@pytest.mark.parametrize(("web", "name"), [("https://www.A.de/b", "a.de"), ("a.de/b", "a.de"), ("", "")])
def test_the_host_of_a_link(web: str, name: str) -> None:
    assert host(web) == name


def test_a_mail_house_that_is_mistyped() -> None:
    assert found(check_contact, an_offer(email="cafe@gmial.com")) == [("email", "email-mistyped")]
    assert detail(check_contact, an_offer(email="cafe@t-onlin.de"), "suggestion") == "t-online.de"


@pytest.mark.parametrize(
    "house", ["gmx.net", "hotmail.com", "online.de", "o2online.de", "live.de", "kita-hof.de", "aok.de"]
)
def test_a_mail_house_of_its_own_is_not_mistyped(house: str) -> None:
    assert found(check_contact, an_offer(email=f"cafe@{house}")) == []


def test_nobody_can_be_reached_without_contact_and_address() -> None:
    nothing: dict[str, Any] = {"phone": "", "email": "", "web": ""}
    assert found(check_contact, an_offer(**nothing)) == []  # somebody can go there
    assert found(check_contact, an_offer(Site(kind="online"), **nothing)) == [("phone", "no-contact")]
