"""Where Telegram brings updates: a route of our own that says 200 only when they are stored."""

import asyncio
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from pydantic import SecretStr

from bot.store.database import UnavailableError

MOST_BYTES = 64 * 1024
HEADER = "X-Telegram-Bot-Api-Secret-Token"
AGAIN = {"Retry-After": "5"}
ENDING = 2.0  # seconds for what is being brought while we stop

TakeIn = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Webhook:
    """The address that Telegram calls, where it is listened to, and the secret that only Telegram knows."""

    url: str
    host: str
    port: int
    secret: SecretStr = field(repr=False)

    @asynccontextmanager
    async def listening(self, take_in: TakeIn) -> AsyncIterator[None]:
        """Listen; while stopping, Telegram is asked to come again."""
        route = _Route(self.secret.get_secret_value(), take_in)
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_post(urlsplit(self.url).path or "/", route.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=ENDING)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
            yield
        finally:
            await route.stop()
            await runner.cleanup()


class _Route:
    def __init__(self, secret: str, take_in: TakeIn) -> None:
        self._secret = secret.encode()
        self._take_in = take_in
        self._is_stopping = False
        self._coming = 0
        self._nothing_comes = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._secret):
            return web.Response(status=403)
        self._coming += 1
        try:
            return await self._taken(_update(await request.read()))
        finally:
            self._coming -= 1
            if not self._coming:
                self._nothing_comes.set()

    async def _taken(self, update: dict[str, Any] | None) -> web.Response:
        if self._is_stopping:
            return web.Response(status=503, headers=AGAIN)
        if update is None:
            return web.Response(status=400)
        try:
            await self._take_in(update)
        except UnavailableError:
            return web.Response(status=503, headers=AGAIN)
        return web.Response()

    async def stop(self) -> None:
        """Let what is being brought come to its end, for a moment."""
        self._is_stopping = True
        self._nothing_comes.clear()
        if self._coming:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nothing_comes.wait(), ENDING)


def _update(body: bytes) -> dict[str, Any] | None:
    """An update as Telegram would send it; None for anything else."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and type(data.get("update_id")) is int else None
