"""What libraries load besides only because it is installed, and a service never uses: coloured tracebacks, other event loops
and databases. It stays out while they are loaded; 4 MB in a plain installation, 15 in one for development.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

EXTRAS = (
    "rich",  # structlog and httpx, for a terminal
    "pygments",  # the same
    "twisted",  # structlog and prometheus_client, for its own loggers and servers
    "bcrypt",  # cryptography, for SSH keys with passwords
    "psycopg",  # peewee, of which Matrix uses SQLite; ours is loaded where NAHBEI_DATABASE_URL is used
)


@contextmanager
def without_extras() -> Iterator[None]:
    """Let imports in here believe that nothing of `EXTRAS` is installed; what was loaded before stays.

    None in `sys.modules` makes an import fail (docs.python.org/3/reference/import.html#the-module-cache).
    """
    absent = [name for name in EXTRAS if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]  # None is allowed there, the types do not know it
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
