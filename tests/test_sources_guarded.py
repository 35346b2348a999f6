"""A risky file is opened by a child process with little memory and little time."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.problems import UnreadableError
from catalog.sources import child
from catalog.sources.guarded import read_guarded
from catalog.sources.sheets import read_workbook
from catalog.sources.tables import RefusedFileError, from_json
from tests import hostile
from tests.tables import TOPICS

GOOD = hostile.workbook()


def in_child(code: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-c", f"from catalog.sources.child import limit; limit(); {code}"]
    return subprocess.run(command, capture_output=True, check=False)


def test_a_good_file_comes_through_the_child_whole(tmp_path: Path) -> None:
    [table] = read_guarded(hostile.save(tmp_path, GOOD), "xlsx").tables
    assert [row.cells[0] for row in table.rows] == ["Kennung", "cafe-nord"]


def test_the_child_has_no_more_memory_and_time_than_it_is_given() -> None:
    told = "import resource as r; print([r.getrlimit(k) for k in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE)])"
    limits = [(child.MEMORY, child.MEMORY), (child.SECONDS, child.SECONDS), (0, 0)]
    assert in_child(told).stdout.decode().strip() == str(limits)
    assert child.MEMORY <= 256 * 1024 * 1024
    assert child.SECONDS <= 5
    assert b"MemoryError" in in_child("bytearray(300_000_000)").stderr


def test_a_refusal_of_the_child_arrives_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError) as refusal:
        read_guarded(hostile.save(tmp_path, hostile.far_cell()), "xlsx")
    assert (refusal.value.code, refusal.value.details) == ("cell-far-out", {"cell": "XFD1048576"})


def test_a_child_that_is_ended_by_its_limits_is_a_refusal(tmp_path: Path) -> None:
    """Fourteen million empty cells take the child longer to pass over than it is given."""
    cells = b"<row>" + b"<c/>" * 14_000_000 + b"</row></sheetData>"
    path = hostile.save(tmp_path, hostile.in_sheet(b"</sheetData>", cells))
    with pytest.raises(RefusedFileError, match="file-too-large"):
        read_guarded(path, "xlsx")


def test_a_file_that_is_not_there_is_said_as_the_system_says_it(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        read_guarded(tmp_path / "none.xlsx", "xlsx")


def offers_of(path: Path, form: str) -> int:
    """How many offers a broken file would publish; any error but a refusal fails the test."""
    answer = child.answer_for(path, form)
    if "refused" in answer:
        return 0
    try:
        return len(read_workbook(from_json(answer), path, TOPICS).offers)
    except UnreadableError:
        return 0


@given(end=st.integers(0, len(GOOD) - 1))
def test_a_file_that_is_only_half_saved_publishes_nothing(tmp_path_factory: pytest.TempPathFactory, end: int) -> None:
    path = tmp_path_factory.getbasetemp() / "half.xlsx"
    path.write_bytes(GOOD[:end])
    assert offers_of(path, "xlsx") == 0


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8)), min_size=1, max_size=6))
def test_a_file_with_damaged_bytes_is_a_refusal_or_a_table_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, damage: list[tuple[int, bytes]]
) -> None:
    content = bytearray(GOOD)
    for at, piece in damage:
        content[at : at + len(piece)] = piece
    path = tmp_path_factory.getbasetemp() / "damaged.xlsx"
    path.write_bytes(content)
    assert offers_of(path, "xlsx") <= 1
