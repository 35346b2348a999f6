"""What somebody means instead: "no, 4 not 3", "sorry, Bonn", "köln değil bonn"."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.understanding.asides import Wordlist
from bot.understanding.words import ascii_digits
from catalog.text import clean

LONGEST = 8  # words; whoever writes more tells it anew


@dataclass(frozen=True)
class CorrectionWords:
    """One language's words for "sorry", "not" and "need". `not_follows`: what is taken back stands before the "not"."""

    sorry: Wordlist
    negations: Wordlist
    wishes: Wordlist
    not_follows: bool

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "CorrectionWords":
        names = ("corrections", "negations", "wishes")
        sorry, negations, wishes = (Wordlist(map(str, data.get(name, ()))) for name in names)
        return cls(sorry, negations, wishes, bool(data.get("not_follows")))

    def weighs(self, word: str) -> bool:
        """Whether one word beside it is enough to speak of a concern: "does not sleep", "need a midwife"."""
        return word in self.negations or word in self.wishes


def corrected(text: str, words: CorrectionWords) -> str | None:
    """Return what stays of a text without the excuse and without what is taken back; None where nothing is."""
    tokens = clean(ascii_digits(text)).split()
    sorry = any(token in words.sorry for token in tokens)
    instead = any(token in words.negations for token in tokens) and any(token.isdigit() for token in tokens)
    if len(tokens) > LONGEST or not (sorry or instead):
        return None
    step = -1 if words.not_follows else 1
    return " ".join([*_meant(tokens[::step], words)][::step]) or None


def _meant(tokens: list[str], words: CorrectionWords) -> Iterator[str]:
    taken_back = False
    for token in tokens:
        if token in words.sorry:
            continue
        if token in words.negations:
            taken_back = True
        elif taken_back:
            taken_back = False
        else:
            yield token
