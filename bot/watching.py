"""Publishes a file whenever it is saved, and never half of it.

A workbook or JSON that ends too early cannot be read at all: it counts as saved when nothing has changed for a second. A
text can end anywhere: ten seconds.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from catalog.drafts import Draft

ENDED = (".xlsx", ".xlsm", ".ods", ".json", ".geojson")  # formats of which a part is nothing
SETTLED, TEXT_SETTLED = 1.0, 10.0  # seconds without any change
AGAIN = 10.0  # seconds before the database is tried again
PAUSE = 0.25  # seconds between two looks


@dataclass(frozen=True)
class Look:
    """A file from outside, or the files of a folder: name, size, time of the last change, which file it is."""

    files: tuple[tuple[str, int, int, int], ...]


def look(path: Path) -> Look | None:
    """None while it is not there, as in the middle of a save that replaces it."""
    try:
        files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
        seen = [(file.name, file.stat()) for file in files]
    except OSError:
        return None
    return Look(tuple((name, at.st_size, at.st_mtime_ns, at.st_ino) for name, at in seen))


def settles_in(path: Path) -> float:
    """Seconds without any change after which a save is complete."""
    return SETTLED if path.suffix.lower() in ENDED else TEXT_SETTLED


def ticks(pause: float = PAUSE) -> Iterator[float]:
    """The clock, again and again, with a pause in between."""
    while True:
        yield time.monotonic()
        time.sleep(pause)


class Watch:
    """Follows one file. Look at it again and again with `tick`."""

    def __init__(
        self,
        path: Path,
        draft: Callable[[], Draft | None],
        publish: Callable[[Draft], bool],
        say: Callable[[str, str], None],
    ) -> None:
        """What happens when a save is complete.

        `draft` reads the file, and returns None where it cannot be read; `publish` returns False where it has to be tried
        again. Both may raise OSError while the database is away. `say` hears "missing" or "away", and why.
        """
        self._path = path
        self._draft = draft
        self._publish = publish
        self._say = say
        self._settles_in = settles_in(path)
        self._seen: Look | None = None
        self._since = self._again_at = 0.0
        self._is_done = False  # with what was seen

    def tick(self, now: float) -> None:
        """Look once, at the moment `now` (seconds, never going back)."""
        seen = look(self._path)
        if seen != self._seen:
            self._seen, self._since, self._is_done = seen, now, False
        elif not self._is_done and now >= max(self._since + self._settles_in, self._again_at):
            try:
                self._is_done = self._settled(seen, now)
            except OSError as error:
                self._say("away", str(error))
                self._again_at = now + AGAIN

    def _settled(self, seen: Look | None, now: float) -> bool:
        """Do what has to be done with a complete save; False: not done yet."""
        if seen is None:
            self._say("missing", "")
            return True
        drafted = self._draft()
        if look(self._path) != seen:
            return False  # it was written to meanwhile: what was read may be half of it
        is_done = drafted is None or self._publish(drafted)
        if not is_done:
            self._again_at = now + AGAIN
        return is_done
