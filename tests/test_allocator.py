"""The C library's memory: what is free goes back to the system, and threads share one pool."""

import ctypes
import subprocess
import sys

import pytest

FREED_IN_THE_MIDDLE = """
from bot.allocator import give_back
from benchmarks.memory_parts import Memory

blocks = [bytearray(5_000) for _ in range(10_000)]
del blocks[:-1]  # the last one lies behind them all
before = Memory.of("before").own
give_back()
print(before - Memory.of("after").own)
"""
POOLS = """
import ctypes
from threading import Thread
from bot.allocator import share_one_pool

share_one_pool()
threads = [Thread(target=bytearray, args=(5_000,)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
ctypes.CDLL(None).malloc_stats()
"""


def said_by(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)


@pytest.fixture(autouse=True)
def glibc() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("another C library than glibc")


def test_what_is_free_between_what_is_used_goes_back_to_the_system() -> None:
    assert float(said_by(FREED_IN_THE_MIDDLE).stdout) > 40, "of the 48 MB that were freed"


def test_threads_share_one_pool() -> None:
    assert "Arena 1" not in said_by(POOLS).stderr
    assert "Arena 1" in said_by(POOLS.replace("share_one_pool()", "")).stderr, "without it they have one each"
