"""Which device we are: the one whose keys lie in the store, or a new one where that is lost, revoked or an old copy."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog
from pydantic import SecretStr

from bot.channels.matrix.server import Homeserver, Json, RefusalError
from bot.channels.matrix.store import Device, Store, drop_store, open_store
from bot.logs import where

log = structlog.get_logger()

DEVICE_NAME = "Nahbei"
WITNESS = "org.nahbei.device"  # where the homeserver keeps for us how often this device has started
NOT_FOUND = 404
UNAUTHORIZED = 401


class AccountError(ValueError):
    """We cannot log in. The message says what to do."""


@dataclass(frozen=True)
class Account:
    """How to log in: with a password, or with a token for one device."""

    homeserver: str
    user: str
    password: SecretStr | None = field(default=None, repr=False)
    token: SecretStr | None = field(default=None, repr=False)
    device: str = ""

    @property
    def secret(self) -> str | None:
        return self.password.get_secret_value() if self.password else None


async def sign_in(server: Homeserver, account: Account, folder: Path, key: str) -> Store:
    """Log in, as the device whose keys lie in the store if that is still good. `key` encrypts the store.

    Raises:
        AccountError: neither the stored device nor a new one can be used.
        RefusalError, AwayError
    """
    store = open_store(folder, key)
    try:
        device = await _same_device(server, account, store.device())
        if device is None:
            device = await _new_device(server, account)  # first, for what is dropped cannot be brought back
            inherited = store.room_keys()
            store.close()
            drop_store(folder)
            store = open_store(folder, key)
            store.inherited = inherited
        started = replace(device, starts=device.starts + 1)
        store.keep_device(started)
        server.token = started.token
        await bear_witness(server, started)
    except BaseException:
        store.close()
        raise
    return store


async def _same_device(server: Homeserver, account: Account, device: Device | None) -> Device | None:
    """The stored device, if the homeserver still knows it and the store is not an older copy."""
    if device is None:
        return None
    same = replace(device, token=account.token.get_secret_value()) if account.token else device
    server.token = same.token
    try:
        who = await server.call("GET", "v3", "account", "whoami")
    except RefusalError as error:
        if not error.is_token_unknown:
            raise
        log.error("token_refused", channel="matrix")
        return None
    if who.get("device_id", device.id) != device.id:
        return None
    return None if await _is_old(server, device) else same


async def _is_old(server: Homeserver, device: Device) -> bool:
    """Whether this device has started more often than the store knows: then it is a copy from before."""
    try:
        seen = await server.call("GET", "v3", "user", device.user, "account_data", WITNESS)
    except RefusalError as error:
        if error.status == NOT_FOUND:
            return False
        raise
    starts = seen.get("starts")
    if seen.get("device") != device.id or not isinstance(starts, int) or starts <= device.starts:
        return False
    log.error("old_store", channel="matrix")
    return True


async def bear_witness(server: Homeserver, device: Device) -> None:
    """Tell the homeserver how far this device has counted: a copy of the store from before will be found out.

    Raises:
        RefusalError, AwayError
    """
    body = {"device": device.id, "starts": device.starts}
    await server.call("PUT", "v3", "user", device.user, "account_data", WITNESS, body=body)


async def _new_device(server: Homeserver, account: Account) -> Device:
    if account.secret:
        return await _with_password(server, account, account.secret)
    if account.token:
        return await _with_token(server, account, account.token.get_secret_value())
    raise AccountError("NAHBEI_MATRIX_USER needs NAHBEI_MATRIX_PASSWORD, or NAHBEI_MATRIX_ACCESS_TOKEN")


async def _with_password(server: Homeserver, account: Account, password: str) -> Device:
    server.token = ""
    body: Json = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": account.user},
        "password": password,
        "initial_device_display_name": DEVICE_NAME,
    }
    try:
        answer = await server.call("POST", "v3", "login", body=body)
    except RefusalError as error:
        if error.code == "M_FORBIDDEN":
            raise AccountError("the homeserver refuses NAHBEI_MATRIX_USER and NAHBEI_MATRIX_PASSWORD") from error
        raise
    device = Device(answer["user_id"], answer["device_id"], answer["access_token"])
    server.token = device.token
    await _remove_older(server, device, password)
    return device


async def _with_token(server: Homeserver, account: Account, token: str) -> Device:
    """A token belongs to one device. Where that has keys already, and they are not here, it is lost."""
    server.token = token
    try:
        who = await server.call("GET", "v3", "account", "whoami")
    except RefusalError as error:
        if error.is_token_unknown:
            raise AccountError("the homeserver refuses NAHBEI_MATRIX_ACCESS_TOKEN: make a new one") from error
        raise
    user, device = str(who["user_id"]), str(who.get("device_id") or account.device)
    known = await server.call("POST", "v3", "keys", "query", body={"device_keys": {user: [device]}})
    if known.get("device_keys", {}).get(user, {}).get(device):
        raise AccountError(
            f"the keys of the device {device} are lost, or an old copy was put back: make a new device with a new "
            "NAHBEI_MATRIX_ACCESS_TOKEN, or set NAHBEI_MATRIX_PASSWORD"
        )
    return Device(user, device, token)


async def _remove_older(server: Homeserver, device: Device, password: str) -> None:
    """Devices that we were before can read nothing any more; families should not be told that they are there."""
    try:
        listed = await server.call("GET", "v3", "devices")
        older = [
            found["device_id"]
            for found in listed.get("devices", ())
            if found.get("display_name") == DEVICE_NAME and found.get("device_id") != device.id
        ]
        if older:
            await _delete(server, device.user, older, password)
    except (RefusalError, KeyError, TypeError) as error:
        log.warning("older_devices_stay", channel="matrix", error=where(error))


async def _delete(server: Homeserver, user: str, devices: list[str], password: str) -> None:
    body: Json = {"devices": devices}
    try:
        await server.call("POST", "v3", "delete_devices", body=body)
    except RefusalError as error:
        if error.status != UNAUTHORIZED:
            raise
        who = {"type": "m.id.user", "user": user}
        session = error.answer.get("session")
        auth = {"type": "m.login.password", "identifier": who, "password": password, "session": session}
        await server.call("POST", "v3", "delete_devices", body={**body, "auth": auth})
