"""Telegram from end to end: a person taps and writes, the service answers, and what the person then sees is right."""

import asyncio
import difflib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest

from bot.channels import console
from bot.conversation import Conversation
from bot.dialogue.model import Ask, Choice, Location, Option, State, Turn
from bot.i18n import without_isolates
from bot.jsonlines import Desk, parse_moment
from bot.keys import Keys
from tests.conftest import NOW
from tests.telegram.chats import Json, Message, Person
from tests.telegram.fake import Fake
from tests.telegram.running import Running, running
from tests.test_transcripts import FILES

Bot = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def bot(desk: Desk, keys: Keys, tmp_path: Path) -> Bot:
    return partial(running, Conversation(desk, lambda: NOW), keys, tmp_path)


class Reader:
    """Somebody who holds a written conversation again, and writes down what is on the screen as a terminal shows it.

    The same words in the same order, and buttons as numbers, whatever messages they stand in. Left out is what Telegram
    has beside: the message that carries the keyboard for a place, and buttons that open an address. An empty line, which
    nobody can send there, becomes "…".
    """

    def __init__(self, person: Person, path: Path) -> None:
        self.person = person
        self.path = path
        self.lines = path.read_text("utf-8").splitlines()
        self.said = [line.removeprefix("> ") for line in self.lines if line.startswith("> ")]
        self.held: list[str] = []
        self._buttons: list[tuple[Message, Json]] = []

    def begin(self, lang: str | None) -> None:
        self.held += [line for line in self.lines if line.startswith("# ")]
        self.person.start((lang or "").removeprefix("de-"))

    def say_next(self) -> None:
        line = self.said.pop(0)
        self.held += ["", f"> {line}"]
        if line.startswith("[") and line.endswith("]"):
            pressed = next(b for b in self._buttons if line[1:-1] in without_isolates(b[1]["text"]))
            self.person.press_button(*pressed)
            return
        options = tuple(Option(str(n), button["text"]) for n, (_, button) in enumerate(self._buttons))
        match console.parse(line, Turn(State(), (Ask("", options),))):
            case Choice(number):
                self.person.press_button(*self._buttons[int(number)])
            case Location(lat, lon) if self.person.keys:
                self.person.tap(self.person.keys[0], lat, lon)
            case Location(lat, lon):
                self.person.share(lat, lon)
            case _:
                self.person.say(line or "…")

    def read(self) -> None:
        news = [message for message in self.person.read() if message.text != "📍"]
        buttons = [(m, b) for m in news for row in m.rows for b in row if "callback_data" in b]
        self._buttons = self._buttons if all(message.kind == "venue" for message in news) else buttons
        numbers = iter(range(1, 1000))
        self.held += ["", "\n\n".join(self._shown(message, numbers) for message in news)]

    def _shown(self, message: Message, numbers: Iterator[int]) -> str:
        if message.kind == "venue":
            venue = message.content["venue"]
            place = venue["location"]
            return f"📍 {venue['title']}, {venue['address']} ({place['latitude']}, {place['longitude']})"
        buttons = [b for row in message.rows for b in row if "callback_data" in b]
        labels = [f"  {next(numbers):>2}  {without_isolates(button['text'])}" for button in buttons]
        return "\n".join([without_isolates(message.text), *labels])

    @property
    def difference(self) -> str:
        held = "\n".join(self.held).splitlines()
        found = "\n".join(difflib.unified_diff(self.lines, held, "written", "in Telegram", lineterm=""))
        return f"{self.path.name}\n{found}" if found else ""


def moments() -> dict[str, list[tuple[Path, str | None]]]:
    """The written conversations by the moment in which they are held, with the language they begin in."""
    found = defaultdict(list)
    for path in FILES:
        header = [line.removeprefix("# ") for line in path.read_text("utf-8").splitlines() if line.startswith("# ")]
        values = dict(line.split(": ", 1) for line in header if ": " in line)
        found[values.get("today", NOW.isoformat())].append((path, values.get("lang")))
    return found


@pytest.mark.parametrize("moment", moments())
def test_written_conversations_go_in_telegram_as_everywhere_else(
    moment: str, desk: Desk, keys: Keys, tmp_path: Path
) -> None:
    conversation = Conversation(desk, lambda: parse_moment(moment))
    files = moments()[moment]

    async def hold() -> list[Reader]:
        async with Fake() as fake, running(conversation, keys, tmp_path, fake) as bot:
            readers = [Reader(fake.user(), path) for path, _ in files]
            for reader, (_, lang) in zip(readers, files, strict=True):
                reader.begin(lang)
            while True:
                await bot.settle()
                talking = [reader for reader in readers if reader.person.news]
                for reader in talking:
                    reader.read()
                for reader in (going_on := [reader for reader in talking if reader.said]):
                    reader.say_next()
                if not going_on:
                    return readers

    readers = asyncio.run(hold())
    assert not [reader.held[-1] for reader in readers if reader.said], "somebody was not answered"
    assert not "\n".join(reader.difference for reader in readers if reader.difference)
