"""A mark that a family leaves is found nowhere: not in the logs, the database, its write-ahead log or the numbers.

Not while its messages wait either: whatever could name a person is sealed from the first moment on.
"""

import asyncio
import io
import json
import logging
import random
import re
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import structlog

from bot.channels.base import UnclearError, Update
from bot.conversation import Conversation
from bot.dialogue.model import Ask, Card, Choice, Command, Input, Location, State, Text, Turn
from bot.jsonlines import Desk
from bot.keys import Keys
from bot.store.database import Database
from bot.store.opening import open_database
from bot.upkeep import Upkeep
from tests.conftest import Clock
from tests.logged import logged
from tests.postbox import Lost, Postbox
from tests.serving import Stage
from tests.storage import contents, files

TOKEN = "7700123456:Kanarien-AAE_token"  # noqa: S105 nobody's
MARK = re.compile(
    rb"Kanarien|kanarien|0176 99\d{4}77|77\d{4}990011|88\d{4}990022|7700123456"
)  # no word or number of ours
TOGETHER = 35  # families who write at the same time
SAYINGS = (
    "mein Sohn {name} ist 3 Jahre und spricht nicht, 00103",
    "Mein Mann {name} schlägt mich, ich wohne in der {name}-Straße 5",
    "{name}",
    "ابنتي {name} لا تنام",
    "ich heiße {name}, Telefon {phone}, E-Mail {name}@example.org",
    "Meine Tochter {name} ist 8 Monate, Babygruppe, wir wohnen in Beispielhafen, Telefon {phone}",
    "boom {name} {phone}",
)
STEPS: tuple[Input, ...] = (
    Choice("lang:tr"),
    Choice("age:age_3_6"),
    Location(54.45, 6.6),
    Command("danger"),
    Choice("nav:back"),
)


@dataclass(frozen=True)
class Family:
    """Everything by which one could know it again."""

    name: str
    phone: str
    chat: str
    update: str

    def says(self, number: int, said: Input) -> Update:
        return Update(f"{self.update}{number:03}", self.chat, said, self.chat, (f"{self.update}{number:03}7",))


class Indiscreet(Conversation):
    """The real conversation, and whatever can go wrong around it: on "boom" it fails with everything in its message."""

    def answer(self, state: State, said: Input) -> Turn:
        if isinstance(said, Text):
            blurt_out(said.text)
            if said.text.startswith("boom"):
                raise ValueError(f"cannot answer {said.text!r} {TOKEN}")
        return super().answer(state, said)


def blurt_out(text: str) -> None:
    """Libraries log what they get, and the token in their addresses; warnings and threads say it, too."""
    logging.getLogger("telegram.ext").debug("got %s", text)
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot%s/sendMessage", TOKEN)
    structlog.get_logger().debug("said", text=text, kind=text, count=text, chat=text)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"{text} {TOKEN}", stacklevel=2)
    thread = threading.Thread(target=fail, args=(text,))
    thread.start()
    thread.join()


def fail(text: str) -> None:
    raise LookupError(f"{text} {TOKEN}")


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    with logged() as stream:
        yield stream


