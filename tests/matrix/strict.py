"""A person with a client of another make (mautrix on libolm), as strict as a client can be.

It gives its keys only to devices that their owner's identity vouches for, and notes of each message whether it was
encrypted by such a device. libolm has wheels for Python up to 3.12 on Linux; elsewhere tests with it are skipped.
"""

import asyncio
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.matrix.homeserver import Login, Synapse
from tests.matrix.person import ENCRYPTED, PATIENCE, happened

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # libolm says that it is old
    client_ = pytest.importorskip("mautrix.client", reason="mautrix is not installed: its libolm has no wheels here")
    crypto = pytest.importorskip("mautrix.crypto", reason="python-olm is not installed: it has no wheels here")
    types = pytest.importorskip("mautrix.types")
    state_store = pytest.importorskip("mautrix.client.state_store")

VOUCHED = types.TrustState.CROSS_SIGNED_TOFU  # by an identity that has not changed since we first saw it


class Rooms(state_store.MemoryStateStore):  # type: ignore[name-defined,misc] # mautrix is there only where it has wheels
    """What mautrix' encryption asks of its memory."""

    async def find_shared_rooms(self, user: str) -> list[str]:
        return [room for room, members in self.members.items() if user in members]


class Keys(crypto.MemoryCryptoStore):  # type: ignore[name-defined,misc] # the same
    """mautrix' memory of keys, where a key that it sees a second time does not end everything."""

    async def put_cross_signing_key(self, user: str, usage: Any, key: str) -> None:
        known = self._cross_signing_keys.setdefault(user, {})
        first = known[usage].first if usage in known else key
        known[usage] = types.TOFUSigningKey(key=key, first=first)


class StrictPerson:
    """Shows what was decrypted, and from whom: `trusted` holds the events that came from a vouched-for device."""

    def __init__(self, server: Synapse, login: Login) -> None:
        self.login = login
        self.user = login.user
        rooms = Rooms()
        self.client = client_.Client(
            mxid=login.user,
            device_id=login.device,
            base_url=server.url,
            token=login.token,
            state_store=rooms,
            sync_store=client_.MemorySyncStore(),
        )
        self.crypto = crypto.OlmMachine(self.client, Keys(login.user, "key"), rooms)
        self.crypto.send_keys_min_trust = self.crypto.share_keys_min_trust = VOUCHED
        self.client.crypto = self.crypto
        self.client.add_event_handler(client_.client.EventType.ALL, self._see)
        self.events: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._changed = asyncio.Condition()

    async def begin(self) -> None:
        """Make keys, and an identity that vouches for them."""
        await self.crypto.crypto_store.open()
        await self.crypto.load()
        await self.crypto.share_keys()
        await self.crypto.generate_recovery_key()
        self.client.start(None)

    async def _see(self, event: Any) -> None:
        async with self._changed:
            shown = {**event.serialize(), "type": str(event.type), "trust": event.get("mautrix", {}).get("trust_state")}
            self.events[str(event.get("room_id", ""))].append(shown)
            self._changed.notify_all()

    async def invite(self, bot: str) -> str:
        room = await self.client.create_room(invitees=[bot], is_direct=True, initial_state=ENCRYPTED)
        await self.until(lambda: any(e["type"] == "m.room.encryption" for e in self.events[room]))
        await self.until(
            lambda: any(e.get("state_key") == bot and e["content"]["membership"] == "join" for e in self.events[room])
        )
        return str(room)

    async def knows(self, user: str, device: str) -> None:
        """Wait until this is the only device of somebody: to one that it has not heard of it gives no keys."""
        async with asyncio.timeout(PATIENCE):
            while [*await self.crypto.crypto_store.get_devices(user)] != [device]:  # noqa: ASYNC110 nobody tells us
                await asyncio.sleep(0.1)

    async def send(self, room: str, kind: str, content: Mapping[str, Any]) -> str:
        known = types.EventType.find(kind, types.EventType.Class.MESSAGE)
        return str(await self.client.send_message_event(room, known, {**content}))

    async def say(self, room: str, words: str) -> str:
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": words})

    def seen(self, room: str, sender: str) -> list[dict[str, Any]]:
        return [
            e
            for e in self.events[room]
            if e.get("sender") == sender and "state_key" not in e and e["type"] != "m.room.encrypted"
        ]

    async def hears(self, room: str, sender: str, condition: Callable[[list[str]], bool]) -> list[str]:
        def read() -> list[str]:
            return [str(event["content"].get("body", "")) for event in self.seen(room, sender)]

        await self.until(lambda: condition(read()))
        return read()

    async def until(self, condition: Callable[[], bool]) -> None:
        await happened(condition, self._changed, self.events)


@asynccontextmanager
async def strictly_online(server: Synapse, login: Login) -> AsyncIterator[StrictPerson]:
    """A strict person whose client runs meanwhile."""
    person = StrictPerson(server, login)
    await person.begin()
    try:
        yield person
    finally:
        syncing = person.client.syncing_task
        person.client.stop()
        await asyncio.gather(syncing, return_exceptions=True)
        await person.client.api.session.close()
