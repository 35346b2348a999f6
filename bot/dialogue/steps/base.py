"""What every question has in common."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.dialogue.model import Answers, Ask, Option, Reply
from bot.i18n import Translator
from bot.understanding.reading import Slot, Understanding, Understood
from catalog.catalog import Catalog
from catalog.search import Hit, Query

MAX_DIGITS = 3
PAGE = 7  # answers on one screen, one more place is for "more"


@dataclass(frozen=True)
class Scene:
    """What a step may look at: read-only, handed from step to step. `searched`: what was found in this turn."""

    catalog: Catalog
    understanding: Understanding
    text: Translator
    now: datetime
    searched: dict[Query, list[Hit]] = field(default_factory=dict, repr=False, compare=False)

    def speaking(self, lang: str | None) -> "Scene":
        return replace(self, text=self.text.into(lang)) if lang else self


@dataclass(frozen=True)
class Taken:
    """A step's answer to what was said: the new answers, and something to say before the next question."""

    answers: Answers
    replies: tuple[Reply, ...] = ()


class Step(ABC):
    """One question. `prefixes` are the beginnings of the option ids that belong to it."""

    name: Slot
    prefixes: tuple[str, ...]

    @abstractmethod
    def is_answered(self, answers: Answers) -> bool: ...

    @abstractmethod
    def ask(self, answers: Answers, scene: Scene) -> tuple[Reply, ...]:
        """Return the screen, without the options that steer."""

    def ask_alone(self, answers: Answers, scene: Scene) -> Reply:
        """The question itself, without what is shown before it."""
        return self.ask(answers, scene)[-1]

    @abstractmethod
    def choose(self, answers: Answers, option: str, scene: Scene) -> Taken | None:
        """A button of this step; None when it means nothing (any more)."""

    @abstractmethod
    def take(self, answers: Answers, said: Understood, scene: Scene) -> Taken | None:
        """Take out of a sentence what answers this question; None when it says nothing about it."""

    def skip(self, answers: Answers, scene: Scene) -> Taken | None:
        """ "I don't know": go on without an answer."""
        return Taken(replace(self.clear(answers), skipped=(*answers.skipped, self.name)))

    @abstractmethod
    def clear(self, answers: Answers) -> Answers:
        """Forget this answer, to ask again."""

    @abstractmethod
    def summary(self, answers: Answers, scene: Scene) -> str | None:
        """The answer in a few words, to show what was understood."""


def paged(options: Sequence[Option], first: int, more: Option) -> tuple[Option, ...]:
    """At most eight options: a page from `first` on, and `more` where there are others."""
    if len(options) <= PAGE + 1:
        return tuple(options)
    return (*options[first : first + PAGE], more)


def page_start(written: str) -> int:
    """Which answer a page begins with, as a button carries it; anything odd is the first page."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= MAX_DIGITS else 0


def next_page(first: int, total: int) -> int:
    return first + PAGE if first + PAGE < total else 0


def without_screen(answers: Answers) -> Answers:
    return replace(answers, screen="", suggested=(), candidates=(), shown=0)


def question(text: str, options: Sequence[Option], *, location: str = "") -> Ask:
    return Ask(text, tuple(options), location=location)
