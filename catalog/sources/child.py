"""The child process that opens a risky file: little memory, little time, and nothing to lose."""

import json
import resource
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from catalog.sources.tables import RefusedFileError, Workbook, to_json

MEMORY = 256 * 1024 * 1024  # bytes of address space
SECONDS = 5  # of computing
UNWANTED = ("numpy", "PIL", "lxml", "defusedxml")  # openpyxl would load them when they are there; none is needed


def main() -> None:
    """Print what the file named on the command line holds, as one line of JSON."""
    limit()
    warnings.simplefilter("ignore")
    sys.modules.update(dict.fromkeys(UNWANTED))  # type: ignore[arg-type]  # None makes the import fail
    answer = answer_for(Path(sys.argv[1]), sys.argv[2])
    sys.stdout.write(json.dumps(answer))


def limit() -> None:
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_CORE, 0)):
        resource.setrlimit(kind, (most, most))


def answer_for(path: Path, form: str) -> Mapping[str, Any]:
    """The tables of a file, or why it is refused. A broken file can fail anywhere within a library."""
    try:
        return to_json(_reader(form)(path))
    except RefusedFileError as refusal:
        return {"refused": refusal.code, "details": refusal.details}
    except MemoryError:
        return {"refused": "file-too-large", "details": {}}
    except OSError as error:
        return {"failed": error.strerror or "cannot be read"}
    except Exception:  # noqa: BLE001 see above; outside of this process it is one sentence
        return {"refused": "file-broken", "details": {}}


def _reader(form: str) -> Callable[[Path], Workbook]:
    """Load only the library that is needed."""
    if form == "ods":
        from catalog.sources.ods import read_ods  # noqa: PLC0415

        return read_ods
    from catalog.sources.spreadsheet import read_xlsx  # noqa: PLC0415

    return read_xlsx


if __name__ == "__main__":
    main()
