"""A mark that a family writes is found nowhere afterwards: not in the logs, the database, its write-ahead log or the numbers."""

import asyncio
import io
import json
import logging
import random
from collections.abc import Iterator
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
from bot.logs import set_up_logs
from bot.service import Service
from bot.store import retention
from bot.store.database import Database
from bot.store.opening import open_database
from bot.upkeep import Upkeep
from tests.conftest import Clock
from tests.postbox import Lost, Postbox
from tests.serving import LIMITS, running, until
from tests.storage import contents, files

TOGETHER = 60  # families who write at the same time
SAYINGS = (
    "mein Sohn {mark} ist 3 Jahre und spricht nicht, 00103",
    "Mein Mann {mark} schlägt mich, ich wohne in der {mark}-Straße 5",
    "{mark}",
    "ابنتي {mark} لا تنام",
    "ich heiße {mark}, Telefon 0176 {mark}, E-Mail {mark}@example.org",
    "Beispielhafen {mark}",
    "boom {mark}",
)
STEPS: tuple[Input, ...] = (
    Choice("lang:tr"),
    Choice("age:age_3_6"),
    Location(54.45, 6.6),
    Command("danger"),
    Choice("nav:back"),
)


@dataclass(frozen=True)
class Indiscreet(Conversation):
    """The real conversation; on "boom" it fails with everything in its message, and logs it beforehand."""

    def answer(self, state: State, said: Input) -> Turn:
        if isinstance(said, Text):
            logging.getLogger("telegram.ext").debug("got %s", said.text)
            structlog.get_logger().debug("said", text=said.text, kind=said.text)
            if said.text.startswith("boom"):
                raise ValueError(f"cannot answer {said.text!r}")
        return super().answer(state, said)


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    """Everything that is logged, DEBUG on; as before afterwards."""
    root = logging.getLogger()
    handlers, level, raises = root.handlers, root.level, logging.raiseExceptions
    stream = io.StringIO()
    set_up_logs(stream, debug=True)
    yield stream
    structlog.reset_defaults()
    logging.captureWarnings(capture=False)
    root.handlers, logging.raiseExceptions = handlers, raises
    root.setLevel(level)


@pytest.fixture
def marks(request: pytest.FixtureRequest) -> list[str]:
    """One mark for each conversation: a name that no word of ours contains."""
    count = 1000 if request.config.getoption("--long") else 60
    return [f"Kanarien{n:04}vogel" for n in range(count)]


@pytest.mark.parametrize("encrypted", [True, False], ids=["encrypted", "plain"])
def test_no_mark_is_left_of_any_conversation(
    encrypted: bool,  # noqa: FBT001 a parameter
    marks: list[str],
    logs: io.StringIO,
    tmp_path: Path,
    keys: Keys,
    clock: Clock,
    desk: Desk,
    now: datetime,
) -> None:
    database = open_database(keys, tmp_path, clock=clock, encrypted=encrypted)
    try:
        postbox = Postbox()
        service = Service(database, keys, Indiscreet(desk, lambda: now), [postbox], limits=LIMITS)
        asyncio.run(converse(service, database, clock, postbox, marks))
        heard = logs.getvalue()
        assert heard.count("turn_failed") >= len(marks) // len(SAYINGS), "failures were logged"
        found = {
            "logs": heard.encode(),
            "rows": repr(contents(database)).encode(),
            "files": files(tmp_path),
            "numbers": service.metrics.text(),
        }
    finally:
        database.close()
    left = {place: mark for place, text in found.items() for mark in marks if mark.encode() in text}
    assert not left
    assert not [line for line in heard.splitlines() if "Kanarien" in json.dumps(json.loads(line), ensure_ascii=False)]


async def converse(service: Service, database: Database, clock: Clock, postbox: Postbox, marks: list[str]) -> None:
    """Every mark is a family: it writes, taps, fails, reports how it was; some sends go wrong; nothing waits at the end."""
    chance = random.Random(7)  # noqa: S311 only for variety
    async with running(service):
        for first in range(0, len(marks), TOGETHER):
            await converse_together(service, database, clock, postbox, marks[first : first + TOGETHER], chance)
        await Upkeep(service, database, needed=3).sweep()
    await asyncio.wrap_future(database.scrub())


async def converse_together(
    service: Service, database: Database, clock: Clock, postbox: Postbox, marks: list[str], chance: random.Random
) -> None:
    for n, mark in enumerate(marks):
        said = [Text(SAYINGS[(n + i) % len(SAYINGS)].format(mark=mark)) for i in range(2)]
        steps = [*said[:1], *chance.sample(STEPS, 3), *said[1:], *([Command("delete")] if n % 5 == 0 else [])]
        postbox.trouble(mark, Lost(UnclearError(mark)), ValueError(mark)) if n % 7 == 0 else None
        updates = [Update(f"{mark}-{i}", mark, step, mark, (f"ref {mark} {i}",)) for i, step in enumerate(steps)]
        await service.accept(postbox.name, updates)

    def is_quiet() -> bool:
        clock.pass_(2)
        return "oldest" in service.metrics.text().decode() and waiting(database) == 0

    await until(is_quiet, pause=0.05)
    for mark in marks:
        pressed = [option for option in options(postbox, mark) if option.startswith("feedback:")][:1]
        for i, option in enumerate(pressed):
            key = option.partition(":")[2]
            remark = Update(f"{mark}-r{i}", mark, Choice(f"remark:{key}:closed"), mark)
            await service.accept(postbox.name, [remark])
    await until(is_quiet, pause=0.05)


def options(postbox: Postbox, mark: str) -> list[str]:
    return [option for delivery in postbox.deliveries if delivery.address == mark for option in delivery.options]


def waiting(database: Database) -> int:
    backlog = database.run(retention.backlog)
    return backlog.unanswered + backlog.undelivered


def test_a_mark_that_is_not_sealed_would_be_found(tmp_path: Path, keys: Keys, clock: Clock) -> None:
    database = open_database(keys, tmp_path, clock=clock, encrypted=False)
    try:
        database.run(lambda connection: connection.exec_driver_sql("INSERT INTO facts VALUES ('Kanarienvogel', 'x')"))
        assert b"Kanarienvogel" in files(tmp_path)
        assert "Kanarienvogel" in repr(contents(database))
    finally:
        database.close()


def test_replies_were_really_given_to_the_marks(desk: Desk, now: datetime) -> None:
    turn = Conversation(desk, lambda: now).answer(State(), Text(SAYINGS[0].format(mark="Kanarienvogel")))
    assert any(isinstance(reply, Card) for reply in turn.replies)
    assert isinstance(turn.replies[-1], Ask)
