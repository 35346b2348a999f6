"""What is on somebody's mind: free text to topics, by nearest everyday words.

Method and its measurements: docs/decisions/0003. In short: n-grams of two normalised views; the nearest entries with a
fuzzy second look, of which the best four of a topic in one language add up; and naive Bayes over all entries of a topic.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.understanding.grams import text_grams, texts_grams
from catalog.text import clean, phon

OWN_LANGUAGE = 1.3
COMMON = 0.05  # share of entries from which a gram is too common to tell anything
KEPT = 48  # nearest entries that get the second look
SECOND_LOOK = 0.25
BEST = (1.0, 0.6, 0.4, 0.3)  # weights of a topic's best entries
OTHER_LANGUAGES = 0.15
BAYES = 0.25  # weight of naive Bayes beside the nearest entries
SMOOTHING = 0.003
SURE_MARGIN = 0.35  # lead of the first topic from which it is right in 97 of 100 messages
KNOWN_SCORE = 0.30  # below it no entry is near: probably not about any topic
UNKNOWN_GRAM = 9.0
SHORTEST_WORD = 3
SHORTEST_TYPO = 6  # letters from which a word may be misspelt and still be known
ALIKE = 84


class Guess(NamedTuple):
    """A topic and how strongly the text points to it (comparable only within one text)."""

    topic: str
    score: float


@dataclass(frozen=True)
class TopicGuesses:
    """Best first. `confident`: act on the first; else show three and ask."""

    guesses: tuple[Guess, ...] = ()
    confident: bool = False
    nearness: float = 0.0  # of the nearest entry, 0 to 1: whether the text is about any topic at all

    @property
    def best(self) -> str | None:
        return self.guesses[0].topic if self.guesses else None


class Entry(NamedTuple):
    """Words that families use for a topic."""

    topic: str
    lang: str
    text: str


class TopicIndex:
    """The vocabulary of all languages, ready to be searched."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        listed = list(entries)
        self.topics = sorted({entry.topic for entry in listed})
        self.languages = sorted({entry.lang for entry in listed})
        self._topic = np.array([self.topics.index(entry.topic) for entry in listed])
        self._lang = np.array([self.languages.index(entry.lang) for entry in listed])
        cleaned = [clean(entry.text) for entry in listed]
        self.words = frozenset(word for text in cleaned for word in text.split())
        self._sounds = [phon(text) for text in cleaned]
        self._known = frozenset(phon(word) for word in self.words if len(word) >= SHORTEST_WORD)
        self._build(cleaned)

    def _build(self, cleaned: list[str]) -> None:
        grams, owners = texts_grams(cleaned)
        pairs, counts = np.unique((owners << 32) | grams, return_counts=True)
        owners, grams = pairs >> 32, pairs & 0xFFFFFFFF
        self._grams, gram_of_pair = np.unique(grams, return_inverse=True)
        self._idf = self._rarity(gram_of_pair, self._lang[owners])
        weights = (1 + np.log(counts)) * self._idf[gram_of_pair]
        norms = np.sqrt(np.bincount(owners, weights**2, minlength=len(cleaned)))
        weights /= norms[owners]
        self._likely = self._likelihoods(gram_of_pair, self._topic[owners], weights)
        order = np.argsort(gram_of_pair, kind="stable")
        self._owners = owners[order].astype(np.int32)
        self._weights = weights[order].astype(np.float32)
        self._starts = np.searchsorted(gram_of_pair[order], np.arange(len(self._grams) + 1))

    def _rarity(self, gram_of_pair: NDArray[np.int64], langs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Inverse document frequency, taken in the language in which the gram is most common."""
        sizes = np.bincount(self._lang, minlength=len(self.languages))
        found = np.bincount(
            gram_of_pair * len(self.languages) + langs, minlength=len(self._grams) * len(self.languages)
        )
        share = (found.reshape(len(self._grams), -1) / np.maximum(sizes, 1)).max(axis=1)
        mean_size = max(float(sizes.mean()), 1.0)
        rarity: NDArray[np.float64] = 0.3 + np.log((1 + 1 / mean_size) / share)
        return rarity

    def _likelihoods(
        self, gram_of_pair: NDArray[np.int64], topics: NDArray[np.int64], weights: NDArray[np.float64]
    ) -> NDArray[np.float32]:
        """Log probability of a gram (row) where a topic (column) is spoken of: multinomial naive Bayes on weights."""
        cells = len(self._grams) * len(self.topics)
        mass = np.bincount(gram_of_pair * len(self.topics) + topics, weights, minlength=cells)
        smooth = mass.astype(np.float64).reshape(-1, len(self.topics)) + SMOOTHING
        likely: NDArray[np.float32] = np.log(smooth / smooth.sum(axis=0)).astype(np.float32)
        return likely

    def guess(self, text: str, lang: str | None = None, limit: int = 5) -> TopicGuesses:
        """Return the topics a text may be about. `lang` is a soft hint, never a filter."""
        at, weights, norm = self._known_grams(text)
        if not len(at):
            return TopicGuesses()
        scores = self._nearness(at, weights) / norm
        raw_best = float(scores.max())
        if lang in self.languages:
            scores = np.where(self._lang == self.languages.index(lang), scores * OWN_LANGUAGE, scores)
        near = self._near(text, scores)
        bayes = weights @ self._likely[at]
        total = near / max(near.max(), 1e-9) + BAYES * (bayes - bayes.mean()) / max(float(bayes.std()), 1e-9)
        order = np.argsort(-total)
        guesses = tuple(Guess(self.topics[i], float(total[i])) for i in order[:limit])
        margin = guesses[0].score - (guesses[1].score if len(guesses) > 1 else 0.0)
        return TopicGuesses(guesses, margin >= SURE_MARGIN and raw_best >= KNOWN_SCORE, raw_best)

    def knows(self, word: str) -> bool:
        """Whether families use a (cleaned) word, one typing mistake in a longer word allowed."""
        sound = phon(word)
        if sound in self._known or len(sound) < SHORTEST_TYPO:
            return sound in self._known
        near = process.extractOne(sound, self._long_words, scorer=fuzz.ratio, score_cutoff=ALIKE)
        return near is not None

    @cached_property
    def _long_words(self) -> list[str]:
        return [word for word in self._known if len(word) >= SHORTEST_TYPO]

    def _known_grams(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float64], float]:
        """The text's grams that the vocabulary has, their weights, and the length of the whole as a vector."""
        grams, counts = np.unique(text_grams(clean(text)), return_counts=True)
        at = np.minimum(np.searchsorted(self._grams, grams), len(self._grams) - 1)
        known = self._grams[at] == grams
        weights = (1 + np.log(counts[known])) * self._idf[at[known]]
        return at[known], weights, float(np.sqrt((weights**2).sum() + UNKNOWN_GRAM * (~known).sum()))

    def _nearness(self, at: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cosine of each entry with the text, before division by the text's length. Grams of every second word say
        nothing and are left out.
        """
        scores = np.zeros(len(self._topic))
        telling = self._starts[at + 1] - self._starts[at] <= COMMON * len(self._topic)
        for gram, weight in zip(at[telling], weights[telling], strict=True):
            span = slice(self._starts[gram], self._starts[gram + 1])
            scores[self._owners[span]] += weight * self._weights[span]
        return scores

    def _near(self, text: str, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """How near each topic's best entries are, after a fuzzy second look at the nearest."""
        nearest = np.argpartition(-scores, min(KEPT, len(scores) - 1))[:KEPT]
        nearest = nearest[scores[nearest] > 0]
        fuzzy = process.cdist([phon(clean(text))], [self._sounds[i] for i in nearest], scorer=fuzz.partial_ratio)[0]
        kept = (1 - SECOND_LOOK) * scores[nearest] + SECOND_LOOK * scores.max() * fuzzy / 100
        table: dict[int, dict[int, list[float]]] = {}
        for i in np.argsort(-kept):
            by_lang = table.setdefault(int(self._topic[nearest[i]]), {})
            by_lang.setdefault(int(self._lang[nearest[i]]), []).append(float(kept[i]))
        near = np.zeros(len(self.topics))
        for topic, by_lang in table.items():
            near[topic] = _total(by_lang)
        return near


def _total(by_lang: dict[int, list[float]]) -> float:
    sums = sorted((sum(w * s for w, s in zip(BEST, best, strict=False)) for best in by_lang.values()), reverse=True)
    return sums[0] + OTHER_LANGUAGES * sum(sums[1:])
