"""What is on somebody's mind: free text to topics, by nearest everyday words.

Method and its measurements: docs/decisions/0003. In short: n-grams of two normalised views; the nearest entries with a
fuzzy second look, of which the best four of a topic in one language add up; and naive Bayes over all entries of a topic,
once with n-grams and once with whole words.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.understanding.grams import text_grams, texts_grams
from catalog.tables import Rows, Texts, WordKeys, let_go
from catalog.text import MAX_LENGTH, clean, phon

OWN_LANGUAGE = 1.3
FEW = 20  # entries among which nothing is too common
COMMON = 0.05  # share of entries from which a gram is too common to tell anything
KEPT = 48  # nearest entries that get the second look
NOT_NEAR = 4  # times farther than the nearest: seldom among them
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
ASCII = 128
TINY = 1e-6  # the length of an entry without any gram
FREQUENCY = 1 + np.log(np.maximum(np.arange(MAX_LENGTH * 2), 1))  # what a gram that occurs so often counts


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
    words: NDArray[np.uint64]  # keys of every cleaned word, once
    topics_of_word: Rows  # in how many entries of each topic a word stands
    sounds_of_words: NDArray[np.uint64]  # keys of the words that are long enough to tell something, as they sound
    long_words: Texts  # those that may be misspelt, as they sound, together by the code of their first letter
    sounds: Texts  # each entry as it sounds
    topic: NDArray[np.int16]  # of each entry
    lang: NDArray[np.int16]
    grams: NDArray[np.int32]  # sorted
    rarity: NDArray[np.float64]  # of each gram
    entries_of_gram: Rows  # how often it stands in them; grams of every second word say nothing and have none
    lengths: NDArray[np.float32]  # of each entry as a vector
    topics_of_gram: Rows  # how much likelier (log) a topic makes a gram than one in which it never stands
    unseen: NDArray[np.float64]  # log probability of a gram that a topic never has

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "TopicTable":
        """Count all entries; takes some seconds for tens of thousands."""
        listed = list(entries)
        topics, languages = sorted({e.topic for e in listed}), sorted({e.lang for e in listed})
        topic = np.array([topics.index(e.topic) for e in listed], dtype=np.int16)
        lang = np.array([languages.index(e.lang) for e in listed], dtype=np.int16)
        cleaned = [clean(e.text) for e in listed]
        keys, words = WordKeys.sorted(word for text in cleaned for word in text.split())
        sounds = {phon(word) for word in words if len(word) >= SHORTEST_WORD}
        codes, owners = texts_grams(cleaned)
        pairs, counts = np.unique((owners << 32) | codes, return_counts=True)
        owners = pairs >> 32
        grams, of_pair = np.unique(pairs & 0xFFFFFFFF, return_inverse=True)
        rarity = _rarity(of_pair, lang[owners], np.bincount(lang, minlength=len(languages)), len(grams))
        weights = FREQUENCY[counts] * rarity[of_pair]
        lengths = np.sqrt(np.bincount(owners, weights**2, minlength=len(listed)))
        weights /= lengths[owners]
        topics_of_gram, unseen = _likelihoods(of_pair, topic[owners], weights, (len(grams), len(topics)))
        telling = (np.bincount(of_pair, minlength=1) <= max(COMMON * len(listed), FEW))[of_pair]
        return cls(
            topics=np.array(topics),
            languages=np.array(languages),
            words=keys,
            topics_of_word=_spread(words, cleaned, topic, len(topics)),
            sounds_of_words=WordKeys.sorted(sounds)[0],
            long_words=_by_first_letter(sound for sound in sounds if len(sound) >= SHORTEST_TYPO),
            sounds=Texts.of(phon(text) for text in cleaned),
            topic=topic,
            lang=lang,
            grams=grams.astype(np.int32),
            rarity=rarity,
            entries_of_gram=Rows.of(
                of_pair[telling], owners[telling], counts[telling].astype(np.uint8), (len(grams), len(listed))
            ),
            lengths=np.maximum(lengths, TINY).astype(np.float32),
            topics_of_gram=topics_of_gram,
            unseen=unseen,
        )


def _spread(words: list[str], cleaned: list[str], topic: NDArray[np.int16], topics: int) -> Rows:
    at = {word: i for i, word in enumerate(words)}
    cells = [at[word] * topics + int(topic[entry]) for entry, text in enumerate(cleaned) for word in set(text.split())]
    seen, counts = np.unique(np.array(cells, dtype=np.int64), return_counts=True)
    return Rows.of(seen // topics, seen % topics, counts.astype(np.uint16), (len(words), topics))


def _by_first_letter(sounds: Iterable[str]) -> Texts:
    """Words together by their first letter, which is seldom mistyped."""
    listed: dict[int, list[str]] = {}
    for sound in sounds:
        listed.setdefault(ord(sound[0]), []).append(sound)
    return Texts.of(" ".join(sorted(listed.get(code, ()))) for code in range(ASCII))


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
) -> tuple[Rows, NDArray[np.float64]]:
    """Multinomial naive Bayes on weights instead of counts. Most topics never have a gram: only the others are kept."""
    cells, at = np.unique(of_pair * shape[1] + topics, return_inverse=True)
    mass = np.bincount(at, weights, minlength=len(cells))
    totals = np.bincount(cells % shape[1], mass, minlength=shape[1]) + SMOOTHING * shape[0]
    likelier = np.log1p(mass / SMOOTHING).astype(np.float32)
    return Rows.of(cells // shape[1], cells % shape[1], likelier, shape), np.log(SMOOTHING / totals)


def _standard(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    standard: NDArray[np.float64] = (scores - scores.mean()) / max(float(scores.std()), 1e-9)
    return standard


class TopicIndex:
    """The vocabulary of all languages, ready to be searched."""

    def __init__(self, table: TopicTable) -> None:
        self.topics: list[str] = table.topics.tolist()
        self.languages: list[str] = table.languages.tolist()
        self.words = WordKeys(table.words)  # every cleaned word of the vocabulary
        self._sounds_of_words = WordKeys(table.sounds_of_words)
        self._table = table
        self._words_of_topic = np.bincount(
            table.topics_of_word.columns, table.topics_of_word.values, minlength=len(self.topics)
        )

    def guess(self, text: str, lang: str | None = None, limit: int = 5) -> TopicGuesses:
        """Return the topics a text may be about. `lang` is a soft hint, never a filter."""
        at, weights, norm = self._known_grams(text)
        if not len(at):
            return TopicGuesses()
        scores = self._nearness(at, weights) / norm
        raw_best = float(scores.max())
        if lang in self.languages:
            is_own = self._table.lang == self.languages.index(lang)
            np.multiply(scores, OWN_LANGUAGE, out=scores, where=is_own)
        near = self._near(text, scores)
        bayes = self._table.topics_of_gram.weighted(at, weights, len(self.topics)) + weights.sum() * self._table.unseen
        total = near / max(near.max(), 1e-9) + BAYES * _standard(bayes) + WHOLE_WORDS * _standard(self._by_words(text))
        order = np.argsort(-total)
        guesses = tuple(Guess(self.topics[i], float(total[i])) for i in order[:limit])
        margin = guesses[0].score - (guesses[1].score if len(guesses) > 1 else 0.0)
        return TopicGuesses(guesses, margin >= SURE_MARGIN and raw_best >= KNOWN_SCORE, raw_best)

    def let_go(self) -> None:
        """Keep nothing in memory of what was looked up lately."""
        for part in self._table:
            let_go(part if isinstance(part, tuple) else (part,))

    def share(self, word: str, topics: Collection[str]) -> float:
        """Of the entries in which a (cleaned) word stands, the share that belongs to these topics; 0 for unknown words."""
        row = self.words.at(word)
        if row is None:
            return 0.0
        counts = self._table.topics_of_word.dense([row], len(self.topics))[0]
        return float(counts[[topic in topics for topic in self.topics]].sum() / counts.sum())

    def knows(self, word: str) -> bool:
        """Whether families use a (cleaned) word, one typing mistake in a longer word allowed."""
        sound = phon(word)
        if sound in self._sounds_of_words or len(sound) < SHORTEST_TYPO:
            return sound in self._sounds_of_words
        listed = self._table.long_words.text(ord(sound[0])).split()
        return process.extractOne(sound, listed, scorer=fuzz.ratio, score_cutoff=ALIKE) is not None

    def _by_words(self, text: str) -> NDArray[np.float64]:
        """How much more likely each topic makes the text's whole words than all topics together do (log)."""
        rows = [row for word in clean(text).split() if (row := self.words.at(word)) is not None]
        if not rows:
            return np.zeros(len(self.topics))
        counts, smooth = self._table.topics_of_word.dense(rows, len(self.topics)), WORD_SMOOTHING * len(self.words)
        here = (counts + WORD_SMOOTHING) / (self._words_of_topic + smooth)
        all_topics = (counts.sum(axis=1) + WORD_SMOOTHING * len(self.topics)) / (
            self._words_of_topic.sum() + smooth * len(self.topics)
        )
        likelier: NDArray[np.float64] = np.log(here / all_topics[:, None]).sum(axis=0)
        return likelier

    def _known_grams(self, text: str) -> tuple[NDArray[np.int64], NDArray[np.float64], float]:
        """The text's grams that the vocabulary has, their weights, and the length of the whole as a vector."""
        grams, counts = np.unique(text_grams(clean(text)), return_counts=True)
        at = np.minimum(np.searchsorted(self._table.grams, grams), len(self._table.grams) - 1)
        known = self._table.grams[at] == grams
        weights = FREQUENCY[counts[known]] * self._table.rarity[at[known]]
        return at[known], weights, float(np.sqrt((weights**2).sum() + UNKNOWN_GRAM * (~known).sum()))

    def _nearness(self, at: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Cosine of each entry with the text, before division by the text's length."""
        table = self._table
        return (
            table.entries_of_gram.weighted(at, weights * table.rarity[at], len(table.topic), FREQUENCY) / table.lengths
        )

    def _near(self, text: str, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """How near each topic's best entries are, after a fuzzy second look at the nearest."""
        nearest = _highest(scores, KEPT)
        nearest = nearest[scores[nearest] > 0]
        fuzzy = process.cdist([phon(clean(text))], self._table.sounds.texts(nearest), scorer=fuzz.partial_ratio)[0]
        kept = (1 - SECOND_LOOK) * scores[nearest] + SECOND_LOOK * scores.max() * fuzzy / 100
        order = np.argsort(-kept)
        columns = (self._table.topic[nearest], self._table.lang[nearest], kept)
        table: dict[int, dict[int, list[float]]] = {}
        for topic, lang, score in zip(*(column[order].tolist() for column in columns), strict=True):
            table.setdefault(topic, {}).setdefault(lang, []).append(score)
        near = np.zeros(len(self.topics))
        for topic, by_lang in table.items():
            near[topic] = _total(by_lang)
        return near


def _highest(scores: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """Where the highest scores stand, in any order. Most texts are near to few entries: only these are compared, unless
    it would be by chance which of several equals is among them.
    """
    high = np.flatnonzero(scores > scores.max() / NOT_NEAR)
    if len(high) > count:
        order = np.argpartition(-scores[high], count)
        within, next_one = scores[high[order[:count]]], scores[high[order[count]]]
        if within.min() > next_one:
            return high[order[:count]]
    return np.argpartition(-scores, min(count, len(scores) - 1))[:count]


def _total(by_lang: dict[int, list[float]]) -> float:
    sums = sorted((sum(w * s for w, s in zip(BEST, best, strict=False)) for best in by_lang.values()), reverse=True)
    return sums[0] + OTHER_LANGUAGES * sum(sums[1:])
