"""An installation as a process of its own, to be killed: python -m tests.matrix.victim FOLDER URL USER."""

import asyncio
import sys
from argparse import ArgumentParser
from pathlib import Path

from pydantic import SecretStr

from bot.config import Settings
from bot.i18n import load_languages
from bot.logs import set_up_logs
from bot.serve import channels, serve
from tests.matrix.homeserver import PASSWORD
from tests.matrix.house import LIMITS, Parrot


def main() -> None:
    """Serve until killed, on Matrix and on a gateway's socket."""
    parser = ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("url")
    parser.add_argument("user")
    chosen = parser.parse_args()
    set_up_logs(sys.stderr)
    settings = Settings(
        data_dir=chosen.folder,
        matrix_homeserver=chosen.url,
        matrix_user=chosen.user,
        matrix_password=SecretStr(PASSWORD),
        gateway_socket=chosen.folder / "socket",
        health_listen="off",
    )
    asyncio.run(serve(settings, Parrot(), channels(settings, load_languages()), limits=LIMITS))


if __name__ == "__main__":
    main()
