"""Whether an offer says who it is for and what it costs, and says the same everywhere."""

from typing import Any

import pytest

from catalog.checks.fitness import check_ages, check_cost, check_topics
from tests.checking import an_offer, found


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"age_from": 36, "age_to": 83, "title": "Turnen für Kinder von 3-6 Jahren"}, []),
        ({"age_from": 3, "age_to": 6, "title": "Turnen für Kinder von 3-6 Jahren"}, ["ages-in-years"]),
        ({"age_from": 3, "age_to": 6, "title": "Turnen, 3 bis 6 Jahre"}, ["ages-in-years"]),
        ({"age_from": 3, "age_to": 6, "title": "Babymassage, 3 bis 6 Monate"}, []),
        ({"age_from": 14, "age_to": 18, "topics": ("youth-club",)}, ["ages-in-years"]),
        ({"age_from": 3, "age_to": 6, "topics": ("baby-groups",)}, []),
        ({"age_from": -9, "age_to": -1}, []),
        ({}, []),
    ],
)
def test_years_where_months_belong(fields: dict[str, Any], codes: list[str]) -> None:
    assert [code for _, code in found(check_ages, an_offer(**fields))] == codes


def test_a_topic_of_another_age_is_named() -> None:
    offer = an_offer(age_from=168, age_to=215, topics=("youth-club", "baby-groups"))
    assert found(check_topics, offer) == [("topics", "topic-of-another-age")]


FREE, FIVE = {"free": True}, {"free": False, "amount": 5}


@pytest.mark.parametrize(
    ("summary", "cost", "codes"),
    [
        ("Die Teilnahme ist kostenlos.", FREE, []),
        ("Die Teilnahme ist kostenlos.", FIVE, ["cost-said-free"]),
        ("Kostenfrei!", FIVE, ["cost-said-free"]),
        ("Das ist nicht kostenlos.", FIVE, []),
        ("Für Familien mit wenig Geld kostenlos.", {**FIVE, "reduced": True}, []),
        ("Der Kurs kostet 40 Euro.", FREE, ["cost-said-price"]),
        ("Kosten: pro Monat 12,50 €", FREE, ["cost-said-price"]),
        ("Wir helfen beim Antrag auf 500 Euro Zuschuss.", FREE, []),
        ("Der Kurs kostet 40 Euro.", None, []),
        ("", {"free": False, "amount": 4000}, ["cost-dear"]),
    ],
)
def test_what_the_text_says_about_money(summary: str, cost: dict[str, Any] | None, codes: list[str]) -> None:
    assert [code for _, code in found(check_cost, an_offer(summary=summary, cost=cost))] == codes
