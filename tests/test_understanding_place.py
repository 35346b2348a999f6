"""Places in what families write, with a handful of towns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.place import PlaceWords, find_place
from catalog.places import Found, Gazetteer, Place


def town(name: str, lat: float, lon: float, population: int = 40_000, **more: object) -> Place:
    return Place(name, lat, lon, population=population, **more)  # type: ignore[arg-type]  # a test's shorthand


BERLIN = town("Berlin", 52.52, 13.405, 3_700_000, aliases=("برلين", "Берлін"))
KREUZBERG = town("Kreuzberg", 52.4999, 13.4033, 150_000)
GOERLITZ = town("Görlitz", 51.155, 14.988, 56_000, post_codes=("02826", "02827"), aliases=("غورليتز",))
ESSEN = town("Essen", 51.456, 7.012, 580_000)
HALLE = town("Halle (Saale)", 51.482, 11.97, 240_000)
FRANKFURT_MAIN = town("Frankfurt am Main", 50.11, 8.68, 770_000)
FRANKFURT_ODER = town("Frankfurt an der Oder", 52.34, 14.55, 57_000)
NEUSTADT_NORTH = town("Neustadt", 54.1, 10.8, 15_000)
NEUSTADT_SOUTH = town("Neustadt", 49.35, 8.14, 53_000)
VILLAGE = town("Kleinau", 52.7, 11.5, 900)
OWN_VILLAGE = town("Ruhe", 54.4, 6.6, 800, own=True)
HARBOUR = town("Beispielhafen", 54.45, 6.6, 30_000, own=True, post_codes=("00101", "00103"))

PLACES = Gazetteer(
    [
        OWN_VILLAGE,
        HARBOUR,
        BERLIN,
        KREUZBERG,
        GOERLITZ,
        ESSEN,
        HALLE,
        FRANKFURT_MAIN,
        FRANKFURT_ODER,
        NEUSTADT_NORTH,
        NEUSTADT_SOUTH,
        VILLAGE,
    ],
    regions={"12": BERLIN},
)
WORDS = PlaceWords.of(
    {
        "before": ["in", "aus", "bei", "wohne", "nähe", "في"],
        "filler": ["wir", "ich", "wohnen", "wohne", "in", "aus", "bei", "der", "nähe", "stadt", "von", "jetzt"],
    }
)
EVERYDAY = frozenset({"essen", "halle", "ruhe", "kind", "mein", "will", "nicht", "und"})


def find(text: str, *, asked: bool = True) -> Found:
    return find_place(text, PLACES, WORDS, EVERYDAY, asked=asked)


def name_of(text: str, *, asked: bool = True) -> str | None:
    found = find(text, asked=asked)
    return found.places[0].name if found.places else None


TURKISH = PlaceWords.of({"before": [], "filler": ["oturuyoruz"], "endings": ["de", "deyim", "den"]})
SLAVIC = PlaceWords.of({"before": ["в"], "filler": ["живемо"], "endings": ["і", "а"]})


def test_a_name_with_an_ending_is_the_name() -> None:
    for text, words in (("berlinde oturuyoruz", TURKISH), ("Görlitzdeyim", TURKISH), ("живемо в Берліні", SLAVIC)):
        found = find_place(text, PLACES, words, EVERYDAY, asked=False)
        assert [place.name for place in found.places] == ["Berlin" if "erl" in text or "ерл" in text else "Görlitz"]
    assert not find_place("kleinaude oturuyoruz", PLACES, TURKISH, EVERYDAY, asked=False).places, "hardly known"
    assert find_place("kleinaude oturuyoruz", PLACES, TURKISH, EVERYDAY, asked=True).places == (VILLAGE,)
    assert not find("berlinde", asked=False).places, "no ending of this language"


@pytest.mark.parametrize("text", ["02826", "0 2 8 2 6", "٠٢٨٢٦", "۰۲۸۲۶", "PLZ 02826!", "wir wohnen in 02826 Görlitz"])
def test_a_post_code_in_any_digits_is_its_town(text: str) -> None:
    place = find(text).places[0]
    assert (place.name, place.plz, place.approximate) == ("Görlitz", "02826", False)


def test_a_post_code_counts_in_any_sentence() -> None:
    assert find("Tochter 3 Jahre, 00103, spricht nicht", asked=False).places[0].plz == "00103"


@pytest.mark.parametrize(
    "text",
    ["12345 Euro", "12345€", "12345 €", "0302312500", "030 23125 004", "12345,50", "3.12345", "1234", "123456"],
)
def test_an_amount_or_a_telephone_number_is_no_post_code(text: str) -> None:
    assert find(text).places == ()


def test_a_post_code_beside_known_ones_is_near_them_and_says_so() -> None:
    place = find("02899").places[0]
    assert (place.plz, place.name, place.approximate) == ("02899", "Görlitz", True)


def test_a_post_code_of_which_only_the_region_is_known_is_approximate() -> None:
    place = find("12345").places[0]
    assert (place.plz, place.name, place.approximate) == ("12345", "Berlin", True)


def test_a_post_code_of_nowhere_is_nothing() -> None:
    assert find("99999").places == ()


def test_a_known_town_is_better_than_an_approximate_post_code() -> None:
    place = find("12345 Essen").places[0]
    assert (place.name, place.plz, place.approximate) == ("Essen", None, False)


def test_a_known_post_code_is_better_than_the_town_beside_it() -> None:
    assert name_of("02826 Essen") == "Görlitz"


@pytest.mark.parametrize("text", ["Görlitz", "görlitz", "GÖRLITZ", "Goerlitz", "Gorlitz", "  Görlitz. "])
def test_a_town_is_found_however_its_umlaut_is_typed(text: str) -> None:
    assert name_of(text) == "Görlitz"


def test_a_known_town_in_a_sentence_needs_no_question() -> None:
    assert name_of("suche Hilfe Görlitz", asked=False) == "Görlitz"


def test_a_village_in_a_sentence_needs_a_word_like_in_before_it() -> None:
    assert name_of("mein Kleinau", asked=False) is None
    assert name_of("wir wohnen in Kleinau", asked=False) == "Kleinau"
    assert name_of("Kleinau", asked=True) == "Kleinau"


def test_an_everyday_word_is_a_town_only_after_in_or_when_asked() -> None:
    assert name_of("mein Kind will nicht essen", asked=False) is None
    assert name_of("wir wohnen in Essen", asked=False) == "Essen"
    assert name_of("Essen", asked=True) == "Essen"


def test_a_part_of_a_towns_name_is_enough() -> None:
    assert name_of("aus Halle", asked=False) == "Halle (Saale)"


def test_a_place_of_the_catalog_is_as_good_as_a_big_town() -> None:
    assert name_of("Beispielhafen", asked=False) == "Beispielhafen"
    assert name_of("Ruhe", asked=True) == "Ruhe"
    assert name_of("ich will nur Ruhe", asked=False) is None


def test_a_typo_is_forgiven_where_the_place_was_asked_for() -> None:
    found = find("Görliz", asked=True)
    assert found.places[0].name == "Görlitz"
    assert found.exact is False


def test_a_typo_in_another_sentence_is_not_guessed_at() -> None:
    assert find("wir wohnen in Görliz", asked=False).places == ()


def test_a_misspelt_town_is_found_among_small_words() -> None:
    assert name_of("wir wohnen jetzt in der Stadt Beispilhafen") == "Beispielhafen"


@pytest.mark.parametrize("text", ["Berlin'de oturuyoruz", "Berlin’de", "BERLİN'DEYİZ", "Berlin'den geldik"])
def test_a_turkish_ending_after_an_apostrophe_is_dropped(text: str) -> None:
    assert name_of(text) == "Berlin"


@pytest.mark.parametrize("text", ["برلين", "ببرلين", "في برلين", "نحن في برلين", "وبرلين"])
def test_an_arabic_prefix_is_dropped(text: str) -> None:
    assert name_of(text) == "Berlin"


def test_an_arabic_prefix_says_in() -> None:
    assert name_of("ساكنين ببرلين", asked=False) == "Berlin"


def test_a_ukrainian_town_is_found() -> None:
    assert name_of("Берлін") == "Berlin"


def test_a_district_gives_its_position_to_the_city() -> None:
    place = find("Berlin Kreuzberg").places[0]
    assert (place.name, place.district) == ("Berlin", "Kreuzberg")
    assert (place.lat, place.lon) == (KREUZBERG.lat, KREUZBERG.lon)


def test_two_towns_far_apart_are_not_city_and_district() -> None:
    place = find("Essen Görlitz").places[0]
    assert place.district is None


def test_the_longest_name_counts() -> None:
    assert name_of("wohne in Frankfurt an der Oder", asked=False) == "Frankfurt an der Oder"
    assert name_of("wohne in Frankfurt am Main", asked=False) == "Frankfurt am Main"


def test_two_towns_of_one_name_are_asked_never_guessed() -> None:
    found = find("Neustadt")
    assert found.ambiguous
    assert {place.lat for place in found.places} == {NEUSTADT_NORTH.lat, NEUSTADT_SOUTH.lat}


@pytest.mark.parametrize("text", ["", " ", "?", "👶", "wir wohnen in der Stadt", "in", "ja", "xyzxyzxyz", "'", "٣"])
def test_nothing_named_is_nothing_found(text: str) -> None:
    assert find(text).places == ()
    assert not find(text).ambiguous


def test_only_the_first_thousand_characters_count() -> None:
    assert name_of("x " * 400 + "in Görlitz", asked=False) == "Görlitz"
    assert name_of("x " * 600 + "in Görlitz", asked=False) is None


@given(text=st.text(max_size=60), asked=st.booleans())
def test_no_text_breaks_it(*, text: str, asked: bool) -> None:
    found = find(text, asked=asked)
    assert not found.ambiguous or len(found.places) > 1


@given(
    before=st.sampled_from(["", "wir wohnen in ", "PLZ: ", "Kind 3 Jahre, ", "برلين "]),
    code=st.sampled_from(["02826", "02827", "00101", "00103"]),
    after=st.sampled_from(["", ".", " Görlitz", ", 3 Jahre", " bitte", "\n"]),
    asked=st.booleans(),
)
def test_a_known_post_code_is_heard_in_any_sentence(*, before: str, code: str, after: str, asked: bool) -> None:
    assert find(before + code + after, asked=asked).places[0].plz == code
