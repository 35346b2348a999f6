"""`nahbei matrix setup`: what has to be done once before Matrix works, and what to keep afterwards."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
from pydantic import SecretStr

from bot.commands.options import clear_errors
from bot.config import Settings

if TYPE_CHECKING:
    from bot.channels.matrix.setup import Ready
    from bot.keys import Keys

FOLDER = "matrix"  # in the data folder

IDENTITY = {
    "made": "made; it vouches for this device",
    "signed": "was there; it now vouches for this device",
    "nothing": "was there, and vouches for this device",
}


@click.group("matrix")
def matrix() -> None:
    """The assistant's account in Matrix."""


@matrix.command("setup")
@click.option("--homeserver", metavar="URL", help="Default: NAHBEI_MATRIX_HOMESERVER.")
@click.option("--user", metavar="@NAME:SERVER", help="Default: NAHBEI_MATRIX_USER.")
@click.option("--name", default="", help="As families see it. Default: what the account has, else made of its address.")
@click.option(
    "--picture",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A square PNG or SVG. Default: what the account has, else the one that ships.",
)
def setup_command(homeserver: str | None, user: str | None, name: str, picture: Path | None) -> None:
    """Log in, make the account's identity, set name and picture; say what to keep. Again, it changes nothing.

    The password comes from NAHBEI_MATRIX_PASSWORD, or is asked for; with NAHBEI_MATRIX_ACCESS_TOKEN none is needed.
    """
    with clear_errors():
        settings = Settings()
        changed = {"matrix_homeserver": homeserver, "matrix_user": user}
        settings = settings.model_copy(update={name: value for name, value in changed.items() if value})
        if not settings.matrix_homeserver:
            raise ValueError("which homeserver? --homeserver https://matrix.example.org, or NAHBEI_MATRIX_HOMESERVER")
        click.echo(_told(settings, _set_up(settings, name, picture)))


def _set_up(settings: Settings, name: str, picture: Path | None) -> "Ready":
    import asyncio  # noqa: PLC0415 only this command needs all of it

    from bot.channels.matrix import PURPOSE, Account  # noqa: PLC0415
    from bot.channels.matrix.server import AwayError, RefusalError  # noqa: PLC0415
    from bot.channels.matrix.setup import set_up  # noqa: PLC0415
    from bot.channels.matrix.store import TakenError  # noqa: PLC0415

    folder = settings.data_dir / FOLDER
    key = _keys(settings).secret(PURPOSE).hex()
    url, token = str(settings.matrix_homeserver), settings.matrix_access_token
    account = Account(url, settings.matrix_user, _password(settings, folder), token, settings.matrix_device_id)
    try:
        return asyncio.run(set_up(account, folder, key, name=name, picture=picture))
    except TakenError as error:
        raise ValueError("nahbei serve is running: stop it for this moment") from error
    except (RefusalError, AwayError) as error:
        raise ValueError(f"{url}: {error}") from error


def _keys(settings: Settings) -> "Keys":
    """The keys of this installation; its very first command makes them."""
    from bot.keys import load_keys  # noqa: PLC0415 only commands that store something need keys
    from bot.store.opening import FILE  # noqa: PLC0415

    return load_keys(settings.keys, create=settings.database_url is None and not (settings.data_dir / FILE).exists())


def _password(settings: Settings, folder: Path) -> SecretStr | None:
    """The password, asked for where a device has to be made and nothing else can log in."""
    from bot.channels.matrix.store import FILE  # noqa: PLC0415 takes a while to load

    if settings.matrix_password or settings.matrix_access_token or (folder / FILE).exists():
        return settings.matrix_password
    if not settings.matrix_user:
        raise ValueError("which account? --user @nahbei:example.org, or NAHBEI_MATRIX_USER")
    return SecretStr(click.prompt(f"password of {settings.matrix_user}", hide_input=True, err=True))


def _told(settings: Settings, ready: "Ready") -> str:
    """What there is now, and what to keep."""
    folder = settings.data_dir / FOLDER
    picture = "set" if ready.has_new_picture else "as it was"
    return f"""\
{ready.user} is ready on {settings.matrix_homeserver}
  device    {ready.device}
  identity  {IDENTITY[ready.identity]}
  name      {ready.name}
  picture   {picture}

Keep a copy elsewhere (a password manager, a safe), never beside the backups:
  {folder / "identity.json"}
      who this account is. Whoever loses it has to begin a new identity, and every family is warned of it.
  the password of {ready.user}
      with it in NAHBEI_MATRIX_PASSWORD, a device that is lost or revoked is replaced by itself.
Never copy {folder / "store.db"}, and never put an old one back: what is lost there is made anew."""
