"""What goes in and out of a conversation. Everything is frozen, and the state survives a trip through JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from bot.understanding.age import Age
from catalog.places import Place

MAX_OPTION_ID = 62  # bytes: the least that a messenger allows for what a button carries is 64, and two stand in front
MAX_TEXT = 4096  # characters of one message in the strictest messenger
MAX_PAST = 12  # screens that "back" can go back


@dataclass(frozen=True)
class Text:
    """Something typed."""

    text: str


@dataclass(frozen=True)
class Choice:
    """A button pressed, perhaps an old one."""

    option: str


@dataclass(frozen=True)
class Location:
    """A shared position."""

    lat: float
    lon: float


@dataclass(frozen=True)
class Command:
    """start, back, change, skip, danger, help, privacy, delete, language, more; and what follows it ("k42-tr")."""

    name: str
    argument: str = ""


Input = Text | Choice | Location | Command


@dataclass(frozen=True)
class Option:
    id: str
    label: str


@dataclass(frozen=True)
class Say:
    """A message without a question."""

    text: str
    helplines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ask:
    """A question with buttons. The last `steering` options lead through the chat, the others answer.

    `location` is the label of a button that shares one's position; empty where none is asked for.
    """

    text: str
    options: tuple[Option, ...] = ()
    steering: int = 0
    location: str = ""


@dataclass(frozen=True)
class Card:
    """One offer, ready to be read, with what can be done about it.

    `share` is the label of a button that forwards the card, for channels that can.
    """

    text: str
    offer: str
    options: tuple[Option, ...] = ()
    share: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture and what it shows, in words."""

    path: str
    text: str


@dataclass(frozen=True)
class Pin:
    """A place on the map: what is there, and where. The cards and the question before it stay as they are."""

    text: str
    lat: float
    lon: float
    address: str


Reply = Say | Ask | Card | Picture | Pin


@dataclass(frozen=True)
class Forget:
    """Effect: delete everything about this chat, at once."""


Outcome = Literal["found", "widened", "nothing", "helped", "not_helped"]
Remark = Literal["closed", "wrong_number", "full", "wrong_language", "helped"]


@dataclass(frozen=True)
class Count:
    """Effect: one family looked for this, or says that it helped; counted without anything that leads to a person.

    `topic` only serves to count a chat once a week; the table knows its `group`. Unknown places and ages are "".
    """

    outcome: Outcome
    topic: str
    group: str
    band: str  # id of the youngest child's phase
    lang: str
    municipality: str = ""
    district: str = ""
    county: str = ""


@dataclass(frozen=True)
class Report:
    """Effect: what a family found when it went to an offer."""

    offer: str
    remark: Remark


Effect = Forget | Count | Report


@dataclass(frozen=True)
class Answers:
    """What a family has told so far and which screen it sees. Bands and ids only: no names, no free text.

    `screen` is a step's own sub-screen ("group:parenting:7"), `candidates` the places to choose from.
    """

    step: str = "language"
    lang: str | None = None
    children: tuple[Age, ...] = ()
    topics: tuple[tuple[str, float], ...] = ()
    place: Place | None = None
    skipped: tuple[str, ...] = ()
    screen: str = ""
    suggested: tuple[str, ...] = ()
    candidates: tuple[Place, ...] = ()
    shown: int = 0


@dataclass(frozen=True)
class State:
    """The conversation between two messages: the answers, and the screens before for "back".

    `feedback` is the key of the offer that a family is just asked about, on top of the question on the screen.
    """

    answers: Answers = Answers()
    past: tuple[Answers, ...] = ()
    feedback: str = ""

    def to_json(self) -> dict[str, Any]:
        """Only what differs from a new conversation."""
        slim: dict[str, Any] = _AS_DATA.dump_python(self, mode="json", exclude_defaults=True)
        return slim

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "State":
        """Read what `to_json` wrote, also an older version's: what is unknown is left out, what cannot be read starts anew."""
        try:
            state = _AS_DATA.validate_python(data)
        except ValidationError:
            return cls()
        return replace(state, past=state.past[-MAX_PAST:])

    def moved(self, answers: Answers) -> "State":
        """Go on to other answers and remember the way back."""
        if answers == self.answers:
            return self.without_feedback()
        return State(answers, (*self.past, replace(self.answers, shown=0))[-MAX_PAST:])

    def without_feedback(self) -> "State":
        """Go back to the question that was interrupted."""
        return replace(self, feedback="") if self.feedback else self


@dataclass(frozen=True)
class Turn:
    """One exchange: what is now known, what is said, what else has to happen. `danger` is the topic, if any."""

    state: State
    replies: tuple[Reply, ...]
    effects: tuple[Effect, ...] = ()
    danger: str | None = field(default=None)


_AS_DATA = TypeAdapter(State)
