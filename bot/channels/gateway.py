"""A socket on this machine for a gateway of one's own: an SMS modem, a website, a script that plays a family.

Whoever may open the socket (a file with mode 0600) speaks JSON Lines. In come updates, each confirmed when it is safe:

    {"update": "17", "chat": "c5", "text": "mein Sohn schläft nicht"}     or "option", or "command" (with "argument", as
                                       a start link has it: {"command": "start", "argument": "k42-tr"}), or "lat" and "lon"
    → {"accepted": "17"}        or {"refused": "17"}: not stored, bring it again; or {"error": "…"}: not understood

Out go answers, each to be confirmed when it is delivered, by the number of its line:

    → {"send": 1, "key": "…", "chat": "c5", "replies": [{"kind", "text", "options", "offer", "helplines"}]}
    {"sent": 1}                 or {"unsent": 1, "retry_after": 3}, or {"gone": 1}
"""

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from bot.channels.base import GoneError, Intake, RefusedError, UnclearError, UnsentError, Update
from bot.channels.console import reply_as_json
from bot.dialogue.model import Choice, Command, Input, Location, Reply, Text
from bot.logs import where
from bot.store.database import UnavailableError

log = structlog.get_logger()

LONGEST_LINE = 64 * 1024  # bytes
MOST_WAITING = 1000  # updates; then the gateway waits
OUTCOMES = ("sent", "unsent", "gone", "refused")
MOST_TOGETHER = 100  # updates in one transaction


class Gateway:
    """One gateway at a time; a second connection takes the place of the first."""

    name = "gateway"
    repeats_harmless = False

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._writer: asyncio.StreamWriter | None = None
        self._waiting: dict[int, asyncio.Future[Mapping[str, Any] | None]] = {}  # None: the connection broke
        self._sent = 0
        self._listening = False

    async def run(self, intake: Intake) -> None:
        """Listen until cancelled.

        Raises:
            OSError: there is something else in the socket's place, or it cannot be made.
        """
        self._socket.parent.mkdir(parents=True, exist_ok=True)
        if self._socket.is_socket():
            self._socket.unlink()  # a process that ended without a goodbye left it behind

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._talk(reader, writer, intake)

        server = await asyncio.start_unix_server(talk, self._socket, limit=LONGEST_LINE)
        self._socket.chmod(0o600)
        self._listening = True
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self._listening = False
            server.close()
            self._hang_up()
            self._socket.unlink(missing_ok=True)

    def lay_out(self, replies: Sequence[Reply], address: str, chosen: str | None) -> Sequence[str]:  # noqa: ARG002 every channel has this form
        return [json.dumps(reply_as_json(reply), ensure_ascii=False) for reply in replies]

    async def deliver(self, call: str, address: str, key: str) -> Sequence[str]:
        line = {"key": key, "chat": address, "replies": [json.loads(call)]}
        answer = await self._ask(line)
        if "unsent" in answer:
            raise UnsentError("gateway", answer.get("retry_after"))
        if "gone" in answer:
            raise GoneError
        if "refused" in answer:
            raise RefusedError
        return _refs(answer)

    async def erase(self, refs: Sequence[str], address: str) -> None:
        await self._ask({"chat": address, "erase": list(refs)})

    def is_well(self) -> bool:
        return self._listening

    async def _ask(self, line: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send one line and wait for its confirmation."""
        writer = self._writer
        if writer is None:
            raise UnsentError("nobody is connected")
        self._sent += 1
        number = self._sent
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            writer.write(_line({"send": number, **line}))
            await writer.drain()
            answer: Mapping[str, Any] | None = await waiting
        except ConnectionError as error:
            raise UnclearError from error
        finally:
            self._waiting.pop(number, None)
        if answer is None:
            raise UnclearError
        return answer

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, intake: Intake) -> None:
        self._hang_up()
        self._writer = writer
        updates: asyncio.Queue[Update] = asyncio.Queue(MOST_WAITING)
        taking_in = asyncio.create_task(self._take_in(updates, writer, intake))
        try:
            while line := await _read_line(reader):
                try:
                    update = self._heard(line)
                except (ValueError, TypeError, KeyError, OverflowError, RecursionError, AttributeError):
                    writer.write(_line({"error": "not understood; see bot/channels/gateway.py"}))
                    await writer.drain()
                    continue
                if update:
                    await updates.put(update)
        except ConnectionError:
            pass
        finally:
            taking_in.cancel()
            if self._writer is writer:
                self._hang_up()
            writer.close()

    async def _take_in(self, updates: asyncio.Queue[Update], writer: asyncio.StreamWriter, intake: Intake) -> None:
        """Store whatever has come meanwhile, together, and confirm it."""
        while True:
            batch = [await updates.get()]
            while not updates.empty() and len(batch) < MOST_TOGETHER:
                batch.append(updates.get_nowait())
            try:
                await intake.accept(self.name, batch)
                outcome = "accepted"
            except UnavailableError:
                outcome = "refused"
            except Exception as error:  # noqa: BLE001 a bug: said, and the next ones are taken in all the same
                log.error("bug", channel=self.name, error=where(error))
                outcome = "refused"
            writer.write(b"".join(_line({outcome: update.id}) for update in batch))
            with suppress(ConnectionError):
                await writer.drain()

    def _hang_up(self) -> None:
        """Whatever waits for a confirmation will not get one any more."""
        if self._writer:
            self._writer.close()
            self._writer = None
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)

    def _heard(self, line: bytes) -> Update | None:
        """An update, if that is what came; a confirmation is passed on to whoever waits for it.

        Raises:
            ValueError, TypeError, KeyError, …: it is neither.
        """
        said = json.loads(line)
        outcome = next((name for name in OUTCOMES if name in said), None)
        if outcome is None:
            return _update(said)
        waiting = self._waiting.get(_number(said[outcome]))
        answer = {**said, "refs": _refs(said), "retry_after": _seconds(said.get("retry_after"))}
        if waiting and not waiting.done():
            waiting.set_result(answer)
        return None


async def _read_line(reader: asyncio.StreamReader) -> bytes:
    """A line. Of one that is too long nothing is read that could be understood."""
    try:
        return await reader.readline()
    except ValueError:
        return b"too long"


def _update(said: Mapping[str, Any]) -> Update:
    """Read an update.

    Raises:
        KeyError, TypeError, ValueError: a part is missing or of another kind.
    """
    chat = _name(said["chat"])
    return Update(_name(said["update"]), chat, _input(said), chat, tuple(_refs(said)))


def _name(value: object) -> str:
    """What a gateway calls something: a word, or a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError("neither a word nor a number")
    return str(value)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("not the number of a line")
    return value


def _refs(said: Mapping[str, Any]) -> list[str]:
    return [_name(ref) for ref in said.get("refs", ())]


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError("not a number of seconds")
    return float(value)


def _input(said: Mapping[str, Any]) -> Input:
    match said:
        case {"text": str(text)}:
            return Text(text)
        case {"option": str(option)}:
            return Choice(option)
        case {"command": str(name), "argument": str(argument)}:
            return Command(name, argument)
        case {"command": str(name)} if "argument" not in said:
            return Command(name)
        case {"lat": int() | float() as lat, "lon": int() | float() as lon} if math.isfinite(lat) and math.isfinite(
            lon
        ):
            return Location(float(lat), float(lon))
    raise ValueError("neither text, option, command nor position")


def _line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
