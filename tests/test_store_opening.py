"""A database is opened as it should be, or not at all; whatever is refused says what to do."""

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import sleep

import pytest
import sqlcipher3.dbapi2 as sqlcipher
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from bot.dialogue.model import Count
from bot.keys import Keys
from bot.store import copying, counters, delivery, retention
from bot.store.database import Database
from bot.store.opening import FILE, FIXED_SQLITE, migrate, open_database, postgres_engine, sqlite_engine
from bot.store.tables import metadata
from tests.conftest import NOW, Clock
from tests.storage import ROOT, accept, arrival, at_once, claim, contents, files, processes_at_once, rows

PLAIN_TEXT = b"what was said in plain text"
HEAD = max(step.name[:4] for step in (ROOT / "bot/store/migrations/versions").glob("0*.py"))


@pytest.fixture
def engine(database_url: str | None, tmp_path: Path, keys: Keys) -> Iterator[Engine]:
    """What the tables are made with, before anything was made."""
    made = postgres_engine(database_url) if database_url else sqlite_engine(tmp_path / FILE, keys.database)
    yield made
    made.dispose()


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


# ---- the file


def test_every_connection_writes_through_waits_its_turn_and_overwrites_what_is_deleted(
    tmp_path: Path, keys: Keys
) -> None:
    with closing(open_database(keys, tmp_path)) as database:
        for setting, value in {
            "journal_mode": "wal",
            "synchronous": 2,  # FULL
            "secure_delete": 1,
            "foreign_keys": 1,
            "busy_timeout": 30_000,
            "temp_store": 2,  # in memory
        }.items():
            assert rows(database, f"PRAGMA {setting}") == [(value,)], setting
        (version,) = rows(database, "SELECT sqlite_version()")[0]
        assert tuple(map(int, str(version).split("."))) >= FIXED_SQLITE == (3, 51, 3)
        assert rows(database, "PRAGMA cipher_version")


def test_the_settings_stay_after_a_scrub(tmp_path: Path, keys: Keys) -> None:
    with closing(open_database(keys, tmp_path)) as database:
        for _ in range(2):
            assert database.scrub().result() is True
            accept(database, arrival(1))
        assert rows(database, "PRAGMA synchronous") == [(2,)]
        assert rows(database, "SELECT count(*) FROM inbox") == [(1,)]


def read_then_write(connection: Connection) -> None:
    """Whoever begins this as a reader is refused, without any waiting, as soon as another has written."""
    n = connection.execute(text("SELECT count(*) FROM inbox")).scalar_one()
    delivery.accept(connection, [arrival(n)], 0.0)


def test_a_transaction_owns_the_writers_place_from_its_start(tmp_path: Path, keys: Keys) -> None:
    def write(process: Database) -> None:
        for _ in range(25):
            process.run(read_then_write)

    with closing(open_database(keys, tmp_path)) as first, closing(open_database(keys, tmp_path)) as second:
        at_once([partial(write, process) for process in (first, second)])
        assert rows(first, "SELECT count(*) FROM inbox") == [(50,)]


def test_the_file_holds_nothing_in_plain_text(tmp_path: Path, keys: Keys) -> None:
    found = {}
    for encrypted in (True, False):
        folder = tmp_path / str(encrypted)
        with closing(open_database(keys, folder, encrypted=encrypted)) as database:
            accept(database, replace(arrival(1), content=PLAIN_TEXT))
            in_the_log = files(folder)
            database.scrub().result()
            found[encrypted] = [PLAIN_TEXT in in_the_log, PLAIN_TEXT in files(folder)]
            found[encrypted] += [b"CREATE TABLE" in files(folder)]
    assert found == {True: [False, False, False], False: [True, True, True]}


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_nobody_else_can_read_the_files(tmp_path: Path, keys: Keys) -> None:
    before = os.umask(0)
    try:
        with closing(open_database(keys, tmp_path / "data")) as database:
            accept(database, arrival(1))
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys((FILE, f"{FILE}-wal", f"{FILE}-shm"), 0o600)
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


# ---- refused


