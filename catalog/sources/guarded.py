"""Opens risky files in a child process, so that none of them can take the bot along."""

import json
import subprocess
import sys
from pathlib import Path

from catalog.sources.tables import RefusedFileError, Workbook, from_json

CHILD = "catalog.sources.child"
PATIENCE = 20.0  # seconds by the clock; the child's own limit of five seconds of computing comes first, unless it waits


def read_guarded(path: Path, form: str) -> Workbook:
    """Read a workbook ("xlsx" or "ods").

    Raises:
        OSError: when there is no such file or nobody may read it.
        RefusedFileError: when it must not be read, or wanted more memory or time than any catalog needs.
    """
    command = [sys.executable, "-P", "-m", CHILD, str(path), form]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE, check=False)  # noqa: S603 our own program
    except subprocess.TimeoutExpired as error:
        raise RefusedFileError("file-too-large") from error
    if done.returncode:
        raise RefusedFileError("file-too-large")
    answer = json.loads(done.stdout)
    if "failed" in answer:
        raise OSError(None, answer["failed"], str(path))
    if "refused" in answer:
        raise RefusedFileError(answer["refused"], **answer["details"])
    return from_json(answer)
