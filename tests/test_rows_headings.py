"""Headings in German or English, in any order, however they are typed."""

import pytest

from catalog.columns import load_layout
from catalog.rows.headings import HeadingReader, filled_rows, named
from catalog.sources.tables import Row, Table

LAYOUT = load_layout()
OFFERS = HeadingReader(LAYOUT.offers, LAYOUT)
PLACES = HeadingReader(LAYOUT.places, LAYOUT)


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("PLZ", "post_code"),
        ("Postleitzahl *", "post_code"),
        (" post  code ", "post_code"),
        ("Strasse", "address"),
        ("STRASSE UND HAUSNUMMER", "address"),
        ("Träger", "provider"),
        ("traeger", "provider"),
        ("E-Mail", "email"),
        ("Öffnungszeiten:", "opening_hours"),
        ("age_from", "age_from"),
        ("Titel (Türkisch)", "title:tr"),
        ("Title (Arabic)", "title:ar"),
        ("Kurzbeschreibung (uk)", "summary:uk"),
        ("title:tr", "title:tr"),
        ("Titel (Dothrakisch)", None),
        ("Interne Notiz", None),
        ("Bemerkung (Arabisch)", None),
    ],
)
def test_a_heading_is_known_by_all_its_spellings(heading: str, key: str | None) -> None:
    assert OFFERS.key(heading) == key


def test_places_have_no_translations() -> None:
    assert PLACES.key("Name (Türkisch)") is None


def test_the_row_of_headings_may_stand_below_a_title_and_a_date() -> None:
    rows = (
        Row(1, ("Angebote für Familien",)),
        Row(3, ("Stand", "Oktober")),
        Row(5, ("Titel", "Ort", "Träger", "Notiz")),
    )
    found = OFFERS.find(Table("", (*rows, Row(6, ("Elterncafé",)))))
    assert found
    assert (found.row.number, found.extra) == (5, ("Notiz",))
    assert dict(found.columns) == {0: "title", 1: "municipality", 2: "provider"}
    assert [row.number for row in filled_rows(Table("", (*rows, Row(6, ("x",)))), found)] == [6]


def test_of_two_columns_with_one_meaning_the_first_counts() -> None:
    found = OFFERS.find(Table("", (Row(1, ("Telefon", "Titel", "Tel.", "Rufnummer")),)))
    assert found
    assert (found.written["phone"], found.twice) == ("Telefon", ("phone", "phone"))


@pytest.mark.parametrize("cells", [(), ("Titel",), ("a", "b", "c"), (1, 2, None)])
def test_a_row_that_hardly_names_columns_is_no_row_of_headings(cells: tuple[str, ...]) -> None:
    assert OFFERS.find(Table("", (Row(1, cells),))) is None


def test_missing_columns_are_named_in_both_languages() -> None:
    found = OFFERS.find(Table("", (Row(1, ("Titel", "Ort", "Anliegen")),)))
    assert found
    assert named(found.lacking(LAYOUT.offers)) == "Träger (Provider), Angebotsart (Offer type)"
