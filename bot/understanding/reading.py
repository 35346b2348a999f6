"""One message read for everything it may say: several questions can be answered in one sentence."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from bot.i18n import Language, Languages
from bot.understanding.age import Age, ages_among
from bot.understanding.age_words import AgeWords, age_words, cut
from bot.understanding.asides import ARRIVAL, PLEA, Aside, Asides, phrases_of
from bot.understanding.correction import CorrectionWords, corrected
from bot.understanding.danger import DangerNet, parse_harmless, parse_patterns
from bot.understanding.danger import let_go as forget_sounds
from bot.understanding.language import LanguageDetector, LanguageGuess, LanguageModel, LanguageTraits
from bot.understanding.place import PlaceWords, Sentence
from bot.understanding.remainder import CLAUSE, counts_children, is_small_word, remainder
from bot.understanding.topic import KNOWN_SCORE, Guess, TopicGuesses, TopicIndex
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
STORY = 25  # words from which a text is a story
MOST_CLAUSES = 40
OVERLAP = 100  # characters of a long text that are read twice, so that no sentence is torn apart
MOST_PARTS = 6
UNASKED_SCORE = 0.34  # how near an entry must be before an answer to another question is read as a concern
CLEAR_SCORE = 0.32  # the same where only one concern can be meant
SHORTEST_WORD = 3
FEWEST_WORDS = 2  # that an answer to another question shares with a longer phrase before it is read as a concern
STORY_WORDS = 3  # the same, where nothing but who it is about is asked yet, or beside who told them to write
CORE = 0.7  # the same, of the words that are not about who the child is
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
        _ = self._net, self.topics, self._ages, self._places, self._commands, self._corrections
        _ = self._asides, self._language_names
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

    @cached_property
    def _asides(self) -> Asides:
        listed = [language.data("words") for language in self.languages]
        phrases = (phrase for data in listed for phrase in phrases_of(data.get("asides", {})))
        idle = (str(word) for data in listed for word in data.get("polite", ()))
        return Asides(phrases, [*idle, *self._small_words])

    def asides(self, text: str) -> Mapping[str, Aside]:
        """What a text asks for beside the questions, and what else it says. See `asides.py`."""
        return self._asides.find(text)

    @cached_property
    def _language_names(self) -> Asides:
        names = ((language.tag, str(name)) for language in self.languages for name in language.traits.get("called", ()))
        around = (str(word) for language in self.languages for word in language.data("words").get("speaking", ()))
        return Asides(names, around)

    def named_language(self, text: str) -> str | None:
        """The language in which a text asks to go on, in whatever language ("english please", "по-українськи")."""
        named = self._language_names.find(text)
        wished = [tag for tag, aside in named.items() if not aside.rest and tag in self.languages]
        return min(
            wished, key=lambda tag: tag in {other.split("-")[0] for other in wished if "-" in other}, default=None
        )

    @cached_property
    def _corrections(self) -> Mapping[str, CorrectionWords]:
        return {language.tag: CorrectionWords.of(language.data("words")) for language in self.languages}

    def corrected(self, text: str, lang: str | None) -> str | None:
        """What somebody means instead ("no, 4 not 3"); None where nothing is taken back."""
        meant = (corrected(text, self._corrections[tag]) for tag in self._order(lang, self._corrections)[:2])
        return next(filter(None, meant), None)

    def danger(self, text: str, lang: str | None, guesses: TopicGuesses) -> str | None:
        """The danger a text speaks of. Looked for before anything else; two nets, either is enough."""
        heard = [self._net.hear(part, lang) for part in _parts(text)]
        caught = next((one.topics for one in heard if one.topics), ())
        if caught:
            return guesses.best if guesses.best in caught else caught[0]
        figures = frozenset[str]().union(*(one.figures for one in heard))
        return guesses.best if self._points_to_danger(text, guesses, figures) else None

    def _points_to_danger(self, text: str, guesses: TopicGuesses, figures: Container[str]) -> bool:
        """Whether the words are clearly nearer to dangers than to anything harmless; which danger may stay open.

        One of the words must be at home there: "bringen" alone is not "umbringen"; and it must say more than "will this
        stay secret?", "delete it all" or "my neighbour told me to write here".
        """
        if guesses.best not in self.danger_topics or guesses.nearness < KNOWN_SCORE:
            return False
        asides = self.asides(text)
        if ARRIVAL in asides and guesses.nearness < CORE:
            return False
        private = asides.get("privacy") or asides.get("delete")
        words = [word for word in clean(private.rest if private else text).split() if word not in figures]
        shares = (self.topics.share(word, self.danger_topics) for word in words)
        if (private or guesses.nearness < WORD_FOR_WORD) and max(shares, default=0.0) < AT_HOME:
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
        """A greeting that only one language has says it; everything else is guessed."""
        tags = self._languages_of_greetings.get(clean(text), frozenset())
        return LanguageGuess(min(tags), 1.0) if len(tags) == 1 else self.detector.guess(text)

    @cached_property
    def _languages_of_greetings(self) -> Mapping[str, frozenset[str]]:
        tags: dict[str, frozenset[str]] = {}
        for language in self.languages:
            if not language.traits["function_words"]:  # never guessed
                continue
            for text in language.data("words").get("commands", {}).get("hello", ()):
                tags[clean(str(text))] = tags.get(clean(str(text)), frozenset()) | {language.tag}
        return tags

    def concern(self, text: str, lang: str | None) -> TopicGuesses:
        """What a text may be about. Nothing, where none of its words is one that families use for a concern, unless it
        is nearly word for word what they say ("ich kann nicht mehr").
        """
        if not any(letter.isalpha() for letter in text):
            return TopicGuesses()
        asides = self.asides(text)
        if ARRIVAL in asides:
            text = asides[ARRIVAL].beside
            if len([*self._telling(text, lang)]) < STORY_WORDS:
                return TopicGuesses()
        guesses = self.topics.guess(_without_numbers(text), lang)
        alone = self.topics.guess(_without_numbers(self._beside_plea(text, lang)), lang)
        if alone.confident and (not guesses.confident or alone.nearness >= guesses.nearness):
            guesses = alone
        tells = guesses.nearness >= WORD_FOR_WORD or any(self._telling(text, lang))
        return guesses if tells else TopicGuesses()

    def _beside_plea(self, text: str, lang: str | None) -> str:
        """What is told besides "I need help", which says nothing of the concern and is near to many; else nothing."""
        plea = self.asides(text).get(PLEA)
        return plea.beside if plea and any(self._telling(plea.rest, lang)) else ""

    def _story(self, text: str, lang: str | None) -> TopicGuesses:
        """The concerns of a long story, clause by clause: none of them is near to the whole of it."""
        near: dict[str, float] = {}
        for clause in CLAUSE.split(text)[:MOST_CLAUSES]:
            guesses = self.concern(clause, lang)
            if guesses.best and guesses.confident and self.speaks_of(clause, lang, guesses):
                near[guesses.best] = max(near.get(guesses.best, 0.0), guesses.nearness)
        ranked = sorted((Guess(topic, nearness) for topic, nearness in near.items()), key=lambda guess: -guess.score)
        return TopicGuesses(tuple(ranked), len(ranked) == 1, ranked[0].score) if ranked else TopicGuesses()

    def speaks_of(self, text: str, lang: str | None, concern: TopicGuesses) -> bool:
        """Whether a text that was asked for something else is about a concern: one word that it shares with a longer
        phrase is not enough ("banana"), unless that is, beside the child, all that families say ("does not speak").
        """
        if concern.nearness >= WORD_FOR_WORD:
            return True
        tags = self._order(lang, self._ages)[:3]
        words = clean(_without_numbers(text)).split()
        missing = FEWEST_WORDS - len([*self._telling(text, lang)])
        missing += not concern.confident  # what may be several concerns may be none
        if missing == 1:
            missing -= any(self._corrections[tag].weighs(word) for tag in tags for word in words)
        if missing <= 0 or not concern.confident:
            return missing <= 0
        core = " ".join(w for w in words if not any(counts_children(w, self._ages[tag]) for tag in tags))
        return self.topics.guess(core, lang).nearness >= CORE

    def _telling(self, text: str, lang: str | None) -> Iterator[str]:
        """The words of a text that families use for a concern."""
        tags = self._order(lang, self._ages)[:3]
        for word in dict.fromkeys(clean(_without_numbers(text)).split()):
            if self._tells(word) and not any(counts_children(word, self._ages[tag]) for tag in tags):
                yield word

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
        if not concern.confident and len(text.split()) >= STORY:
            concern = self._story(text, lang)
        start, *others = _parts(text)
        said = self._read(start, lang, places, asked, concern)
        if not said.topics.confident and (said.ages or said.place.places):
            said = self._read_beside(start, lang, places, asked, concern, said)
        for part in others:  # where somebody lives often stands at the end
            more = self._read(part, lang, places, asked, concern)
            said = replace(said, ages=said.ages or more.ages, place=said.place if said.place.places else more.place)
        return said

    def _read(self, text: str, lang: str | None, places: Gazetteer, asked: Slot, concern: TopicGuesses) -> Understood:
        guess = self.language(text) if asked == "language" else LanguageGuess(lang, 1.0)
        names_a_place = asked in {"place", "results"}
        is_concern = concern.confident and self.speaks_of(text, lang, concern)
        is_name = names_a_place and not concern.guesses and not self._small_words.issuperset(clean(text).split())
        typos = not is_concern if asked == "place" else is_name
        place = self.place(text, lang, places, asked=names_a_place, typos=typos)
        ages = self.ages(text, lang, asked=asked == "child")
        near = CLEAR_SCORE if concern.confident else UNASKED_SCORE
        beside = concern.nearness >= near and self._has_content(text, lang, place)
        is_asked = asked == "topic" or self._tells_a_worry(text, lang, asked)
        topics = concern if is_asked or beside else TopicGuesses()
        if topics.guesses and not is_asked and not self.speaks_of(text, lang, concern):
            topics = replace(topics, confident=False) if asked == "results" else TopicGuesses()
        return Understood(ages, topics, place, guess)

    def _read_beside(
        self, text: str, lang: str | None, places: Gazetteer, asked: Slot, concern: TopicGuesses, said: Understood
    ) -> Understood:
        """Look for the concern once more in what is neither the age nor the place, and keep what is clearer."""
        tag = self._order(lang, self._ages)[0]
        names = Sentence(text, places).words_of(said.place, self._places[tag], self.common_words)
        weighs = self._corrections[tag].weighs
        rest = remainder(
            text, self._ages[tag], self._places[tag], names, lambda word: word in self._small_words and not weighs(word)
        )
        alone = self.concern(rest, lang)
        if alone.nearness <= concern.nearness and not alone.confident:
            return said
        topics = self._read(rest, lang, places, asked, alone).topics
        return replace(said, topics=topics) if topics.guesses else said

    def _tells_a_worry(self, text: str, lang: str | None, asked: Slot) -> bool:
        """Whether a message asks for help with something, or says at the first question what it is about."""
        beside = len([*self._telling(self._beside_plea(text, lang), lang)])
        return beside >= FEWEST_WORDS or (asked == "child" and len([*self._telling(text, lang)]) >= STORY_WORDS)

    def _has_content(self, text: str, lang: str | None, place: Found) -> bool:
        """Whether words are left beside the age and the place."""
        names = {word for p in place.places[:1] for word in clean(f"{p.name} {p.district or ''}").split()}
        tags = self._order(lang, self._ages)[:3]
        return any(
            len(word) >= SHORTEST_WORD
            and word not in names
            and word not in self._small_words
            and not word.isdigit()
            and not any(is_small_word(word, self._ages[tag], self._places[tag]) for tag in tags)
            for word in clean(text).split()
        )

    @staticmethod
    def _order(lang: str | None, tags: Iterable[str]) -> list[str]:
        """The given language first, then its relatives, then the others."""
        base = (lang or "").split("-")[0]
        return sorted(tags, key=lambda tag: (tag != lang, tag.split("-")[0] != base))


def _parts(text: str) -> list[str]:
    """A text as far as it is looked at in one go, and what follows, each with a few words of the part before."""
    step = MAX_LENGTH - OVERLAP
    return [text[start : start + MAX_LENGTH] for start in range(0, max(len(text) - OVERLAP, 1), step)][:MOST_PARTS]


def _without_numbers(text: str) -> str:
    return _LONE_NUMBER.sub(" ", ascii_digits(text[:MAX_LENGTH]))


def _traits(language: Language) -> LanguageTraits:
    return LanguageTraits(
        tag=language.tag,
        script=SCRIPTS.get(language.tag.split("-")[0], "LATIN"),
        function_words=frozenset(clean(str(word)) for word in language.traits["function_words"]),
        romanised_words=frozenset(clean(str(word)) for word in language.traits.get("romanised_words", ())),
        letters=frozenset(str(language.traits.get("letters", ""))),
    )
