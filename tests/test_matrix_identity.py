"""The account's identity: kept in a file, made once, never replaced, and verified with other means than ours."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import SignatureVerifyException, verify_signed_json
from unpaddedbase64 import decode_base64

from bot.channels.matrix.identity import FILE, Identity, IdentityError, canonical, encode, load_identity, make_identity
from tests.matrix.homeserver import Synapse
from tests.matrix.house import House

BOT = "@nahbei:example.org"


def verify(signed: dict[str, Any], user: str, public: str) -> None:
    """Check a signature as a homeserver does it.

    Raises:
        SignatureVerifyException
    """
    slim = {**signed, "signatures": {user: {f"ed25519:{public}": signed["signatures"][user][f"ed25519:{public}"]}}}
    verify_signed_json(slim, user, decode_verify_key_bytes(f"ed25519:{public}", decode_base64(public)))


def public_of(key: dict[str, Any]) -> str:
    (public,) = key["keys"].values()
    return str(public)


def test_the_identity_is_kept_for_its_owner_only_and_is_the_same_every_time(tmp_path: Path) -> None:
    assert load_identity(tmp_path) is None
    made = make_identity(tmp_path)
    assert load_identity(tmp_path) == made
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    assert encode(made.master.seed) not in repr(made)


def test_an_identity_that_others_can_read_or_that_is_broken_is_not_used(tmp_path: Path) -> None:
    make_identity(tmp_path)
    path = tmp_path / FILE
    path.chmod(0o640)
    with pytest.raises(ValueError, match="chmod 600"):
        load_identity(tmp_path)
    path.chmod(0o600)
    whole = json.loads(path.read_text())
    for broken in ("", "[]", "{}", json.dumps({**whole, "master": "AAAA"}), json.dumps({**whole, "user_signing": "#"})):
        path.write_text(broken)
        with pytest.raises(ValueError, match="put the right file back"):
            load_identity(tmp_path)


def test_signatures_are_those_of_the_specification(tmp_path: Path) -> None:
    identity = make_identity(tmp_path)
    published = identity.published(BOT, lambda _: "by the device", "DEVICE")
    assert published["master_key"]["usage"] == ["master"]
    assert published["master_key"]["signatures"] == {BOT: {"ed25519:DEVICE": "by the device"}}
    for usage in ("self_signing", "user_signing"):
        verify(published[f"{usage}_key"], BOT, identity.master.public)
    signed = identity.signed(
        BOT, {"b": 1, "a": "ü", "unsigned": {"x": 1}, "signatures": {BOT: {"ed25519:DEVICE": "y"}}}
    )
    verify(signed, BOT, identity.self_signing.public)
    with pytest.raises(SignatureVerifyException):
        verify({**signed, "b": 2}, BOT, identity.self_signing.public)
    assert "=" not in identity.master.public


def test_what_is_signed_is_canonical() -> None:
    assert canonical({"b": [1, True], "a": {"ü": "x y"}, "signatures": {}, "unsigned": 1}) == (
        '{"a":{"ü":"x y"},"b":[1,true]}'.encode()
    )


def queried(server: Synapse, house: House) -> Any:
    """What everybody may know of the account's keys."""
    token = server.register(f"asks-{house.bot[1:20].rsplit('-')[1]}").token
    return server.call("POST", "/_matrix/client/v3/keys/query", {"device_keys": {house.bot: []}}, token)


def test_the_device_is_vouched_for_by_its_account_once_and_for_all(house: House) -> None:
    async def live() -> str:
        async with house.living() as home:
            return str(home.matrix._session.machine.device_id)  # type: ignore[union-attr]  # noqa: SLF001 to know which

    device = asyncio.run(live())
    first = queried(house.server, house)
    master, own = (public_of(first[f"{usage}_keys"][house.bot]) for usage in ("master", "self_signing"))
    verify(first["self_signing_keys"][house.bot], house.bot, master)
    keys = first["device_keys"][house.bot][device]
    keys.pop("unsigned", None)
    verify(keys, house.bot, own)
    verify_signed_json(
        {**keys, "signatures": {house.bot: {f"ed25519:{device}": keys["signatures"][house.bot][f"ed25519:{device}"]}}},
        house.bot,
        decode_verify_key_bytes(f"ed25519:{device}", decode_base64(keys["keys"][f"ed25519:{device}"])),
    )
    assert asyncio.run(live()) == device


def test_an_identity_that_is_lost_is_never_replaced_by_itself(house: House) -> None:
    async def live() -> None:
        async with house.living():
            pass

    asyncio.run(live())
    path = house.matrix_folder / FILE
    kept = path.read_text()
    path.unlink()
    with pytest.raises(IdentityError, match=r"put that file back"):
        asyncio.run(live())
    assert not path.exists()
    make_identity(house.matrix_folder)
    with pytest.raises(IdentityError):
        asyncio.run(live())
    path.write_text(kept)
    asyncio.run(live())
    assert isinstance(load_identity(house.matrix_folder), Identity)
