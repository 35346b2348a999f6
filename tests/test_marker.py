"""Which message was being answered is known after a process has ended in the middle of it."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.marker import Marker
from tests.storage import ROOT


@pytest.fixture
def marker(tmp_path: Path) -> Iterator[Marker]:
    with closing(Marker(tmp_path / "answering")) as opened:
        yield opened


def test_at_first_nothing_was_being_answered(marker: Marker) -> None:
    assert marker.read() is None


def test_a_message_is_marked_until_it_is_answered(marker: Marker) -> None:
    marker.set(4711)
    assert marker.read() == 4711
    marker.set(2**40)
    assert marker.read() == 2**40
    marker.clear()
    assert marker.read() is None


def test_every_number_a_message_can_have_is_read_as_it_was_written(tmp_path: Path) -> None:
    with closing(Marker(tmp_path / "answering")) as marker:

        @given(st.lists(st.integers(1, 2**63 - 1), min_size=1))
        def the_last_counts(numbers: list[int]) -> None:
            for number in numbers:
                marker.set(number)
            assert marker.read() == numbers[-1]

        the_last_counts()


def test_the_mark_outlives_a_process_that_is_killed(tmp_path: Path) -> None:
    code = "import os, signal, sys\nfrom pathlib import Path\nfrom bot.marker import Marker\n"
    code += "Marker(Path(sys.argv[1])).set(4711)\nos.kill(os.getpid(), signal.SIGKILL)"
    ended = subprocess.run([sys.executable, "-c", code, str(tmp_path / "answering")], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    with closing(Marker(tmp_path / "answering")) as marker:
        assert marker.read() == 4711


def test_a_disk_that_is_full_stops_nobody(tmp_path: Path) -> None:
    code = "import resource, sys\nfrom pathlib import Path\nfrom bot.marker import Marker\n"
    code += "marker = Marker(Path(sys.argv[1]))\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
    code += "marker.set(4711)\nmarker.clear()\nassert marker.read() is None"
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "answering")], cwd=ROOT, check=True)


@pytest.mark.parametrize("content", [b"", bytes(8), b"\0\0"])
def test_a_file_that_holds_no_mark_is_read_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "answering").write_bytes(content)
    with closing(Marker(tmp_path / "answering")) as marker:
        assert marker.read() is None


@pytest.mark.skipif(os.name != "posix", reason="rights of files are those of POSIX")
def test_nobody_else_can_read_the_mark(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Marker(tmp_path / "answering").close()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "answering").stat().st_mode) == 0o600
