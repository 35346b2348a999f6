"""Whether there is anything that a family could send for which the assistant has no answer.

python -m benchmarks.fuzz [--inputs 100000]. Every kind of Unicode, mangled messages, buttons of this and of earlier
screens, positions, commands, in whatever state the conversation happens to be; sealed and stored between two inputs as
the service does it, and out through every lay-out.
"""

import json
import unicodedata
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from html.parser import HTMLParser
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from traceback import extract_tb

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.victim import real_conversation
from bot.channels import console
from bot.channels.base import Update
from bot.channels.gateway import Gateway
from bot.channels.telegram.layout import MAX_UNITS, lay_out, units
from bot.conversation import Conversation
from bot.dialogue.model import MAX_OPTION_ID, Choice, Command, Input, Location, Option, Reply, State, Text, Turn
from bot.keys import Keys
from bot.seals import Seals

DATA = Path(__file__).parent / "data"
WORKERS = 4
CHUNK = 500
LONGEST_CHAT = 40
COMMANDS = ("start", "back", "change", "skip", "danger", "help", "privacy", "delete", "language", "more", "", "x" * 300)
EXTREMES = (0.0, -0.0, 90.0, 180.0, -180.0, 1e308, float("inf"), float("-inf"), float("nan"), 51.15, 14.99)
INVISIBLE = "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2069\ufeff\u00ad\u0301\u0670\ufe0f\u20e3\U000e0061\ud800"
SIGNS = "<b>&amp;'\"`*_[]()~#+-=|{}.!\\\0\r\n\t/@;%$"
DIGITS = "".join(chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Nd")
WHERE = "chat"


@dataclass
class Findings:
    """What went wrong, and how often."""

    inputs: int = 0
    wrong: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: "Findings") -> "Findings":
        return Findings(self.inputs + other.inputs, self.wrong + other.wrong)


@dataclass
class Family:
    """Somebody who sends anything at all."""

    chance: Random
    texts: Sequence[str]
    options: list[Option] = field(default_factory=list)  # of this screen and of all before

    def says(self, shown: Sequence[Option]) -> Input:
        self.options += shown
        roll = self.chance.random()
        if roll < 0.35 and shown:
            return Choice(self.chance.choice(shown).id)
        if roll < 0.45 and self.options:
            option = self.chance.choice(self.options[-200:])
            return Choice(option.id if self.chance.random() < 0.5 else self._mangled(option.id))
        if roll < 0.5 and self.options:
            return Text(self.chance.choice(self.options[-200:]).label)
        if roll < 0.56:
            return Location(self._degrees(), self._degrees())
        if roll < 0.62:
            return Command(self.chance.choice(COMMANDS), self.chance.choice(("", self._noise())))
        return Text(self._text())

    def _text(self) -> str:
        kinds: tuple[Callable[[], str], ...] = (
            self._noise,
            self._number,
            lambda: self.chance.choice(self.texts),
            lambda: self._mangled(self.chance.choice(self.texts)),
            lambda: " ".join(self.chance.choices(self.texts, k=self.chance.randrange(1, 60))),
            lambda: self.chance.choice(self.texts)[:20] * self.chance.randrange(1, 400),
        )
        return self.chance.choices(kinds, weights=(4, 3, 6, 6, 1, 1))[0]()

    def _noise(self) -> str:
        codes = (self.chance.choice((0x80, 0x600, 0x3000, 0x110000)) for _ in range(self.chance.randrange(80)))
        return "".join(chr(self.chance.randrange(code)) for code in codes)

    def _number(self) -> str:
        digits = "".join(
            self.chance.choices(
                DIGITS if self.chance.random() < 0.5 else "0123456789", k=self.chance.choice((1, 2, 5, 400))
            )
        )
        return self.chance.choice(
            ("{}", "{} Jahre", "-{}", "{},5", "{}/{}", "{} ay", "٣{}", "{}e{}", "@{},{}")
        ).replace("{}", digits)

    def _mangled(self, text: str) -> str:
        letters = list(text)
        for _ in range(self.chance.randrange(1, 8)):
            at = self.chance.randrange(len(letters) + 1)
            letters[at : at + self.chance.randrange(3)] = self.chance.choices(
                INVISIBLE + SIGNS + text, k=self.chance.randrange(3)
            )
        return "".join(letters)

    def _degrees(self) -> float:
        return self.chance.choice(
            (self.chance.choice(EXTREMES), self.chance.uniform(-200, 200), self.chance.uniform(5, 55))
        )


