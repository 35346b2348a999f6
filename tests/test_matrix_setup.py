"""`nahbei matrix setup` and what the doctor sees of Matrix, on a real homeserver."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.channels.matrix.checkup import Sign, check_up
from bot.channels.matrix.identity import FILE as IDENTITY
from bot.channels.matrix.setup import PICTURE
from bot.channels.matrix.store import FILE, alone, open_store
from bot.cli import main
from bot.store.opening import open_database
from tests.matrix.homeserver import PASSWORD
from tests.matrix.house import House, heard
from tests.matrix.person import online

Run = Callable[..., Result]


@pytest.fixture
def run(house: House) -> Run:
    """The command, with the settings of the house and whatever is typed."""

    def call(*options: str, typed: str = "", **changed: str | None) -> Result:
        settings = {
            "NAHBEI_DATA_DIR": str(house.folder),
            "NAHBEI_MATRIX_HOMESERVER": house.server.url,
            "NAHBEI_MATRIX_USER": house.bot,
            "NAHBEI_MATRIX_PASSWORD": PASSWORD,
        }
        return CliRunner().invoke(main, ["matrix", "setup", *options], input=typed, env={**settings, **changed})

    return call


def signs(house: House, url: str = "") -> Mapping[str, Sign]:
    async def collect() -> dict[str, Sign]:
        found = check_up(url or house.server.url, house.matrix_folder, house.store_key)
        return {sign.about: sign async for sign in found}

    return asyncio.run(collect())


def profile(house: House) -> Mapping[str, Any]:
    found: Mapping[str, Any] = house.server.call("GET", f"/_matrix/client/v3/profile/{house.bot}")
    return found


def devices(house: House) -> list[str]:
    body: dict[str, Any] = {"device_keys": {house.bot: []}}
    login = house.server.login(house.bot)
    found = house.server.call("POST", "/_matrix/client/v3/keys/query", body, login.token)
    return list(found["device_keys"].get(house.bot, {}))


# ---- setup


def test_setup_makes_device_identity_name_and_picture_and_says_what_to_keep(house: House, run: Run) -> None:
    result = run("--name", "Nahbei Görlitz")
    assert result.exit_code == 0, result.output
    for said in (house.bot, "made", "Nahbei Görlitz", str(house.matrix_folder / IDENTITY), "never put an old one back"):
        assert said in result.output
    assert profile(house)["displayname"] == "Nahbei Görlitz"
    assert profile(house)["avatar_url"].startswith("mxc://")
    assert (house.matrix_folder / IDENTITY).stat().st_mode & 0o077 == 0
    assert len(devices(house)) == 1


def test_setup_again_changes_nothing(house: House, run: Run) -> None:
    run("--name", "Nahbei")
    identity, before, first = (house.matrix_folder / IDENTITY).read_text(), profile(house), devices(house)
    result = run()
    assert result.exit_code == 0, result.output
    assert "was there, and vouches" in result.output
    assert "as it was" in result.output
    assert (house.matrix_folder / IDENTITY).read_text() == identity
    assert profile(house) == before
    assert devices(house) == first


def test_what_an_operator_has_chosen_stays_until_something_else_is_wished(
    house: House, run: Run, tmp_path: Path
) -> None:
    own = tmp_path / "own.png"
    own.write_bytes(PICTURE.read_bytes() + b"another")
    run("--name", "Familienbüro", "--picture", str(own))
    chosen = profile(house)
    run()
    assert profile(house) == chosen
    run("--picture", str(PICTURE))
    assert profile(house)["avatar_url"] != chosen["avatar_url"]
    assert profile(house)["displayname"] == "Familienbüro"


def test_without_a_password_in_the_settings_it_is_asked_for_and_not_shown_and_the_service_starts_without(
    house: House, run: Run
) -> None:
    result = run(typed=f"{PASSWORD}\n", NAHBEI_MATRIX_PASSWORD=None)
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    again = run(NAHBEI_MATRIX_PASSWORD=None)
    assert again.exit_code == 0, "the device is known now"

    async def play() -> None:
        matrix = house.matrix(type(house.account)(house.server.url, house.bot))
        async with house.living(matrix=matrix), online(house.server, house.person()) as (anna,):
            room = await anna.invite(house.bot)
            await anna.say(room, "hallo")
            await anna.hears(room, house.bot, lambda texts: texts[-1:] == [heard("hallo")])

    asyncio.run(play())


def test_setup_goes_with_a_token_instead_of_a_password(house: House, run: Run) -> None:
    result = run(NAHBEI_MATRIX_PASSWORD=None, NAHBEI_MATRIX_ACCESS_TOKEN=house.login.token)
    assert result.exit_code == 0, result.output
    assert house.login.device in result.output


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"NAHBEI_MATRIX_HOMESERVER": None}, "--homeserver"),
        ({"NAHBEI_MATRIX_USER": None, "NAHBEI_MATRIX_PASSWORD": None}, "--user"),
        ({"NAHBEI_MATRIX_PASSWORD": "wrong"}, "NAHBEI_MATRIX_PASSWORD"),
        ({"NAHBEI_MATRIX_HOMESERVER": "http://127.0.0.1:9"}, "127.0.0.1:9"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_one_line(run: Run, changed: Mapping[str, str | None], said: str) -> None:
    result = run(**changed)
    assert result.exit_code == 2
    assert said in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_setup_beside_a_running_service_is_refused(house: House, run: Run) -> None:
    with alone(house.matrix_folder):
        result = run()
    assert result.exit_code == 2
    assert "nahbei serve is running" in result.output


# ---- the doctor


def test_the_doctor_finds_an_account_that_is_set_up_well_also_while_it_serves(house: House, run: Run) -> None:
    run()
    found = signs(house)
    assert list(found) == ["matrix homeserver", "matrix login", "matrix keys", "matrix identity"]
    assert not [sign for sign in found.values() if sign.advice]
    assert "50 one-time keys" in found["matrix keys"].text

    async def play() -> None:
        async with house.living():
            assert not [s async for s in check_up(house.server.url, house.matrix_folder, house.store_key) if s.advice]

    asyncio.run(play())


def test_the_doctor_says_what_is_wrong(house: House, run: Run) -> None:
    assert "there is no device" in signs(house)["matrix login"].text
    run()
    assert "cannot be reached" in signs(house, "http://127.0.0.1:9")["matrix homeserver"].text
    identity = house.matrix_folder / IDENTITY
    seeds = json.loads(identity.read_text())
    identity.write_text(json.dumps({**seeds, "master": seeds["self_signing"]}))
    assert "another" in signs(house)["matrix identity"].text
    identity.unlink()
    assert signs(house)["matrix identity"].advice
    store = open_store(house.matrix_folder, house.store_key)
    device = store.device()
    store.close()
    assert device
    house.server.call("POST", "/_matrix/client/v3/logout/all", {}, device.token)
    refused = signs(house)["matrix login"]
    assert "M_UNKNOWN_TOKEN" in refused.text
    assert device.token not in refused.text


def test_the_doctor_changes_nothing_and_makes_no_store(house: House) -> None:
    open_database(house.keys, house.folder).close()
    signs(house)
    assert not (house.matrix_folder / FILE).exists()
