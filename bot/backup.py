"""Backups (bot/store/copying.py: of what), sealed with the pepper: worthless to whoever finds one."""

import json
import os
from pathlib import Path

from bot.keys import Keys, WrongKeyError
from bot.store import copying
from bot.store.database import Database

HEAD = b"nahbei backup 1\n"
PLACE = b"backup"


def write_backup(database: Database, keys: Keys, path: Path) -> int:
    """Write a backup to a new file, whole or not at all. Returns the number of rows."""
    rows = database.run(copying.dump)
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            file.write(HEAD + keys.seal(json.dumps(rows).encode(), PLACE))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return sum(len(table) for table in rows.values())


def read_backup(database: Database, keys: Keys, path: Path) -> int:
    """Put a backup into a fresh installation. Returns the number of rows.

    Raises:
        ValueError: it cannot be opened, or the installation is not fresh. Nothing is changed.
    """
    return database.run(copying.load, open_backup(keys, path))


def open_backup(keys: Keys, path: Path) -> copying.Rows:
    """Read a backup.

    Raises:
        ValueError: it is no backup, damaged, or of another pepper.
    """
    content = path.read_bytes()
    if not content.startswith(HEAD):
        raise ValueError(f"{path} is not a backup of nahbei")
    try:
        rows: copying.Rows = json.loads(keys.open(content.removeprefix(HEAD), PLACE))
    except WrongKeyError as error:
        raise ValueError(
            f"{path} was made with another pepper.key (put the right key back first), or is damaged"
        ) from error
    return rows
