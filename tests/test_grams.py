"""Character n-grams as numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.grams import Codes, text_grams, texts_grams
from catalog.text import clean

PLAIN_WORDS = st.text("bdlmnrti", min_size=1, max_size=8)


def counted(codes: Codes) -> dict[int, int]:
    values, counts = np.unique(codes, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def together(*many: Codes) -> dict[int, int]:
    return counted(np.concatenate(many))


def shared(one: str, other: str) -> float:
    """Share of the first text's grams that the second one has too."""
    grams = set(counted(text_grams(clean(one))))
    return len(grams & set(counted(text_grams(clean(other))))) / len(grams)


def test_a_word_of_two_letters_has_these_grams() -> None:
    """PHON " ab ": 3 pairs and 2 triples. SKEL " b ": 2 pairs. None has a blank at both ends."""
    assert len(text_grams("ab")) == 7


def test_no_text_has_no_grams() -> None:
    assert text_grams("").size == 0
    assert text_grams(clean("?! 👶")).size == 0
    assert [codes.size for codes in texts_grams([])] == [0, 0]


def test_the_two_views_of_a_word_never_share_a_gram() -> None:
    """A word without vowels looks the same in both views, and is counted in each."""
    assert set(counted(text_grams("brt")).values()) == {1}
    assert len(text_grams("brt")) == 2 * (4 + 3 + 2)


def test_a_gram_that_occurs_twice_is_there_twice() -> None:
    assert set(counted(text_grams("bi bi")).values()) == {2}


def test_words_that_sound_alike_have_the_same_grams() -> None:
    assert counted(text_grams(clean("Schule"))) == counted(text_grams(clean("shule")))
    assert counted(text_grams(clean("wickeln"))) == counted(text_grams(clean("vikeln")))
    assert counted(text_grams(clean("Väter"))) == counted(text_grams(clean("vater")))


def test_a_word_shares_most_grams_with_its_misspelling_and_few_with_another_word() -> None:
    assert shared("Kindergarten", "Kindergaten") > 0.5
    assert shared("Kindergarten", "Schwangerschaft") < 0.1


def test_a_word_in_another_script_shares_the_consonants() -> None:
    assert shared("садок", "sadok") == 1.0
    assert shared("حضانة", "hadana") > 0.3


def test_digits_are_letters_too() -> None:
    assert counted(text_grams("12")) != counted(text_grams("13"))
    assert text_grams("12").size > 0


@given(words=st.lists(PLAIN_WORDS, max_size=6))
def test_no_gram_reaches_from_one_word_into_the_next(words: list[str]) -> None:
    alone = [text_grams(word) for word in words]
    assert counted(text_grams(" ".join(words))) == (together(*alone) if alone else {})


@given(texts=st.lists(st.text(max_size=30).map(clean), max_size=8))
def test_many_texts_at_once_have_the_grams_of_each(texts: list[str]) -> None:
    codes, owners = texts_grams(texts)
    assert len(codes) == len(owners)
    for i, text in enumerate(texts):
        assert counted(codes[owners == i]) == counted(text_grams(text))


@given(text=st.text(max_size=80))
def test_every_gram_fits_in_27_bits(text: str) -> None:
    """Two grams of one vocabulary entry are kept in one 64-bit number with the entry's own."""
    codes = text_grams(clean(text))
    assert all(0 < code < 2**27 for code in codes.tolist())
