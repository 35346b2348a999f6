"""Tables as arrays say what dictionaries and lists would."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalog.tables import Postings, Rows, Texts, WordKeys, let_go

WIDTH = 5
CELLS = st.dictionaries(st.tuples(st.integers(0, 6), st.integers(0, WIDTH - 1)), st.integers(1, 200), max_size=20)
WORDS = st.lists(st.text(max_size=6), max_size=12)


def rows_of(cells: dict[tuple[int, int], int]) -> Rows:
    rows = np.array([row for row, _ in cells], dtype=np.int64)
    columns = np.array([column for _, column in cells], dtype=np.int64)
    return Rows.of(rows, columns, np.array(list(cells.values()), dtype=np.uint8), (7, WIDTH))


def dense_of(cells: dict[tuple[int, int], int]) -> "np.typing.NDArray[np.float64]":
    table = np.zeros((7, WIDTH))
    for at, value in cells.items():
        table[at] = value
    return table


@given(cells=CELLS, at=st.lists(st.integers(0, 6), max_size=8))
def test_sparse_rows_are_the_rows_of_the_whole_table(cells: dict[tuple[int, int], int], at: list[int]) -> None:
    wanted = np.array(at, dtype=np.int64)
    assert (rows_of(cells).dense(at, WIDTH) == dense_of(cells)[wanted]).all()


@given(cells=CELLS, at=st.lists(st.integers(0, 6), max_size=8))
def test_weighted_rows_add_up_as_in_the_whole_table(cells: dict[tuple[int, int], int], at: list[int]) -> None:
    wanted, weights = np.array(at, dtype=np.int64), np.linspace(0.5, 3, len(at))
    assert np.allclose(rows_of(cells).weighted(wanted, weights, WIDTH), weights @ dense_of(cells)[wanted])


def test_values_may_number_levels() -> None:
    rows, levels = rows_of({(0, 1): 2, (0, 3): 1}), np.array([0.0, 10.0, 20.0])
    assert rows.weighted(np.array([0]), np.array([1.0]), WIDTH, levels).tolist() == [0, 20, 0, 10, 0]


@given(texts=st.lists(st.text("abc ", max_size=6), max_size=8))
def test_each_text_comes_back(texts: list[str]) -> None:
    packed = Texts.of(texts)
    assert [packed.text(i) for i in range(len(texts))] == texts
    assert packed.texts(np.arange(len(texts))) == texts


@given(words=WORDS, other=st.text(max_size=6))
def test_exactly_the_given_words_are_there_each_at_its_own_place(words: list[str], other: str) -> None:
    keys, ordered = WordKeys.sorted(words)
    found = WordKeys(keys)
    assert len(found) == len(set(words))
    assert [found.at(word) for word in ordered] == list(range(len(ordered)))
    assert (other in found) == (other in words)


@given(listed=st.lists(st.tuples(st.text("ab", max_size=2), st.integers(0, 9)), max_size=20), asked=WORDS)
def test_an_inverted_index_lists_every_number_under_its_word_in_order(
    listed: list[tuple[str, int]], asked: list[str]
) -> None:
    postings = Postings(listed)
    expected = {word: [number for other, number in listed if other == word] for word in [*asked, "a", "", "ab"]}
    words = list(expected)
    assert {word: postings.under(word) for word in words} == expected
    assert {words[at]: numbers for at, numbers in postings.under_each(words)} == {
        w: n for w, n in expected.items() if n
    }


def test_arrays_that_are_not_mapped_stay_as_they_are() -> None:
    array = np.arange(4)
    let_go([array, array[1:]])
    assert array.tolist() == [0, 1, 2, 3]
