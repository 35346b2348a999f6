"""Which language a message is in: script, then small everyday words and letters, then a trained model.

The combination and its measurement: docs/decisions/0004. Only a guess; the family's own choice always counts more.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog.tables import let_go
from catalog.text import MAX_LENGTH, clean

MODEL_WEIGHT = 0.1
WORD, ROMANISED_WORD, LETTER = 1.0, 1.0, 0.8
MODEL_CODES = {"kmr": "ku", "sr-Latn": "sr"}  # how the model calls some of our tags
MIN_CONFIDENCE = 0.5
FAINT = 0.2  # nothing but a model's opinion speaks for it
BYTES = 256
UNKNOWN = float(np.finfo(np.float32).min)  # the score of every language where a text has no sign of any


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


class LanguageModel(NamedTuple):
    """The model of py3langid as plain arrays: an automaton that finds runs of bytes, and naive Bayes over these."""

    moves: NDArray[np.integer[Any]]  # the next state, for each row and byte
    rows: NDArray[np.integer[Any]]  # where the row of a state begins
    signs: NDArray[np.int32]  # the run that ends in a state, or -1
    likely: NDArray[np.float16]  # log probability of each run in each language
    prior: NDArray[np.float32]
    names: NDArray[np.str_]  # some languages twice, for two scripts

    @classmethod
    def shipped(cls) -> "LanguageModel":
        """Unpack what comes with py3langid; takes a second and twice its 70 MB."""
        from py3langid.langid import MODEL_DIR, MODEL_FILE  # noqa: PLC0415 only where the model is unpacked
        from py3langid.modelio import load_model  # noqa: PLC0415 the same

        likely, prior, names, moves, rows, signs = load_model(MODEL_DIR / MODEL_FILE)
        starts = np.asarray(rows).astype(np.uint32) * BYTES
        return cls(np.asarray(moves), starts, np.array(signs, np.int32), likely, prior, np.array(names))

    def rank(self, text: str) -> Mapping[str, float]:
        """How likely each language is (log), as py3langid's own `rank` says."""
        found = Counter(self._signs(text))
        scores = np.full(len(self.names), UNKNOWN)
        if found:
            counts = np.fromiter(found.values(), np.float32)
            scores = np.log1p(counts) @ self.likely[np.fromiter(found, np.int64)] + self.prior
        ranked: dict[str, float] = {}
        for name, score in zip(self.names.tolist(), scores.tolist(), strict=True):
            ranked[name] = max(ranked.get(name, UNKNOWN), score)
        return ranked

    def _signs(self, text: str) -> Iterable[int]:
        moves, rows, signs = self.moves.data, self.rows.data, self.signs.data
        state = 0
        plain = unicodedata.normalize("NFC", text.lower() if text.isupper() else text)
        for byte in plain.encode("utf-8", "surrogatepass"):
            state = moves[rows[state] + byte]
            if signs[state] >= 0:
                yield signs[state]


class LanguageDetector:
    """Guesses among the given languages only. `model` is asked for when it is first needed."""

    def __init__(
        self, traits: Iterable[LanguageTraits], model: Callable[[], LanguageModel] = LanguageModel.shipped
    ) -> None:
        self._traits = tuple(traits)
        self._ask_model = model

    @cached_property
    def _model(self) -> LanguageModel:
        return self._ask_model()

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

    def let_go(self) -> None:
        """Keep nothing in memory of what was looked up lately."""
        if "_model" in vars(self):
            let_go(self._model)

    def _model_scores(self, text: str, tags: list[str]) -> Mapping[str, float]:
        ranked = self._model.rank(text)
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
