"""One SQL statement for both databases, each time on the shortest way to the driver.

On SQLite the words go to the driver as they are. SQLAlchemy would compile, look up and wrap every execution anew: on a
small machine that wakes up for one message that costs more than the statements themselves (docs/measurements.md).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, object]
Rows = Sequence[Sequence[Any]]


class Statement:
    """SQL with `:names`. `lists`: the names behind an IN; their values are sequences, never empty."""

    def __init__(self, sql: str, *lists: str) -> None:
        self._sql = sql
        self._lists = lists
        self._text = text(sql).bindparams(*(bindparam(name, expanding=True) for name in lists))

    def rows(self, connection: Connection, values: Values | None = None) -> Rows:
        """What it finds or returns, all of it.

        Raises:
            DBAPIError: as everything that SQLAlchemy runs.
        """
        return self._execute(connection, values or {})[0]

    def value(self, connection: Connection, values: Values | None = None) -> Any:
        """The first column of the first row; None where there is no row."""
        rows = self.rows(connection, values)
        return rows[0][0] if rows else None

    def run(self, connection: Connection, values: Values | None = None) -> int:
        """Change rows. Returns how many; nothing sure where the statement also returns rows."""
        return self._execute(connection, values or {})[1]

    def each(self, connection: Connection, many: Sequence[Values]) -> None:
        """Change rows once for each of many sets of values."""
        if connection.dialect.name != "sqlite":
            connection.execute(self._text, many)
        else:
            for values in many:
                self._execute(connection, values)

    def _execute(self, connection: Connection, values: Values) -> tuple[Rows, int]:
        if connection.dialect.name != "sqlite":
            result = connection.execute(self._text, values)
            return (result.fetchall() if result.returns_rows else ()), result.rowcount
        driver: Any = connection.connection.driver_connection
        try:
            cursor = driver.execute(*self._spread(values))
            return cursor.fetchall(), cursor.rowcount
        except sqlcipher.Error as error:
            named: DBAPIError = DBAPIError.instance(self._sql, None, error, sqlcipher.Error, hide_parameters=True)
            raise named from error

    def _spread(self, values: Values) -> tuple[str, Values]:
        """With a name of its own for each value of a list."""
        sql, spread = self._sql, values
        for name in self._lists:
            listed: Any = values[name]
            each = {f"{name}_{n}": value for n, value in enumerate(listed)}
            sql = re.sub(rf":{name}\b", f"({', '.join(f':{one}' for one in each)})", sql)
            spread = {**spread, **each}
        return sql, spread
