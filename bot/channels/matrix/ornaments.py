"""What makes a chat feel alive and does not matter if it fails: read receipts, and "is typing" where it takes long."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

from bot.channels.matrix.server import AwayError, Homeserver, RefusalError
from bot.logs import where

log = structlog.get_logger()

LONG = 0.7  # seconds; whoever gets an answer sooner need not know that it is being written
SHOWN_MS = 8000


class Ornaments:
    """Never waited for, never tried again."""

    def __init__(self, server: Homeserver, me: str) -> None:
        self._server = server
        self._me = me
        self._waiting: dict[str, asyncio.TimerHandle] = {}
        self._typing: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def seen(self, room: str, event: str) -> None:
        """A message is stored; its answer is on the way. Whoever goes on writing waits since their first message."""
        loop, earlier = asyncio.get_running_loop(), self._waiting.get(room)
        due = earlier.when() if earlier else loop.time() + LONG
        self._wait_no_longer(room)
        self._waiting[room] = loop.call_at(due, self._type, room)
        # An answer says as much by itself, but not to the ticks of a bridge.
        self.aside(self._server.call("POST", "v3", "rooms", room, "receipt", "m.read", event, body={}))

    def answered(self, room: str) -> None:
        self._wait_no_longer(room)
        if room in self._typing:
            self._typing.discard(room)
            self.aside(self._show_typing(room, shown=False))

    def _wait_no_longer(self, room: str) -> None:
        waiting = self._waiting.pop(room, None)
        if waiting:
            waiting.cancel()

    def _type(self, room: str) -> None:
        self._waiting.pop(room, None)
        self._typing.add(room)
        self.aside(self._show_typing(room, shown=True))

    async def _show_typing(self, room: str, *, shown: bool) -> None:
        body: dict[str, Any] = {"typing": shown, **({"timeout": SHOWN_MS} if shown else {})}
        await self._server.call("PUT", "v3", "rooms", room, "typing", self._me, body=body)

    def aside(self, ornament: Coroutine[Any, Any, Any]) -> None:
        """Do something that nobody waits for."""

        async def quietly() -> None:
            try:
                await ornament
            except (RefusalError, AwayError) as error:
                log.debug("ornament_failed", channel="matrix", error=where(error))

        task = asyncio.create_task(quietly())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End whatever is under way."""
        for room in [*self._waiting]:
            self._wait_no_longer(room)
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
