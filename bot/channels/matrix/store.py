"""What a device has to keep: its keys, who it is, and what it could not read yet. Encrypted; one process at a time."""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nio.crypto import InboundGroupSession
from nio.store import SqliteStore
from peewee import DatabaseError, OperationalError
from playhouse.sqlcipher_ext import SqlCipherDatabase

FILE = "store.db"
LOCK = "lock"
KEPT_UNREAD = 1000  # messages; older ones are given up

UnwritableError = OperationalError  # the disk is full, or away; what is here stays good

_TABLES = (
    "CREATE TABLE IF NOT EXISTS device (one INTEGER PRIMARY KEY CHECK (one = 1), user TEXT, device TEXT, token TEXT, starts INTEGER)",
    "CREATE TABLE IF NOT EXISTS unread (event TEXT PRIMARY KEY, room TEXT)",
    "CREATE TABLE IF NOT EXISTS marks (session TEXT PRIMARY KEY, used INTEGER, at REAL)",
    "CREATE TABLE IF NOT EXISTS gaps (room TEXT, start TEXT, since TEXT, found REAL, PRIMARY KEY (room, start))",
)
_FORGET_ROOM = (
    "DELETE FROM marks WHERE session IN (SELECT session_id FROM megolminboundsessions WHERE room_id = ?)",
    "DELETE FROM forwardedchains WHERE session_id IN (SELECT session_id FROM megolminboundsessions WHERE room_id = ?)",
    "DELETE FROM megolminboundsessions WHERE room_id = ?",
    "DELETE FROM outgoingkeyrequests WHERE room_id = ?",
    "DELETE FROM encryptedrooms WHERE room_id = ?",
    "DELETE FROM unread WHERE room = ?",
    "DELETE FROM gaps WHERE room = ?",
)
_FORGET_USER = (
    "DELETE FROM keys WHERE device_id IN (SELECT id FROM devicekeys WHERE user_id = ?)",
    "DELETE FROM devicetruststate WHERE device_id IN (SELECT id FROM devicekeys WHERE user_id = ?)",
    "DELETE FROM devicekeys WHERE user_id = ?",
)


class TakenError(Exception):
    """Another process uses this store: two on one device would spoil each other's keys."""


@dataclass(frozen=True)
class Device:
    """What the homeserver knows us by. `starts` counts on: a copy of the store that was put back is behind."""

    user: str
    id: str
    token: str = field(repr=False)
    starts: int = 0


@dataclass(frozen=True)
class Gap:
    """Messages of a room that a sync has left out: from `start` back to `since`. `found`: seconds since 1970."""

    room: str
    start: str
    since: str
    found: float


@dataclass(frozen=True)
class Mark:
    """How far the key of a room (a Megolm session) had been used at a moment. `at`: seconds since 1970."""

    session: str
    index: int
    at: float


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Be the only process with this store.

    Raises:
        TakenError: another one is.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TakenError from None
        yield


