"""The socket for a gateway of one's own: JSON Lines both ways, each confirmed, and no line that ends it."""

import asyncio
import json
import stat
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.channels.base import GoneError, RefusedError, UnclearError, UnsentError, Update, Work
from bot.channels.gateway import LONGEST_LINE, Gateway
from bot.dialogue.model import Ask, Choice, Command, Input, Location, Option, Say, Text
from bot.keys import Keys
from bot.store.database import Database, UnavailableError
from tests.conftest import Clock
from tests.serving import PATIENCE, Stage, until

CALL = json.dumps({"kind": "say", "text": "hello", "options": [], "offer": None, "helplines": []})


@dataclass
class Intake:
    """Takes everything in; fails as often as it is told to."""

    updates: list[Update] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)

    async def accept(self, channel: str, updates: Sequence[Update], cursor: str | None = None) -> None:
        assert (channel, cursor) == ("gateway", None)
        if self.failures:
            raise self.failures.pop()
        self.batches.append(len(updates))
        self.updates.extend(updates)

    async def cursor(self, channel: str) -> str | None:
        raise AssertionError(channel)

    async def leave(self, channel: str, chat: str) -> None:
        raise AssertionError(channel, chat)

    async def waits(self, channel: str, chat: str) -> bool:
        raise AssertionError(channel, chat)

    async def lead(self, channel: str, work: Work) -> None:
        raise AssertionError(channel, work)