@pytest.fixture
def families(full: bool) -> list[Family]:  # noqa: FBT001 a fixture
    count = 1000 if full else 70  # every saying, with and without trouble and /delete
    return [
        Family(f"Kanarien{n:04}vogel", f"0176 99{n:04}77", f"77{n:04}990011", f"88{n:04}990022") for n in range(count)
    ]


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "plain"])
def test_no_mark_is_left_of_any_conversation(
    encrypted: bool,  # noqa: FBT001 a parameter
    families: list[Family],
    logs: io.StringIO,
    tmp_path: Path,
    keys: Keys,
    clock: Clock,
    desk: Desk,
    now: datetime,
) -> None:
    with closing(open_database(keys, tmp_path, clock=clock, encrypted=encrypted)) as database:
        stage, postbox = Stage(database, keys, clock), Postbox()

        def look() -> None:
            """Into everything that somebody could get hold of."""
            found = {"rows": rows(database), "files": files(tmp_path), "logs": logs.getvalue().encode()}
            assert not {place: MARK.findall(content) for place, content in found.items() if MARK.search(content)}

        async def play() -> bytes:
            chance = random.Random(7)  # noqa: S311 only for variety
            conversation = Indiscreet(desk, lambda: now)
            service = stage.service(postbox, conversation=conversation)
            for first in range(0, len(families), TOGETHER):
                together = families[first : first + TOGETHER]
                for family in together:
                    await service.accept("postbox", told(family, postbox, chance))
                look()
                async with stage.serving(postbox, conversation=conversation) as service:
                    await stage.passing(lambda: stage.waiting() == (0, 0), step=2)
                    for family in together:
                        await service.accept("postbox", remarks(family, postbox))
                    await stage.passing(lambda: stage.waiting() == (0, 0), step=2)
                    await asyncio.gather(*(forgotten_task(family.name) for family in together))
            await Upkeep(service, database, needed=3).sweep()
            await asyncio.wrap_future(database.scrub())
            return service.metrics.text()

        numbers = asyncio.run(play())
        look()
        assert not MARK.findall(numbers)
        assert stage.stored()["reports about offers"] >= 1
    heard = [json.loads(line) for line in logs.getvalue().splitlines()]
    events = [line["event"] for line in heard]
    assert events.count("turn_failed") >= len(families) // len(SAYINGS), "failures were logged"
    assert {"uncaught", "library", "send_unclear", "set_aside"} <= set(events)
    assert {"httpx", "telegram.ext", "py.warnings", "asyncio"} <= {line.get("logger") for line in heard}


def told(family: Family, postbox: Postbox, chance: random.Random) -> Sequence[Update]:
    """What a family writes and taps; some sends go wrong, and some families want everything deleted at the end."""
    n = int(family.chat[2:6])
    said = [Text(SAYINGS[(n + i) % len(SAYINGS)].format(name=family.name, phone=family.phone)) for i in range(2)]
    steps = [*said[:1], *chance.sample(STEPS, 3), *said[1:], *([Command("delete")] if n % 5 == 0 else [])]
    if n % 7 == 0:
        postbox.trouble(family.chat, Lost(UnclearError(family.name)), ValueError(family.phone))
    return [family.says(number, step) for number, step in enumerate(steps)]


def remarks(family: Family, postbox: Postbox) -> Sequence[Update]:
    """It says of the first offer it was shown that it is closed."""
    shown = [option for d in postbox.deliveries if d.address == family.chat for option in d.options]
    keys = [option.partition(":")[2] for option in shown if option.startswith("feedback:")][:1]
    return [family.says(900, Choice(f"remark:{key}:closed")) for key in keys]


async def forgotten_task(text: str) -> None:
    """A task fails, and nobody asks what became of it."""

    async def blurt() -> None:
        fail(text)

    task = asyncio.create_task(blurt())
    await asyncio.wait([task])


def rows(database: Database) -> bytes:
    """Everything in the tables, as bytes; texts as they are."""
    values = (value for table in contents(database).values() for row in table for value in row)
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


def test_a_mark_that_is_not_sealed_would_be_found(tmp_path: Path, keys: Keys, clock: Clock) -> None:
    with closing(open_database(keys, tmp_path, clock=clock, encrypted=False)) as database:
        database.run(lambda connection: connection.exec_driver_sql("INSERT INTO facts VALUES ('Kanarienvogel', 'x')"))
        assert MARK.search(rows(database))
        assert MARK.search(files(tmp_path))


def test_a_mark_that_got_into_the_logs_would_be_found(logs: io.StringIO) -> None:
    structlog.get_logger().info("kanarienvogel")
    assert MARK.search(logs.getvalue().encode())


def test_every_mark_of_a_family_would_be_found(families: list[Family]) -> None:
    for family in families:
        for mark in (family.name, family.phone, family.chat, family.says(0, Text("")).id, TOKEN):
            assert MARK.search(mark.encode())


def test_replies_were_really_given_to_the_marks(desk: Desk, now: datetime) -> None:
    turn = Conversation(desk, lambda: now).answer(State(), Text(SAYINGS[0].format(name="Kanarienvogel")))
    assert any(isinstance(reply, Card) for reply in turn.replies)
    assert isinstance(turn.replies[-1], Ask)
