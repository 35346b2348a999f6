"""Cross-signing: the account has an identity of its own that vouches for its device.

Without it strict clients neither show what we write nor let us read. nio has none of it. The three seeds lie in a file
beside the store; whoever has lost it can only begin a new identity, of which every family is warned.
"""

import base64
import binascii
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from bot.channels.matrix.server import Homeserver, Json, RefusalError

FILE = "identity.json"
SEED_BYTES = 32
USAGES = ("master", "self_signing", "user_signing")
UNAUTHORIZED = 401
OTHERS = 0o077  # rights that nobody but the owner should have


class IdentityError(ValueError):
    """The account has an identity that is not ours. The message says what to do."""


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 key."""

    seed: bytes = field(repr=False)

    @property
    def public(self) -> str:
        return encode(self._key.public_key().export_key(format="raw"))

    @property
    def id(self) -> str:
        return f"ed25519:{self.public}"

    def sign(self, data: Mapping[str, Any]) -> str:
        return encode(eddsa.new(self._key, "rfc8032").sign(canonical(data)))

    @property
    def _key(self) -> ECC.EccKey:
        return ECC.construct(curve="Ed25519", seed=self.seed)


@dataclass(frozen=True)
class Identity:
    """The three keys of an account: one vouches for the other two, one of these for devices."""

    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    def published(self, user: str, sign: Callable[[Mapping[str, Any]], str], device: str) -> Json:
        """The public halves, as the homeserver wants them. `sign`: by our device, which vouches for the identity."""
        master = _public(self.master, user, "master")
        vouched: Json = {"master_key": {**master, "signatures": {user: {f"ed25519:{device}": sign(master)}}}}
        for usage in USAGES[1:]:
            key = _public(getattr(self, usage), user, usage)
            vouched[f"{usage}_key"] = {**key, "signatures": {user: {self.master.id: self.master.sign(key)}}}
        return vouched

    def signed(self, user: str, device_keys: Mapping[str, Any]) -> Json:
        """A device's keys, vouched for."""
        bare = {name: value for name, value in device_keys.items() if name != "unsigned"}
        return {**bare, "signatures": {user: {self.self_signing.id: self.self_signing.sign(bare)}}}


def load_identity(folder: Path) -> Identity | None:
    """Read the identity; None where there is none yet.

    Raises:
        ValueError: it cannot be read, or others can read it. The message says what to do.
    """
    path = folder / FILE
    if not path.exists():
        return None
    if os.name == "posix" and path.stat().st_mode & OTHERS:
        raise ValueError(f"{path} can be read by others: chmod 600 {path}")
    try:
        seeds = {usage: _decode(json.loads(path.read_text("utf-8"))[usage]) for usage in USAGES}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not an identity: put the right file back") from error
    return Identity(**{usage: SigningKey(seed) for usage, seed in seeds.items()})


def make_identity(folder: Path) -> Identity:
    """Make an identity, kept before anybody hears of it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = {usage: SigningKey(os.urandom(SEED_BYTES)) for usage in USAGES}
    handle, draft = mkstemp(dir=folder, prefix=f".{FILE}.")  # readable for its owner only
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({usage: encode(key.seed) for usage, key in keys.items()}, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(folder / FILE)
    return Identity(**keys)


async def vouch(
    server: Homeserver,
    folder: Path,
    user: str,
    device: str,
    sign: Callable[[Mapping[str, Any]], str],
    password: str | None = None,
) -> str:
    """See to it that the account has our identity and that it vouches for this device, whose keys are uploaded.

    Returns:
        What had to be done: "made", "signed" or "nothing".

    Raises:
        IdentityError: the account has another identity; it is not replaced.
        RefusalError, AwayError, ValueError
    """
    answer = await server.call("POST", "v3", "keys", "query", body={"device_keys": {user: [device]}})
    there = answer.get("master_keys", {}).get(user, {}).get("keys", {})
    identity = load_identity(folder)
    if there and (identity is None or identity.master.id not in there):
        raise IdentityError(
            f"{user} has an identity whose keys are not in {folder / FILE}: put that file back, "
            "or reset the identity of the account in Element and start again"
        )
    if identity is None:
        identity = make_identity(folder)
    if not there:
        await _publish(server, user, identity.published(user, sign, device), password)
    device_keys = answer["device_keys"][user][device]
    if identity.self_signing.id in device_keys["signatures"][user]:
        return "nothing"
    signed = {user: {device: identity.signed(user, device_keys)}}
    result = await server.call("POST", "v3", "keys", "signatures", "upload", body=signed)
    if result.get("failures"):
        raise IdentityError("the homeserver does not take the identity's signature of this device")
    return "signed" if there else "made"


async def _publish(server: Homeserver, user: str, body: Json, password: str | None) -> None:
    """Upload an identity. Some homeservers want the password for it."""
    path = ("v3", "keys", "device_signing", "upload")
    try:
        await server.call("POST", *path, body=body)
    except RefusalError as error:
        session = error.answer.get("session")
        if error.status != UNAUTHORIZED or not session or not password:
            raise
        who = {"type": "m.id.user", "user": user}
        auth = {"type": "m.login.password", "session": session, "identifier": who, "password": password}
        await server.call("POST", *path, body={**body, "auth": auth})


def canonical(data: Mapping[str, Any]) -> bytes:
    """The form of JSON that is signed: sorted, without blanks, without what is no part of it."""
    bare = {name: value for name, value in data.items() if name not in {"signatures", "unsigned"}}
    return json.dumps(bare, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def encode(data: bytes) -> str:
    """Base64 without padding, as everywhere in Matrix."""
    return base64.b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    try:
        seed = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if len(seed) != SEED_BYTES:
        raise ValueError("not a seed")
    return seed


def _public(key: SigningKey, user: str, usage: str) -> Json:
    return {"user_id": user, "usage": [usage], "keys": {key.id: key.public}}
