"""Arrays kept on disk: one folder, one file each, mapped instead of read, so that they cost memory only where they are
looked at, and once for all processes.
"""

import os
import shutil
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
CHUNK = 1024 * 1024


def write_arrays(arrays: Arrays, folder: Path) -> None:
    """Put the folder in place whole or not at all. Each file's name ends in its checksum.

    Raises:
        OSError: it cannot be written.
    """
    fresh = folder.with_name(f"{folder.name}.{os.getpid()}.new")
    try:
        fresh.mkdir(parents=True, exist_ok=True)
        for name, array in arrays.items():
            file = fresh / "array"
            with file.open("wb") as out:
                np.save(out, array, allow_pickle=False)
            file.rename(fresh / f"{name}-{_checksum(file):08x}.npy")
        shutil.rmtree(folder, ignore_errors=True)  # a broken one
        fresh.rename(folder)
    finally:
        with suppress(OSError):
            shutil.rmtree(fresh)


def map_arrays(folder: Path) -> Arrays:
    """Everything that `write_arrays` has left in a folder; nothing where it has not been.

    Raises:
        OSError, ValueError: a file is not what was written, or cannot be read.
    """
    arrays = {}
    for file in folder.glob("*.npy"):
        name, _, checksum = file.stem.rpartition("-")
        if checksum != f"{_checksum(file):08x}":
            raise ValueError(f"{file} is broken")
        arrays[name] = np.load(file, mmap_mode="r", allow_pickle=False).view(np.ndarray)
    return arrays


def _checksum(file: Path) -> int:
    """Read, not mapped: what is read here does not stay with the process."""
    checksum = 0
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            checksum = zlib.crc32(chunk, checksum)
    return checksum
