"""Which word of a list somebody meant who mistyped it."""

from collections.abc import Iterable, Mapping

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from catalog.text import clean

SURE = 0.7  # similarity from which a word is worth proposing: two slips in a word of seven letters
SHORTEST = 3  # letters with which a word may be begun


def meant(word: str, words: Iterable[str]) -> str | None:
    """The nearest of `words` ("Schreiambulans" → "Schreiambulanz"); None when none is near.

    An abbreviation ("türk.") and the first words of a long one mean it too, where only one begins so.
    """
    by_key = {clean(candidate): candidate for candidate in words}
    key = clean(word)
    if word.rstrip().endswith(".") and (whole := _begun(key, by_key)):
        return whole
    found = process.extractOne(key, by_key.keys(), scorer=DamerauLevenshtein.normalized_similarity, score_cutoff=SURE)
    return by_key[found[0]] if found else _begun(f"{key} ", by_key)


def _begun(beginning: str, by_key: Mapping[str, str]) -> str | None:
    longer = [name for key, name in by_key.items() if key.startswith(beginning)]
    return longer[0] if len(longer) == 1 and len(beginning) >= SHORTEST else None
