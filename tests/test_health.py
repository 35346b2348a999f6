"""What can be watched is watched from this machine only, and names no chat."""

import asyncio
import socket
from collections.abc import Mapping

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from bot.health import health_app
from bot.metrics import Metrics

WELL = {"database": True, "telegram": True}


def asked(path: str, parts: Mapping[str, bool] = WELL, host: str | None = None) -> tuple[int, str]:
    """Ask a server of its own; the status and the text of its answer."""

    async def ask() -> tuple[int, str]:
        runner = web.AppRunner(health_app(Metrics(), lambda: parts))
        await runner.setup()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        await web.TCPSite(runner, "127.0.0.1", port).start()
        headers = {"Host": host.replace("PORT", str(port))} if host else {}
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{port}{path}", headers=headers) as answer,
            ):
                return answer.status, await answer.text()
        finally:
            await runner.cleanup()

    return asyncio.run(ask())


def test_it_is_well_when_every_part_is() -> None:
    status, text = asked("/health")
    assert status == 200
    assert '"ok": true' in text


def test_one_part_that_is_not_well_makes_it_unwell() -> None:
    status, text = asked("/health", {"database": True, "telegram": False})
    assert status == 503
    assert '"telegram": false' in text


@pytest.mark.parametrize("host", ["localhost:PORT", "127.0.0.1:PORT", "127.0.0.1"])
def test_it_answers_to_the_names_of_this_machine(host: str) -> None:
    assert asked("/health", host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:PORT", "127.0.0.1.evil.example", ""])
def test_a_website_that_points_its_name_here_gets_nothing(host: str) -> None:
    status, text = asked("/metrics", host=host or "evil")
    assert status == 403
    assert "nahbei" not in text


def test_the_numbers_can_be_read_by_prometheus() -> None:
    status, text = asked("/metrics")
    assert status == 200
    assert {family.name for family in text_string_to_metric_families(text)} >= {"nahbei_unanswered", "nahbei_updates"}
