"""A process with the service and the channel in it, to be killed: python -m tests.matrix.victim FOLDER URL USER."""

import asyncio
import sys
from pathlib import Path

from bot.service import Service
from tests.matrix.homeserver import Login, Synapse
from tests.matrix.house import LIMITS, House, Parrot


def main(folder: str, url: str, user: str) -> None:
    """Serve until killed."""
    server = Synapse(Path(folder), port=int(url.rpartition(":")[2]))
    asyncio.run(_serve(House(server, Path(folder), Login(user, "", ""))))


async def _serve(house: House) -> None:
    matrix = house.matrix()
    database = house.open()
    service = Service(database, house.keys, Parrot(), [matrix], limits=LIMITS)
    await asyncio.gather(service.run(), matrix.run(service))


if __name__ == "__main__":
    main(*sys.argv[1:])
