"""What has to be done once for an account: log in, make its identity, say who it is. Done again it changes nothing."""

from dataclasses import dataclass
from pathlib import Path

from bot.channels.matrix.account import Account, sign_in
from bot.channels.matrix.identity import vouch
from bot.channels.matrix.server import Homeserver, RefusalError
from bot.channels.matrix.session import Session
from bot.channels.matrix.store import alone

PICTURE = Path(__file__).parent / "avatar.png"  # drawn by scripts/avatar.py
NOT_FOUND = 404


@dataclass(frozen=True)
class Ready:
    """An account that can serve. `identity`: what had to be done for it ("made", "signed", "nothing")."""

    user: str
    device: str
    identity: str
    name: str
    has_new_picture: bool


async def set_up(account: Account, folder: Path, key: str, *, name: str = "", picture: Path | None = None) -> Ready:
    """See to it that the account has a device with keys, an identity that vouches for it, a name and a picture.

    Without `name` or `picture` what the account has already stays. `key` encrypts the store of the device in `folder`.

    Raises:
        TakenError: the service is running on this folder.
        AccountError, IdentityError: the message says what to do.
        RefusalError, AwayError
    """
    with alone(folder):
        async with Homeserver(account.homeserver) as server:
            store = await sign_in(server, account, folder, key)
            session = Session(server, store)
            try:
                await session.keys.upload()
                sign = session.machine.sign_json
                done = await vouch(server, folder, session.me, store.device_id, sign, account.secret)
                shown = await _present(server, session.me, name, picture)
                return Ready(session.me, store.device_id, done, *shown)
            finally:
                session.close()


async def _present(server: Homeserver, user: str, name: str, picture: Path | None) -> tuple[str, bool]:
    """Name and picture, as families see them; a homeserver names a new account after the account itself."""
    profile = await _profile(server, user)
    known = str(profile.get("displayname") or "")
    local = user[1:].partition(":")[0]
    wanted = name or (known if known not in {"", local} else local.capitalize())
    if wanted != known:
        await server.call("PUT", "v3", "profile", user, "displayname", body={"displayname": wanted})
    is_new = picture is not None or not profile.get("avatar_url")
    if is_new:
        kind = "image/svg+xml" if picture and picture.suffix == ".svg" else "image/png"
        url = await server.upload((picture or PICTURE).read_bytes(), kind)
        await server.call("PUT", "v3", "profile", user, "avatar_url", body={"avatar_url": url})
    return wanted, is_new


async def _profile(server: Homeserver, user: str) -> dict[str, object]:
    try:
        return await server.call("GET", "v3", "profile", user)
    except RefusalError as error:
        if error.status == NOT_FOUND:
            return {}
        raise
