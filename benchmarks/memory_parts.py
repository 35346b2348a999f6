"""What each part of the service adds to the memory of a process: `nahbei serve`, loaded one part after the other.

python -m benchmarks.memory_parts FOLDER; prints one JSON object. benchmarks/memory.py makes a table of it.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DAY = "2026-11-23"


class Memory(NamedTuple):
    """What a process holds at one moment, in MB."""

    when: str
    rss: float
    pss: float
    own: float

    @classmethod
    def of(cls, when: str, process: int | str = "self") -> "Memory":
        rolled = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
        sizes = {name: int(size) / 1024 for name, size in re.findall(r"^(\w+):\s+(\d+) kB", rolled, re.MULTILINE)}
        return cls(when, sizes["Rss"], sizes["Pss"], sizes["Anonymous"])


def parts(folder: Path) -> Iterator[Memory]:
    """Load one part after the other, as `nahbei serve` does."""
    yield Memory.of("Python")
    from bot import cli  # noqa: F401, PLC0415 the imports are what is measured
    from bot.commands.base import opened, opened_database  # noqa: PLC0415
    from bot.commands.running import serve_command  # noqa: F401, PLC0415
    from bot.config import Settings  # noqa: PLC0415
    from bot.extras import without_extras  # noqa: PLC0415

    with without_extras():
        from bot.serve import channels  # noqa: F401, PLC0415
    yield Memory.of("after the command and the service are imported")
    with without_extras():
        import bot.channels.telegram  # noqa: F401, PLC0415

    yield Memory.of("after Telegram is imported")
    os.environ["NAHBEI_DATA_DIR"] = str(folder)
    with opened_database(Settings(), fresh=True):
        yield Memory.of("after the database is opened")
    desk = opened(None, DAY)
    yield Memory.of("after the catalog")
    for language in desk.understanding.languages:
        desk.understanding.languages.translator(language.tag).gettext("Hello!")
    yield Memory.of("after the languages")
    desk.warm_up()
    desk.let_go()
    yield Memory.of("after the warm-up")


def main() -> None:
    looks = list(parts(Path(sys.argv[1])))
    print(json.dumps({"looks": looks, "loaded": sorted(sys.modules)}))


if __name__ == "__main__":
    main()