def test_a_file_is_not_opened_with_another_key_or_without_one(tmp_path: Path, keys: Keys) -> None:
    with closing(open_database(keys, tmp_path)) as database:
        accept(database, arrival(1))
    stored = (tmp_path / FILE).read_bytes()
    for wrong, encrypted in ((replace(keys, database="7a" * 32), True), (keys, False)):
        with pytest.raises(ValueError, match=r"cannot be opened with this database\.key: put the right key back"):
            open_database(wrong, tmp_path, encrypted=encrypted)
    assert (tmp_path / FILE).read_bytes() == stored
    with closing(open_database(keys, tmp_path)) as database:
        assert claim(database).message


def test_a_database_is_not_opened_with_another_pepper(database_url: str | None, tmp_path: Path, keys: Keys) -> None:
    with closing(open_database(keys, tmp_path, database_url)) as database:
        accept(database, arrival(1))
    with pytest.raises(ValueError, match=r"made with another pepper\.key: put the right key back"):
        open_database(replace(keys, pepper=b"another pepper, also 32 bytes..."), tmp_path, database_url)
    with closing(open_database(keys, tmp_path, database_url)) as database:
        assert claim(database).message


def test_a_database_of_a_newer_version_is_refused(
    engine: Engine, database_url: str | None, tmp_path: Path, keys: Keys
) -> None:
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ValueError, match="newer version of nahbei"):
        open_database(keys, tmp_path, database_url)
    assert revision(engine) == "9999"


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, keys: Keys) -> None:
    (tmp_path / FILE).write_bytes(b"something else" * 1000)
    with pytest.raises(ValueError, match="cannot be opened"):
        open_database(keys, tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"something else" * 1000


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://host/name", "understands postgresql://user:password@host/database"),
        ("sqlite:///file", "understands postgresql://"),
        ("not an address", "must look like postgresql://"),
        ("postgresql://user:secret@host:port/name", "must look like postgresql://"),
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(
    tmp_path: Path, keys: Keys, url: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        open_database(keys, tmp_path, url)
    assert "secret" not in str(refused.value)


def test_a_server_that_cannot_be_reached_is_told_from_a_wrong_key(tmp_path: Path, keys: Keys) -> None:
    with pytest.raises(OSError, match="the database cannot be opened") as refused:
        open_database(keys, tmp_path, f"postgresql://user:secret@/name?host={tmp_path}")
    assert "secret" not in str(refused.value)


def test_a_user_without_rights_is_told_so(postgres_url: str, tmp_path: Path, keys: Keys) -> None:
    with closing(open_database(keys, tmp_path, postgres_url)) as database:
        name = f"reader_{os.getpid()}"
        database.run(lambda connection: connection.execute(text(f"CREATE ROLE {name} LOGIN")))
    with pytest.raises(OSError, match="permission denied"):
        open_database(keys, tmp_path, postgres_url.replace("postgres:@", f"{name}:@", 1))


# ---- together


def test_many_that_open_one_database_for_the_first_time_agree(
    database_url: str | None, tmp_path: Path, keys: Keys
) -> None:
    opened = at_once([lambda: open_database(keys, tmp_path, database_url) for _ in range(6)])
    try:
        assert [accept(database, arrival(1)) for database in opened] == [[True]] + [[False]] * 5
        assert rows(opened[-1], "SELECT name, value FROM facts") == [("pepper", keys.check())]
    finally:
        for database in opened:
            database.close()


def test_who_comes_while_another_begins_the_same_file_waits_for_it(tmp_path: Path, keys: Keys) -> None:
    first = sqlcipher.connect(str(tmp_path / FILE), isolation_level=None)
    first.execute(f"PRAGMA key = \"x'{keys.database}'\"")
    first.execute("BEGIN IMMEDIATE")
    first.execute("CREATE TABLE in_the_making (n INTEGER)")
    with ThreadPoolExecutor(1) as thread:
        second = thread.submit(open_database, keys, tmp_path)
        sleep(0.2)
        first.execute("COMMIT")
        with closing(second.result()) as database:
            assert accept(database, arrival(1)) == [True]
    first.close()


PREPARE = """
from pathlib import Path
from bot.keys import Keys
from bot.store.opening import open_database
"""
ACT = """
keys = Keys("5e" * 32, b"pepper of the tests, 32 bytes...")
open_database(keys, Path(sys.argv[1]), *sys.argv[2:]).close()
"""


def test_processes_that_begin_together_make_the_tables_once(
    database_url: str | None, tmp_path: Path, keys: Keys
) -> None:
    processes_at_once(PREPARE, ACT, *[[str(tmp_path), *([database_url] if database_url else [])]] * 3)
    with closing(open_database(keys, tmp_path, database_url)) as database:
        assert accept(database, arrival(1)) == [True]


# ---- older


def fill_first_version(engine: Engine, keys: Keys) -> None:
    """One row in each table of the first version, as it wrote them."""
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO facts VALUES ('pepper', :check)",
            "INSERT INTO chats VALUES (:chat, 'test', :content, 99.0, 3, 5.0, 'process')",
            "INSERT INTO inbox (chat, digest, content, tries, at) VALUES (:chat, :digest, :content, 1, 5.0)",
            "INSERT INTO outbox VALUES (:chat, 0, 'key', :content, TRUE, 1, 2, 6.0)",
            "INSERT INTO outbox VALUES (:chat, 1, 'next', :content, FALSE, 0, 0, 6.0)",
            "INSERT INTO seen VALUES (:digest, 5.0)",
            "INSERT INTO cursors VALUES ('test', '17')",
            "INSERT INTO messages (chat, ref, at) VALUES (:chat, :content, 7.0)",
            "INSERT INTO leases VALUES ('sweep', 'process', 8.0)",
            "INSERT INTO quarantine (channel, error, at) VALUES ('test', 'error', 9.0)",
        ):
            values = {"chat": b"chat", "digest": b"digest", "content": b"content", "check": keys.check()}
            connection.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})


