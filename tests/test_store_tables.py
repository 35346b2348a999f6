"""The migrations build exactly the tables that the code knows, on both databases; and no table can name a person."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, LargeBinary, MetaData, Text, text

from bot.keys import Keys
from bot.store.database import PERSONAL
from bot.store.opening import FILE, migrate, postgres_engine, sqlite_engine
from bot.store.tables import CELL, metadata


@pytest.fixture(params=[None, "0001"], ids=["from nothing", "from the first version"])
def connection(
    request: pytest.FixtureRequest, database_url: str | None, tmp_path: Path, keys: Keys
) -> Iterator[Connection]:
    """A connection to tables that the migrations have made."""
    engine: Engine = postgres_engine(database_url) if database_url else sqlite_engine(tmp_path / FILE, keys.database)
    if request.param:
        migrate(engine, request.param)
    migrate(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def differences(connection: Connection, known: MetaData = metadata) -> object:
    return compare_metadata(MigrationContext.configure(connection, opts={"compare_server_default": True}), known)


def test_the_migrations_make_the_tables_that_the_code_knows(connection: Connection) -> None:
    assert differences(connection) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE chats ADD COLUMN name TEXT",
        "ALTER TABLE chats DROP COLUMN owner",
        "DROP INDEX chats_ready",
        "CREATE TABLE families (name TEXT)",
    ],
)
def test_a_difference_would_be_seen(connection: Connection, change: str) -> None:
    connection.execute(text(change))
    assert differences(connection) != []
    connection.rollback()


def test_the_row_of_chats_that_wait_holds_only_these(connection: Connection) -> None:
    query = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE name = 'chats_ready'",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE indexname = 'chats_ready'",
    }[connection.dialect.name]
    assert "pending > 0" in connection.execute(text(query)).scalar_one()


def test_every_message_and_answer_belongs_to_a_chat_that_is_there(connection: Connection) -> None:
    for table in ("inbox", "outbox"):
        (key,) = metadata.tables[table].foreign_keys
        assert key.target_fullname == "chats.chat"
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        connection.execute(
            text("INSERT INTO inbox (chat, digest, content, tries, at) VALUES (:nobody, :nobody, :nobody, 0, 0)"),
            {"nobody": b"nobody"},
        )
    connection.rollback()


def test_what_belongs_to_a_chat_is_freed_when_it_is_deleted() -> None:
    assert set(PERSONAL) == {name for name, table in metadata.tables.items() if "chat" in table.c}


def test_readable_text_is_stored_only_where_it_names_nobody() -> None:
    """Whoever adds a column of text has to say here why it is not sealed."""
    readable = {
        (name, column.name)
        for name, table in metadata.tables.items()
        for column in table.columns
        if not isinstance(column.type, LargeBinary) and isinstance(column.type, Text)
    }
    assert readable == {
        ("facts", "name"),
        ("facts", "value"),
        ("chats", "channel"),
        ("chats", "owner"),  # a process
        ("outbox", "key"),  # the digest of an update, and a number
        ("cursors", "channel"),
        ("cursors", "value"),
        ("leases", "name"),
        ("leases", "owner"),
        ("quarantine", "channel"),
        ("quarantine", "error"),  # a place in the code
        ("weeks", "week"),
        ("marks", "week"),
        *((table, name) for table in ("demand", "published") for name in ("month", *CELL)),
        *(("reports", name) for name in ("offer", "remark", "week")),
        # who publishes and who checks, as colleagues sign at work; whoever keeps the catalog decides how
        *(("catalog_versions", name) for name in ("who", "note", "checksum")),
        *(("confirmations", name) for name in ("offer", "verified_on", "verified_by")),
        ("positions", "address"),  # of offers
        ("positions", "asked_on"),
        # what is missing in the town, and which role or colleague sees to it
        *(("challenges", name) for name in ("topic_group", "phase", "municipality", "district", "owner", "due")),
    }
