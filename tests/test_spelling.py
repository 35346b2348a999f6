"""Mistyped words of a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.spelling import meant

WORDS = ("Schreiambulanz", "Erziehungsberatung", "Elterncafé", "Krabbelgruppe", "kostenlos")


@pytest.mark.parametrize(
    ("mistyped", "word"),
    [
        ("Schreiambulans", "Schreiambulanz"),
        ("schreiambulanz", "Schreiambulanz"),
        ("Erziehungberatung", "Erziehungsberatung"),
        ("Elterncafe", "Elterncafé"),
        ("Krabelgrupe", "Krabbelgruppe"),
        ("kostnelos", "kostenlos"),
    ],
)
def test_one_or_two_slips_are_seen_through(mistyped: str, word: str) -> None:
    assert meant(mistyped, WORDS) == word


def test_a_beginning_means_the_only_word_that_begins_so() -> None:
    words = ("Andere Eltern treffen, Väter, Elterncafé", "Türkisch", "Ukrainisch", "Andere Sprachen")
    assert meant("Andere Eltern treffen", words) == words[0]
    assert meant("türk.", words) == "Türkisch"
    assert meant("Andere", words) is None
    assert meant("u.", words) is None
    assert meant("span.", ("Shan", "Spanisch")) == "Spanisch", "an abbreviation is no slip"


@pytest.mark.parametrize("other", ["", "?", "Schwimmkurs", "Beratung", "Ambulanz", "kosten"])
def test_another_word_is_not_taken_for_one_of_the_list(other: str) -> None:
    assert meant(other, WORDS) is None


@given(word=st.text(max_size=60), words=st.lists(st.text(max_size=30), max_size=8))
def test_only_words_of_the_list_are_ever_proposed(word: str, words: list[str]) -> None:
    assert meant(word, words) in {None, *words}
