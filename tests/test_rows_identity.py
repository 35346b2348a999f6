"""Ids that stay, whoever made them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rows.identity import derived_ids, slug, typed_id

ID = re.compile(r"[a-z0-9][a-z0-9-]{1,79}")
ROW = {"title": "Elterncafé Süd", "provider": "Haus e. V.", "municipality": "Görlitz", "district": ""}


def test_a_made_id_can_be_read_by_a_person() -> None:
    assert re.fullmatch(r"elterncafe-sued-[0-9a-f]{6}", derived_ids([ROW])[0])


def test_a_made_id_stays_when_another_column_or_another_row_changes() -> None:
    other = {**ROW, "title": "Schwimmkurs"}
    assert derived_ids([{**ROW, "phone": "1", "address": "A 1"}, other])[0] == derived_ids([other, ROW])[1]


@pytest.mark.parametrize("column", ["title", "provider", "municipality", "district"])
def test_a_made_id_tells_apart_what_differs_in_what_names_it(column: str) -> None:
    assert len({*derived_ids([ROW, {**ROW, column: "anders"}])}) == 2


def test_the_address_tells_apart_where_nothing_else_does() -> None:
    assert len({*derived_ids([{**ROW, "address": "A 1"}, {**ROW, "address": "B 2"}])}) == 2


@pytest.mark.parametrize(
    ("text", "written"), [("Cafe_Nord 12", "cafe-nord-12"), ("7", "nr-7"), ("K-001", "k-001"), ("---", "")]
)
def test_a_typed_id_gets_the_form_that_ids_have(text: str, written: str) -> None:
    assert typed_id(text) == written


def test_long_typed_ids_are_kept_whole_as_far_as_ids_reach_and_never_become_one() -> None:
    kita = "kindertageseinrichtung-sonnenschein-in-der-nordstadt-gruppe-fuer-unter-dreijaehrige"
    assert typed_id(kita[:80]) == kita[:80]
    assert typed_id(f"{kita} 1") != typed_id(f"{kita} 2")
    assert ID.fullmatch(typed_id(f"{kita} 1"))


@given(st.text(max_size=200))
def test_every_typed_id_has_the_form_of_an_id_and_stays_when_it_is_typed_again(text: str) -> None:
    written = typed_id(text)
    assert written == "" or ID.fullmatch(written)
    assert typed_id(written) == written


@given(st.dictionaries(st.sampled_from([*ROW, "address"]), st.text(max_size=90)))
def test_every_made_id_has_the_form_of_an_id(row: dict[str, str]) -> None:
    assert ID.fullmatch(derived_ids([row])[0])


@given(st.text(max_size=90))
def test_a_slug_does_not_change_when_it_is_made_again(text: str) -> None:
    assert slug(slug(text)) == slug(text)
