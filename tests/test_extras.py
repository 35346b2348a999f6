"""What libraries load only because it is there stays out of a service, and of nothing else."""

import subprocess
import sys

import pytest

from bot.extras import EXTRAS

LOADED = """
import sys
from contextlib import nullcontext
from bot.extras import without_extras

with {surroundings}:
    import structlog, telegram
print("rich" in sys.modules)
import rich.console
"""


@pytest.mark.parametrize(("surroundings", "is_there"), [("without_extras()", "False"), ("nullcontext()", "True")])
def test_libraries_do_not_load_what_they_can_do_without_and_others_still_may(surroundings: str, is_there: str) -> None:
    command = [sys.executable, "-c", LOADED.format(surroundings=surroundings)]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == is_there


def test_what_was_loaded_before_stays() -> None:
    program = (
        "import rich; from bot.extras import without_extras\nwith without_extras(): import rich.table\nimport rich.text"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_service_itself_needs_none_of_it() -> None:
    """Whatever is left out here must not be missed there: everything that serves is imported without it."""
    parts = "bot.serve, bot.conversation, bot.channels.telegram, bot.channels.telegram.webhook, bot.channels.matrix"
    program = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS!r})); import {parts}"
    subprocess.run([sys.executable, "-c", program], check=True)
