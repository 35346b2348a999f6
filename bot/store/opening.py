"""Opens the database of an installation: makes it, brings it up to date, refuses what would lose or mix up something."""

from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, select, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from bot.keys import Keys
from bot.store.database import POSTGRES_WRITERS, Database
from bot.store.tables import facts

FILE = "nahbei.db"
FIXED_SQLITE = (
    3,
    51,
    3,
)  # before, two connections could damage a database in WAL mode (sqlite.org/wal.html, section 11)
BUSY_MS = 30_000  # how long a writer waits for another process
MIGRATING = 0x6E616862  # PostgreSQL's lock while one process changes the tables
CONNECT_SECONDS = 5
PEPPER = "pepper"


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
    engine = postgres_engine(url) if url else sqlite_engine(folder / FILE, keys.database if encrypted else None)
    try:
        migrate(engine)
        with engine.begin() as connection:
            _check_pepper(connection, keys)
    except OperationalError as error:
        engine.dispose()
        raise OSError(f"the database cannot be opened: {str(error.orig).strip()}") from error
    except DatabaseError as error:
        engine.dispose()
        raise ValueError(f"{folder / FILE} cannot be opened with this database.key: put the right key back") from error
    except ValueError:
        engine.dispose()
        raise
    database = Database(engine, clock=clock)
    if clock is None:
        database.synchronise()
    return database


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
        for setting in (
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "secure_delete = ON",
            "temp_store = MEMORY",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {setting}")
        return connection

    engine = create_engine(URL.create("sqlite", database=str(path)), creator=connect, module=sqlcipher)
    # A transaction that reads before it writes must own the writer's place from the start, or it fails as "locked".
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def postgres_engine(url: str) -> Engine:
    """PostgreSQL through psycopg 3: only a server that writes, every connection tried before it is used."""
    try:
        address = make_url(url)
        if address.get_backend_name() not in {"postgresql", "postgres"}:
            raise ValueError("NAHBEI_DATABASE_URL understands postgresql://user:password@host/database")
        address = address.set(drivername="postgresql+psycopg")
        return create_engine(
            address,
            pool_pre_ping=True,
            pool_size=POSTGRES_WRITERS,
            connect_args={"connect_timeout": CONNECT_SECONDS, "target_session_attrs": "read-write"},
        )
    except ArgumentError as error:
        raise ValueError("NAHBEI_DATABASE_URL must look like postgresql://user:password@host/database") from error
    except ModuleNotFoundError as error:
        raise ValueError("for PostgreSQL install the extra: pip install 'nahbei[postgres]'") from error


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the tables into their present form, from nothing or from any earlier version; one process at a time."""
    with engine.begin() as connection, as_file(files("bot.store").joinpath("migrations")) as scripts:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATING})
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(scripts))
        command.upgrade(config, revision)


def _check_pepper(connection: Connection, keys: Keys) -> None:
    """A database belongs to one pepper: with another, every family would be a stranger and nothing could be opened."""
    known = connection.execute(select(facts.c.value).where(facts.c.name == PEPPER)).scalar_one_or_none()
    if known is None:
        connection.execute(facts.insert().values(name=PEPPER, value=keys.check()))
    elif known != keys.check():
        raise ValueError("this database was made with another pepper.key: put the right key back")
