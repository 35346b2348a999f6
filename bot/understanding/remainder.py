"""What is left of a message without who it is about and where they live: "daughter 4, does not sleep, we live in Essen".

Families answer three questions in one breath; beside the other two, the words of the concern are too few to be heard.
"""

import re
from collections.abc import Callable, Container

from bot.understanding.age_words import AgeWords
from bot.understanding.place import PlaceWords
from bot.understanding.words import ascii_digits
from catalog.text import MAX_LENGTH, clean

CLAUSE = re.compile(r"[.,;:!?\n]+|\s+[-–—]\s+")
Holds = Callable[[str], bool]


def remainder(text: str, ages: AgeWords, places: PlaceWords, names: Container[str], is_small: Holds) -> str:
    """Return the cleaned words that tell neither an age nor a place.

    Args:
        text: what was written.
        ages: the language's words for ages, and
        places: for places.
        names: cleaned words by which the text names a place.
        is_small: whether a word says nothing by itself. A "not" does.
    """

    def tells_age(word: str) -> bool:
        return word[0].isdigit() or word in ages.numbers or any(word in unit for unit in ages.units.values())

    def goes_with_age(word: str) -> bool:
        return tells_age(word) or word in ages.children or word in ages.joins or word in ages.classes or is_small(word)

    def names_place(word: str) -> bool:
        return word in names

    def goes_with_place(word: str) -> bool:
        return word in names or word in places.filler or word in places.before or is_small(word)

    left: list[str] = []
    for clause in CLAUSE.split(ascii_digits(text[:MAX_LENGTH])):
        words = clean(clause).split()
        if all(map(goes_with_age, words)):  # "Twins, 8 months"
            continue
        gone = _around(words, tells_age, goes_with_age) | _around(words, names_place, goes_with_place)
        left += (word for i, word in enumerate(words) if i not in gone)
    return " ".join(left)


def counts_children(word: str, ages: AgeWords) -> bool:
    """Words of "I have three children": they say who, not what is the matter."""
    units = any(word in unit for unit in ages.units.values())
    known = (ages.numbers, ages.children, ages.joins, ages.classes)
    return units or any(word in words for words in known)


def is_small_word(word: str, ages: AgeWords, places: PlaceWords) -> bool:
    """Whether a word only says who it is about, how old, or that a place follows."""
    return (
        word in ages.numbers
        or word in ages.children
        or word in ages.joins
        or word in ages.pregnant
        or any(word in unit for unit in ages.units.values())
        or ages.ages.at([word], 0)[0] > 0
        or word in places.filler
    )


def _around(words: list[str], is_core: Holds, goes_with: Holds) -> set[int]:
    """Where the words of a core stand, and beside them without a gap those that go with it."""
    around: set[int] = set()
    for i, word in enumerate(words):
        if is_core(word):
            for way in (range(i, -1, -1), range(i, len(words))):
                for j in way:
                    if j != i and not goes_with(words[j]):
                        break
                    around.add(j)
    return around
