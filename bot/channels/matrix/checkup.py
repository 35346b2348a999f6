"""Looks whether an account can serve: for `nahbei doctor`. Changes nothing, and may run beside the service."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peewee import DatabaseError

from bot.channels.matrix.events import table
from bot.channels.matrix.identity import load_identity
from bot.channels.matrix.server import AwayError, Homeserver, RefusalError
from bot.channels.matrix.store import FILE, Device, Store

SECONDS = 10.0  # for one answer
NEEDED = (1, 1)  # the oldest version of Matrix whose calls are ours
FEW = 10  # one-time keys; a running service keeps fifty
SET_UP = "nahbei matrix setup"


@dataclass(frozen=True)
class Sign:
    """What was found. `advice` says what to do; without one all is well."""

    about: str
    text: str
    advice: str = ""


async def check_up(homeserver: str, folder: Path, key: str) -> AsyncIterator[Sign]:
    """Versions, login, keys, cross-signing, in this order; ends where going on makes no sense. Never raises."""
    device = _device(folder, key)
    if device is None:
        yield Sign("matrix login", "there is no device yet", f"{SET_UP} makes it, or the first start of nahbei serve")
        return
    async with Homeserver(homeserver) as server:
        server.token = device.token
        try:
            async for sign in _checks(server, device, folder):
                yield sign
        except AwayError as error:
            yield Sign(
                "matrix homeserver", f"{homeserver} cannot be reached ({error})", "is it running? is the address right?"
            )
        except RefusalError as error:
            advice = f"{SET_UP} logs in anew" if error.is_token_unknown else "look at the account on the homeserver"
            yield Sign("matrix login", f"the homeserver refuses this device ({error})", advice)


def _device(folder: Path, key: str) -> Device | None:
    if not (folder / FILE).exists():
        return None
    try:
        store = Store(folder, key)
    except DatabaseError:
        return None
    try:
        return store.device()
    finally:
        store.close()


async def _checks(server: Homeserver, device: Device, folder: Path) -> AsyncIterator[Sign]:
    yield _version(await server.call("GET", "versions", seconds=SECONDS))
    await server.call("GET", "v3", "account", "whoami", seconds=SECONDS)
    yield Sign("matrix login", f"{device.user}, device {device.id}")
    body = {"device_keys": {device.user: [device.id]}}
    keys = await server.call("POST", "v3", "keys", "query", body=body, seconds=SECONDS)
    known = table(table(table(keys.get("device_keys")).get(device.user)).get(device.id))
    counts = await server.call("POST", "v3", "keys", "upload", body={}, seconds=SECONDS)
    yield _encryption(known, table(counts.get("one_time_key_counts")).get("signed_curve25519", 0))
    yield _identity(folder, device, known, table(table(keys.get("master_keys")).get(device.user)))


def _version(answer: dict[str, Any]) -> Sign:
    versions = [str(version) for version in answer.get("versions") or ()]
    numbers = [
        tuple(int(n) for n in v[1:].split("."))
        for v in versions
        if v.startswith("v") and v[1:].replace(".", "").isdecimal()
    ]
    if max(numbers, default=(0,)) < NEEDED:
        return Sign("matrix homeserver", f"speaks only {', '.join(versions) or 'nothing'}", "update the homeserver")
    return Sign("matrix homeserver", f"speaks Matrix up to {versions[-1]}")


def _encryption(known: object, left: object) -> Sign:
    if not known:
        return Sign("matrix keys", "the homeserver does not know the keys of this device", f"{SET_UP} uploads them")
    if not isinstance(left, int) or left < FEW:
        return Sign("matrix keys", f"{left} one-time keys are left", "start nahbei serve: it makes new ones")
    return Sign("matrix keys", f"on the homeserver; {left} one-time keys")


def _identity(folder: Path, device: Device, known: Any, master: Any) -> Sign:
    """Whether strict clients believe us: our identity is the account's, and vouches for this device."""
    about = "matrix identity"
    try:
        ours = load_identity(folder)
    except ValueError as error:
        return Sign(about, str(error), "without it families are warned of us")
    if ours is None or ours.master.id not in table(table(master).get("keys")):
        return Sign(about, "the account has none, or another one", f"{SET_UP} says what to do")
    if ours.self_signing.id not in table(table(table(known).get("signatures")).get(device.user)):
        return Sign(about, "does not vouch for this device: strict clients do not write to it", SET_UP)
    return Sign(about, f"vouches for this device; keep a copy of {folder / 'identity.json'} elsewhere")
