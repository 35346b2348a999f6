"""What the only process does with a database before anything else."""

from sqlalchemy import Connection

from bot.store.statement import Statement

_ABANDONED = Statement("UPDATE chats SET owner = NULL WHERE owner IS NOT NULL")
_RIGHT_CLOCK = Statement("UPDATE chats SET ready_at = :now WHERE ready_at > :latest")
_RIGHT_EXPIRY = Statement("UPDATE chats SET expires_at = :latest WHERE expires_at > :latest")
_RIGHT_TIMES = tuple(
    Statement(f"UPDATE {table} SET at = :now WHERE at > :now")  # noqa: S608 our own tables
    for table in ("inbox", "outbox", "seen", "messages", "quarantine")
)
_END_LEASES = Statement("DELETE FROM leases")


def begin_alone(connection: Connection, now: float, longest_wait: float, longest_memory: float) -> None:
    """At the start of the only process: free everything, and mend what a clock that ran ahead has written."""
    _ABANDONED.run(connection)
    _END_LEASES.run(connection)
    for statement in _RIGHT_TIMES:
        statement.run(connection, {"now": now})
    _RIGHT_CLOCK.run(connection, {"now": now, "latest": now + longest_wait})
    _RIGHT_EXPIRY.run(connection, {"latest": now + longest_memory})
