"""From inbox to outbox: take in, claim a chat, write down what was answered and what was delivered.

The unit of work is the chat, not the message: whoever owns a chat delivers what waits in its outbox, then answers its
oldest message. So nothing overtakes anything, however many processes share a database. A process that dies loses its
chats with its lease; whatever it still writes then is refused. So is what is written twice, because the answer to the
first time was lost, when the same process has claimed the chat anew: every claim is an owner of its own.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from operator import itemgetter

from sqlalchemy import Connection

from bot.store.statement import Statement

ALIVE = "process "  # a process's own lease is "process <process>"
PROCESS = 16  # characters of an owner that name the process; what follows names one claim of it


class LostClaimError(Exception):
    """Somebody else owns this chat now."""


class Next(Enum):
    """What comes after a delivery."""

    DELIVER = auto()  # the following answer, which has begun
    CLAIM = auto()  # the chat is let go, and something waits for it
    REST = auto()  # the chat is let go, and nothing does
    STOP = auto()  # the chat is somebody else's


@dataclass(frozen=True)
class Arrival:
    """One update, ready to be stored. `content` is sealed; None: only remember that it came."""

    digest: bytes
    chat: bytes
    channel: str
    content: bytes | None = field(repr=False)


@dataclass(frozen=True)
class Message:
    """The oldest unanswered message of a chat."""

    id: int
    digest: bytes
    content: bytes = field(repr=False)
    tries: int


@dataclass(frozen=True)
class Parcel:
    """One answer on its way. `started`: an earlier attempt began and nobody knows how it ended."""

    n: int
    key: str
    content: bytes = field(repr=False)
    started: bool = True
    unclear: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Claim:
    """A chat that is ours for now, and what to do for it: deliver the parcels, or else answer the message."""

    chat: bytes
    channel: str
    state: bytes | None = field(repr=False)
    message: Message | None = None
    parcels: tuple[Parcel, ...] = ()
    owner: str = ""


_SEE = Statement("INSERT INTO seen (digest, at) VALUES (:digest, :now) ON CONFLICT DO NOTHING")
_AWAIT = Statement("""
    INSERT INTO chats (chat, channel, expires_at, pending, ready_at) VALUES (:chat, :channel, :now, 1, :now)
    ON CONFLICT (chat) DO UPDATE SET pending = chats.pending + 1,
        ready_at = CASE WHEN chats.pending = 0 AND chats.ready_at < :now THEN :now ELSE chats.ready_at END""")
_TAKE_IN = Statement("""
    INSERT INTO inbox (chat, digest, content, tries, at) VALUES (:chat, :digest, :content, 0, :now)""")
_REMEMBER = Statement("""
    INSERT INTO cursors (channel, value) VALUES (:channel, :cursor)
    ON CONFLICT (channel) DO UPDATE SET value = excluded.value""")
_CURSOR = Statement("SELECT value FROM cursors WHERE channel = :channel")


def accept(
    connection: Connection, arrivals: Sequence[Arrival], now: float, cursor: tuple[str, str] | None = None
) -> list[bool]:
    """Store updates, and with them how far their channel has read. True for each that had not come before."""
    fresh = [False] * len(arrivals)
    # Rows are locked in the same order everywhere, first digests, then chats: no deadlocks.
    for i in sorted(range(len(arrivals)), key=lambda i: arrivals[i].digest):
        fresh[i] = _SEE.run(connection, {"digest": arrivals[i].digest, "now": now}) == 1
    _take_in(connection, [arrival for arrival, is_fresh in zip(arrivals, fresh, strict=True) if is_fresh], now)
    if cursor:
        _REMEMBER.run(connection, {"channel": cursor[0], "cursor": cursor[1]})
    return fresh


def _take_in(connection: Connection, arrivals: Sequence[Arrival], now: float) -> None:
    rows = [
        {"chat": a.chat, "channel": a.channel, "now": now, "digest": a.digest, "content": a.content}
        for a in sorted(arrivals, key=lambda a: a.chat)
        if a.content is not None
    ]
    if rows:
        _AWAIT.each(connection, rows)
        _TAKE_IN.each(connection, rows)


def cursor_of(connection: Connection, channel: str) -> str | None:
    """How far a channel has read."""
    value: str | None = _CURSOR.value(connection, {"channel": channel})
    return value


_READY = """
    WITH ready AS (
        SELECT chat FROM chats WHERE pending > 0 AND owner IS NULL AND ready_at <= :now {others}
        ORDER BY ready_at LIMIT :most {lock})
    UPDATE chats SET owner = :owner WHERE chat IN (SELECT chat FROM ready)
    RETURNING chat, channel, state, expires_at, ready_at"""
_LOCK = {"sqlite": "", "postgresql": "FOR UPDATE SKIP LOCKED"}
_CLAIM = {dialect: Statement(_READY.format(lock=lock, others="")) for dialect, lock in _LOCK.items()}
_CLAIM_OTHERS = {
    dialect: Statement(_READY.format(lock=lock, others="AND channel NOT IN :full"), "full")
    for dialect, lock in _LOCK.items()
}
_PARCELS = Statement(
    "SELECT chat, n, key, content, started, unclear, failed FROM outbox WHERE chat IN :chats ORDER BY n", "chats"
)
_OLDEST = Statement(
    """
    SELECT id, chat, digest, content, tries FROM inbox
    WHERE id IN (SELECT min(id) FROM inbox WHERE chat IN :chats GROUP BY chat)""",
    "chats",
)
_START_FIRST = Statement(
    "UPDATE outbox SET started = TRUE WHERE chat IN :chats AND n IN (SELECT min(n) FROM outbox AS o WHERE o.chat = outbox.chat)",
    "chats",
)


def claim(connection: Connection, owner: str, now: float, most: int, full: Collection[str] = ()) -> list[Claim]:
    """Take up to `most` chats for which something waits, those that have waited longest first. `full`: not of these channels."""
    wanted = {"now": now, "most": most, "owner": owner}
    if full:
        found = _CLAIM_OTHERS[connection.dialect.name].rows(connection, {**wanted, "full": list(full)})
    else:
        found = _CLAIM[connection.dialect.name].rows(connection, wanted)
    if not found:
        return []
    chats = {"chats": [chat for chat, *_ in found]}
    parcels: dict[bytes, list[Parcel]] = {}
    for chat, *parcel in _PARCELS.rows(connection, chats):
        parcels.setdefault(chat, []).append(Parcel(*parcel))
    if parcels:
        _START_FIRST.run(connection, {"chats": list(parcels)})
    messages = {chat: Message(id_, *rest) for id_, chat, *rest in _OLDEST.rows(connection, chats)}
    return [
        Claim(
            chat,
            channel,
            state if expires_at > now else None,
            messages.get(chat),
            tuple(parcels.get(chat, ())),
            owner,
        )
        for chat, channel, state, expires_at, _ in sorted(found, key=itemgetter(-1))  # ready_at
    ]


_DUE = Statement("SELECT min(ready_at) FROM chats WHERE pending > 0 AND owner IS NULL")


def claim_alone(
    connection: Connection, owner: str, now: float, most: int, full: Collection[str] = ()
) -> tuple[list[Claim], float | None]:
    """`claim`, and from when on (seconds since 1970) there is more to claim if nothing else comes in; None: never.

    For the only process: where several share a database, they have to look all the same.
    """
    return claim(connection, owner, now, most, full), _DUE.value(connection)


_ANSWERED = Statement("DELETE FROM inbox WHERE id = :id")
_ON = Statement("""
    UPDATE chats SET state = :state, expires_at = :expires_at, pending = pending - 1 + :parcels
    WHERE chat = :chat AND owner = :owner""")
_KEEP = Statement("UPDATE chats SET pending = pending - 1 + :parcels WHERE chat = :chat AND owner = :owner")
_POST = Statement("""
    INSERT INTO outbox (chat, n, key, content, started, unclear, failed, at)
    VALUES (:chat, :n, :key, :content, :started, 0, 0, :now)""")


def finish(
    connection: Connection,
    owner: str,
    claimed: Claim,
    parcels: Sequence[Parcel],
    now: float,
    *,
    state: bytes | None = None,
    expires_at: float = 0.0,
) -> None:
    """A message was answered: it leaves the inbox, its answers enter the outbox, the first of them as begun.

    Raises:
        LostClaimError: somebody else owns the chat; nothing is written.
    """
    _take_out(connection, owner, claimed, len(parcels), {"state": state, "expires_at": expires_at})
    _post(connection, claimed.chat, parcels, now)


def _take_out(
    connection: Connection, owner: str, claimed: Claim, parcels: int, state: Mapping[str, object] | None
) -> None:
    if claimed.message is None or not _ANSWERED.run(connection, {"id": claimed.message.id}):
        raise LostClaimError
    counted = {"parcels": parcels, "chat": claimed.chat, "owner": owner}
    is_on = _ON.run(connection, {**counted, **state}) if state is not None else _KEEP.run(connection, counted)
    if not is_on:
        raise LostClaimError


def _post(connection: Connection, chat: bytes, parcels: Sequence[Parcel], now: float) -> None:
    rows = [
        {"chat": chat, "n": p.n, "key": p.key, "content": p.content, "started": i == 0, "now": now}
        for i, p in enumerate(parcels)
    ]
    if rows:
        _POST.each(connection, rows)


_OURS = "EXISTS (SELECT 1 FROM chats WHERE chats.chat = :chat AND owner = :owner)"
_DELIVERED = Statement(f"DELETE FROM outbox WHERE chat = :chat AND n = :n AND (key = :key OR {_OURS})")  # noqa: S608 our own words
_START = Statement(f"UPDATE outbox SET started = TRUE WHERE chat = :chat AND n = :n AND {_OURS}")  # noqa: S608 the same
_NOTE = Statement("INSERT INTO messages (chat, ref, at) VALUES (:chat, :ref, :now)")
_LESS = Statement("UPDATE chats SET pending = pending - 1 WHERE chat = :chat")


def delivered(
    connection: Connection,
    owner: str,
    chat: bytes,
    n: int,
    now: float,
    *,
    refs: Sequence[bytes] = (),
    following: int | None = None,
    ready_at: float | None = None,
    key: str = "",
) -> Next:
    """An answer arrived (or is given up): it leaves the outbox; the `following` one begins, or the chat is let go.

    Written down even where the chat was lost meanwhile, so that nobody sends it again; then `key` has to say that it is
    this very answer, for the next owner's may have the same number.

    Where what follows is past its time, the chat is let go too.
    """
    row = {"chat": chat, "owner": owner}
    if _DELIVERED.run(connection, {**row, "n": n, "key": key}):
        _LESS.run(connection, {"chat": chat})
        note(connection, chat, refs, now)
    if following is not None and _START.run(connection, {**row, "n": following}):
        return Next.DELIVER
    waiting = let_go(connection, owner, chat, now if ready_at is None else ready_at)
    return Next.STOP if waiting is None else Next.CLAIM if waiting else Next.REST


def note(connection: Connection, chat: bytes, refs: Sequence[bytes], now: float) -> None:
    """Remember messages that are to be deleted when the chat is (sealed)."""
    for ref in refs:
        _NOTE.run(connection, {"chat": chat, "ref": ref, "now": now})


_LET_GO = Statement("""
    UPDATE chats SET owner = NULL, ready_at = :ready_at WHERE chat = :chat AND owner = :owner RETURNING pending""")


def let_go(connection: Connection, owner: str, chat: bytes, ready_at: float) -> int | None:
    """Somebody may take this chat again, from `ready_at` on.

    Returns:
        How many messages and answers wait for it. None: it is not ours; nothing is written.
    """
    row = {"chat": chat, "owner": owner, "ready_at": ready_at}
    waiting: int | None = _LET_GO.value(connection, row)
    return waiting


_LATER = Statement("""
    UPDATE outbox SET started = FALSE, unclear = unclear + :unclear, failed = failed + 1 - :unclear
    WHERE chat = :chat AND n = :n""")


def postpone(connection: Connection, owner: str, chat: bytes, n: int, ready_at: float, *, unclear: bool) -> None:
    """An attempt failed, or nobody knows whether it arrived: the chat waits until `ready_at`, then it is tried again.

    Nothing is written where the chat was lost: what waits there may be another answer.
    """
    if let_go(connection, owner, chat, ready_at) is not None:
        _LATER.run(connection, {"chat": chat, "n": n, "unclear": int(unclear)})


_WAITS = Statement("SELECT EXISTS (SELECT 1 FROM inbox WHERE chat = :chat)")


def waits(connection: Connection, chat: bytes) -> bool:
    """Whether a message of this chat is not answered yet."""
    return bool(_WAITS.value(connection, {"chat": chat}))


_RECOUNT = Statement("""
    UPDATE chats SET pending = (SELECT count(*) FROM inbox WHERE inbox.chat = chats.chat)
        + (SELECT count(*) FROM outbox WHERE outbox.chat = chats.chat)
    WHERE chat = :chat""")


def recount(connection: Connection, owner: str, chat: bytes, now: float) -> None:
    """A chat was claimed for which nothing waits: count anew, so that it is not claimed for ever.

    Its row is taken first, in a statement of its own: then a message that comes in meanwhile is counted by one of both.
    """
    if let_go(connection, owner, chat, now) is not None:
        _RECOUNT.run(connection, {"chat": chat})


_TRIED = Statement("UPDATE inbox SET tries = tries + 1 WHERE id = :id")


def tried(connection: Connection, message: int) -> None:
    """Answering failed, or ended the process."""
    _TRIED.run(connection, {"id": message})


_SET_ASIDE = Statement("INSERT INTO quarantine (channel, error, at) VALUES (:channel, :error, :now)")


def set_aside(
    connection: Connection, owner: str, claimed: Claim, error: str, parcels: Sequence[Parcel], now: float
) -> None:
    """A message cannot be answered: it goes, text and all; what stays is where it failed. `parcels` apologise.

    Raises:
        LostClaimError: somebody else owns the chat; nothing is written.
    """
    _take_out(connection, owner, claimed, len(parcels), None)
    _post(connection, claimed.chat, parcels, now)
    _SET_ASIDE.run(connection, {"channel": claimed.channel, "error": error, "now": now})


_LEASE = Statement("""
    INSERT INTO leases (name, owner, until) VALUES (:name, :owner, :until)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
    WHERE leases.owner = excluded.owner OR leases.until < :now""")
_RETURN = Statement("DELETE FROM leases WHERE owner = :owner")
_LET_ALL_GO = Statement(f"UPDATE chats SET owner = NULL WHERE substr(owner, 1, {PROCESS}) = :process")  # noqa: S608 a number
_FREE = Statement(
    f"UPDATE chats SET owner = NULL WHERE substr(owner, 1, {PROCESS}) = :process AND chat NOT IN :busy",  # noqa: S608 a number
    "busy",
)
_ORPHANED = Statement(f"""
    UPDATE chats SET owner = NULL WHERE owner IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM leases WHERE name = :alive || substr(chats.owner, 1, {PROCESS}) AND until >= :now)""")  # noqa: S608 a number


def lease(connection: Connection, name: str, owner: str, now: float, seconds: float) -> bool:
    """Become or stay the only one who does `name`, for some seconds. False: somebody else is."""
    row = {"name": name, "owner": owner, "now": now, "until": now + seconds}
    return _LEASE.run(connection, row) == 1


def stay_alive(connection: Connection, process: str, now: float, seconds: float) -> int:
    """Renew a process's own lease, and free the chats of processes that are gone. Returns how many."""
    lease(connection, ALIVE + process, process, now, seconds)
    return _ORPHANED.run(connection, {"alive": ALIVE, "now": now})


def free(connection: Connection, process: str, busy: Collection[bytes]) -> int:
    """Free the chats of a process that it is not busy with. Returns how many; never while it is claiming."""
    return _FREE.run(connection, {"process": process, "busy": [b"", *busy]})


def leave(connection: Connection, process: str) -> None:
    """A process ends in order: others may go on with its chats at once."""
    _LET_ALL_GO.run(connection, {"process": process})
    _RETURN.run(connection, {"owner": process})
