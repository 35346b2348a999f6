"""What goes, and when: a chat at its own word at once, everything else by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

HOUR = 3600.0
STATE_SECONDS = 24 * HOUR  # after the last message
IN_FLIGHT_SECONDS = HOUR
SEEN_SECONDS = 48 * HOUR  # Telegram repeats an update for 24 hours
MESSAGES_SECONDS = 48 * HOUR  # older ones cannot be deleted in Telegram
QUARANTINE_SECONDS = 7 * 24 * HOUR
CHALLENGES_SECONDS = 52 * 7 * 24 * HOUR  # after they are done: the next report looks back at them

_REFS = text("SELECT ref FROM messages WHERE chat = :chat ORDER BY id")
_FORGET_STATE = text("UPDATE chats SET state = NULL, expires_at = 0 WHERE chat = :chat")
_FORGET_MESSAGES = text("DELETE FROM messages WHERE chat = :chat")
_FORGET_INBOX = text("DELETE FROM inbox WHERE chat = :chat")
_FORGET_OUTBOX = text("DELETE FROM outbox WHERE chat = :chat")
_TAKE = text("UPDATE chats SET owner = NULL WHERE chat = :chat")
_DROP = text("DELETE FROM chats WHERE chat = :chat")
_DROP_EMPTY = text("DELETE FROM chats WHERE chat = :chat AND state IS NULL AND pending = 0")


def message_refs(connection: Connection, chat: bytes) -> Sequence[bytes]:
    """The messages of a chat that can still be deleted (sealed)."""
    return connection.execute(_REFS, {"chat": chat}).scalars().all()


def forget(connection: Connection, chat: bytes) -> None:
    """Erase what a chat has told. What it sent since, and the answer to its wish, are still on their way."""
    connection.execute(_FORGET_MESSAGES, {"chat": chat})
    connection.execute(_FORGET_STATE, {"chat": chat})


def drop(connection: Connection, chat: bytes) -> None:
    """Erase a chat that cannot be reached any more, with everything that waits for it.

    Its row is taken first: what comes in meanwhile waits, and begins a new chat.
    """
    is_known = connection.execute(_TAKE, {"chat": chat}).rowcount
    for statement in (_FORGET_MESSAGES, *((_FORGET_INBOX, _FORGET_OUTBOX, _DROP) if is_known else ())):
        connection.execute(statement, {"chat": chat})


def drop_if_empty(connection: Connection, chat: bytes) -> None:
    """The last traces of a chat that is forgotten and has been told so: its row, and the refs of what told it so."""
    if connection.execute(_DROP_EMPTY, {"chat": chat}).rowcount:
        connection.execute(_FORGET_MESSAGES, {"chat": chat})


_LATE_INBOX = text("DELETE FROM inbox WHERE at < :before RETURNING chat")
_LATE_OUTBOX = text("DELETE FROM outbox WHERE at < :before RETURNING chat")
_FEWER = text("UPDATE chats SET pending = pending - 1 WHERE chat = :chat")
_EXPIRED = text("""
    DELETE FROM chats WHERE pending = 0 AND owner IS NULL AND (state IS NULL OR expires_at < :now)""")
_EXPIRED_BUSY = text("UPDATE chats SET state = NULL WHERE state IS NOT NULL AND expires_at < :now")
_AGED = (
    (text("DELETE FROM seen WHERE at < :before"), SEEN_SECONDS),
    (text("DELETE FROM messages WHERE at < :before"), MESSAGES_SECONDS),
    (text("DELETE FROM quarantine WHERE at < :before"), QUARANTINE_SECONDS),
    (text("DELETE FROM leases WHERE until < :before"), HOUR),
    (text("DELETE FROM challenges WHERE done_at < :before"), CHALLENGES_SECONDS),
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
        chats = connection.execute(statement, {"before": now - IN_FLIGHT_SECONDS}).scalars().all()
        if chats:
            connection.execute(_FEWER, [{"chat": chat} for chat in sorted(chats)])
        late[name] = len(chats)
    conversations = connection.execute(_EXPIRED, {"now": now}).rowcount
    connection.execute(_EXPIRED_BUSY, {"now": now})
    for statement, seconds in _AGED:
        connection.execute(statement, {"before": now - seconds})
    return Expired(conversations, late["inbox"], late["outbox"])


@dataclass(frozen=True)
class Kept:
    """How much of one kind is stored now, and since when (seconds since 1970)."""

    rows: int
    oldest: float | None = None


_COUNTS = {
    "conversations": "SELECT count(*), NULL FROM chats WHERE state IS NOT NULL",
    "chats at work": "SELECT count(*), NULL FROM chats WHERE pending > 0",
    "messages unanswered": "SELECT count(*), min(at) FROM inbox",
    "answers undelivered": "SELECT count(*), min(at) FROM outbox",
    "updates seen": "SELECT count(*), min(at) FROM seen",
    "messages to delete": "SELECT count(*), min(at) FROM messages",
    "messages set aside": "SELECT count(*), min(at) FROM quarantine",
    "marks of this week": "SELECT count(*), NULL FROM marks",
    "demand not published": "SELECT count(*), NULL FROM demand",
    "demand published": "SELECT count(*), NULL FROM published WHERE n > 0",
    "reports about offers": "SELECT count(*), NULL FROM reports",
    "catalogs published": "SELECT count(*), min(at) FROM catalog_versions",
    "offers confirmed": "SELECT count(*), NULL FROM confirmations",
    "gaps taken on": "SELECT count(*), NULL FROM challenges",
    "addresses of offers": "SELECT count(*), NULL FROM positions",
}


def inventory(connection: Connection) -> Mapping[str, Kept]:
    """What is stored at this moment, by kind."""
    return {name: Kept(*connection.exec_driver_sql(query).one()) for name, query in _COUNTS.items()}


_WAITING = text("""
    SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM outbox),
           (SELECT min(at) FROM (SELECT min(at) AS at FROM inbox UNION ALL SELECT min(at) FROM outbox) AS waiting)""")


@dataclass(frozen=True)
class Backlog:
    """What waits, and since when (seconds since 1970)."""

    unanswered: int
    undelivered: int
    oldest: float | None


def backlog(connection: Connection) -> Backlog:
    return Backlog(*connection.execute(_WAITING).one())
