"""The first start makes the database in a process of its own: what Alembic needs, some ten megabytes, would stay for months."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from bot.keys import load_keys
from bot.store import FILE
from bot.store.opening import open_database


def found_apart(folder: Path, keys: Path) -> None:
    """Make database and keys where there is none. Where that fails, opening it says what is wrong."""
    if (folder / FILE).exists():
        return
    command = [sys.executable, "-m", "bot.store.founding", str(folder), str(keys)]
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with suppress(OSError):
        subprocess.run(command, env=surroundings, check=False, capture_output=True)  # noqa: S603 our own command


def main() -> None:
    """Make them, with the modes that `nahbei serve` gives them."""
    folder, keys = map(Path, sys.argv[1:])
    os.umask(0o077)
    open_database(load_keys(keys), folder).close()


if __name__ == "__main__":
    main()
