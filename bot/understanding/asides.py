"""What families write beside the questions: thanks, "are you a robot?", "who reads this?", "I have no strength left".

Each is known by a few words near one another, in any order and in every language at once (locales/<tag>/words.yaml).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from catalog.text import clean, phon

PLEA = "plea"  # "I need help and do not know where to begin"
ARRIVAL = "arrival"  # "my neighbour told me to write here"
HEAD = 3  # letters by which beginnings of words are listed
WINDOW = 6  # words within which those of one phrase stand
MOST_WORDS = 120  # of a message that are looked at
PICTURES = {  # a message of nothing but pictures
    picture: name
    for name, pictures in {
        "thanks": "🙏❤♥💚💙💛🧡💜🤍🥰😘🌹🌸💐🤗",
        "agree": "👍👌✅✔💯",
        "disagree": "👎❌✖🙅",
        "weary": "😭😢😞😔😥😓😩😫💔😿🥺😪😖😣",
        "angry": "😡🤬😠🖕😤💩",
        "hello": "👋😊🙂😀😃😄😉😂🤣😅",
        "help": "❓❔🤔🤨😕",
    }.items()
    for picture in pictures
}


@dataclass(frozen=True)
class Aside:
    """What a message asks for, the words of it that say something else, and all words that it is not asked for with.

    A picture is its own rest: it is not sure.
    """

    name: str
    rest: str
    beside: str = ""


@dataclass(frozen=True)
class _Phrase:
    name: str
    words: tuple[str, ...]


class Asides:
    """All phrases of all languages. `idle`: words that say nothing beside them ("please", "very")."""

    def __init__(self, phrases: Iterable[tuple[str, str]], idle: Iterable[str]) -> None:
        self._whole: dict[str, list[_Phrase]] = {}
        self._beginnings: dict[str, list[tuple[str, _Phrase]]] = {}
        for name, text in phrases:
            phrase = _Phrase(name, tuple(_keys(text)))
            for word in phrase.words:
                if word.endswith("*"):
                    self._beginnings.setdefault(word[:HEAD], []).append((word[:-1], phrase))
                else:
                    self._whole.setdefault(word, []).append(phrase)
        self._idle = Wordlist(idle)

    def find(self, text: str) -> Mapping[str, Aside]:
        """Everything that a text asks for, by name."""
        words = clean(text).split()[:MOST_WORDS]
        if not words:
            return {name: Aside(name, c) for c in text if (name := PICTURES.get(c))}
        spots: dict[_Phrase, dict[str, list[int]]] = {}
        for i, word in enumerate(words):
            for part, phrase in self._at(_key(word)):
                spots.setdefault(phrase, {}).setdefault(part, []).append(i)
        covered: dict[str, set[int]] = {}
        for phrase, found in spots.items():
            if len(found) == len(set(phrase.words)) and (together := _together(list(found.values()))):
                covered.setdefault(phrase.name, set()).update(together)
        return {name: self._aside(name, words, said) for name, said in covered.items()}

    def _at(self, key: str) -> Iterator[tuple[str, _Phrase]]:
        yield from ((key, phrase) for phrase in self._whole.get(key, ()))
        for beginning, phrase in self._beginnings.get(key[:HEAD], ()):
            if key.startswith(beginning):
                yield beginning + "*", phrase

    def _aside(self, name: str, words: list[str], covered: set[int]) -> Aside:
        beside = [word for i, word in enumerate(words) if i not in covered]
        return Aside(name, " ".join(word for word in beside if word not in self._idle), " ".join(beside))


class Wordlist:
    """Words and beginnings of words ("kein*"), as they sound."""

    def __init__(self, entries: Iterable[str]) -> None:
        keys = list(chain.from_iterable(map(_keys, entries)))
        self._whole = frozenset(key for key in keys if not key.endswith("*"))
        self._beginnings = tuple(key[:-1] for key in keys if key.endswith("*"))

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        key = _key(word)
        return key in self._whole or key.startswith(self._beginnings)


def phrases_of(data: Mapping[str, Iterable[str]]) -> Iterator[tuple[str, str]]:
    """Names and phrases as they stand in a words.yaml."""
    for name, texts in data.items():
        yield from ((name, str(text)) for text in texts)


def _key(word: str) -> str:
    """A cleaned word as it sounds; other scripts stay apart from Latin words that sound alike."""
    return (phon(word) or word) if word.isascii() else word


def _keys(phrase: str) -> Iterator[str]:
    for part in phrase.split():
        cleaned = clean(part)
        if cleaned:
            yield _key(cleaned) + ("*" if part.endswith("*") else "")


def _together(spots: list[list[int]]) -> set[int]:
    """Where all words of a phrase stand near one another; empty where they do not."""
    for anchor in spots[0]:
        near = [next((i for i in others if abs(i - anchor) < WINDOW), None) for others in spots]
        if None not in near and len(set(near)) == len(near):
            return {i for i in near if i is not None}
    return set()
