"""Opens the database of an installation: makes it, brings it up to date, refuses what would lose or mix up something."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from time import monotonic, sleep
from typing import Any, TypeVar

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from bot import store
from bot.keys import Keys
from bot.store.database import POSTGRES_WRITERS, PRIMARY, Database, UnavailableError
from bot.store.tables import facts

T = TypeVar("T")

FILE = store.FILE
# Before, two connections could damage a database in WAL mode (sqlite.org/wal.html, section 11).
FIXED_SQLITE = (3, 51, 3)
BUSY_MS = 30_000  # how long a writer waits for another process
LOOK_AGAIN = 0.05  # seconds; where SQLite does not wait by itself
MIGRATING = 0x6E616862  # PostgreSQL's lock while one process changes the tables
CONNECT_SECONDS = 5
CACHE = 1000  # KiB of pages that a connection keeps; SQLCipher's own 8,000 would fill up with time
BUSY = 5  # SQLite's code for "database is locked"
PEPPER = "pepper"

_FIRST_PEPPER = text("INSERT INTO facts (name, value) VALUES (:name, :value) ON CONFLICT DO NOTHING")


def open_database(
    keys: Keys,
    folder: Path,
    url: str | None = None,
    *,
    clock: Callable[[], float] | None = None,
    encrypted: bool = True,
) -> Database:
    """Open `folder`/nahbei.db, or the PostgreSQL database that `url` names, with all tables in their present form.

    Raises:
        ValueError: wrong key, wrong address, database of a newer version. The message says what to do.
        OSError: the database cannot be reached or written.
    """
    engine = _engine(keys.database if encrypted else None, folder, url)
    try:
        with _clear_errors(engine, folder):
            migrate(engine)
            with engine.begin() as connection:
                _check_pepper(connection, keys)
    except BaseException:
        engine.dispose()
        raise
    database = Database(engine, clock=clock)
    try:
        if clock is None:
            database.synchronise()
    except UnavailableError as error:
        database.close()
        raise OSError(f"the database cannot be reached: {error}") from error
    return database


def look(key: str | None, folder: Path, url: str | None, reading: Callable[[Connection], T]) -> T:
    """Read from a database as it is: nothing is made, nothing is brought up to date, nobody who writes has to wait.

    Raises:
        ValueError, OSError: as `open_database`.
    """
    engine = _engine(key, folder, url)
    try:
        with (
            _clear_errors(engine, folder),
            engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection,
        ):
            return reading(connection)
    finally:
        engine.dispose()


def _engine(key: str | None, folder: Path, url: str | None) -> Engine:
    return postgres_engine(url) if url else sqlite_engine(folder / FILE, key)


@contextmanager
def _clear_errors(engine: Engine, folder: Path) -> Iterator[None]:
    """Whatever fails while a database is opened says what to do."""
    try:
        yield
    except OperationalError as error:
        raise OSError(f"the database cannot be opened: {str(error.orig).strip()}") from error
    except DatabaseError as error:
        if engine.dialect.name == "postgresql":
            raise OSError(f"the database cannot be used: {str(error.orig).strip()}") from error
        raise ValueError(f"{folder / FILE} cannot be opened with this database.key: put the right key back") from error


def sqlite_engine(path: Path, key: str | None) -> Engine:
    """SQLite through SQLCipher: encrypted, write-ahead log, written through to the disk, deleted bytes overwritten."""
    if sqlcipher.sqlite_version_info < FIXED_SQLITE:
        raise ValueError(f"SQLite {sqlcipher.sqlite_version} can damage databases: install sqlcipher3 0.6.4 or newer")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)

    def connect() -> Any:
        connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
        path.chmod(0o600)
        if key:
            connection.execute(f"PRAGMA key = \"x'{key}'\"")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        _keep_log(connection)
        cache = f"cache_size = -{CACHE}"
        for setting in ("synchronous = FULL", "secure_delete = ON", "temp_store = MEMORY", "foreign_keys = ON", cache):
            connection.execute(f"PRAGMA {setting}")
        return connection

    engine = create_engine(
        URL.create("sqlite", database=str(path)), creator=connect, module=sqlcipher, hide_parameters=True
    )
    # A transaction that reads before it writes must own the writer's place from the start, or it fails as "locked".
    event.listen(engine, "begin", _begin)
    return engine


def _keep_log(connection: Any) -> None:
    """Use the write-ahead log. Where two processes begin a database together, SQLite does not wait: look again."""
    until = monotonic() + BUSY_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlcipher.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY != BUSY or monotonic() > until:
                raise
            sleep(LOOK_AGAIN)
        else:
            return


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def postgres_engine(url: str) -> Engine:
    """PostgreSQL through psycopg 3: only a server that writes, every connection tried before it is used."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # whose own words may hold the password
        raise ValueError("NAHBEI_DATABASE_URL must look like postgresql://user:password@host/database") from None
    if address.get_backend_name() not in {"postgresql", "postgres"}:
        raise ValueError("NAHBEI_DATABASE_URL understands postgresql://user:password@host/database")
    try:
        return create_engine(
            address.set(drivername="postgresql+psycopg"),
            hide_parameters=True,  # what a family wrote stands in no error
            pool_pre_ping=True,
            pool_size=POSTGRES_WRITERS,
            connect_args={"connect_timeout": CONNECT_SECONDS, "target_session_attrs": "read-write"},
        )
    except ModuleNotFoundError as error:
        raise ValueError("for PostgreSQL install the extra: pip install 'nahbei[postgres]'") from error


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables into their present form, from nothing or from any earlier version; one process at a time.

    Raises:
        ValueError: a newer nahbei has changed them.
    """
    if revision == "head" and _is_current(engine):
        return
    from alembic import command  # noqa: PLC0415 7 MB and a quarter of a second, once after an update
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    with engine.begin() as connection, as_file(files("bot.store").joinpath("migrations")) as scripts:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(scripts))
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            raise ValueError("this database was made by a newer version of nahbei: install that version") from error


def _is_current(engine: Engine) -> bool:
    """Whether the tables already have their present form, told by the number of the newest migration."""
    scripts = files("bot.store").joinpath("migrations", "versions").iterdir()
    newest = max(number for script in scripts if (number := script.name.split("_")[0]).isdecimal())
    with engine.begin() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [newest]


def _check_pepper(connection: Connection, keys: Keys) -> None:
    """A database belongs to one pepper: with another, every family would be a stranger and nothing could be opened."""
    connection.execute(_FIRST_PEPPER, {"name": PEPPER, "value": keys.check()})
    if connection.execute(select(facts.c.value).where(facts.c.name == PEPPER)).scalar_one() != keys.check():
        raise ValueError("this database was made with another pepper.key: put the right key back")
