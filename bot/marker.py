"""Remembers, through a sudden end of the process, which message was being answered.

A few bytes in a file that is never waited for: they outlive a killed process, and a message that kills the process
again and again is found out. Losing them with the power does no harm.
"""

import os
from contextlib import suppress
from pathlib import Path

WIDTH = 8  # bytes of a message's number; 0: none


class Marker:
    """One process has one file; it stays open."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def read(self) -> int | None:
        """The message at which the last process ended, if it ended in the middle of one."""
        return int.from_bytes(os.pread(self._file, WIDTH, 0)) or None

    def set(self, message: int) -> None:
        with suppress(OSError):  # a full disk is no reason not to answer
            os.pwrite(self._file, message.to_bytes(WIDTH), 0)

    def clear(self) -> None:
        self.set(0)

    def close(self) -> None:
        os.close(self._file)