class Store(SqliteStore):  # type: ignore[misc] # nio has no types
    """nio's tables and two of our own in one encrypted file: whom we wrote with is nobody's business."""

    def __init__(self, folder: Path, key: str) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__("", "", str(folder), key, FILE)
        self.inherited: Sequence[InboundGroupSession] = ()  # of the device before
        for table in _TABLES:
            self.database.execute_sql(table)

    def _create_database(self) -> SqlCipherDatabase:
        return SqlCipherDatabase(
            self.database_path,
            passphrase=f"x'{self.pickle_key}'",
            pragmas={"journal_mode": "wal", "synchronous": "full", "secure_delete": 1, "foreign_keys": 1},
        )

    def device(self) -> Device | None:
        """The device whose keys lie here; None in a new store."""
        rows = self._rows("SELECT user, device, token, starts FROM device")
        return Device(*rows[0]) if rows else None

    def keep_device(self, device: Device) -> None:
        """From here on, everything in this store belongs to this device."""
        self.user_id, self.device_id = device.user, device.id
        row = (device.user, device.id, device.token, device.starts)
        self.database.execute_sql("INSERT OR REPLACE INTO device VALUES (1, ?, ?, ?, ?)", row)

    def keep_unread(self, room: str, event: str) -> None:
        """Remember a message that came before its key."""
        self.database.execute_sql("INSERT OR IGNORE INTO unread VALUES (?, ?)", (event, room))
        self.database.execute_sql(
            "DELETE FROM unread WHERE rowid <= (SELECT max(rowid) FROM unread) - ?", (KEPT_UNREAD,)
        )

    def drop_unread(self, event: str) -> None:
        self.database.execute_sql("DELETE FROM unread WHERE event = ?", (event,))

    def unread(self) -> Sequence[tuple[str, str]]:
        """Room and event of each message that still waits for its key."""
        return self._rows("SELECT room, event FROM unread ORDER BY rowid")

    def room_keys(self) -> Sequence[InboundGroupSession]:
        """With which what was said so far can be read."""
        device = self.device()
        if device is None:
            return []
        self.user_id, self.device_id = device.user, device.id
        return list(self.load_inbound_group_sessions())

    def keep_gap(self, gap: Gap) -> None:
        """Remember messages that could not be fetched yet."""
        row = (gap.room, gap.start, gap.since, gap.found)
        self.database.execute_sql("INSERT OR IGNORE INTO gaps VALUES (?, ?, ?, ?)", row)

    def drop_gap(self, gap: Gap) -> None:
        self.database.execute_sql("DELETE FROM gaps WHERE room = ? AND start = ?", (gap.room, gap.start))

    def gaps(self) -> Sequence[Gap]:
        """What was left out and not fetched yet, the oldest first."""
        return [Gap(*row) for row in self._rows("SELECT room, start, since, found FROM gaps ORDER BY rowid")]

    def keep_mark(self, mark: Mark) -> None:
        self.database.execute_sql("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", (mark.session, mark.index, mark.at))

    def drop_mark(self, session: str) -> None:
        self.database.execute_sql("DELETE FROM marks WHERE session = ?", (session,))

    def marks(self) -> Sequence[Mark]:
        return [Mark(*row) for row in self._rows("SELECT session, used, at FROM marks")]

    def drop_room_key(self, session: str) -> None:
        self.database.execute_sql("DELETE FROM megolminboundsessions WHERE session_id = ?", (session,))

    def scrub(self) -> None:
        """See to it that what was deleted or written over leaves the write-ahead log too."""
        self.database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def is_writable(self) -> bool:
        """Whether anything can be written now."""
        try:
            with self.database.atomic():
                self.database.execute_sql("UPDATE device SET starts = starts")
        except UnwritableError:
            return False
        return True

    def drop_sessions(self, names: Sequence[str]) -> None:
        """Sessions with a device that has begun too many."""
        for name in names:
            self.database.execute_sql("DELETE FROM olmsessions WHERE session_id = ?", (name,))

    def forget(self, room: str, strangers: Sequence[str]) -> None:
        """A room that we left: nothing that was said there can be read with what stays here."""
        with self.database.atomic():
            for statement in _FORGET_ROOM:
                self.database.execute_sql(statement, (room,))
            for user in strangers:
                for statement in _FORGET_USER:
                    self.database.execute_sql(statement, (user,))

    def close(self) -> None:
        self.database.close()

    def _rows(self, query: str) -> list[Any]:
        rows: list[Any] = self.database.execute_sql(query).fetchall()
        return rows


def open_store(folder: Path, key: str) -> Store:
    """Open the store; one that cannot be read is lost, and a new one takes its place.

    Raises:
        UnwritableError: it can perhaps be read later.
    """
    try:
        return Store(folder, key)
    except UnwritableError:
        raise
    except DatabaseError:
        drop_store(folder)
        return Store(folder, key)


def drop_store(folder: Path) -> None:
    """Begin anew: the next device shares nothing with this one."""
    for path in folder.glob(f"{FILE}*"):
        path.unlink()
