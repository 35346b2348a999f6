"""Errors of the homeserver: a no is told apart from silence, and neither names a person."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from bot.channels.matrix.server import AwayError, Homeserver, RefusalError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def called(handler: Handler, *path: str, **named: Any) -> Any:
    """What a call returns, or the error that it ends with."""

    async def play() -> Any:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        try:
            async with Homeserver(f"http://127.0.0.1:{port}/") as server:
                server.token = "secret"  # noqa: S105 only there
                try:
                    return await server.call("PUT", *(path or ("v3", "x")), **named), server
                except (RefusalError, AwayError) as error:
                    return error, server
        finally:
            await runner.cleanup()

    return asyncio.run(play())[0]


def answering(status: int, body: str) -> Handler:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type="application/json")

    return handler


def test_a_call_quotes_its_path_and_carries_body_query_and_token() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.json_response({
            "path": request.raw_path,
            "token": request.headers["Authorization"],
            "body": await request.json(),
        })  # fmt: skip

    answer = called(handler, "v3", "rooms", "!a/b?c#d:e", "send", body={"ü": "\ud800"}, query={"dir": "b&c"})
    assert answer["path"] == "/_matrix/client/v3/rooms/%21a%2Fb%3Fc%23d%3Ae/send?dir=b%26c"
    assert answer["token"] == "Bearer secret"  # noqa: S105 only there
    assert answer["body"] == {"ü": "?"}


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, '{"errcode": "M_FORBIDDEN", "error": "@anna:example.org is not here"}', "M_FORBIDDEN"),
        (400, '{"error": "no code"}', "M_UNKNOWN"),
        (429, "{}", "M_LIMIT_EXCEEDED"),
        (404, '{"errcode": 3}', "M_UNKNOWN"),
    ],
)
def test_a_no_has_a_code_and_no_words(status: int, body: str, code: str) -> None:
    error = called(answering(status, body))
    assert isinstance(error, RefusalError)
    assert (error.status, error.code) == (status, code)
    assert "anna" not in str(error)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ('{"retry_after_ms": 1500}', 1.5),
        ("{}", None),
        ('{"retry_after_ms": "soon"}', None),
        ('{"retry_after_ms": true}', None),
    ],
)
def test_how_long_it_wants_to_be_left_alone(body: str, seconds: float | None) -> None:
    error = called(answering(429, body))
    assert error.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, "{}"),
        (502, "<html>"),
        (200, "<html>"),
        (200, "[]"),
        (404, "not json"),
        (200, "[" * 100_000),
        (200, "\xff"),
    ],
)
def test_trouble_is_as_good_as_silence(status: int, body: str) -> None:
    assert isinstance(called(answering(status, body)), AwayError)


def test_silence_ends_after_a_while() -> None:
    async def handler(_: web.Request) -> web.Response:
        await asyncio.sleep(0.5)
        return web.Response()

    assert isinstance(called(handler, seconds=0.05), AwayError)


def test_a_broken_connection_is_silence() -> None:
    async def handler(request: web.Request) -> web.Response:
        assert request.transport
        request.transport.close()
        return web.Response()

    assert isinstance(called(handler), AwayError)


@pytest.mark.parametrize("code", ["M_UNKNOWN_TOKEN", "M_MISSING_TOKEN"])
def test_a_refused_token_is_noticed_wherever_it_happens(code: str) -> None:
    async def play() -> bool:
        runner = web.AppRunner(web.Application())
        runner.app.router.add_route("*", "/{tail:.*}", answering(401, f'{{"errcode": "{code}"}}'))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            async with Homeserver(f"http://127.0.0.1:{runner.addresses[0][1]}") as server:
                with pytest.raises(RefusalError):
                    await server.upload(b"x", "image/png")
                return server.refused.is_set()
        finally:
            await runner.cleanup()

    assert asyncio.run(play())
