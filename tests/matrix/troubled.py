"""A homeserver in trouble: between us and a sound one, something that answers wrongly, or not at all."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import ClientSession, web

from tests.matrix.homeserver import Synapse

Trouble = Callable[[str], int | None]  # the status with which a path is answered; None: as it should be


def no_trouble(_: str) -> None:
    """Everything is passed on."""


@dataclass
class Troubled:
    """Passes everything on, but for what `trouble` says. `asked`: the paths that were asked for."""

    url: str
    trouble: Trouble = no_trouble
    asked: list[str] = field(default_factory=list)


@asynccontextmanager
async def between(server: Synapse) -> AsyncIterator[Troubled]:
    """Stand between a client and its homeserver."""
    troubled = Troubled("")

    async def handle(request: web.Request) -> web.Response:
        troubled.asked.append(request.path)
        status = troubled.trouble(request.path)
        if status:
            return web.json_response({"errcode": "M_UNKNOWN", "error": "trouble"}, status=status)
        url, headers = f"{server.url}{request.raw_path}", {"Authorization": request.headers.get("Authorization", "")}
        async with session.request(request.method, url, data=await request.read(), headers=headers) as answer:
            return web.Response(body=await answer.read(), status=answer.status, content_type="application/json")

    app = web.Application(client_max_size=2**26)
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    async with ClientSession() as session:
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        troubled.url = f"http://{host}:{port}"
        try:
            yield troubled
        finally:
            await runner.cleanup()
