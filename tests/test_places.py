"""From what a family writes or shares to a point on the map, without asking anybody outside."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.places import STATES, Found, Gazetteer, Place, read_places, region_places, shipped_towns
from catalog.text import clean

HARBOUR = Place("Beispielhafen", 54.45, 6.60, post_codes=("00101", "00102"), aliases=("Beispielstadt",), own=True)
QUARTER = Place("Beispielhafen", 54.461, 6.608, district="Hafenviertel", plz="00102", post_codes=("00102",), own=True)
SMALL = Place("Neuhausen", 50.0, 9.0, state="DE-HE", population=900)
LARGE = Place("Neuhausen", 48.7, 9.2, state="DE-BW", population=12_000)
REGIONS = {"02": Place("Görlitz", 51.155, 14.988, state="DE-SN", population=57_000)}


@pytest.fixture(scope="module")
def germany() -> Gazetteer:
    return Gazetteer(list(shipped_towns()))


def table(folder: Path, text: str, name: str = "places.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(text, encoding)
    return path


def names(found: Found) -> list[str]:
    return [place.district or place.name for place in found.places]


@pytest.mark.parametrize(
    ("written", "town"),
    [
        ("Görlitz", "Görlitz"),
        ("GOERLITZ", "Görlitz"),
        ("gorlitz", "Görlitz"),
        ("Берлін", "Berlin"),
        ("برلين", "Berlin"),
        ("Munich", "München"),
        ("Bad Homburg", "Bad Homburg vor der Höhe"),
        ("Frankfurt/Oder", "Frankfurt (Oder)"),
        ("Frankfurt", "Frankfurt am Main"),  # ten times as many inhabitants as its namesake
    ],
)
def test_a_town_is_known_by_its_names_in_any_script(germany: Gazetteer, written: str, town: str) -> None:
    found = germany.find(written)
    assert found.places[0].name == town
    assert found.exact
    assert not found.ambiguous


@pytest.mark.parametrize(
    ("written", "town"),
    [
        ("Leipzg", "Leipzig"),
        ("Görliz", "Görlitz"),
        ("Chemniz", "Chemnitz"),
        ("berlinde", "Berlin"),
        ("Гамбурзі", "Hamburg"),
    ],
)
def test_a_misspelt_or_inflected_town_is_recognised_and_marked_as_a_guess(
    germany: Gazetteer, written: str, town: str
) -> None:
    found = germany.find(written)
    assert found.places[0].name == town
    assert not found.exact
    assert not found.ambiguous


@pytest.mark.parametrize("written", ["", "  ", "ab", "12", "👶", "asdfghjkl", "krankenhaus", "\x00"])
def test_what_is_no_place_is_not_taken_for_one(germany: Gazetteer, written: str) -> None:
    assert germany.find(written).places == ()


@given(written=st.text(max_size=40))
def test_no_text_breaks_the_search_for_a_place_and_a_guess_is_never_more_than_three(
    germany: Gazetteer, written: str
) -> None:
    found = germany.find(written)
    assert found.exact or 1 <= len(found.places) <= 3
    assert not found.ambiguous or len(found.places) >= 2


def test_namesakes_are_asked_unless_one_has_eight_times_as_many_inhabitants() -> None:
    town = Place("Neuhausen", 51.0, 13.0, state="DE-SN", population=LARGE.population // 8 + 1)
    assert Gazetteer([town, LARGE]).find("Neuhausen").ambiguous
    village = Place("Neuhausen", 51.0, 13.0, state="DE-SN", population=LARGE.population // 8)
    found = Gazetteer([village, LARGE]).find("Neuhausen")
    assert not found.ambiguous
    assert found.places == (LARGE, village)


def test_places_of_the_catalog_itself_come_before_larger_namesakes() -> None:
    own = Place("Neuhausen", 51.6, 14.4, own=True)
    found = Gazetteer([LARGE, own]).find("Neuhausen")
    assert found.places[0] == own
    assert not found.ambiguous


def test_one_town_in_two_sources_is_one_place_and_the_first_source_speaks() -> None:
    own = Place("Neuhausen", 48.71, 9.21, own=True, county="Kreis Esslingen")
    assert Gazetteer([own, LARGE, SMALL]).named("Neuhausen") == (own, SMALL)


def test_a_district_is_found_by_its_own_name_and_a_town_by_its_nickname() -> None:
    gazetteer = Gazetteer([HARBOUR, QUARTER])
    [place] = gazetteer.find("hafenviertel").places
    assert (place.name, place.district, place.plz) == ("Beispielhafen", "Hafenviertel", "00102")
    assert gazetteer.find("beispielstadt") == Found((HARBOUR,))


def test_a_known_post_code_is_exact() -> None:
    place = Gazetteer([QUARTER, SMALL], REGIONS).post_code("00102")
    assert place is not None
    assert (place.district, place.plz, place.approximate) == ("Hafenviertel", "00102", False)


def test_where_a_post_code_lies_is_known_without_its_town() -> None:
    gazetteer = Gazetteer([QUARTER, replace(HARBOUR, county="Musterkreis")], REGIONS)
    area, place = gazetteer.post_code_area("00102"), gazetteer.post_code("00102")
    assert area
    assert place
    assert (place.lat, place.lon, place.plz) == (area.lat, area.lon, area.plz)
    assert (area.county, place.county) == (None, "Musterkreis")
    assert gazetteer.post_code_area("02826") == gazetteer.post_code("02826"), "of a region no more is known"


def test_an_unknown_post_code_lies_in_the_middle_of_those_with_the_same_first_three_digits() -> None:
    west = Place("Westheim", 51.0, 14.0, plz="02901", post_codes=("02901",), state="DE-SN")
    east = Place("Ostheim", 51.2, 14.4, plz="02902", post_codes=("02902",), state="DE-SN")
    gazetteer = Gazetteer([west, east], REGIONS)
    between = gazetteer.post_code("02977")
    assert between is not None
    assert (between.lat, between.lon) == pytest.approx((51.1, 14.2))
    assert (between.plz, between.state, between.approximate) == ("02977", "DE-SN", True)
    elsewhere = gazetteer.post_code("02826")
    assert elsewhere is not None
    assert elsewhere.name == "Görlitz"


def test_without_a_table_a_post_code_means_its_region_and_says_so() -> None:
    place = Gazetteer([HARBOUR], REGIONS).post_code("02826")
    assert place is not None
    assert (place.name, place.plz, place.state, place.approximate) == ("Görlitz", "02826", "DE-SN", True)
    assert place.post_codes == ()
    assert region_places([LARGE, SMALL], {"73": "Neuhausen"}) == {"73": LARGE}, "the first is the largest"


@pytest.mark.parametrize("digits", ["05123", "1", "", "abcde"])
def test_a_post_code_that_does_not_exist_is_nowhere(digits: str) -> None:
    assert Gazetteer([HARBOUR], REGIONS).post_code(digits) is None


def test_a_shared_position_stays_where_it_is_and_takes_the_name_of_a_town_within_30_km() -> None:
    gazetteer = Gazetteer([HARBOUR, SMALL])
    place = gazetteer.nearest(54.47, 6.65)
    assert (place.name, place.lat, place.lon) == ("Beispielhafen", 54.47, 6.65)
    assert gazetteer.nearest(54.45 + 29.9 / 111.2, 6.60).name == "Beispielhafen"
    assert gazetteer.nearest(54.45 + 30.1 / 111.2, 6.60).name == ""


def test_the_shipped_towns_lie_in_germany_and_name_their_state(germany: Gazetteer) -> None:
    assert len(germany.places) > 10_000
    for place in germany.places:
        assert 47.2 < place.lat < 55.1, place
        assert 5.8 < place.lon < 15.1, place
        assert place.state in STATES.values(), place


def test_an_operators_table_is_read_with_names_states_and_post_codes(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "name,state,kreis,plz,lat,lon,population,alt_names\n"
        "Bautzen - Budyšin,Sachsen,Landkreis Bautzen,02625|02626,51.18,14.42,38000,Budissin|Budziszyn\n",
        encoding="utf-8-sig",
    )
    [town] = read_places(path)
    assert town == Place(
        name="Bautzen",
        lat=51.18,
        lon=14.42,
        state="DE-SN",
        county="Landkreis Bautzen",
        population=38_000,
        post_codes=("02625", "02626"),
        aliases=("Budissin", "Budziszyn", "Budyšin"),
    )


def test_of_several_tables_towns_come_before_single_post_codes(tmp_path: Path) -> None:
    table(tmp_path, "plz,place,state,lat,lon\n02826,Görlitz,Sachsen,51.14,14.97\n", "a_post_codes.csv")
    table(tmp_path, "name,state,lat,lon\nGörlitz,Sachsen,51.155,14.988\n", "b_towns.csv")
    assert [place.plz for place in read_places(tmp_path)] == [None, "02826"]
    assert Gazetteer(list(read_places(tmp_path))).find("Görlitz").places[0].lat == 51.155


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,lon\nGörlitz,14.9\n", "places.csv: column lat is missing"),
        ("name;lat;lon\nGörlitz;51.1;14.9\n", "places.csv: column lat, lon is missing"),
        ("town,lat,lon\nGörlitz,51.1,14.9\n", "places.csv: column name is missing"),
        ('name,lat,lon\nZittau,50.9,14.8\nGörlitz,"51,1",14.9\n', "places.csv: line 3: .*'51,1'"),
        ("name,lat,lon,population\nGörlitz,51.1,14.9,many\n", "places.csv: line 2: .*'many'"),
    ],
)
def test_a_table_with_a_mistake_names_the_file_and_the_place_of_the_mistake(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        list(read_places(table(tmp_path, text)))


def test_a_table_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(read_places(tmp_path / "none.csv"))
    with pytest.raises(ValueError, match=r"holds no \.csv file"):
        list(read_places(tmp_path))


def test_the_real_tables_resolve_a_post_code_to_town_county_and_state(shared_places: Path) -> None:
    gazetteer = Gazetteer(list(read_places(shared_places)))
    place = gazetteer.post_code("02826")
    assert place is not None
    assert (place.name, place.state, place.county) == ("Görlitz", "DE-SN", "Landkreis Görlitz")
    assert not place.approximate
    assert {place.state for place in gazetteer.places} <= {*STATES.values(), None}


TYPED = st.sampled_from(["Görlitz", "Neustadt", "Frankfurt", "برلين", "Берлін", "\ufe77", "ŉ"]) | st.text(max_size=6)


@given(words=st.lists(TYPED, max_size=4))
def test_many_names_are_found_as_each_alone(germany: Gazetteer, words: list[str]) -> None:
    cleaned = [clean(" ".join(words)), *map(clean, words)]
    assert germany.all_named(cleaned) == {name: found for name in cleaned if (found := germany.named(name))}