def test_from_the_first_version_every_row_comes_along(
    engine: Engine, database_url: str | None, tmp_path: Path, keys: Keys, clock: Clock
) -> None:
    migrate(engine, "0001")
    assert revision(engine) == "0001"
    fill_first_version(engine, keys)
    engine.dispose()
    with closing(open_database(keys, tmp_path, database_url, clock=clock)) as database:
        assert revision(engine) == HEAD
        stored = contents(database)
        assert stored["chats"] == [(b"chat", "test", b"content", 99.0, 3, 5.0, "process")]
        assert stored["outbox"][0] == (b"chat", 0, "key", b"content", True, 1, 2, 6.0)
        filled = {"facts", "chats", "inbox", "outbox", "seen", "cursors", "messages", "leases", "quarantine"}
        assert {name for name, table in stored.items() if table} == filled
        assert set(stored) == set(metadata.tables)
        _goes_on(database)


def _goes_on(database: Database) -> None:
    database.run(delivery.leave, "process")
    claimed = claim(database, now=10.0)
    assert [parcel.n for parcel in claimed.parcels] == [0, 1]
    assert claimed.message
    need = Count("found", "debts", "money_work", "age_1_3", "tr")
    assert database.run(counters.count, b"chat", need, NOW.date())
    assert accept(database, arrival(1)) == [True]


def test_nothing_changes_where_there_is_nothing_to_bring_up_to_date(database: Database, engine: Engine) -> None:
    accept(database, arrival(1))
    before = contents(database)
    migrate(engine)
    assert contents(database) == before


def test_every_operation_runs_on_tables_that_were_just_made(database: Database) -> None:
    assert set(contents(database)) == set(metadata.tables)
    assert database.run(retention.expire, 0.0) == retention.Expired(0, 0, 0)
    assert database.run(copying.dump) == {table.name: [] for table in copying.COPIED}


def test_a_step_that_fails_leaves_the_tables_as_they_were(engine: Engine, keys: Keys) -> None:
    migrate(engine, "0001")
    fill_first_version(engine, keys)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE reports (in_the_way INTEGER)"))
    with pytest.raises(Exception, match="reports"):
        migrate(engine)
    assert revision(engine) == "0001"
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE reports"))
    migrate(engine)
    assert revision(engine) == HEAD
