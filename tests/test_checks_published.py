"""What has changed since the catalog was published, and looks like a slip or like somebody else's hand."""

from dataclasses import replace
from typing import Any

import pytest

from catalog.checks.published import check_changes, find_renamed
from tests.checking import AROUND, after, an_offer, found

TURKISH = {"tr": {"title": "Veli kahvesi", "summary": "Gelin.", "by": "human"}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, []),
        ({"phone": "+49 3581 123456"}, []),  # only written otherwise
        ({"phone": "03581 654321"}, [("phone", "phone-changed")]),
        ({"phone": "0351 123456"}, [("phone", "phone-changed-oddly")]),
        ({"phone": "0151 12345678"}, [("phone", "phone-changed-oddly")]),
        ({"phone": "0900 1234567"}, [("phone", "phone-changed-oddly")]),
        ({"phone": ""}, [("phone", "contact-gone")]),
        ({"web": "https://hof-goerlitz.de/neu"}, []),
        ({"web": "https://hof-görlitz.info/cafe"}, [("web", "web-changed")]),
        ({"web": "", "email": ""}, [("web", "contact-gone"), ("email", "contact-gone")]),
        ({"email": "info@hof-goerlitz.de"}, []),
        ({"email": "hof@gmx.de"}, [("email", "email-changed")]),
    ],
)
def test_a_contact_that_became_another(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(check_changes, an_offer(**fields), after(an_offer())) == expected


def test_a_new_offer_has_no_past() -> None:
    assert found(check_changes, an_offer(phone="0351 123456"), AROUND) == []


def test_a_translation_that_was_forgotten() -> None:
    before = an_offer(translations=TURKISH)
    assert found(check_changes, an_offer(translations=TURKISH, summary="Neu."), after(before)) == [
        ("translations.tr.title", "translation-old")
    ]
    mended = {"tr": {**TURKISH["tr"], "summary": "Yeni."}}
    assert found(check_changes, an_offer(translations=mended, summary="Neu."), after(before)) == []


def test_an_offer_that_only_got_another_id() -> None:
    around = after(an_offer(id="old-name"))
    [(offer, finding)] = find_renamed([an_offer(id="new-name")], around)
    assert (offer.id, finding.code, finding.details) == ("new-name", "id-changed", {"before": "old-name"})
    assert list(find_renamed([an_offer(id="old-name"), an_offer(id="new-name")], around)) == []
    assert list(find_renamed([an_offer(id="new-name", title="Schuldnerberatung")], around)) == []
    assert list(find_renamed([an_offer(id="new-name")], replace(AROUND, published={}))) == []
