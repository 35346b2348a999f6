"""Ways to take the database away from a service for a while; each gives it back at the end, whatever happens."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # ships no types

from benchmarks.servers import Forgetful, Postgres
from benchmarks.stage import Stage
from bot.keys import load_keys
from bot.store.opening import FILE, sqlite_engine

MEGABYTES = 12  # of the small file system

Outage = Callable[[Stage], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def full_files(scene: Stage) -> AsyncIterator[None]:
    """No file of the service may grow or be written, as on a full disk; needs no rights."""
    process = psutil.Process(scene.victim.pid)
    _, most = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (1, most))
    try:
        yield
    finally:
        process.rlimit(psutil.RLIMIT_FSIZE, (most, most))


@asynccontextmanager
async def full_disk(scene: Stage) -> AsyncIterator[None]:
    """Somebody else fills the small file system on which the service keeps everything, its log too."""
    with filled(scene.victim.home / "ballast"):
        yield


@contextmanager
def filled(ballast: Path) -> Iterator[None]:
    """A file as large as the disk has room for, for a while."""
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        for _ in range(MEGABYTES * 1024):
            file.write(bytes(1024))
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def small_disk(folder: Path) -> Iterator[Path | None]:
    """Mount a file system of a few megabytes, where the user may do so; else None."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:  # noqa: S603 our own folder
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)  # noqa: S603, S607 our own folder


@asynccontextmanager
async def locked(scene: Stage) -> AsyncIterator[None]:
    """Another process writes to the file and does not come to an end."""
    home = scene.victim.home
    engine = sqlite_engine(home / FILE, load_keys(home / "keys").database)
    connection = await asyncio.to_thread(engine.connect)
    await asyncio.to_thread(connection.begin)
    try:
        yield
    finally:
        connection.close()
        engine.dispose()


def stopped(server: Postgres) -> Outage:
    """The server ends, and is started again later."""

    @asynccontextmanager
    async def outage(_: Stage) -> AsyncIterator[None]:
        await asyncio.to_thread(server.stop)
        try:
            yield
        finally:
            await asyncio.to_thread(server.start)

    return outage


def frozen(server: Postgres) -> Outage:
    """The server stands still: it answers nothing, and refuses nothing."""

    @asynccontextmanager
    async def outage(_: Stage) -> AsyncIterator[None]:
        with server.frozen():
            yield

    return outage


def restarted(server: Postgres) -> Outage:
    """The server ends as in a power cut, and recovers at once."""

    @asynccontextmanager
    async def outage(_: Stage) -> AsyncIterator[None]:
        await asyncio.to_thread(server.restart_at_once)
        yield

    return outage


def forgetting(proxy: Forgetful) -> Outage:
    """Commits happen, and the service is not told."""

    @asynccontextmanager
    async def outage(_: Stage) -> AsyncIterator[None]:
        proxy.forgetting = True
        try:
            yield
        finally:
            proxy.forgetting = False

    return outage