class Line:
    """The gateway's end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    def say(self, **line: Any) -> None:
        self.shout(json.dumps(line).encode())

    def shout(self, line: bytes) -> None:
        self.writer.write(line + b"\n")

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            heard = await self._reader.readline()
        assert heard, "the connection has ended"
        line: dict[str, Any] = json.loads(heard)
        return line

    async def hear_the_end(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while await self._reader.readline():
                pass

    async def hang_up(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


@pytest.fixture
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("s") / "s"  # at most a hundred characters


Talk = Callable[[Gateway, Intake, Callable[[], Awaitable[Line]]], Awaitable[None]]


def talked(path: Path, talk: Talk, *failures: Exception) -> Intake:
    """Hold a talk with a gateway channel; what it took in."""
    intake = Intake(failures=list(failures))

    async def hold() -> None:
        gateway, lines = Gateway(path), []

        async def connect() -> Line:
            lines.append(Line(*await asyncio.open_unix_connection(path)))
            return lines[-1]

        running = asyncio.create_task(gateway.run(intake))
        try:
            await until(gateway.is_well)
            await talk(gateway, intake, connect)
            assert not running.done()
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            for line in lines:
                await line.hear_the_end()
                await line.hang_up()
        assert not gateway.is_well()

    asyncio.run(hold())
    assert not path.exists()
    return intake


# ---- what comes in


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"text": "mein Sohn schläft nicht"}, Text("mein Sohn schläft nicht")),
        ({"text": ""}, Text("")),
        ({"option": "lang:tr"}, Choice("lang:tr")),
        ({"command": "delete"}, Command("delete")),
        ({"command": "start", "argument": "k42-tr"}, Command("start", "k42-tr")),
        ({"lat": 51.15, "lon": 15}, Location(51.15, 15.0)),
    ],
)
def test_every_kind_of_update_is_understood_and_confirmed(path: Path, line: dict[str, Any], said: Input) -> None:
    async def talk(_gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.say(update="17", chat="c5", **line)
        assert await wire.hear() == {"accepted": "17"}

    (update,) = talked(path, talk).updates
    assert (update.id, update.chat, update.address, update.said) == ("17", "c5", "c5", said)


def test_names_may_be_numbers_and_messages_may_be_deleted_later(path: Path) -> None:
    async def talk(_gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.say(update=17, chat=5, text="hello", refs=[4, "five"])
        assert await wire.hear() == {"accepted": "17"}

    (update,) = talked(path, talk).updates
    assert (update.id, update.chat, update.refs) == ("17", "5", ("4", "five"))


def test_updates_that_come_together_are_stored_together_and_confirmed_one_by_one(path: Path) -> None:
    async def talk(_gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        for n in range(250):
            wire.say(update=n, chat="c", text="hello")
        assert [await wire.hear() for n in range(250)] == [{"accepted": str(n)} for n in range(250)]

    intake = talked(path, talk)
    assert [update.id for update in intake.updates] == [str(n) for n in range(250)]
    assert len(intake.batches) < 250


@pytest.mark.parametrize("failure", [UnavailableError("away"), RuntimeError("a bug")])
def test_what_could_not_be_stored_is_refused_and_may_come_again(path: Path, failure: Exception) -> None:
    async def talk(_gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        for outcome in ("refused", "accepted"):
            wire.say(update="17", chat="c5", text="hello")
            assert await wire.hear() == {outcome: "17"}

    assert len(talked(path, talk, failure).updates) == 1


NONSENSE = (
    b"",
    b"hello",
    b"[]",
    b"{}",
    b"null",
    b"17",
    b'"sent"',
    b"\xff\xfe",
    b"[" * 30_000,
    b'{"update": 1}',
    b'{"update": 1, "chat": "c"}',
    b'{"update": 1, "chat": "c", "text": 5}',
    b'{"update": null, "chat": "c", "text": "x"}',
    b'{"update": true, "chat": "c", "text": "x"}',
    b'{"update": 1, "chat": {"a": 1}, "text": "x"}',
    b'{"update": 1, "chat": "c", "text": "x", "refs": 5}',
    b'{"update": 1, "chat": "c", "text": "x", "refs": [null]}',
    b'{"update": 1, "chat": "c", "command": "start", "argument": 7}',
    b'{"update": 1, "chat": "c", "lat": "51", "lon": 15}',
    b'{"update": 1, "chat": "c", "lat": NaN, "lon": 15}',
    b'{"update": 1, "chat": "c", "lat": 1e999, "lon": 15}',
    b'{"update": 1, "chat": "c", "lat": 1' + b"0" * 400 + b', "lon": 15}',
    b'{"sent": true}',
    b'{"sent": "1"}',
    b'{"sent": [1]}',
    b'{"sent": 1, "refs": 7}',
    b'{"unsent": 1, "retry_after": "soon"}',
    b'{"unsent": 1, "retry_after": -1}',
    b'{"unsent": 1, "retry_after": Infinity}',
    b'{"update": 1, "chat": "c", "text": "' + b"x" * LONGEST_LINE + b'"}',
    b"x" * (3 * LONGEST_LINE),
)


@pytest.mark.parametrize("nonsense", NONSENSE, ids=lambda line: line[:60].decode("ascii", "replace"))
def test_a_line_that_means_nothing_gets_an_error_and_the_next_one_is_read(path: Path, nonsense: bytes) -> None:
    async def talk(_gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.shout(nonsense)
        wire.say(update="17", chat="c5", text="hello")
        heard = [await wire.hear()]
        while "error" in heard[-1]:
            heard.append(await wire.hear())
        assert len(heard) > 1
        assert heard[-1] == {"accepted": "17"}

    assert [update.id for update in talked(path, talk).updates] == ["17"]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    "update",
    "chat",
    "text",
    "option",
    "command",
    "argument",
    "lat",
    "lon",
    "refs",
    "retry_after",
    "unsent",
    "gone",
    "refused",
)
LINES = st.dictionaries(st.sampled_from(NAMES), ANYTHING).map(lambda line: json.dumps(line).encode()) | st.binary().map(
    lambda line: line.replace(b"\n", b"")
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(LINES, max_size=20))
@example([b'{"update": "\\ud83d", "chat": "\\udc00", "text": "\\ud800"}'])
def test_nothing_that_is_said_ends_the_connection_or_confirms_what_nobody_meant(path: Path, lines: list[bytes]) -> None:
    async def talk(gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.say(update="first", chat="c", text="hello")
        assert await wire.hear() == {"accepted": "first"}
        sending = asyncio.create_task(gateway.deliver(CALL, "c", "key"))
        number = (await wire.hear())["send"]
        for line in lines:
            if str(number).encode() not in line:
                wire.shout(line)
        wire.say(update="last", chat="c", text="hello")
        while (await wire.hear()).get("accepted") != "last":
            pass
        assert not sending.done()
        wire.say(sent=number)
        await sending

    talked(path, talk)


# ---- what goes out


def delivered(path: Path, answer: Callable[[Line, int], None]) -> Sequence[str]:
    """Deliver one call; how the gateway answers is handed in."""
    result: list[Sequence[str]] = []

    async def talk(gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.say(update="1", chat="c", text="hello")
        await wire.hear()
        sending = asyncio.create_task(gateway.deliver(CALL, "c5", "key 1"))
        asked = await wire.hear()
        assert asked == {"send": asked["send"], "key": "key 1", "chat": "c5", "replies": [json.loads(CALL)]}
        answer(wire, asked["send"])
        result.append(await sending)

    talked(path, talk)
    return result[0]


def test_an_answer_is_delivered_when_it_is_confirmed_by_the_number_of_its_line(path: Path) -> None:
    assert delivered(path, lambda wire, number: wire.say(sent=number)) == []
    assert delivered(path, lambda wire, number: wire.say(sent=number, refs=["m1", 2])) == ["m1", "2"]


def test_an_answer_that_surely_was_not_sent_is_said_to_be_so_and_when_to_try_again(path: Path) -> None:
    with pytest.raises(UnsentError) as unsent:
        delivered(path, lambda wire, number: wire.say(unsent=number, retry_after=3))
    assert unsent.value.retry_after == 3
    with pytest.raises(UnsentError) as unsent:
        delivered(path, lambda wire, number: wire.say(unsent=number))
    assert unsent.value.retry_after is None


def test_a_family_that_is_gone_and_an_answer_that_is_refused_are_told_apart(path: Path) -> None:
    with pytest.raises(GoneError):
        delivered(path, lambda wire, number: wire.say(gone=number))
    with pytest.raises(RefusedError):
        delivered(path, lambda wire, number: wire.say(refused=number))


def test_a_connection_that_breaks_in_the_middle_leaves_it_unclear(path: Path) -> None:
    with pytest.raises(UnclearError):
        delivered(path, lambda wire, _: wire.writer.close())


def test_confirmations_may_come_in_any_order_and_again(path: Path) -> None:
    async def talk(gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.say(update="1", chat="c", text="hello")
        await wire.hear()
        sending = [asyncio.create_task(gateway.deliver(CALL, f"c{n}", f"key {n}")) for n in range(5)]
        numbers = {line["chat"]: line["send"] for line in [await wire.hear() for _ in sending]}
        for n in (4, 2, 2, 0, 1, 3, 3):
            wire.say(sent=numbers[f"c{n}"], refs=[f"ref {n}"])
        assert await asyncio.gather(*sending) == [[f"ref {n}"] for n in range(5)]
        wire.say(sent=numbers["c0"])
        wire.say(update="2", chat="c", text="hello")
        assert await wire.hear() == {"accepted": "2"}

    talked(path, talk)


def test_without_a_connection_nothing_is_sent(path: Path) -> None:
    async def talk(gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        with pytest.raises(UnsentError):
            await gateway.deliver(CALL, "c5", "key")
        wire = await connect()
        await wire.hang_up()
        wire = await connect()
        wire.say(update="1", chat="c", text="hello")
        assert await wire.hear() == {"accepted": "1"}

    talked(path, talk)


def test_a_second_connection_takes_the_place_of_the_first(path: Path) -> None:
    async def talk(gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        first = await connect()
        first.say(update="1", chat="c", text="hello")
        await first.hear()
        sending = asyncio.create_task(gateway.deliver(CALL, "c5", "key"))
        await first.hear()
        second = await connect()
        second.say(update="2", chat="c", text="hello")
        assert await second.hear() == {"accepted": "2"}
        with pytest.raises(UnclearError):
            await sending
        await first.hear_the_end()
        again = asyncio.create_task(gateway.deliver(CALL, "c5", "key"))
        second.say(sent=(await second.hear())["send"])
        await again

    talked(path, talk)


def test_messages_are_erased_through_the_gateway(path: Path) -> None:
    async def talk(gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.say(update="1", chat="c", text="hello")
        await wire.hear()
        erasing = asyncio.create_task(gateway.erase(["m1", "m2"], "c5"))
        asked = await wire.hear()
        assert asked == {"send": asked["send"], "chat": "c5", "erase": ["m1", "m2"]}
        wire.say(sent=asked["send"])
        await erasing

    talked(path, talk)


def test_half_a_character_can_be_sent(path: Path) -> None:
    gateway = Gateway(path)
    (call,) = gateway.lay_out([Say("half \ud83d")], "c5", None)
    asked: list[dict[str, Any]] = []

    async def talk(gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.say(update="1", chat="c", text="hello")
        await wire.hear()
        sending = asyncio.create_task(gateway.deliver(call, "c5", "key"))
        asked.append(await wire.hear())
        wire.say(sent=asked[0]["send"])
        await sending

    talked(path, talk)
    assert asked[0]["replies"][0]["text"] == "half ?"


def test_each_reply_is_one_call_in_the_form_that_scripts_know(path: Path) -> None:
    replies = (Say("one", ("notruf-112",)), Ask("two", (Option("a:1", "Ja"),)))
    calls = [json.loads(call) for call in Gateway(path).lay_out(replies, "c5", "tr")]
    assert [call["text"] for call in calls] == ["one", "two"]
    assert calls[0]["helplines"] == ["notruf-112"]
    assert calls[1]["options"] == [{"id": "a:1", "label": "Ja"}]


# ---- the socket


def test_only_the_owner_may_open_the_socket(path: Path) -> None:
    def mode() -> int:
        return path.stat().st_mode

    async def talk(_gateway: Gateway, _intake: Intake, _connect: Callable[[], Awaitable[Line]]) -> None:
        assert stat.filemode(mode()) == "srw-------"

    talked(path, talk)


def test_a_socket_that_a_dead_process_left_behind_is_replaced(path: Path) -> None:
    async def nothing(*_: object) -> None: ...

    async def leave_behind() -> None:
        server = await asyncio.start_unix_server(nothing, path)
        server.close()

    asyncio.run(leave_behind())
    assert path.exists()

    async def talk(_gateway: Gateway, _intake: Intake, connect: Callable[[], Awaitable[Line]]) -> None:
        wire = await connect()
        wire.say(update="1", chat="c", text="hello")
        assert await wire.hear() == {"accepted": "1"}

    talked(path, talk)


def test_anything_else_in_its_place_is_left_alone(path: Path) -> None:
    path.write_text("a diary")
    with pytest.raises(OSError, match="use"):
        asyncio.run(Gateway(path).run(Intake()))
    assert path.read_text() == "a diary"


def test_a_whole_service_talks_through_the_socket(path: Path, database: Database, keys: Keys, clock: Clock) -> None:
    """Taken in, answered in order, confirmed; what breaks off is sent again to the next connection."""
    stage = Stage(database, keys, clock)

    async def play() -> None:
        gateway = Gateway(path)
        service = stage.service(gateway)  # type: ignore[arg-type]
        tasks = [asyncio.create_task(task) for task in (service.run(), gateway.run(service))]
        await until(gateway.is_well)
        wire = Line(*await asyncio.open_unix_connection(path))
        wire.say(update="1", chat="c", text="say 2")
        heard = [await wire.hear(), await wire.hear()]
        assert {"accepted": "1"} in heard
        await wire.hang_up()
        await until(lambda: database.run(lambda c: c.exec_driver_sql("SELECT max(unclear) FROM outbox").scalar()) == 1)
        clock.pass_(60)
        wire = Line(*await asyncio.open_unix_connection(path))
        texts = []
        for _ in range(2):
            sent = await wire.hear()
            texts.append(sent["replies"][0]["text"])
            wire.say(sent=sent["send"])
        assert texts == ["1: say 2 0", "1: say 2 1"]
        await stage.settled()
        await service.stop()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await wire.hear_the_end()
        await wire.hang_up()

    asyncio.run(play())
