"""What goes, and when: a chat at its own word at once, everything else by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.store.statement import Statement

HOUR = 3600.0
STATE_SECONDS = 24 * HOUR  # after the last message
IN_FLIGHT_SECONDS = HOUR
SEEN_SECONDS = 48 * HOUR  # Telegram repeats an update for 24 hours
MESSAGES_SECONDS = 48 * HOUR  # older ones cannot be deleted in Telegram
QUARANTINE_SECONDS = 7 * 24 * HOUR
CHALLENGES_SECONDS = 52 * 7 * 24 * HOUR  # after they are done: the next report looks back at them

_REFS = Statement("SELECT ref FROM messages WHERE chat = :chat ORDER BY id")
_FORGET_STATE = Statement("UPDATE chats SET state = NULL, expires_at = 0 WHERE chat = :chat")
_FORGET_MESSAGES = Statement("DELETE FROM messages WHERE chat = :chat")
_FORGET_INBOX = Statement("DELETE FROM inbox WHERE chat = :chat")
_FORGET_OUTBOX = Statement("DELETE FROM outbox WHERE chat = :chat")
_TAKE = Statement("UPDATE chats SET owner = NULL WHERE chat = :chat")
_DROP = Statement("DELETE FROM chats WHERE chat = :chat")
_DROP_EMPTY = Statement("DELETE FROM chats WHERE chat = :chat AND state IS NULL AND pending = 0")


def message_refs(connection: Connection, chat: bytes) -> Sequence[bytes]:
    """The messages of a chat that can still be deleted (sealed)."""
    return [ref for (ref,) in _REFS.rows(connection, {"chat": chat})]


def forget(connection: Connection, chat: bytes) -> None:
    """Erase what a chat has told. What it sent since, and the answer to its wish, are still on their way."""
    _FORGET_MESSAGES.run(connection, {"chat": chat})
    _FORGET_STATE.run(connection, {"chat": chat})


def drop(connection: Connection, chat: bytes) -> None:
    """Erase a chat that cannot be reached any more, with everything that waits for it.

    Its row is taken first: what comes in meanwhile waits, and begins a new chat.
    """
    is_known = _TAKE.run(connection, {"chat": chat})
    for statement in (_FORGET_MESSAGES, *((_FORGET_INBOX, _FORGET_OUTBOX, _DROP) if is_known else ())):
        statement.run(connection, {"chat": chat})


def drop_if_empty(connection: Connection, chat: bytes) -> None:
    """The last traces of a chat that is forgotten and has been told so: its row, and the refs of what told it so."""
    if _DROP_EMPTY.run(connection, {"chat": chat}):
        _FORGET_MESSAGES.run(connection, {"chat": chat})


_LATE_INBOX = Statement("DELETE FROM inbox WHERE at < :before RETURNING chat")
_LATE_OUTBOX = Statement("DELETE FROM outbox WHERE at < :before RETURNING chat")
_FEWER = Statement("UPDATE chats SET pending = pending - 1 WHERE chat = :chat")
_EXPIRED = Statement("""
    DELETE FROM chats WHERE pending = 0 AND owner IS NULL AND (state IS NULL OR expires_at < :now)""")
_EXPIRED_BUSY = Statement("UPDATE chats SET state = NULL WHERE state IS NOT NULL AND expires_at < :now")
_AGED = (
    (Statement("DELETE FROM seen WHERE at < :before"), SEEN_SECONDS),
    (Statement("DELETE FROM messages WHERE at < :before"), MESSAGES_SECONDS),
    (Statement("DELETE FROM quarantine WHERE at < :before"), QUARANTINE_SECONDS),
    (Statement("DELETE FROM leases WHERE until < :before"), HOUR),
    (Statement("DELETE FROM challenges WHERE done_at < :before"), CHALLENGES_SECONDS),
)


@dataclass(frozen=True)
class Expired:
    """What the sweep took away."""

    conversations: int
    unanswered: int
    undelivered: int


def expire(connection: Connection, now: float) -> Expired:
    """Take away what is past its time. Runs every minute; what it missed while nothing ran goes at the next start."""
    late = {}
    for name, statement in (("inbox", _LATE_INBOX), ("outbox", _LATE_OUTBOX)):
        chats = [chat for (chat,) in statement.rows(connection, {"before": now - IN_FLIGHT_SECONDS})]
        if chats:
            _FEWER.each(connection, [{"chat": chat} for chat in sorted(chats)])
        late[name] = len(chats)
    conversations = _EXPIRED.run(connection, {"now": now})
    _EXPIRED_BUSY.run(connection, {"now": now})
    for statement, seconds in _AGED:
        statement.run(connection, {"before": now - seconds})
    return Expired(conversations, late["inbox"], late["outbox"])


@dataclass(frozen=True)
class Kept:
    """How much of one kind is stored now, and since when (seconds since 1970)."""

    rows: int
    oldest: float | None = None


_COUNTS = {
    "conversations": Statement("SELECT count(*), NULL FROM chats WHERE state IS NOT NULL"),
    "chats at work": Statement("SELECT count(*), NULL FROM chats WHERE pending > 0"),
    "messages unanswered": Statement("SELECT count(*), min(at) FROM inbox"),
    "answers undelivered": Statement("SELECT count(*), min(at) FROM outbox"),
    "updates seen": Statement("SELECT count(*), min(at) FROM seen"),
    "messages to delete": Statement("SELECT count(*), min(at) FROM messages"),
    "messages set aside": Statement("SELECT count(*), min(at) FROM quarantine"),
    "marks of this week": Statement("SELECT count(*), NULL FROM marks"),
    "demand not published": Statement("SELECT count(*), NULL FROM demand"),
    "demand published": Statement("SELECT count(*), NULL FROM published WHERE n > 0"),
    "reports about offers": Statement("SELECT count(*), NULL FROM reports"),
    "catalogs published": Statement("SELECT count(*), min(at) FROM catalog_versions"),
    "offers confirmed": Statement("SELECT count(*), NULL FROM confirmations"),
    "gaps taken on": Statement("SELECT count(*), NULL FROM challenges"),
    "addresses of offers": Statement("SELECT count(*), NULL FROM positions"),
}


def inventory(connection: Connection) -> Mapping[str, Kept]:
    """What is stored at this moment, by kind."""
    return {name: Kept(*query.rows(connection)[0]) for name, query in _COUNTS.items()}


_WAITING = Statement("""
    SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM outbox),
           (SELECT min(at) FROM (SELECT min(at) AS at FROM inbox UNION ALL SELECT min(at) FROM outbox) AS waiting)""")


@dataclass(frozen=True)
class Backlog:
    """What waits, and since when (seconds since 1970)."""

    unanswered: int
    undelivered: int
    oldest: float | None


def backlog(connection: Connection) -> Backlog:
    return Backlog(*_WAITING.rows(connection)[0])
