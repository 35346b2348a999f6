"""A person with a Matrix client of their own: nio as it is."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from typing import Any

from nio import AsyncClient, AsyncClientConfig, Event, MatrixRoom, MegolmEvent, RoomPreset
from nio.store import SqliteMemoryStore

from tests.matrix.homeserver import Login, Synapse

PATIENCE = 60.0  # seconds until somebody has waited in vain

ENCRYPTED = [{"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}]


class Person:
    """Sees what a client shows; says what somebody types, taps and shares."""

    def __init__(self, server: Synapse, login: Login) -> None:
        config = AsyncClientConfig(store=SqliteMemoryStore, max_timeouts=3)
        self.login = login
        self.user = login.user
        self.token = login.token
        self.client = AsyncClient(server.url, login.user, store_path="memory", config=config)
        self.client.restore_login(login.user, login.device, login.token)
        self.client.add_event_callback(self._see, Event)
        self.server = server
        self.events: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._changed = asyncio.Condition()

    async def _see(self, room: MatrixRoom, event: Event) -> None:
        async with self._changed:
            kind = "undecryptable" if isinstance(event, MegolmEvent) else event.source.get("type")
            self.events[room.room_id].append({**event.source, "type": kind})
            self._changed.notify_all()

    async def invite(self, *users: str, encrypted: bool = True, **named: Any) -> str:
        """Begin a room, as Element begins a direct chat."""
        state = [*(ENCRYPTED if encrypted else []), *named.pop("state", [])]
        answer = await self.client.room_create(
            is_direct=True, invite=users, initial_state=state, preset=RoomPreset.trusted_private_chat, **named
        )
        room = str(answer.room_id)
        await self.until(lambda: room in self.client.rooms and {*users} <= {*self.client.rooms[room].users})
        return room

    async def say(self, room: str, words: str, **content: Any) -> str:
        return await self.send(room, "m.room.message", {"msgtype": "m.text", "body": words, **content})

    async def send(self, room: str, kind: str, content: Mapping[str, Any]) -> str:
        """Send an event, encrypted where the room is."""
        answer = await self.client.room_send(room, kind, {**content}, ignore_unverified_devices=True)
        return str(answer.event_id)

    async def react(self, room: str, event: str, sign: str) -> None:
        relation = {"rel_type": "m.annotation", "event_id": event, "key": sign}
        await self.send(room, "m.reaction", {"m.relates_to": relation})

    async def vote(self, room: str, poll: str, answer: str, *, stable: bool = False) -> None:
        relation = {"m.relates_to": {"rel_type": "m.reference", "event_id": poll}}
        if stable:
            await self.send(room, "m.poll.response", {**relation, "m.selections": [answer]})
        else:
            kind = "org.matrix.msc3381.poll.response"
            await self.send(room, kind, {**relation, kind: {"answers": [answer]}})

    def seen(self, room: str, sender: str) -> list[dict[str, Any]]:
        """What somebody has sent into a room: events as this person's client shows them."""
        return [e for e in self.events[room] if e["sender"] == sender and "state_key" not in e]

    def read(self, room: str, sender: str) -> list[str]:
        """The texts of these."""
        return [words for event in self.seen(room, sender) if (words := _words(event["content"]))]

    async def hears(self, room: str, sender: str, condition: Callable[[list[str]], bool]) -> list[str]:
        """Wait until what somebody has sent is as expected."""
        await self.until(lambda: condition(self.read(room, sender)))
        return self.read(room, sender)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for something that this person's client has to see."""
        await happened(condition, self._changed, self.events)

    async def upload(self, content: bytes, kind: str) -> str:
        answer, _ = await self.client.upload(BytesIO(content), kind, filesize=len(content))
        return str(answer.content_uri)


def _words(content: Mapping[str, Any]) -> str:
    poll = content.get("org.matrix.msc3381.poll.start", {}).get("question", {}).get("org.matrix.msc1767.text")
    return str(content.get("body") or poll or "")


async def happened(
    condition: Callable[[], bool], changed: asyncio.Condition, events: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Wait for something that a client has to see; whoever waits in vain is told what it saw instead."""
    try:
        async with asyncio.timeout(PATIENCE), changed:
            while not condition():
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), 0.2)
    except TimeoutError:
        last = {
            room: [(e.get("type"), e.get("sender"), e.get("content")) for e in es[-5:]] for room, es in events.items()
        }
        raise AssertionError(f"waited in vain; seen: {last}") from None


@asynccontextmanager
async def online(server: Synapse, *logins: Login) -> AsyncIterator[list[Person]]:
    """People whose clients run meanwhile."""
    people = [Person(server, login) for login in logins]
    tasks = [asyncio.create_task(person.client.sync_forever(2000, full_state=True)) for person in people]
    try:
        yield people
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for person in people:
            await person.client.close()
