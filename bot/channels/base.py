"""What the service and a channel tell each other. A channel is one file with one class of this form."""

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from bot.dialogue.model import Input, Reply

Work = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Update:
    """Something that came in. `id` is the channel's own, the same when it comes again; `address` is whatever the channel
    needs to answer (JSON); `refs` are messages to delete when the family wants everything deleted.
    """

    id: str
    chat: str = field(repr=False)
    said: Input = field(repr=False)
    address: str = field(default="", repr=False)
    refs: tuple[str, ...] = field(default=(), repr=False)


class UnsentError(Exception):
    """Surely not delivered: it may be sent again without harm, after `retry_after` seconds if the channel says so."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class UnclearError(Exception):
    """It may have arrived or not: the connection broke, or nobody answered."""


class GoneError(Exception):
    """The chat cannot be reached any more: blocked, deleted, left."""


class RefusedError(Exception):
    """The channel will never take this message; trying again would not help."""


class Intake(Protocol):
    """What a channel hands its updates to."""

    async def accept(self, channel: str, updates: Sequence[Update], cursor: str | None = None) -> None:
        """Store updates, and how far the channel has read. When it returns they are safe, and may be confirmed.

        Raises:
            UnavailableError: they are not stored; confirm nothing, and bring them again.
        """

    async def cursor(self, channel: str) -> str | None:
        """How far the channel had read."""

    async def leave(self, channel: str, chat: str) -> None:
        """The family has blocked the bot or left: everything about the chat goes."""

    async def waits(self, channel: str, chat: str) -> bool:
        """Whether somebody in this chat waits for an answer.

        Raises:
            UnavailableError: nobody can tell now.
        """

    async def lead(self, channel: str, work: Work) -> None:
        """Do what only one of all processes may do; wait before until it is our turn. The work is cancelled when it is over."""


class Channel(Protocol):
    """A way to families. Thin: no state of its own that must survive, no decisions about the conversation."""

    name: str
    repeats_harmless: bool  # the same `key` twice arrives once

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled. Whatever it raises ends this channel only; the supervisor starts it again."""

    def lay_out(self, replies: Sequence[Reply], address: str, chosen: str | None) -> Sequence[str]:
        """Turn replies into calls of the messenger (JSON), each of which succeeds or fails as a whole. Pure.

        `chosen`: the language, where the family has just chosen it.
        """

    async def deliver(self, call: str, address: str, key: str) -> Sequence[str]:
        """Make one call. Returns refs of messages that can be deleted later.

        Raises:
            UnsentError, UnclearError, GoneError, RefusedError. Anything else counts as unclear.
        """

    async def erase(self, refs: Sequence[str], address: str) -> None:
        """Delete messages where the messenger allows it; as far as it goes, without a second try."""

    def is_well(self) -> bool:
        """Whether it has heard from its messenger lately."""


@runtime_checkable
class Closing(Protocol):
    """What a channel can do besides, where connections outlive its `run`: answers are delivered to the very end."""

    async def close(self) -> None:
        """Nothing is delivered any more."""


@runtime_checkable
class Departing(Protocol):
    """What a channel can do besides, where a chat is a room that one is in or not."""

    async def depart(self, address: str) -> None:
        """Everything is deleted, and the family has been told so: leave the chat; as far as it goes."""
