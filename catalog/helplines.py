"""Emergency numbers and helplines: which there are, which are open at this moment, which speak the language."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Literal

import yaml

from catalog.hours import Opening, opening_at
from catalog.model import spoken_as

Status = Literal["operator", "press", "unverified"]
EMERGENCY_NUMBERS = ("notruf-112", "notruf-110")
POISON_CENTRE = "giftnotruf"


@dataclass(frozen=True)
class Helpline:
    """A line that answers everybody in Germany, or in one state. Facts carry the status of their source."""

    id: str
    name: str
    channel: Literal["phone", "chat", "web", "app"]
    languages: tuple[str, ...]
    audience: tuple[str, ...]
    checked_on: date
    check_again_by: date
    status: Mapping[str, Status]
    sources: tuple[Mapping[str, str], ...]
    tariff: Literal["free", "landline", "call_20ct", "varies"] = "free"
    dial: str = ""
    display: str = ""
    web: str = ""
    hours: str = ""
    sometimes: tuple[str, ...] = ()
    interpreter: Literal["yes", "no"] = "no"
    anonymous: bool = False
    states: tuple[str, ...] = ()
    crisis: bool = False
    note: str = ""

    @property
    def is_emergency_number(self) -> bool:
        return self.id in EMERGENCY_NUMBERS

    @property
    def is_for_families(self) -> bool:
        return self.audience != ("professional",)

    def opening(self, moment: datetime) -> Opening | None:
        return opening_at(self.hours, moment)

    def speaks(self, lang: str) -> int:
        """2: spoken, 1: sometimes or through an interpreter, 0: no. `lang` is a tag; a variant counts as its base."""
        wanted = spoken_as(lang)
        if wanted & set(self.languages):
            return 2
        return int(bool(wanted & set(self.sometimes)) or self.interpreter == "yes")


@dataclass(frozen=True)
class PoisonCentre:
    state: str
    centre: str
    display: str


@dataclass(frozen=True)
class Helplines:
    """All lines by id, and the poison centres by state."""

    lines: Mapping[str, Helpline]
    poison_centres: Mapping[str, PoisonCentre]

    def choose(self, ids: Iterable[str], lang: str, moment: datetime, state: str | None = None) -> tuple[Helpline, ...]:
        """Put lines in the order in which somebody in need should try them.

        Emergency numbers, then what is open now, then what speaks the language, then free before charged.
        A line of another state, only for professionals, or with neither this language nor German is left out.
        """
        lines = [self.lines[name] for name in dict.fromkeys(ids)]
        fitting = [h for h in lines if h.is_for_families and (not h.states or state in h.states) and _can_talk(h, lang)]
        return tuple(sorted(fitting, key=lambda h: _need_first(h, lang, moment)))


def _can_talk(line: Helpline, lang: str) -> bool:
    """A line that speaks neither the family's language nor German only costs time."""
    return line.speaks(lang) > 0 or "de" in line.languages


def _need_first(line: Helpline, lang: str, moment: datetime) -> tuple[int, ...]:
    opening = line.opening(moment)
    is_open = opening is not None and opening.is_open
    return (not line.is_emergency_number, not is_open, -line.speaks(lang), line.tariff != "free")


def load_helplines() -> Helplines:
    """Read the lines that ship with the program; they need neither catalog nor database."""
    text = files("catalog").joinpath("data", "helplines.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    common = {"checked_on": data["checked_on"], "check_again_by": data["check_again_by"]}
    return Helplines(
        lines={name: Helpline(id=name, **(common | _tuples(fields))) for name, fields in data["helplines"].items()},
        poison_centres={s: PoisonCentre(s, **fields) for s, fields in data["poison_centres"].items()},
    )


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
