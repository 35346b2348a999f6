"""The sheet of places."""

import pytest

from catalog.sources.tables import Cell
from tests.tables import GOOD, read, said, table

NORTH: dict[str, Cell] = {"Name": "Nordweide", "Gemeinde": "Beispielhafen", "Breitengrad": "54,479", "Längengrad": 6.59}


def test_a_district_is_a_place_of_the_catalog_itself() -> None:
    source = read(
        table(GOOD), table(NORTH | {"PLZ": 103, "Andere Namen": "Weide; Nord", "Bundesland": "NRW"}, sheet="Orte")
    )
    assert said(source) == [("error", "post-code-form", "PLZ")]
    source = read(table(GOOD), table(NORTH | {"PLZ": "00103, 00104", "Andere Namen": "Weide; Nord"}, sheet="orte"))
    [place] = source.places
    assert (place.name, place.district, place.lat, place.lon) == ("Beispielhafen", "Nordweide", 54.479, 6.59)
    assert (place.post_codes, place.aliases, place.own, place.example) == (
        ("00103", "00104"),
        ("Weide", "Nord"),
        True,
        False,
    )


def test_a_town_is_known_by_its_name_being_its_municipality() -> None:
    town = {**NORTH, "Name": "Beispielhafen", "Gemeinde": None, "PLZ": "00101"}
    [place] = read(table(GOOD), table(town, sheet="Orte")).places
    assert (place.name, place.district, place.plz) == ("Beispielhafen", None, "00101")


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"Breitengrad": ""}, ("error", "field-missing", "Breitengrad")),
        ({"Breitengrad": "nördlich"}, ("error", "number-form", "Breitengrad")),
        ({"Art": "Dorf?"}, ("error", "choice-unknown", "Art")),
        ({"Bundesland": "Preußen"}, ("error", "choice-unknown", "Bundesland")),
        ({"PLZ": "1067"}, ("warning", "post-code-zero-added", "PLZ")),
    ],
)
def test_a_mistake_is_said_with_its_column(cells: dict[str, Cell], problem: tuple[str, str, str]) -> None:
    assert problem in said(read(table(GOOD), table(NORTH | cells, sheet="Orte")))


def test_example_rows_of_the_template_are_no_places() -> None:
    source = read(table(GOOD), table(NORTH | {"Name": "BEISPIEL Nordweide"}, sheet="Orte"))
    assert (source.places, source.problems) == ((), ())


def test_a_sheet_without_positions_is_left_out_and_that_is_said() -> None:
    source = read(table(GOOD), table({"Name": "Nordweide", "Gemeinde": "Beispielhafen"}, sheet="Orte"))
    assert source.places == ()
    assert said(source) == [("warning", "places-left-out", "")]


def test_the_places_of_an_invented_catalog_are_invented() -> None:
    source = read(table(GOOD | {"Erfunden": "ja"}), table(NORTH, sheet="Orte"))
    assert [place.example for place in source.places] == [True]
