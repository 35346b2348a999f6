"""The doctor says what is wrong with the bot in words that somebody can act on, and never the token."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.channels.telegram.checkup import MANY, Sign, check_up
from bot.config import Settings
from bot.doctor import Finding, examine
from catalog.catalog import Catalog
from tests.telegram.fake import TOKEN, Fake
from tests.telegram.updates import Hook

HOOK = "https://example.org/telegram"


def signs(
    before: Callable[[Fake], object] = lambda _: None,
    *,
    token: str = TOKEN,
    webhook: str | None = None,
    api: Callable[[Fake], str] = lambda fake: fake.url,
) -> Mapping[str, Sign]:
    async def look() -> Mapping[str, Sign]:
        async with Fake() as fake:
            done = before(fake)
            if isinstance(done, Awaitable):
                await done
            found = {sign.about: sign async for sign in check_up(SecretStr(token), api(fake), webhook)}
        assert TOKEN.partition(":")[2] not in repr(found)
        return found

    return asyncio.run(look())


def test_a_bot_that_can_serve_is_named() -> None:
    found = signs()
    assert found["telegram token"].text == "@nahbei_test_bot"
    assert not [sign for sign in found.values() if sign.advice]
    assert "0 messages wait" in found["telegram updates"].text


@pytest.mark.parametrize("token", ["", "hush", "1:hush", TOKEN + " ", TOKEN.replace(":", "")])
def test_what_is_no_token_is_said_without_asking_anybody(token: str) -> None:
    found = signs(token=token, api=lambda _: "http://127.0.0.1:1")
    assert found["telegram token"].is_grave
    assert "@BotFather" in found["telegram token"].advice


def test_a_revoked_token_is_said() -> None:
    found = signs(lambda fake: setattr(fake, "is_revoked", True))
    assert found["telegram token"].is_grave
    assert "revoked" in found["telegram token"].text


def test_a_server_that_cannot_be_reached_is_said() -> None:
    found = signs(Fake.close_door)["telegram server"]
    assert found.is_grave
    assert "cannot be reached" in found.text
    assert "NAHBEI_TELEGRAM_API_URL" in found.advice


def test_a_server_in_trouble_is_said() -> None:
    assert "502" in signs(lambda fake: fake.fail("getMe", 502))["telegram server"].text


@pytest.mark.parametrize("path", ["/bot", "/elsewhere"])
def test_a_wrong_address_of_the_server_is_said(path: str) -> None:
    found = signs(api=lambda fake: fake.url + path)["telegram server"]
    assert found.is_grave
    assert "without /bot" in found.advice


def test_something_else_at_that_address_is_said() -> None:
    async def look() -> Sign:
        async def page(_: web.BaseRequest) -> web.StreamResponse:
            return web.Response(text="<html>a website")

        runner = web.ServerRunner(web.Server(page))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        api = f"http://127.0.0.1:{runner.addresses[0][1]}"
        [sign] = [sign async for sign in check_up(SecretStr(TOKEN), api, None)]
        await runner.cleanup()
        return sign

    assert "does not answer as a Bot API" in asyncio.run(look()).text


def hooked(url: str = HOOK, failure: str = "") -> Callable[[Fake], object]:
    def before(fake: Fake) -> None:
        fake.updates.hook = Hook(url, failed_at=int(fake.now()) if failure else 0, failure=failure)

    return before


def test_a_webhook_that_works_is_well() -> None:
    assert signs(hooked(), webhook=HOOK)["telegram updates"] == Sign(
        "telegram updates", "brought; 0 messages wait at Telegram"
    )


def test_why_telegram_could_not_bring_messages_is_said_in_its_words() -> None:
    found = signs(hooked(failure="Wrong response from the webhook: 502"), webhook=HOOK)["telegram updates"]
    assert "Wrong response from the webhook: 502" in found.text
    assert "NAHBEI_TELEGRAM_WEBHOOK_LISTEN" in found.advice


@pytest.mark.parametrize(("wanted", "there"), [(HOOK, "https://example.org/other"), (None, HOOK)])
def test_a_webhook_of_somebody_else_is_said(wanted: str | None, there: str) -> None:
    found = signs(hooked(there), webhook=wanted)["telegram updates"]
    assert there in found.text
    assert found.advice
    assert not found.is_grave, "nahbei serve sets it right"


def test_where_nobody_fetches_what_families_write_it_is_said() -> None:
    def wait(fake: Fake) -> None:
        user = fake.user()
        for n in range(MANY + 1):
            user.say(f"{n}")

    found = signs(wait)["telegram updates"]
    assert f"{MANY + 1} messages wait" in found.text
    assert "nahbei serve" in found.advice


def test_the_doctor_examines_the_bot(tmp_path: Path, catalog: Catalog) -> None:
    async def look() -> list[Finding]:
        async with Fake() as fake:
            settings = Settings(data_dir=tmp_path, telegram_token=SecretStr(TOKEN), telegram_api_url=fake.url)
            without_problems = replace(catalog, problems=())
            return await asyncio.to_thread(
                lambda: list(examine(settings, lambda: without_problems, date(2026, 11, 23)))
            )

    found = {finding.about: finding for finding in asyncio.run(look())}
    assert (found["telegram token"].verdict, found["telegram token"].text) == ("ok", "@nahbei_test_bot")
    assert found["telegram updates"].verdict == "ok"