class Service:
    """What the real one does with a message, without its database and its clock."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._seals = Seals(Keys(database="5e" * 32, pepper=b"pepper of the fuzzing, 32 bytes.."))
        self._gateway = Gateway(Path("nowhere"))

    def answer(self, sealed: bytes | None, said: Input) -> tuple[bytes | None, Turn]:
        chat = self._seals.keys.chat("proof", WHERE)
        update = self._seals.open_update(chat, self._seals.update(chat, Update("1", WHERE, said, WHERE)))
        before = self._seals.open_state(chat, sealed)
        turn = self._conversation.answer(before, update.said)
        self._lay_out(turn.replies)
        for aside in (self._conversation.rescue(update.said), self._conversation.apologise(before)):
            self._lay_out(aside)
        return self._seals.state(chat, turn.state), turn

    def _lay_out(self, replies: Sequence[Reply]) -> None:
        self._gateway.lay_out(replies, WHERE, None)
        console.show(Turn(State(), tuple(replies)))
        for call in lay_out(replies):
            if units(call.get("text", "")) > MAX_UNITS:
                raise TooLongError
            _Tags().feed(call.get("text", ""))


class TooLongError(Exception):
    """Telegram would refuse this message."""


class UnbalancedError(Exception):
    """Telegram would refuse this markup."""


class NothingSaidError(Exception):
    """The family gets no answer."""


class OptionTooLongError(Exception):
    """A button carries more than messengers allow."""


class _Tags(HTMLParser):
    """Every tag is closed, and none but ours is there."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    def feed(self, data: str) -> None:
        super().feed(data)
        self.close()
        if self._open:
            raise UnbalancedError

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "b" or attrs:
            raise UnbalancedError
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise UnbalancedError


def fuzz(conversation: Conversation, texts: Sequence[str], *, inputs: int, seed: int) -> Findings:
    """Hold conversations made of anything, and count what fails; a failed one begins anew."""
    findings, service, chance = Findings(), Service(conversation), Random(seed)  # noqa: S311 a proof that can be repeated
    while findings.inputs < inputs:
        family, sealed, shown = Family(chance, texts), None, list[Option]()
        for _ in range(min(chance.randrange(1, LONGEST_CHAT), inputs - findings.inputs)):
            said = family.says(shown)
            findings.inputs += 1
            try:
                sealed, turn = service.answer(sealed, said)
                shown = [option for reply in turn.replies for option in getattr(reply, "options", ())]
                _check(turn, shown)
            except Exception as error:  # noqa: BLE001 what this looks for
                findings.wrong[_told(error, said)] += 1
                break
    return findings


def _check(turn: Turn, shown: Sequence[Option]) -> None:
    if not turn.replies:
        raise NothingSaidError
    if any(len(option.id.encode()) > MAX_OPTION_ID for option in shown):
        raise OptionTooLongError


def _told(error: Exception, said: Input) -> str:
    place = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} {Path(place.filename).name}:{place.lineno} {type(said).__name__}"


def texts_of_families() -> list[str]:
    """What people wrote, in five languages."""
    files = sorted(DATA.glob("*.dev.*.jsonl"))
    return [json.loads(line)["text"] for file in files for line in file.read_text("utf-8").splitlines()]


def _chunk(folder: Path, seed: int) -> Findings:
    if not _READY:
        _READY.append((real_conversation(folder), texts_of_families()))
    conversation, texts = _READY[0]
    return fuzz(conversation, texts, inputs=CHUNK, seed=seed)


_READY: list[tuple[Conversation, list[str]]] = []  # loaded once in each worker


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000)
    chosen = parser.parse_args()
    chunks = range(max(1, chosen.inputs // CHUNK))
    with TemporaryDirectory() as folder, ProcessPoolExecutor(WORKERS, get_context("spawn")) as workers:
        done = workers.map(_chunk, [Path(folder)] * len(chunks), chunks)
        findings = sum(track(done, f"{chosen.inputs} inputs", len(chunks), transient=True), Findings())
    Console().print(table(findings))


def table(findings: Findings) -> Table:
    shown = Table("inputs", "unhandled", "what, where, after which input", "times", title="Anything at all")
    shown.add_row(f"{findings.inputs}", f"{findings.wrong.total()}")
    for what, times in findings.wrong.most_common():
        shown.add_row("", "", what, f"{times}")
    return shown


if __name__ == "__main__":
    main()
