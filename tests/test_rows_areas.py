"""Who may come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import ServiceArea
from catalog.problems import Lang
from catalog.rows.areas import read_area, write_area
from catalog.words import LANGS, load_words

STATES = load_words()["states"]


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("", ServiceArea()),
        ("bundesweit", ServiceArea(nationwide=True)),
        ("Sachsen", ServiceArea(states=("DE-SN",))),
        ("NRW", ServiceArea(states=("DE-NW",))),
        ("Beispielhafen, Musterfelde", ServiceArea(municipalities=("Beispielhafen", "Musterfelde"))),
        ("Beispielhafen; 00120", ServiceArea(municipalities=("Beispielhafen",), post_codes=("00120",))),
        ("Landkreis Görlitz; Ortenaukreis", ServiceArea(counties=("Landkreis Görlitz", "Ortenaukreis"))),
        ("Kreis: Region Hannover", ServiceArea(counties=("Region Hannover",))),
        ("Ort: Berlin", ServiceArea(municipalities=("Berlin",))),
        ("1067", ServiceArea(post_codes=("01067",))),
        ("Frankfurt (Oder)", ServiceArea(municipalities=("Frankfurt (Oder)",))),
    ],
)
def test_areas_that_stand_in_real_tables(text: str, area: ServiceArea) -> None:
    assert read_area(text, STATES).value == area


def test_a_state_that_does_not_exist_is_said() -> None:
    assert [doubt.code for doubt in read_area("Land: Preußen", STATES).doubts] == ["choice-unknown"]


NAME = st.sampled_from(["Görlitz", "Berlin", "Bremen", "Kreisau", "Ortenaukreis", "Kreis Lippe", "Sachsen", "Bad Ems"])
AREAS = st.builds(
    ServiceArea,
    nationwide=st.booleans(),
    states=st.lists(st.sampled_from(sorted(STATES.by_code)), max_size=2).map(tuple),
    counties=st.lists(NAME, max_size=2).map(tuple),
    municipalities=st.lists(NAME, max_size=2).map(tuple),
    post_codes=st.lists(st.from_regex(r"[0-9]{5}", fullmatch=True), max_size=2).map(tuple),
)


@given(area=AREAS, lang=st.sampled_from(LANGS))
def test_every_area_is_read_as_it_is_written(area: ServiceArea, lang: Lang) -> None:
    assert read_area(write_area(area, lang, STATES), STATES).value == area
