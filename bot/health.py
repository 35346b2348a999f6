"""/health and /metrics, for this machine only."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.metrics import Metrics

OURS = {"127.0.0.1", "localhost", "[::1]"}
TEXT = "text/plain; version=0.0.4; charset=utf-8"


def health_app(metrics: Metrics, state: Callable[[], Mapping[str, bool]]) -> web.Application:
    """Answer what is well and what is not (`state`); 503 while anything is not."""

    async def health(_: web.Request) -> web.Response:
        parts = state()
        return web.json_response({"ok": all(parts.values()), **parts}, status=200 if all(parts.values()) else 503)

    async def numbers(_: web.Request) -> web.Response:
        state()  # looks at the channels, too
        return web.Response(body=metrics.text(), headers={"Content-Type": TEXT})

    app = web.Application(middlewares=[_only_from_here])
    app.add_routes([web.get("/health", health), web.get("/metrics", numbers)])
    return app


@web.middleware
async def _only_from_here(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """A website that points its name at this machine gets nothing (DNS rebinding)."""
    if request.host.rsplit(":", 1)[0] not in OURS:
        raise web.HTTPForbidden
    return await handler(request)
