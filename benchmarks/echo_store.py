"""What a bare echo bot would have to write down so that nothing is lost: the same rows as ours, nothing else."""

from pathlib import Path

from sqlalchemy import Connection, text

from bot.keys import load_keys
from bot.store import delivery
from bot.store.delivery import Arrival
from bot.store.opening import open_database

_ANSWERED = text("DELETE FROM inbox WHERE digest = :digest")
_STATE = text("UPDATE chats SET state = :state, expires_at = :now WHERE chat = :chat")
_POST = text("""
    INSERT INTO outbox (chat, n, key, content, started, unclear, failed, at)
    VALUES (:chat, :n, :key, :content, TRUE, 0, 0, :now)""")
_DELIVERED = text("DELETE FROM outbox WHERE chat = :chat AND n = :n")
_LET_GO = text("UPDATE chats SET pending = pending - 1, ready_at = :now WHERE chat = :chat")


class Store:
    """Our database and keys, without our service."""

    def __init__(self, folder: Path) -> None:
        self._keys = load_keys(folder / "keys")
        self._database = open_database(self._keys, folder)

    async def accept(self, update: int, chat: int, said: str) -> Arrival:
        """The message comes in."""
        digest, hidden = self._keys.update("telegram", f"{update}"), self._keys.chat("telegram", f"{chat}")
        arrival = Arrival(digest, hidden, "telegram", self._keys.seal(said.encode(), hidden))
        await self._database.do(delivery.accept, [arrival], self._database.now())
        return arrival

    async def answer(self, arrival: Arrival, said: str) -> None:
        """It leaves the inbox; the answer enters the outbox."""
        state, content = self._keys.seal(b"{}", arrival.chat), self._keys.seal(said.encode(), arrival.chat)
        await self._database.do(_answer, arrival, state, content, self._database.now())

    async def mark(self, arrival: Arrival, message: int) -> None:
        """The answer has arrived."""
        ref = self._keys.seal(f"{message}".encode(), arrival.chat)
        await self._database.do(_mark, arrival, ref, self._database.now())


def _number(arrival: Arrival) -> int:
    """One that two messages of a chat do not share."""
    return int.from_bytes(arrival.digest[:3], "big")


def _answer(connection: Connection, arrival: Arrival, state: bytes, content: bytes, now: float) -> None:
    row = {"chat": arrival.chat, "digest": arrival.digest, "state": state, "now": now, "content": content}
    connection.execute(_ANSWERED, row)
    connection.execute(_STATE, row)
    connection.execute(_POST, {**row, "n": _number(arrival), "key": arrival.digest.hex()})


def _mark(connection: Connection, arrival: Arrival, ref: bytes, now: float) -> None:
    row = {"chat": arrival.chat, "n": _number(arrival), "now": now}
    connection.execute(_DELIVERED, row)
    connection.execute(_LET_GO, row)
    delivery.note(connection, arrival.chat, [ref], now)
