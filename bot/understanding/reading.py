"""One message read for everything it may say: several questions can be answered in one sentence."""

import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from bot.i18n import Language, Languages
from bot.understanding.age import Age, ages_among
from bot.understanding.age_words import AgeWords, age_words, cut
from bot.understanding.danger import DangerNet, parse_harmless, parse_patterns
from bot.understanding.danger import let_go as forget_sounds
from bot.understanding.language import LanguageDetector, LanguageGuess, LanguageModel, LanguageTraits
from bot.understanding.place import PlaceWords, Sentence
from bot.understanding.topic import KNOWN_SCORE, TopicGuesses, TopicIndex
from bot.understanding.words import ascii_digits
from catalog.places import Found, Gazetteer
from catalog.text import MAX_LENGTH, clean
from catalog.text import let_go as forget_texts

Slot = Literal["language", "child", "topic", "place", "results"]
SCRIPTS = {"ar": "ARABIC", "fa": "ARABIC", "ckb": "ARABIC", "ps": "ARABIC", "uk": "CYRILLIC", "ru": "CYRILLIC"} | {
    "bg": "CYRILLIC",
    "ti": "ETHIOPIC",
    "el": "GREEK",
}
_LONE_NUMBER = re.compile(r"(?<!\w)(?:\d{1,2}|\d{4,})(?!\w)")  # ages, years, post codes; 112 stays
UNASKED_SCORE = 0.34  # how near an entry must be before an answer to another question is read as a concern
SHORTEST_WORD = 3
WORD_FOR_WORD = 0.8  # nearness of a message that is one of the entries but for a letter or two
AT_HOME = 0.6  # share of a word's entries that are about danger, from which it speaks of it
DANGER_LEAD = 0.3  # lower than what is needed to act on a topic: to miss is worse than to ask once too often


@dataclass(frozen=True)
class Understood:
    """What a message said. Empty parts were not said."""

    ages: tuple[Age, ...] = ()
    topics: TopicGuesses = TopicGuesses()
    place: Found = Found()
    language: LanguageGuess = LanguageGuess(None, 0.0)

    def __bool__(self) -> bool:
        return bool(self.ages or self.topics.guesses or self.place.places)


