"""One table of columns: unambiguous, explained in both languages, and its example is a good offer."""

import re

import pytest

from catalog.columns import Column, load_layout
from catalog.model import Offer
from catalog.problems import Lang
from catalog.rows.days import read_day
from catalog.rows.fields import BY_TEXT, BY_WORDS
from catalog.rows.sites import COLUMNS as SITE_COLUMNS
from catalog.words import LANGS, folded

LAYOUT = load_layout()
SHEETS = {"offers": LAYOUT.offers, "places": LAYOUT.places}
OWN_READERS = {"id", "age", "ages", "date", "dates", "hours", "site", "number", "post_codes"}


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_heading_names_one_column_only(sheet: str) -> None:
    owners: dict[str, set[str]] = {}
    for key, column in SHEETS[sheet].items():
        for heading in column.names:
            owners.setdefault(folded(heading), set()).add(key)
    assert {heading: keys for heading, keys in owners.items() if len(keys) > 1} == {}


def test_every_field_of_an_offer_has_a_column() -> None:
    told_elsewhere = {"sites": set(SITE_COLUMNS), "translations": {"title"}}
    for field in Offer.model_fields:
        assert told_elsewhere.get(field, {field}) <= set(LAYOUT.offers), field


@pytest.mark.parametrize("column", [*LAYOUT.offers.values(), *LAYOUT.places.values()], ids=lambda column: column.key)
def test_every_column_is_explained_in_both_languages_and_can_be_read(column: Column) -> None:
    assert column.form in {*BY_TEXT, *BY_WORDS, *OWN_READERS}
    assert not column.words or column.words in LAYOUT.words
    assert column.explanation
    for lang in LANGS:
        assert column.headings[lang]
        assert re.search(r"[.…]$", column.explanation[lang]), column.explanation[lang]


@pytest.mark.parametrize("lang", LANGS)
def test_what_the_template_needs_it_shows_in_its_example(lang: Lang) -> None:
    shown = [column for columns in SHEETS.values() for column in columns.values() if column.group]
    assert {column.group for column in shown} == set(LAYOUT.groups)
    assert all(column.example and column.example[lang] for column in shown if column.needed)
    assert all(read_day(column.example[lang]).value for column in shown if column.form == "date" and column.example)


def test_sheets_are_known_by_their_german_and_english_names() -> None:
    for name, sheet in LAYOUT.sheets.items():
        assert sheet.is_called(sheet.names["de"].upper()), name
        assert sheet.is_called(f" {sheet.names['en']} "), name
        assert not sheet.is_called("Tabelle1")
