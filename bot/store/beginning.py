"""What the only process does with a database before anything else."""

from sqlalchemy import Connection, text

_ABANDONED = text("UPDATE chats SET owner = NULL WHERE owner IS NOT NULL")
_RIGHT_CLOCK = text("UPDATE chats SET ready_at = :now WHERE ready_at > :latest")
_RIGHT_EXPIRY = text("UPDATE chats SET expires_at = :latest WHERE expires_at > :latest")
_RIGHT_TIMES = tuple(
    text(f"UPDATE {table} SET at = :now WHERE at > :now")  # noqa: S608 our own tables
    for table in ("inbox", "outbox", "seen", "messages", "quarantine")
)
_END_LEASES = text("DELETE FROM leases")


def begin_alone(connection: Connection, now: float, longest_wait: float, longest_memory: float) -> None:
    """At the start of the only process: free everything, and mend what a clock that ran ahead has written."""
    connection.execute(_ABANDONED)
    connection.execute(_END_LEASES)
    for statement in _RIGHT_TIMES:
        connection.execute(statement, {"now": now})
    connection.execute(_RIGHT_CLOCK, {"now": now, "latest": now + longest_wait})
    connection.execute(_RIGHT_EXPIRY, {"latest": now + longest_memory})
