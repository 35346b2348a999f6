"""Plays a messenger at the service's socket: brings updates until they are confirmed, takes answers, and goes on while
the service is dead.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from bot.dialogue.model import Choice, Command, Input, Location, Text

RECONNECT = 0.02  # seconds
BRING_AGAIN = 0.2  # after something was refused
LONGEST_LINE = 1024 * 1024
EVERYTHING = 1_000_000  # a window wider than any chat's queue

Fate = Literal["arrives", "unsent", "later", "unanswered", "dropped"]


@dataclass(frozen=True)
class Said:
    """Something that a family has written."""

    update: str
    chat: str
    said: Input
    at: float


@dataclass(frozen=True)
class Arrived:
    """One answer as the family sees it. `key` is the service's name for it, the same when it comes again."""

    key: str
    chat: str
    replies: str
    at: float


@dataclass
class Messenger:
    """One gateway's connection, opened again whenever it breaks.

    `fate` decides by key and chat what becomes of each answer; a confirmation takes `latency` seconds. Of each chat at
    most `window` updates are on their way: 1 as with Telegram's webhooks, more as a pipeline. `accepts` is told the chat
    of each update that the service has taken over.
    """

    socket: Path
    latency: float = 0.02
    window: int = EVERYTHING
    fate: Callable[[str, str], Fate] = lambda *_: "arrives"
    accepts: Callable[[str], None] = lambda _: None
    retry_after: float = 0.2
    said: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))  # by chat
    arrived: list[Arrived] = field(default_factory=list)
    unanswered: int = 0  # answers that arrived, and the service was never told
    in_flight: set[int] = field(default_factory=set)
    in_flight_at_breaks: list[int] = field(default_factory=list)
    errors: int = 0
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    _queues: dict[str, dict[str, Said]] = field(default_factory=lambda: defaultdict(dict))
    _writer: asyncio.StreamWriter | None = None

    def say(self, chat: str, said: Input) -> Said:
        """A family writes something."""
        mine = self.said[chat]
        mine.append(Said(f"{chat}.{len(mine) + 1}", chat, said, monotonic()))
        queue = self._queues[chat]
        queue[mine[-1].update] = mine[-1]
        if len(queue) <= self.window:
            self._bring(mine[-1])
        return mine[-1]

    def unconfirmed(self) -> int:
        """How many updates nobody has taken over."""
        return sum(len(queue) for queue in self._queues.values())

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self.socket, limit=LONGEST_LINE)
            except OSError:
                await asyncio.sleep(RECONNECT)
                continue
            try:
                await self._talk(reader, writer)
            finally:
                self._hang_up(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.connected.set()
        for queue in self._queues.values():
            for said in islice(queue.values(), self.window):
                self._bring(said)
        with suppress(ConnectionError):
            while (line := await reader.readline()).endswith(b"\n"):  # half a line: the service died while it wrote
                self._hear(json.loads(line), writer)

    def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        self.connected.clear()
        self._writer = None
        writer.close()
        self.in_flight_at_breaks.append(len(self.in_flight))
        self.unanswered += len(self.in_flight)
        self.in_flight.clear()

    def _bring(self, said: Said) -> None:
        if self._writer:
            self._write(self._writer, {"update": said.update, "chat": said.chat, **_as_json(said.said)})

    def _hear(self, line: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        match line:
            case {"accepted": str(update)}:
                self._confirmed(update)
            case {"refused": str(update)}:
                asyncio.get_running_loop().call_later(BRING_AGAIN, self._bring_again, update)
            case {"send": int(number)}:
                self._receive(number, line, writer)
            case _:
                self.errors += 1

    def _confirmed(self, update: str) -> None:
        chat = update.rpartition(".")[0]
        queue = self._queues.get(chat, {})
        if not queue.pop(update, None):
            return  # confirmed before
        if following := next(islice(queue.values(), self.window - 1, None), None):
            self._bring(following)
        if not queue:
            del self._queues[chat]
        self.accepts(chat)

    def _bring_again(self, update: str) -> None:
        said = self._queues.get(update.rpartition(".")[0], {}).get(update)
        if said:
            self._bring(said)

    def _receive(self, number: int, line: Mapping[str, Any], writer: asyncio.StreamWriter) -> None:
        key = str(line.get("key", ""))
        fate = self.fate(key, str(line["chat"])) if writer is self._writer else "arrives"
        if fate in {"arrives", "unanswered"} and "replies" in line:
            replies = json.dumps(line["replies"], ensure_ascii=False)
            self.arrived.append(Arrived(key, str(line["chat"]), replies, monotonic()))
        match fate:
            case "arrives":
                self.in_flight.add(number)
                asyncio.get_running_loop().call_later(self.latency, self._confirm, number, writer)
            case "unsent":
                self._write(writer, {"unsent": number})
            case "later":
                self._write(writer, {"unsent": number, "retry_after": self.retry_after})
            case "unanswered":
                self.unanswered += 1
            case "dropped":  # half closed: what is on its way still comes in
                self._writer = None
                writer.write_eof()

    def _confirm(self, number: int, writer: asyncio.StreamWriter) -> None:
        """Say that it arrived, unless the connection is gone: then nobody will ever be told."""
        if writer is self._writer:
            self.in_flight.discard(number)
            self._write(writer, {"sent": number})

    def _write(self, writer: asyncio.StreamWriter, line: Mapping[str, Any]) -> None:
        if not writer.is_closing():
            writer.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")


def _as_json(said: Input) -> Mapping[str, Any]:
    match said:
        case Text(text):
            return {"text": text}
        case Choice(option):
            return {"option": option}
        case Command(name):
            return {"command": name}
        case Location(lat, lon):
            return {"lat": lat, "lon": lon}
