"""A messenger in memory, strict and as awkward as wanted: it writes down what arrived, where, and in which order."""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.channels.base import Intake, Update
from bot.channels.console import reply_as_json
from bot.dialogue.model import Command, Input, Reply, Text


@dataclass(frozen=True)
class After:
    """Arrives after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Until:
    """Arrives when it is allowed to."""

    allowed: asyncio.Event


@dataclass(frozen=True)
class Lost:
    """Arrives, but what is said afterwards is this."""

    error: BaseException


@dataclass(frozen=True)
class Hangs:
    """Neither arrives nor ends."""


Trouble = BaseException | After | Until | Lost | Hangs


@dataclass(frozen=True)
class Delivery:
    """One message that arrived."""

    address: str
    text: str
    key: str
    options: tuple[str, ...] = ()


@dataclass
class Postbox:
    """One call for each reply. `trouble` says what becomes of the next calls for an address, one by one."""

    name: str = "postbox"
    repeats_harmless: bool = False
    delay: float = 0
    deliveries: list[Delivery] = field(default_factory=list)
    erased: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    attempts: int = 0
    chosen: list[str] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    _troubles: dict[str, deque[Trouble]] = field(default_factory=lambda: defaultdict(deque))
    _keys: set[str] = field(default_factory=set)
    _busy: set[str] = field(default_factory=set)

    def trouble(self, address: str, *troubles: Trouble) -> None:
        self._troubles[address].extend(troubles)

    def arrived(self, address: str) -> list[str]:
        """The texts that arrived there, in order."""
        return [delivery.text for delivery in self.deliveries if delivery.address == address]

    async def run(self, intake: Intake) -> None:
        """It is handed its messages by the tests; a channel that runs does nothing else here."""
        await intake.cursor(self.name)
        await asyncio.get_running_loop().create_future()

    def lay_out(self, replies: Sequence[Reply], address: str, chosen: str | None) -> Sequence[str]:
        self._expect(bool(address), "laid out for nobody")
        if chosen:
            self.chosen.append(chosen)
        return [json.dumps(reply_as_json(reply), ensure_ascii=False) for reply in replies]

    async def deliver(self, call: str, address: str, key: str) -> Sequence[str]:
        self._expect(address not in self._busy, "two calls for one chat at the same time")
        self._busy.add(address)
        try:
            return await self._deliver(json.loads(call), address, key)
        finally:
            self._busy.discard(address)

    async def _deliver(self, call: dict[str, object], address: str, key: str) -> Sequence[str]:
        self.attempts += 1
        waiting = self._troubles[address]
        trouble = waiting.popleft() if waiting else After(self.delay)
        match trouble:
            case Hangs():
                await asyncio.get_running_loop().create_future()
            case After(seconds):
                await asyncio.sleep(seconds)
                return self._arrive(call, address, key)
            case Until(allowed):
                await allowed.wait()
                return self._arrive(call, address, key)
            case Lost(error):
                self._arrive(call, address, key)
                raise error
            case BaseException():
                raise trouble
        raise AssertionError

    def _arrive(self, call: dict[str, object], address: str, key: str) -> Sequence[str]:
        if not self.repeats_harmless or key not in self._keys:
            options = call["options"]
            assert isinstance(options, list)
            self.deliveries.append(
                Delivery(address, str(call["text"]), key, tuple(option["id"] for option in options)),
            )
        self._keys.add(key)
        return [f"{address} ref {key}"]

    async def erase(self, refs: Sequence[str], address: str) -> None:
        self._expect(bool(refs), "nothing to erase")
        waiting = self._troubles[f"erase {address}"]
        if waiting:
            trouble = waiting.popleft()
            assert isinstance(trouble, BaseException)
            raise trouble
        self.erased.append((address, tuple(refs)))

    def is_well(self) -> bool:
        return True

    def _expect(self, condition: bool, wrong: str) -> None:  # noqa: FBT001 as in assert
        """What must never happen; kept, for an exception here would count as a bug of the channel."""
        if not condition:
            self.wrongs.append(wrong)


def message(number: object, chat: str, said: Input | str) -> Update:
    """One update; "/start" is a command. Its address is the chat, and it can be deleted later."""
    if isinstance(said, str):
        said = Command(said[1:]) if said.startswith("/") else Text(said)
    return Update(str(number), chat, said, chat, (f"{chat} said {number}",))
