"""What one answered message changes, all of it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from bot.dialogue.model import Count, Effect, Forget, Report
from bot.store import counters, delivery, retention
from bot.store.delivery import Claim, Parcel


@dataclass(frozen=True)
class Answered:
    """The outcome of a turn, sealed. `state` None: nothing is remembered."""

    parcels: Sequence[Parcel]
    state: bytes | None = field(repr=False)
    effects: Sequence[Effect] = ()
    refs: Sequence[bytes] = field(default=(), repr=False)  # of the message itself, to delete it later

    @property
    def forgets(self) -> bool:
        return any(isinstance(effect, Forget) for effect in self.effects)


def record(connection: Connection, owner: str, claimed: Claim, answered: Answered, now: float, today: date) -> None:
    """Message out of the inbox, answers into the outbox, state and counters on.

    Raises:
        LostClaimError: somebody else owns the chat; nothing is written.
    """
    expires_at = now + retention.STATE_SECONDS
    delivery.finish(connection, owner, claimed, answered.parcels, now, state=answered.state, expires_at=expires_at)
    if answered.forgets:
        retention.forget(connection, claimed.chat)
        counters.unmark(connection, claimed.chat, today)
        return
    delivery.note(connection, claimed.chat, answered.refs, now)
    for effect in answered.effects:
        if isinstance(effect, Count):
            counters.count(connection, claimed.chat, effect, today)
        elif isinstance(effect, Report):
            counters.report(connection, claimed.chat, effect, today)


def close(connection: Connection, owner: str, chat: bytes, n: int, now: float, *, key: str = "") -> None:
    """The last answer to somebody who wanted everything erased has arrived: the chat itself goes too."""
    delivery.delivered(connection, owner, chat, n, now, key=key)
    retention.drop_if_empty(connection, chat)


def gone(connection: Connection, chat: bytes, today: date) -> None:
    """A chat cannot be reached any more: nothing of it stays."""
    retention.drop(connection, chat)
    counters.unmark(connection, chat, today)
