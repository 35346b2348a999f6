"""What is on somebody's mind: free text to topics, by nearest everyday words.

Method and its measurements: docs/decisions/0003. In short: n-grams of two normalised views; the nearest entries with a
fuzzy second look, of which the best four of a topic in one language add up; and naive Bayes over all entries of a topic,
once with n-grams and once with whole words.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.understanding.grams import text_grams, texts_grams
from catalog.text import clean, phon

OWN_LANGUAGE = 1.3
FEW = 20  # entries among which nothing is too common
COMMON = 0.05  # share of entries from which a gram is too common to tell anything
KEPT = 48  # nearest entries that get the second look
SECOND_LOOK = 0.25
BEST = (1.0, 0.6, 0.4, 0.3)  # weights of a topic's best entries
OTHER_LANGUAGES = 0.15
BAYES = 0.25  # weight of naive Bayes beside the nearest entries
SMOOTHING = 0.003
WHOLE_WORDS = 0.2  # weight of the same with whole words
WORD_SMOOTHING = 0.5
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


class TopicTable(NamedTuple):
    """The vocabulary, counted: plain arrays, so that they can be kept in a file."""

    topics: NDArray[np.str_]  # names, in the order of the columns
    languages: NDArray[np.str_]
    words: NDArray[np.str_]  # every cleaned word once
    spread: NDArray[np.uint16]  # in how many entries of each topic (column) a word (row) stands
    sounds: NDArray[np.str_]  # each entry as it sounds
    topic: NDArray[np.int16]  # of each entry
    lang: NDArray[np.int16]
    grams: NDArray[np.int64]  # sorted
    rarity: NDArray[np.float64]  # of each gram
    likely: NDArray[np.float32]  # log probability of a gram (row) where a topic (column) is spoken of
    starts: NDArray[np.int64]  # where each gram's entries begin
    owners: NDArray[np.int32]  # entries, gram by gram
    weights: NDArray[np.float32]  # of the gram in that entry

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "TopicTable":
        """Count all entries; takes some seconds for tens of thousands."""
        listed = list(entries)
        topics, languages = sorted({e.topic for e in listed}), sorted({e.lang for e in listed})
        topic = np.array([topics.index(e.topic) for e in listed], dtype=np.int16)
        lang = np.array([languages.index(e.lang) for e in listed], dtype=np.int16)
        cleaned = [clean(e.text) for e in listed]
        words = sorted({word for text in cleaned for word in text.split()})
        codes, owners = texts_grams(cleaned)
        pairs, counts = np.unique((owners << 32) | codes, return_counts=True)
        owners = pairs >> 32
        grams, of_pair = np.unique(pairs & 0xFFFFFFFF, return_inverse=True)
        rarity = _rarity(of_pair, lang[owners], np.bincount(lang, minlength=len(languages)), len(grams))
        weights = (1 + np.log(counts)) * rarity[of_pair]
        weights /= np.sqrt(np.bincount(owners, weights**2, minlength=len(listed)))[owners]
        order = np.argsort(of_pair, kind="stable")
        return cls(
            topics=np.array(topics),
            languages=np.array(languages),
            words=np.array(words),
            spread=_spread(words, cleaned, topic, len(topics)),
            sounds=np.array([phon(text) for text in cleaned]),
            topic=topic,
            lang=lang,
            grams=grams,
            rarity=rarity,
            likely=_likelihoods(of_pair, topic[owners], weights, (len(grams), len(topics))),
            starts=np.searchsorted(of_pair[order], np.arange(len(grams) + 1)),
            owners=owners[order].astype(np.int32),
            weights=weights[order].astype(np.float32),
        )


def _spread(words: list[str], cleaned: list[str], topic: NDArray[np.int16], topics: int) -> NDArray[np.uint16]:
    at = {word: i for i, word in enumerate(words)}
    counts = np.zeros((len(words), topics), dtype=np.uint16)
    for entry, text in enumerate(cleaned):
        for word in set(text.split()):
            counts[at[word], topic[entry]] += 1
    return counts


def _rarity(
    of_pair: NDArray[np.int64], langs: NDArray[np.int16], sizes: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    """Inverse document frequency, taken in the language in which the gram is most common."""
    found = np.bincount(of_pair * len(sizes) + langs, minlength=count * len(sizes))
    share = (found.reshape(count, -1) / np.maximum(sizes, 1)).max(axis=1)
    rarity: NDArray[np.float64] = 0.3 + np.log((1 + 1 / max(float(sizes.mean()), 1.0)) / share)
    return rarity


def _likelihoods(
    of_pair: NDArray[np.int64], topics: NDArray[np.int16], weights: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float32]:
    """Multinomial naive Bayes on weights instead of counts."""
    mass = np.bincount(of_pair * shape[1] + topics, weights, minlength=shape[0] * shape[1])
    smooth = mass.astype(np.float64).reshape(shape) + SMOOTHING
    likely: NDArray[np.float32] = np.log(smooth / smooth.sum(axis=0)).astype(np.float32)
    return likely


def _standard(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    standard: NDArray[np.float64] = (scores - scores.mean()) / max(float(scores.std()), 1e-9)
    return standard


class TopicIndex:
    """The vocabulary of all languages, ready to be searched."""

    def __init__(self, table: TopicTable) -> None:
        self.topics: list[str] = table.topics.tolist()
        self.languages: list[str] = table.languages.tolist()
        self._word_at: dict[str, int] = {word: i for i, word in enumerate(table.words.tolist())}
        self._spread = table.spread
        self._sounds: list[str] = table.sounds.tolist()
        self._topic, self._lang = table.topic, table.lang
        self._grams, self._idf, self._likely = table.grams, table.rarity, table.likely
        self._starts, self._owners, self._weights = table.starts, table.owners, table.weights

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
        total = near / max(near.max(), 1e-9) + BAYES * _standard(bayes) + WHOLE_WORDS * _standard(self._by_words(text))
        order = np.argsort(-total)
        guesses = tuple(Guess(self.topics[i], float(total[i])) for i in order[:limit])
        margin = guesses[0].score - (guesses[1].score if len(guesses) > 1 else 0.0)
        return TopicGuesses(guesses, margin >= SURE_MARGIN and raw_best >= KNOWN_SCORE, raw_best)

    @property
    def words(self) -> Collection[str]:
        """Every cleaned word of the vocabulary."""
        return self._word_at.keys()

    def share(self, word: str, topics: Collection[str]) -> float:
        """Of the entries in which a (cleaned) word stands, the share that belongs to these topics; 0 for unknown words."""
        if word not in self._word_at:
            return 0.0
        counts = self._spread[self._word_at[word]]
        chosen = [i for i, topic in enumerate(self.topics) if topic in topics]
        return float(counts[chosen].sum() / counts.sum())

    def knows(self, word: str) -> bool:
        """Whether families use a (cleaned) word, one typing mistake in a longer word allowed."""
        sound = phon(word)
        if sound in self._known or len(sound) < SHORTEST_TYPO:
            return sound in self._known
        near = process.extractOne(sound, self._long_words.get(sound[0], ()), scorer=fuzz.ratio, score_cutoff=ALIKE)
        return near is not None

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(phon(word) for word in self.words if len(word) >= SHORTEST_WORD)

    @cached_property
    def _long_words(self) -> dict[str, list[str]]:
        """By their first letter, which is seldom mistyped."""
        listed: dict[str, list[str]] = {}
        for word in self._known:
            if len(word) >= SHORTEST_TYPO:
                listed.setdefault(word[0], []).append(word)
        return listed

    def _by_words(self, text: str) -> NDArray[np.float64]:
        """How much more likely each topic makes the text's whole words than all topics together do (log)."""
        rows = [self._word_at[word] for word in clean(text).split() if word in self._word_at]
        if not rows:
            return np.zeros(len(self.topics))
        counts, smooth = self._spread[rows].astype(float), WORD_SMOOTHING * len(self._spread)
        here = (counts + WORD_SMOOTHING) / (self._words_of_topic + smooth)
        all_topics = (counts.sum(axis=1) + WORD_SMOOTHING * len(self.topics)) / (
            self._words_of_topic.sum() + smooth * len(self.topics)
        )
        likelier: NDArray[np.float64] = np.log(here / all_topics[:, None]).sum(axis=0)
        return likelier

    @cached_property
    def _words_of_topic(self) -> NDArray[np.int64]:
        sums: NDArray[np.int64] = self._spread.sum(axis=0, dtype=np.int64)
        return sums

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
        telling = self._starts[at + 1] - self._starts[at] <= max(COMMON * len(self._topic), FEW)
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
