"""A person with Element's own encryption: matrix-js-sdk in a process of its own. Where it is not installed, tests are skipped."""

import asyncio
import json
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.matrix.homeserver import Login, Synapse
from tests.matrix.person import PATIENCE

FOLDER = Path(__file__).parent / "peer_js"
NO_SHIELD = 0
LONGEST_LINE = 2**20


@dataclass
class Element:
    """What it has `seen`, each event as it was shown last."""

    process: Process
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    async def do(self, deed: str, **details: Any) -> str:
        """Let it do something, and wait until that is done."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"do": deed, **details}).encode() + b"\n")
        line = await self.until(lambda line: "done" in line or "error" in line)
        assert "done" in line, line
        return str(line["done"])

    async def say(self, room: str, words: str) -> str:
        return await self.do("send", room=room, kind="m.room.message", content={"msgtype": "m.text", "body": words})

    async def knows(self, user: str, device: str) -> None:
        """Wait until this is the only device of somebody: to one that it has not heard of it gives no keys."""
        async with asyncio.timeout(PATIENCE):
            while await self.do("devices", user=user) != device:  # noqa: ASYNC110 nobody tells us
                await asyncio.sleep(0.1)

    async def hears(self, room: str, words: str) -> dict[str, Any]:
        """Wait until this is shown; returns the event."""

        def found() -> dict[str, Any] | None:
            shown = (e for e in self.seen.values() if e["room"] == room)
            return next((event for event in shown if words in str(event["content"])), None)

        while not (event := found()):
            await self.until(lambda line: "seen" in line)
        return event

    async def until(self, condition: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while True:
                assert self.process.stdout
                raw = await self.process.stdout.readline()
                assert raw, "it has ended"
                if not raw.startswith(b"{"):
                    continue  # what the library says beside
                line: dict[str, Any] = json.loads(raw)
                if "seen" in line:
                    self.seen[line["seen"]] = line
                if condition(line):
                    return line


@asynccontextmanager
async def element(server: Synapse, login: Login) -> AsyncIterator[Element]:
    """A person with Element's encryption whose client runs meanwhile; it ends when its input does."""
    node = shutil.which("node")
    if not node or not (FOLDER / "node_modules").is_dir():
        pytest.skip("matrix-js-sdk is not installed: npm install --prefix tests/matrix/peer_js")
    where = (server.url, login.user, login.device, login.token)
    process = await asyncio.create_subprocess_exec(
        node, str(FOLDER / "peer.mjs"), *where, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, limit=LONGEST_LINE
    )
    try:
        person = Element(process)
        await person.until(lambda line: "ready" in line)
        yield person
    finally:
        process.kill()
        await process.communicate()
