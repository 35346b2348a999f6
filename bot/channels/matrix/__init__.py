"""Matrix, end-to-end encrypted: nio's encryption under an intake, a sending and a cross-signing of our own.

Who keeps what: the service keeps the conversation and how far we have read; the device's keys lie in an encrypted store
that one process may use; the account's identity lies in a file that has to be backed up. Everything else is read from
the homeserver anew at every start.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import structlog

from bot.channels.base import Intake, UnsentError
from bot.channels.matrix import calls, layout
from bot.channels.matrix.account import Account, AccountError, sign_in
from bot.channels.matrix.backlog import NAME
from bot.channels.matrix.events import Address
from bot.channels.matrix.identity import vouch
from bot.channels.matrix.invitations import leave
from bot.channels.matrix.layout import Buttons
from bot.channels.matrix.ornaments import Ornaments
from bot.channels.matrix.receiver import Receiver
from bot.channels.matrix.server import AwayError, Homeserver, RefusalError
from bot.channels.matrix.session import Session
from bot.channels.matrix.store import UnwritableError, alone
from bot.channels.matrix.typed import Wording
from bot.channels.matrix.unread import PATIENCE
from bot.dialogue.model import Reply
from bot.keys import Keys
from bot.logs import where

log = structlog.get_logger()

PURPOSE = "matrix store"  # what its key is derived for
SILENCE = 120.0  # seconds without an answer to a sync: something is wrong
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # before we log in anew


class Matrix:
    """One account. `keys` are read when they are needed: at the very first start they are made meanwhile.

    `servers`: whose people may invite us; empty: everybody's. `typed`: see layout.py. `patience`: seconds until a message without a key is
    complained about.
    """

    name = NAME
    repeats_harmless = True  # the homeserver recognises a repeated transaction

    def __init__(
        self,
        account: Account,
        folder: Path,
        keys: Callable[[], Keys],
        *,
        servers: Sequence[str] = (),
        buttons: Buttons = "text",
        typed: Wording = layout.NO_WORDING,
        patience: float = PATIENCE,
    ) -> None:
        self._account = account
        self._folder = folder
        self._keys = keys
        self._servers = tuple(servers)
        self._buttons: Buttons = buttons
        self._typed = typed
        self._patience = patience
        self._session: Session | None = None
        self._ornaments: Ornaments | None = None
        self._heard = float("-inf")

    async def run(self, intake: Intake) -> None:
        """Receive until cancelled; a revoked token means a new device, where we have a password.

        Raises:
            TakenError: another process uses this store.
            AccountError, IdentityError: an operator has to do something; the message says what.
            RefusalError, AwayError: the homeserver does not let us in; the next start tries again.
        """
        key = self._keys().secret(PURPOSE).hex()
        pause = FIRST_PAUSE
        with alone(self._folder):
            async with Homeserver(self._account.homeserver) as server:
                while True:
                    started = monotonic()
                    await self._be_there(server, key, intake)
                    if server.refused.is_set():
                        log.error("token_refused", channel=self.name)
                    pause = FIRST_PAUSE if monotonic() - started > LONGEST_PAUSE else pause
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)

    async def _be_there(self, server: Homeserver, key: str, intake: Intake) -> None:
        """Be one device, until the homeserver does not know it any more, or what we know of it has to be read anew."""
        store = await sign_in(server, self._account, self._folder, key)
        server.refused.clear()
        session = Session(server, store)
        ornaments = Ornaments(server, session.me)
        try:
            await session.keys.upload()
            sign = session.machine.sign_json
            await vouch(server, self._folder, session.me, store.device_id, sign, self._account.secret)
            self._session, self._ornaments = session, ornaments
            receiver = Receiver(session, intake, ornaments, self._servers, self._patience, self._hear)
            await _while_accepted(server, receiver.run())
        finally:
            self._session = self._ornaments = None
            self._heard = float("-inf")
            await ornaments.close()
            session.close()

    def _hear(self) -> None:
        self._heard = monotonic()

    def lay_out(self, replies: Sequence[Reply], address: str, chosen: str | None) -> Sequence[str]:  # noqa: ARG002 every channel has this form
        laid_out = layout.lay_out(replies, Address.from_json(address), self._buttons, self._typed)
        return [json.dumps(call, ensure_ascii=False) for call in laid_out]

    async def deliver(self, call: str, address: str, key: str) -> Sequence[str]:
        room = Address.from_json(address).room
        refs = await calls.make(self._ready(), room, json.loads(call), key)
        if self._ornaments:
            self._ornaments.answered(room)
        return refs

    async def erase(self, refs: Sequence[str], address: str) -> None:
        await calls.erase(self._ready(), Address.from_json(address).room, refs)

    async def depart(self, address: str) -> None:
        """The family has been told that everything is deleted: go, and keep no key with which it could be read."""
        session, room = self._ready(), Address.from_json(address).room
        try:
            await leave(session, room)
        except (RefusalError, AwayError) as error:
            log.warning("not_left", channel=self.name, error=where(error))
        try:
            session.leave(room)
        except UnwritableError as error:  # the next sync says that we have left, and it is tried again
            log.error("keys_not_stored", channel=self.name, error=where(error))

    def is_well(self) -> bool:
        return monotonic() - self._heard < SILENCE

    def _ready(self) -> Session:
        session = self._session
        if session is None or not session.is_ready:
            raise UnsentError("not connected")
        return session


async def _while_accepted(server: Homeserver, receiving: Coroutine[Any, Any, None]) -> None:
    """Receive until our token is refused, wherever that is noticed first."""
    tasks = [asyncio.create_task(receiving), asyncio.create_task(server.refused.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if not server.refused.is_set():
            await tasks[0]
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


__all__ = ["Account", "AccountError", "Matrix"]
