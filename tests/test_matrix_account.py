"""Which device we are: the same one at every start, and a new one where the old is lost, revoked or a copy."""

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.matrix.account import Account, AccountError, sign_in
from bot.channels.matrix.identity import load_identity
from bot.channels.matrix.server import AwayError, Homeserver
from bot.channels.matrix.store import FILE, Device
from tests.matrix.house import House, heard
from tests.matrix.person import online
from tests.serving import until


def start(house: House, account: Account | None = None) -> Device:
    """Log in once."""

    async def once() -> Device | None:
        async with Homeserver(house.server.url) as server:
            store = await sign_in(server, account or house.account, house.matrix_folder, house.store_key)
            try:
                return store.device()
            finally:
                store.close()

    device = asyncio.run(once())
    assert device
    return device


def live(house: House, **named: Any) -> Device:
    """Run once, with keys and all."""

    async def once() -> Device | None:
        async with house.living(**named) as home:
            return home.matrix._session.store.device()  # type: ignore[union-attr]  # noqa: SLF001 to know which

    device = asyncio.run(once())
    assert device
    return device


def named_devices(house: House) -> set[str]:
    listed = house.server.call("GET", "/_matrix/client/v3/devices", token=house.server.login(house.bot).token)
    return {device["device_id"] for device in listed["devices"] if device["display_name"] == "Nahbei"}


def test_every_start_is_the_same_device_and_is_counted(house: House) -> None:
    first, second = start(house), start(house)
    assert second == replace(first, starts=2)
    assert named_devices(house) == {first.id}


def test_a_wrong_password_says_so(house: House) -> None:
    with pytest.raises(AccountError, match="NAHBEI_MATRIX_PASSWORD"):
        start(house, replace(house.account, password=SecretStr("wrong")))
    with pytest.raises(AccountError, match="NAHBEI_MATRIX_ACCESS_TOKEN"):
        start(house, replace(house.account, password=None))


def test_a_homeserver_that_is_away_loses_nothing(house: House) -> None:
    before = start(house)

    async def away() -> None:
        async with Homeserver("http://127.0.0.1:9") as server:
            await sign_in(server, house.account, house.matrix_folder, house.store_key)

    with pytest.raises(AwayError):
        asyncio.run(away())
    assert start(house) == replace(before, starts=before.starts + 1)


def lose(house: House, _: Path) -> None:
    (house.matrix_folder / FILE).unlink()


def put_back(house: House, copy: Path) -> None:
    shutil.copytree(copy, house.matrix_folder, dirs_exist_ok=True)


def revoke(house: House, _: Path) -> None:
    token = house.server.login(house.bot).token
    house.server.call("POST", "/_matrix/client/v3/logout/all", {}, token)


def spoil(house: House, _: Path) -> None:
    (house.matrix_folder / FILE).write_bytes(b"spoilt" * 2000)


@pytest.mark.parametrize("mishap", [lose, put_back, revoke, spoil])
def test_a_device_that_is_not_good_any_more_is_replaced_under_the_same_identity(
    house: House, tmp_path: Path, mishap: Callable[[House, Path], None]
) -> None:
    first = live(house)
    shutil.copytree(house.matrix_folder, tmp_path / "copy")
    assert live(house).id == first.id
    identity = load_identity(house.matrix_folder)
    mishap(house, tmp_path / "copy")
    second = live(house)
    assert second.id != first.id
    assert named_devices(house) == {second.id}, "families are not shown devices that are gone"
    assert load_identity(house.matrix_folder) == identity
    assert live(house).id == second.id


def test_after_the_store_was_lost_encrypted_chats_go_on(house: House) -> None:
    async def play() -> None:
        async with online(house.server, house.person()) as (anna,):
            async with house.living():
                room = await anna.invite(house.bot)
                await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            lose(house, Path())
            async with house.living():
                await anna.until(lambda: len(anna.client.device_store.devices(house.bot)) > 1)
                await anna.say(room, "noch da?")
                await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("noch da?"))

    asyncio.run(play())


def test_a_token_that_is_revoked_while_we_run_makes_a_new_device_and_the_chat_goes_on(house: House) -> None:
    async def play() -> None:
        async with online(house.server, house.person()) as (anna,), house.living() as home:
            room = await anna.invite(house.bot)
            await anna.hears(room, house.bot, lambda texts: texts == ["welcome"])
            before = home.matrix._session  # noqa: SLF001 to know when
            revoke(house, Path())
            await until(lambda: home.matrix._session not in {before, None} and home.matrix.is_well())  # noqa: SLF001 the same
            await anna.until(lambda: len(anna.client.device_store.devices(house.bot)) > 1)
            await anna.say(room, "noch da?")
            await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("noch da?"))

    asyncio.run(play())


# ---- with a token instead of the password


def test_a_token_belongs_to_its_device_and_works_without_a_password(house: House) -> None:
    account = house.with_token(house.login)
    first = live(house, matrix=house.matrix(account))
    assert first.id == house.login.device
    again = live(house, matrix=house.matrix(account))
    assert again == replace(first, starts=first.starts + 1)


def test_a_token_that_is_mistyped_costs_nothing(house: House) -> None:
    account = house.with_token(house.login)
    first = live(house, matrix=house.matrix(account))
    with pytest.raises(AccountError, match="make a new one"):
        start(house, replace(account, token=SecretStr("mistyped")))
    assert live(house, matrix=house.matrix(account)).id == first.id


def test_another_token_is_another_device(house: House) -> None:
    live(house, matrix=house.matrix(house.with_token(house.login)))
    other = house.server.login(house.bot)
    assert live(house, matrix=house.matrix(house.with_token(other))).id == other.device


@pytest.mark.parametrize("mishap", [lose, put_back])
def test_without_a_password_a_lost_store_is_an_operators_matter(
    house: House, tmp_path: Path, mishap: Callable[[House, Path], None]
) -> None:
    account = house.with_token(house.login)
    live(house, matrix=house.matrix(account))
    shutil.copytree(house.matrix_folder, tmp_path / "copy")
    live(house, matrix=house.matrix(account))
    mishap(house, tmp_path / "copy")
    with pytest.raises(AccountError, match=house.login.device):
        start(house, account)
    with pytest.raises(AccountError):
        start(house, account)


def test_without_a_password_a_revoked_token_is_an_alarm(house: House) -> None:
    account = house.with_token(house.login)

    async def play() -> None:
        async with house.living(matrix=house.matrix(account)) as home:
            house.server.call("POST", "/_matrix/client/v3/logout", {}, house.login.token)
            session = home.matrix._session  # noqa: SLF001 to make it notice
            assert session
            session.server.refused.set()
            await until(home.receiving.done)
            assert isinstance(home.receiving.exception(), AccountError)
            assert not home.matrix.is_well()

    asyncio.run(play())
