"""Which language a message is in: script, then small everyday words and letters, then a trained model.

The combination and its measurement: docs/decisions/0004. Only a guess; the family's own choice always counts more.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from catalog.text import MAX_LENGTH, clean

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MODEL_WEIGHT = 0.1
WORD, ROMANISED_WORD, LETTER = 1.0, 1.0, 0.8
MODEL_CODES = {"kmr": "ku", "sr-Latn": "sr"}  # how the model calls some of our tags
MIN_CONFIDENCE = 0.5
FAINT = 0.2  # nothing but a model's opinion speaks for it


@dataclass(frozen=True)
class LanguageTraits:
    """What a language is told by."""

    tag: str
    script: str  # first word of its letters' Unicode names: LATIN, CYRILLIC, ARABIC, ETHIOPIC
    function_words: frozenset[str]
    romanised_words: frozenset[str]
    letters: frozenset[str]


class LanguageGuess(NamedTuple):
    """A tag, or None when nothing speaks for any, and a confidence from 0 to 1."""

    lang: str | None
    confidence: float


class LanguageDetector:
    """Guesses among the given languages only."""

    def __init__(self, traits: Iterable[LanguageTraits]) -> None:
        self._traits = tuple(traits)

    @cached_property
    def _model(self) -> "LanguageIdentifier":
        from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 takes half a second, so only when needed

        return LanguageIdentifier.from_model_file(MODEL_FILE)

    def guess(self, text: str) -> LanguageGuess:
        """Guess from at most a thousand characters. No letters at all: no language, confidence 0."""
        text = text[:MAX_LENGTH]
        script = _script(text)
        candidates = [t for t in self._traits if t.script == script]
        romanised = [t for t in self._traits if script == "LATIN" and t.romanised_words]
        scores = {t.tag: _own_signs(text, t) for t in candidates}
        scores |= {t.tag: scores.get(t.tag, 0.0) + _romanised_signs(text, t) for t in romanised}
        if not scores:
            return LanguageGuess(None, 0.0)
        if len(candidates) > 1:
            for tag, value in self._model_scores(text, [t.tag for t in candidates]).items():
                scores[tag] += value
        best, *others = sorted(scores, key=lambda tag: -scores[tag])
        if scores[best] <= 0:
            likely = max((t.tag for t in candidates), key=lambda tag: scores[tag]) if len(candidates) > 1 else None
            return LanguageGuess(likely, FAINT if likely else 0.0)
        lead = scores[best] - (scores[others[0]] if others else 0.0)
        return LanguageGuess(best, round(1 / (1 + math.exp(-2 * lead)), 3))

    def _model_scores(self, text: str, tags: list[str]) -> Mapping[str, float]:
        ranked = dict(self._model.rank(text))
        best = max(ranked.values())
        return {
            tag: MODEL_WEIGHT * max(ranked.get(MODEL_CODES.get(tag, tag), best - 60) - best, -60) + 1 for tag in tags
        }


def _script(text: str) -> str:
    scripts = Counter(unicodedata.name(c, "").split(" ")[0] for c in text if c.isalpha())
    return scripts.most_common(1)[0][0] if scripts else ""


def _own_signs(text: str, traits: LanguageTraits) -> float:
    words = [w for w in clean(text).split() if w]
    hits = sum(word in traits.function_words for word in words)
    letters = sum(c in traits.letters for c in text.casefold())
    return WORD * hits + LETTER * min(letters, 4)


def _romanised_signs(text: str, traits: LanguageTraits) -> float:
    words = clean(text).split()
    return ROMANISED_WORD * sum(word in traits.romanised_words for word in words)
