"""What a backup holds: the counters, the published catalogs and what belongs to them, and nothing of any family.

Conversations live a day; a copy would outlive them.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot.store.tables import challenges, demand, published, reports
from catalog import db
from catalog.positions import positions

COPIED = (demand, published, reports, db.versions, db.confirmations, challenges, positions)
CONTENT = db.versions.c.content.name  # the only bytes among all these columns

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


def dump(connection: Connection) -> Rows:
    """The rows of all these tables, by table, in a form that JSON can hold."""
    return {
        table.name: [
            {name: _text(value) for name, value in row._mapping.items() if name != "id"}  # noqa: SLF001 SQLAlchemy's public name
            for row in connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in COPIED
    }


def load(connection: Connection, rows: Rows) -> int:
    """Put the rows of a dump into an installation that has counted and published nothing yet. Returns how many.

    An earlier nahbei has dumped fewer tables.

    Raises:
        ValueError: it has; nothing is changed.
    """
    for table in COPIED:
        if connection.execute(select(func.count()).select_from(table)).scalar_one():
            raise ValueError("this installation has counters or catalogs of its own; a backup goes into a fresh one")
    there = [(table, rows[table.name]) for table in COPIED if rows.get(table.name)]
    for table, dumped in there:
        connection.execute(insert(table), [_bytes(row) for row in dumped])
    return sum(len(dumped) for _, dumped in there)


def _text(value: object) -> object:
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _bytes(row: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**row, CONTENT: b64decode(row[CONTENT])} if CONTENT in row else row
