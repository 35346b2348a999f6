"""What a backup holds: the counters, and nothing of any family. Conversations live a day; a copy would outlive them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot.store.tables import demand, published, reports

COPIED = (demand, published, reports)

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def dump(connection: Connection) -> Rows:
    """The rows of all counters, by table."""
    return {
        table.name: [
            {name: value for name, value in row._mapping.items() if name != "id"}  # noqa: SLF001 SQLAlchemy's public name
            for row in connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in COPIED
    }


def load(connection: Connection, rows: Rows) -> int:
    """Put the rows of a dump into an installation that has counted nothing yet. Returns how many.

    Raises:
        ValueError: it has; nothing is changed.
    """
    for table in COPIED:
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise ValueError("this installation has counters of its own; a backup goes into a fresh one")
    for table in COPIED:
        if rows[table.name]:
            connection.execute(insert(table), list(rows[table.name]))
    return sum(len(rows[table.name]) for table in COPIED)
