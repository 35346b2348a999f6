"""Tables of words and numbers as plain arrays: a tenth of the memory of dictionaries and lists, and they can be mapped
from a file, so that only what is looked at lies in memory. Used by understanding too.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from mmap import MADV_DONTNEED, mmap
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

KEY_BYTES = 8  # of a million words two share a key once in 37 million vocabularies

T = TypeVar("T")
Integers = NDArray[np.integer[Any]]
Numbers = NDArray[np.floating[Any]] | Integers


class Rows(NamedTuple):
    """A sparse table in compressed rows (CSR): row i holds `values[starts[i]:starts[i + 1]]` in these `columns`."""

    starts: Integers
    columns: Integers
    values: Numbers

    @classmethod
    def of(cls, rows: Integers, columns: Integers, values: Numbers, shape: tuple[int, int]) -> "Rows":
        """Sort cells, given in any order, into rows; each number in the smallest form that holds all."""
        order = np.lexsort((columns, rows))
        starts = np.searchsorted(rows[order], np.arange(shape[0] + 1))
        return cls(_narrow(starts, len(rows)), _narrow(columns[order], shape[1]), values[order])

    def weighted(
        self, at: Integers, weights: NDArray[np.float64], width: int, levels: Numbers | None = None
    ) -> NDArray[np.float64]:
        """The sum of some rows, each times its weight; with `levels`, which the values number, the sum of these."""
        cells, lengths = self._cells(at)
        values: Numbers = self.values.take(cells)
        if levels is not None:
            values = levels[values]
        total = np.bincount(self.columns.take(cells), values * np.repeat(weights, lengths), minlength=width)
        return total.astype(np.float64, copy=False)

    def dense(self, at: Sequence[int], width: int) -> NDArray[np.float64]:
        """Some rows with all their columns."""
        wanted = np.array(at, dtype=np.int64)
        cells, lengths = self._cells(wanted)
        table = np.zeros((len(wanted), width))
        table[np.repeat(np.arange(len(wanted)), lengths), self.columns[cells]] = self.values[cells]
        return table

    def _cells(self, at: Integers) -> tuple[Integers, Integers]:
        """Where the cells of some rows lie, and how many each row has."""
        starts = self.starts[at].astype(np.int64)
        lengths = self.starts[at + 1] - starts
        before = np.cumsum(lengths) - lengths
        return np.arange(lengths.sum()) + np.repeat(starts - before, lengths), lengths


class Texts(NamedTuple):
    """Many short ASCII texts, one behind the other."""

    letters: NDArray[np.uint8]
    starts: Integers

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Texts":
        packed = [text.encode("ascii") for text in texts]
        ends = np.cumsum([0, *map(len, packed)])
        return cls(np.frombuffer(b"".join(packed), dtype=np.uint8), _narrow(ends, int(ends[-1]) + 1))

    def text(self, i: int) -> str:
        return self.letters[self.starts[i] : self.starts[i + 1]].tobytes().decode("ascii")

    def texts(self, at: Integers) -> list[str]:
        """`text` of many."""
        letters, starts, ends = self.letters.data, self.starts[at].tolist(), self.starts[at + 1].tolist()
        return [str(letters[start:end], "ascii") for start, end in zip(starts, ends, strict=True)]


class Packed(Generic[T]):
    """Many small things as bytes, one behind the other, each unpacked when it is asked for: a fifth of the memory."""

    def __init__(self, things: Iterable[T], pack: Callable[[T], bytes], unpack: Callable[[bytes], T]) -> None:
        packed = [pack(thing) for thing in things]
        ends = np.cumsum([0, *map(len, packed)])
        self._bytes, self._starts = b"".join(packed), _narrow(ends, int(ends[-1]) + 1).data
        self._unpack = unpack

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __getitem__(self, i: int) -> T:
        return self._unpack(self._bytes[self._starts[i] : self._starts[i + 1]])

    def __iter__(self) -> Iterator[T]:
        return map(self.__getitem__, range(len(self)))


class WordKeys:
    """Which words there are, and the place of each: sorted keys instead of the words themselves."""

    def __init__(self, keys: NDArray[np.uint64]) -> None:
        self._keys = keys.data  # whose numbers are read ten times as fast as numpy's

    @staticmethod
    def sorted(words: Iterable[str]) -> tuple[NDArray[np.uint64], list[str]]:
        """The keys in their order, and the words in that of their keys."""
        listed = sorted((_key(word), word) for word in set(words))
        return np.array([key for key, _ in listed], dtype=np.uint64), [word for _, word in listed]

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.at(word) is not None

    def at(self, word: str) -> int | None:
        """The place of a word; None for one that is not there."""
        key = _key(word)
        at = bisect_left(self._keys, key)
        return at if at < len(self._keys) and self._keys[at] == key else None


class Postings:
    """An inverted index: the numbers that are listed under a word. Its keys are new at every start and never kept."""

    def __init__(self, listed: Iterable[tuple[str, int]]) -> None:
        pairs = ((hash(word), number) for word, number in listed)
        table = np.fromiter(pairs, dtype=[("key", np.int64), ("number", np.int32)])
        table = table[np.argsort(table["key"], kind="stable")]
        self._keys, self._numbers = np.ascontiguousarray(table["key"]), np.ascontiguousarray(table["number"])
        self._quick = self._keys.data  # one at a time

    def under(self, word: str) -> list[int]:
        """The numbers of one word, in the order in which they were listed."""
        key = hash(word)
        first = bisect_left(self._quick, key)
        listed: list[int] = self._numbers[first : bisect_right(self._quick, key, first)].tolist()
        return listed

    def under_each(self, words: Sequence[str]) -> Iterator[tuple[int, list[int]]]:
        """Of many words those that are known, each by its place, and their numbers."""
        asked = np.fromiter(map(hash, words), np.int64)
        first, last = (np.searchsorted(self._keys, asked, side) for side in ("left", "right"))
        known = np.flatnonzero(last > first)
        for at, begin, end in zip(known.tolist(), first[known].tolist(), last[known].tolist(), strict=True):
            yield at, self._numbers[begin:end].tolist()


def let_go(arrays: Iterable[NDArray[Any]]) -> None:
    """Give back the memory of mapped arrays; whatever is looked at next comes from the system's cache of the file."""
    for array in arrays:
        base: object = array
        while isinstance(base, np.ndarray):
            base = base.base
        if isinstance(base, mmap):
            base.madvise(MADV_DONTNEED)


def _key(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=KEY_BYTES).digest(), "big")


def _narrow(numbers: Integers, bound: int) -> Integers:
    """The same numbers, all below `bound`, in as few bytes as that needs."""
    return numbers.astype(np.min_scalar_type(max(bound, 1)))
