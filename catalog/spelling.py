"""Which word of a list somebody meant who mistyped it."""

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from catalog.text import clean

SURE = 0.7  # similarity from which a word is worth proposing: two slips in a word of seven letters
SHORTEST = 3  # letters with which a word may be begun


def meant(word: str, words: Iterable[str]) -> str | None:
    """The nearest of `words` ("Schreiambulans" → "Schreiambulanz"); None when none is near.

    The first words of a long one and an abbreviation ("türk.") mean it too, where only one begins so.
    """
    by_key = {clean(candidate): candidate for candidate in words}
    key = clean(word)
    found = process.extractOne(key, by_key.keys(), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=SURE)
    if found:
        return by_key[found[0]]
    beginning = key.rstrip(". ") if word.rstrip().endswith(".") else key + " "
    longer = [name for begun, name in by_key.items() if begun.startswith(beginning)]
    return longer[0] if len(longer) == 1 and len(beginning) >= SHORTEST else None
