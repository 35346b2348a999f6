"""What a check looks at, and what it says."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple

from babel import Locale

from catalog.checks.towns import Towns
from catalog.helplines import Helpline, Helplines
from catalog.model import Offer
from catalog.phones import dialled
from catalog.places import Gazetteer
from catalog.problems import Detail, Lang
from catalog.search import Freshness
from catalog.topics import Topics
from catalog.words import LANGS, WordList, load_words


class Finding(NamedTuple):
    """Something to look at in one field of one offer. `code` names its sentence in data/problems.yaml."""

    field: str
    code: str
    value: str = ""
    details: Mapping[str, Detail] = {}


def guess_nothing(_title: str) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Surroundings:
    """What an offer is compared with.

    `languages`: in which the assistant speaks, other than German. `published`: the offers as families see them at this
    moment, by id. `guess`: the topics that a title may be about, best first.
    """

    today: date
    topics: Topics
    places: Gazetteer
    helplines: Helplines
    freshness: Freshness = Freshness()
    languages: tuple[str, ...] = ()
    published: Mapping[str, Offer] = field(default_factory=dict)
    guess: Callable[[str], Sequence[str]] = guess_nothing

    @cached_property
    def words(self) -> Mapping[str, WordList]:
        """How controlled values are written in a table."""
        return load_words()

    @cached_property
    def towns(self) -> Towns:
        return Towns(self.places)

    @cached_property
    def lines(self) -> Mapping[str, Helpline]:
        """Every helpline by the number that is dialled."""
        return {dialled(line.dial): line for line in reversed([*self.helplines.lines.values()]) if line.dial}

    def language(self, tag: str) -> Mapping[Lang, str]:
        """The name of a language: "Türkisch", "Turkish"."""
        return {lang: str(Locale(lang).languages.get(tag, tag)) for lang in LANGS}

    def word(self, words: str, code: str) -> Mapping[Lang, str]:
        """How a controlled value is written in a table."""
        return {lang: self.words[words].word(code, lang) for lang in LANGS}


Check = Callable[[Offer, Surroundings], Iterator[Finding]]
