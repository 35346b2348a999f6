"""Where it happens: one site or several in the same cells."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.model import Site
from catalog.problems import Lang
from catalog.rows.sites import read_post_code, read_sites, write_sites
from catalog.words import LANGS, load_words

WORDS = load_words()


@pytest.mark.parametrize(
    ("cells", "sites"),
    [
        (
            {"address": "Weidenring 30", "post_code": "00103", "municipality": "Beispielhafen"},
            [{"address": "Weidenring 30", "post_code": "00103", "municipality": "Beispielhafen"}],
        ),
        (
            {"address": "Marktgasse 7, 00101 Beispielhafen; Kaistraße 15, 00102 Beispielhafen (Hafenviertel)"},
            [
                {"address": "Marktgasse 7", "post_code": "00101", "municipality": "Beispielhafen"},
                {
                    "address": "Kaistraße 15",
                    "post_code": "00102",
                    "municipality": "Beispielhafen",
                    "district": "Hafenviertel",
                },
            ],
        ),
        (
            {"address": "A 1 | B 2", "post_code": "00101 | 00102", "municipality": "Beispielhafen", "wheelchair": "ja"},
            [
                {"address": "A 1", "post_code": "00101", "municipality": "Beispielhafen", "wheelchair": "yes"},
                {"address": "B 2", "post_code": "00102", "municipality": "Beispielhafen", "wheelchair": "yes"},
            ],
        ),
        ({"address": "Haus Nord\nWeidenring 30"}, [{"address": "Haus Nord Weidenring 30"}]),
        (
            {"site_kind": "vor Ort | online", "address": "A 1 |"},
            [{"kind": "place", "address": "A 1"}, {"kind": "online"}],
        ),
        ({"lat": "54,45", "lon": "6.6"}, [{"lat": "54.45", "lon": "6.6"}]),
        ({"site_kind": "Hausbesuch"}, [{"kind": "home_visit"}]),
        ({}, []),
    ],
)
def test_sites_that_stand_in_real_tables(cells: dict[str, str], sites: list[dict[str, Any]]) -> None:
    assert list(read_sites(cells, WORDS).value) == sites
    assert not read_sites(cells, WORDS).doubts


def test_columns_with_different_numbers_of_sites_are_never_matched_up_by_guessing() -> None:
    reading = read_sites({"address": "A | B | C", "post_code": "00101 | 00102"}, WORDS)
    assert (reading.value, [doubt.code for doubt in reading.doubts]) == ((), ["sites-uneven"])


@pytest.mark.parametrize("text", ["Adresse wird nicht veröffentlicht", "geheim", "anonym (Notruf)"])
def test_a_secret_address_makes_a_protected_place_without_any_address(text: str) -> None:
    reading = read_sites({"address": text, "municipality": "Beispielhafen", "lat": "54.4", "lon": "6.6"}, WORDS)
    assert reading.value == ({"kind": "hidden", "municipality": "Beispielhafen"},)
    assert [doubt.code for doubt in reading.doubts] == ["site-hidden"]


def test_a_street_that_only_sounds_secret_is_a_street() -> None:
    assert read_sites({"address": "Geheimratsweg 3"}, WORDS).value == ({"address": "Geheimratsweg 3"},)


@pytest.mark.parametrize(("text", "code"), [("01067", "01067"), ("D-01067", "01067"), ("1067.0", "01067"), ("", None)])
def test_a_post_code_is_found(text: str, code: str | None) -> None:
    assert read_post_code(text).value == code


def test_the_zero_that_a_number_column_drops_is_put_back_and_said() -> None:
    reading = read_post_code("1067")
    assert (reading.value, [doubt.code for doubt in reading.doubts]) == ("01067", ["post-code-zero-added"])


WORD = st.from_regex(r"[A-Za-zäöü]{2,8}( [0-9]{1,3}[a-c]?)?", fullmatch=True)
PLACES = st.builds(
    Site,
    name=st.just("") | WORD,
    address=WORD,
    post_code=st.none() | st.from_regex(r"[0-9]{5}", fullmatch=True),
    municipality=st.just("") | WORD,
    district=st.just("") | WORD,
    wheelchair=st.none() | st.sampled_from(["yes", "limited", "no"]),
)
SITES = st.lists(
    PLACES | st.builds(Site, kind=st.sampled_from(["online", "phone", "hidden", "home_visit"])), min_size=1
)


@given(sites=SITES, lang=st.sampled_from(LANGS))
def test_every_site_is_read_as_it_is_written(sites: list[Site], lang: Lang) -> None:
    cells = write_sites(tuple(sites), lang, WORDS)
    reading = read_sites(cells, WORDS)
    assert not reading.doubts
    assert [Site.model_validate(fields) for fields in reading.value] == sites


@given(
    st.dictionaries(st.sampled_from(["address", "post_code", "site_kind", "wheelchair", "lat"]), st.text(max_size=60))
)
def test_no_text_breaks_the_reading(cells: dict[str, str]) -> None:
    assert all(fields for fields in read_sites(cells, WORDS).value)
