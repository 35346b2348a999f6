"""Costs as providers write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.columns import load_layout
from catalog.model import Cost, CostPer
from catalog.problems import Lang
from catalog.rows.costs import read_cost, write_cost
from catalog.words import LANGS

UNITS = load_layout().words["cost_per"]


def paid(amount: str | None, per: CostPer = "once", *, reduced: bool = False, but: bool = False) -> Cost:
    return Cost(free=False, amount=amount and Decimal(amount), per=per, reduced=reduced, covered_by_but=but)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("kostenlos", Cost()),
        ("Die Krankenkasse zahlt", Cost()),
        ("auf Spendenbasis", Cost()),
        ("ja", Cost()),  # under the heading "kostenlos"
        ("0 €", Cost()),
        ("5 € pro Treffen", paid("5", "session")),
        ("12,50 Euro im Monat, ermäßigt", paid("12.50", "month", reduced=True)),
        ("190 € monatlich (BuT)", paid("190", "month", but=True)),
        ("5-10 €", paid("10")),
        ("bis zu 5 €/h", paid("5", "hour")),
        ("1.200 €", paid("1200")),
        ("40,- €", paid("40")),
        ("20 Treffen für 5 €", paid("5")),
        ("Teilnahme kostenlos, Material 3 €", paid("3")),
        ("nach Einkommen gestaffelt", paid(None, reduced=True)),
        ("nein", paid(None)),
        ("auf Anfrage", None),
        ("", None),
    ],
)
def test_costs_that_stand_in_real_tables(text: str, cost: Cost | None) -> None:
    assert read_cost(text, UNITS).value == cost
    assert not read_cost(text, UNITS).doubts


def test_what_is_no_cost_is_said_and_nothing_is_claimed() -> None:
    reading = read_cost("weiß niemand so genau", UNITS)
    assert (reading.value, [doubt.code for doubt in reading.doubts]) == (None, ["cost-unreadable"])


AMOUNTS = st.decimals(min_value="0.01", max_value=9999, places=2)
PER: st.SearchStrategy[CostPer] = st.sampled_from(["once", "hour", "day", "month", "session", "course", "call"])


@given(amount=AMOUNTS, per=PER, lang=st.sampled_from(LANGS))
def test_every_amount_is_read_as_it_is_written(amount: Decimal, per: CostPer, lang: Lang) -> None:
    cost = Cost(free=False, amount=amount, per=per)
    assert read_cost(write_cost(cost, lang, UNITS), UNITS).value == cost


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("cost", [None, Cost(), Cost(free=False)])
def test_what_has_no_amount_is_read_as_it_is_written(cost: Cost | None, lang: Lang) -> None:
    assert read_cost(write_cost(cost, lang, UNITS), UNITS).value == cost


@given(st.text(max_size=250))
def test_no_text_breaks_the_reading_or_becomes_less_than_nothing(text: str) -> None:
    cost = read_cost(text, UNITS).value
    assert cost is None or cost.amount is None or cost.amount > 0