class Understanding:
    """The words of every language, ready. Built from data only; parts that take long are made when first needed."""

    def __init__(
        self,
        languages: Languages,
        danger_topics: Iterable[str],
        vocabulary: Callable[[], TopicIndex],
        model: Callable[[], LanguageModel] = LanguageModel.shipped,
    ) -> None:
        self.languages = languages
        self._vocabulary = vocabulary
        self._model = model
        self.danger_topics = frozenset(danger_topics)

    def let_go(self) -> None:
        """Keep none of the words that were read lately in memory."""
        forget_texts()
        forget_sounds()
        for part in (vars(self).get("topics"), vars(self).get("detector")):
            if part:
                part.let_go()

    def warm_up(self) -> None:
        """Build what the first message would otherwise wait for."""
        _ = self._net, self.topics, self._ages, self._places, self._commands
        self.detector.guess("wie geht es")
        self.concern("Unbekanntes", None)

    @cached_property
    def _net(self) -> DangerNet:
        words = [(language.data("danger"), language.tag) for language in self.languages]
        return DangerNet(
            (pattern for data, tag in words for pattern in parse_patterns(data, tag)),
            (pattern for data, tag in words for pattern in parse_harmless(data, tag)),
        )

    @cached_property
    def topics(self) -> TopicIndex:
        return self._vocabulary()

    @property
    def common_words(self) -> Container[str]:
        """Words of everyday messages; a town of the same name needs an "in" before it."""
        return self.topics.words

    @cached_property
    def detector(self) -> LanguageDetector:
        traits = (_traits(language) for language in self.languages if language.traits["function_words"])
        return LanguageDetector(traits, self._model)

    @cached_property
    def _ages(self) -> Mapping[str, AgeWords]:
        return {language.tag: age_words(data) for language in self.languages if (data := language.data("numbers"))}

    @cached_property
    def _places(self) -> Mapping[str, PlaceWords]:
        return {
            language.tag: PlaceWords.of(data["place"])
            for language in self.languages
            if (data := language.data("words"))
        }

    @cached_property
    def _commands(self) -> Mapping[str, str]:
        commands: dict[str, str] = {}
        for language in self.languages:
            for command, texts in language.data("words").get("commands", {}).items():
                commands |= {clean(str(text)): command for text in texts}
        return commands

    def command(self, text: str) -> str | None:
        """The command that a whole message is ("zurück", "رجوع"), in any language."""
        return self._commands.get(clean(text)) if len(text) < MAX_LENGTH else None

    def danger(self, text: str, lang: str | None, guesses: TopicGuesses) -> str | None:
        """The danger a text speaks of. Looked for before anything else; two nets, either is enough."""
        heard = self._net.hear(text, lang)
        if heard.topics:
            return guesses.best if guesses.best in heard.topics else heard.topics[0]
        return guesses.best if self._points_to_danger(text, guesses, heard.figures) else None

    def _points_to_danger(self, text: str, guesses: TopicGuesses, figures: Container[str]) -> bool:
        """Whether the words are clearly nearer to dangers than to anything harmless; which danger may stay open.

        One of the words must be at home there: "bringen" alone is not "umbringen".
        """
        if guesses.best not in self.danger_topics or guesses.nearness < KNOWN_SCORE:
            return False
        words = [word for word in clean(text).split() if word not in figures]
        shares = (self.topics.share(word, self.danger_topics) for word in words)
        if guesses.nearness < WORD_FOR_WORD and max(shares, default=0.0) < AT_HOME:
            return False
        harmless = next((guess.score for guess in guesses.guesses if guess.topic not in self.danger_topics), 0.0)
        return guesses.guesses[0].score - harmless >= DANGER_LEAD

    def ages(self, text: str, lang: str | None, *, asked: bool) -> tuple[Age, ...]:
        """Ages in the given language, else in any other (parents mix languages)."""
        cut_up = cut(text)
        for tag in self._order(lang, self._ages):
            own = lang is None or tag.split("-")[0] == lang.split("-")[0]
            if found := ages_among(cut_up, self._ages[tag], asked=asked and own, own=own):
                return found
        return ()

    def place(self, text: str, lang: str | None, places: Gazetteer, *, asked: bool, typos: bool | None = None) -> Found:
        """The place a text names; `typos` (as `asked`, unless said) lets a name be misspelt."""
        typos = asked if typos is None else typos
        sentence = Sentence(text, places)
        for tag in self._order(lang, self._places)[: None if asked else 3]:
            found = sentence.place(self._places[tag], self.common_words, asked=asked, typos=typos)
            if found.places:
                return found
        return Found()

    def language(self, text: str) -> LanguageGuess:
        return self.detector.guess(text)

    def concern(self, text: str, lang: str | None) -> TopicGuesses:
        """What a text may be about. Nothing, where none of its words is one that families use for a concern, unless it
        is nearly word for word what they say ("ich kann nicht mehr").
        """
        text = _LONE_NUMBER.sub(" ", ascii_digits(text[:MAX_LENGTH]))
        guesses = self.topics.guess(text, lang)
        tags = self._order(lang, self._ages)[:3]
        tells = any(
            self._tells(word) and not any(_counts_children(word, self._ages[tag]) for tag in tags)
            for word in clean(text).split()
        )
        return guesses if tells or guesses.nearness >= WORD_FOR_WORD else TopicGuesses()

    def _tells(self, word: str) -> bool:
        return len(word) >= SHORTEST_WORD and word not in self._small_words and self.topics.knows(word)

    @cached_property
    def _small_words(self) -> frozenset[str]:
        """Words that say nothing by themselves, of all languages: "and", "thanks", "my"."""
        commands = (word for text in self._commands for word in text.split())
        traits = (word for language in self.languages for word in language.traits["function_words"])
        romanised = (word for language in self.languages for word in language.traits.get("romanised_words", ()))
        return frozenset([*commands, *(clean(str(word)) for word in [*traits, *romanised])])

    def read(self, text: str, lang: str | None, places: Gazetteer, asked: Slot, concern: TopicGuesses) -> Understood:
        """Read a message for everything; `asked` is the question on the screen, `concern` what `concern` returned."""
        text = text[:MAX_LENGTH]
        guess = self.language(text) if asked == "language" else LanguageGuess(lang, 1.0)
        names_a_place = asked in {"place", "results"}
        place = self.place(text, lang, places, asked=names_a_place, typos=asked == "place" and not concern.confident)
        ages = self.ages(text, lang, asked=asked == "child")
        beside = concern.nearness >= UNASKED_SCORE and self._has_content(text, lang, place)
        topics = concern if asked == "topic" or beside else TopicGuesses()
        return Understood(ages, topics, place, guess)

    def _has_content(self, text: str, lang: str | None, place: Found) -> bool:
        """Whether words are left beside the age and the place."""
        names = {word for p in place.places[:1] for word in clean(f"{p.name} {p.district or ''}").split()}
        tags = self._order(lang, self._ages)[:3]
        return any(
            len(word) >= SHORTEST_WORD
            and word not in names
            and word not in self._small_words
            and not word.isdigit()
            and not any(_is_small_word(word, self._ages[tag], self._places[tag]) for tag in tags)
            for word in clean(text).split()
        )

    @staticmethod
    def _order(lang: str | None, tags: Iterable[str]) -> list[str]:
        """The given language first, then its relatives, then the others."""
        base = (lang or "").split("-")[0]
        return sorted(tags, key=lambda tag: (tag != lang, tag.split("-")[0] != base))


def _counts_children(word: str, ages: AgeWords) -> bool:
    """Words of "I have three children": they say who, not what is the matter."""
    units = any(word in unit for unit in ages.units.values())
    known = (ages.numbers, ages.children, ages.joins, ages.classes)
    return units or any(word in words for words in known)


def _is_small_word(word: str, ages: AgeWords, places: PlaceWords) -> bool:
    return (
        word in ages.numbers
        or word in ages.children
        or word in ages.joins
        or word in ages.pregnant
        or any(word in unit for unit in ages.units.values())
        or ages.ages.at([word], 0)[0] > 0
        or word in places.filler
    )


def _traits(language: Language) -> LanguageTraits:
    return LanguageTraits(
        tag=language.tag,
        script=SCRIPTS.get(language.tag.split("-")[0], "LATIN"),
        function_words=frozenset(clean(str(word)) for word in language.traits["function_words"]),
        romanised_words=frozenset(clean(str(word)) for word in language.traits.get("romanised_words", ())),
        letters=frozenset(str(language.traits.get("letters", ""))),
    )
