"""Exchanges keys with the homeserver: ours go up, those of the people we write with come down."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from time import monotonic
from typing import Any
from uuid import uuid4

import structlog

from bot.channels.matrix.events import table
from bot.channels.matrix.machine import ENCRYPTED, ONE_TIME_KEY, Machine
from bot.channels.matrix.server import AwayError, Homeserver, Json, RefusalError
from bot.logs import where

log = structlog.get_logger()

SOON = 60.0  # seconds until somebody's homeserver that did not answer is asked again
BAD_REQUEST = 400
CLAIM_MS = 5000  # how long our homeserver waits for others


class KeyExchange:
    """Keeps the machine supplied. What fails is tried again after the next sync."""

    def __init__(self, server: Homeserver, machine: Machine) -> None:
        self._server = server
        self._machine = machine
        self._sharing: dict[str, asyncio.Lock] = {}
        self._asked: dict[str, float] = {}

    async def look_after(self, rooms: Callable[[], Mapping[str, Collection[str]]]) -> None:
        """Whatever is due. `rooms`: the people of each encrypted room, if that has to be known.

        The order matters: who has no session gets one before something is sent with it.
        """
        for task in (self.upload, lambda: self._query(rooms), self._mend, self._send):
            try:
                await task()
            except (RefusalError, AwayError) as error:
                if isinstance(error, RefusalError) and error.is_token_unknown:
                    raise
                log.warning("keys_delayed", channel="matrix", error=where(error))

    async def upload(self) -> None:
        """Bring the homeserver the keys that it lacks.

        Raises:
            RefusalError, AwayError
        """
        machine = self._machine
        if machine.should_upload_keys or machine.wants_fallback_key:
            answer = await self._server.call("POST", "v3", "keys", "upload", body=machine.keys_to_upload())
            machine.uploaded(answer.get("one_time_key_counts"))

    async def _query(self, rooms: Callable[[], Mapping[str, Collection[str]]]) -> None:
        now = monotonic()
        wanted = [user for user in self._machine.users_for_key_query if now - self._asked.get(user, -SOON) >= SOON]
        if not wanted:
            return
        changed = self._machine.learn_devices(await self._devices(wanted))
        asked = {**self._asked, **dict.fromkeys(wanted, now)}
        self._asked = {user: asked[user] for user in self._machine.users_for_key_query if user in asked}
        for room, people in rooms().items() if changed else ():
            if not changed.isdisjoint(people):
                self._machine.renew(room)

    async def _devices(self, users: Sequence[str]) -> Mapping[str, Any]:
        """The devices of users. If the homeserver takes offence at one of them, the others are asked about alone."""
        body: Json = {"device_keys": {user: [] for user in users}, "timeout": CLAIM_MS}
        try:
            answer = await self._server.call("POST", "v3", "keys", "query", body=body)
        except RefusalError as error:
            if error.status != BAD_REQUEST:
                raise
            if len(users) == 1:
                return {users[0]: {}}
            alone = [await self._devices([user]) for user in users]
            return {user: devices for found in alone for user, devices in found.items()}
        return table(answer.get("device_keys"))

    async def _mend(self) -> None:
        """New sessions for devices that cannot be understood any more."""
        machine = self._machine
        broken = [*machine.wedged_devices]
        if not broken:
            return
        await self._claim([(device.user_id, device.device_id) for device in broken])
        machine.wedged_devices = [device for device in machine.wedged_devices if device not in broken]

    async def _claim(self, devices: Sequence[tuple[str, str]]) -> None:
        wanted: dict[str, dict[str, str]] = {}
        for user, device in devices:
            wanted.setdefault(user, {})[device] = ONE_TIME_KEY
        body = {"one_time_keys": wanted, "timeout": CLAIM_MS}
        answer = await self._server.call("POST", "v3", "keys", "claim", body=body)
        self._machine.learn_one_time_keys(table(answer.get("one_time_keys")))

    async def _send(self) -> None:
        for message in [*self._machine.outgoing_to_device_messages]:
            body = {"messages": {message.recipient: {message.recipient_device: message.content}}}
            await self._to_devices(message.type, body)
            self._machine._mark_to_device_message_as_sent(message)  # noqa: SLF001 what nio's own client does

    async def _to_devices(self, kind: str, body: Json) -> None:
        await self._server.call("PUT", "v3", "sendToDevice", kind, uuid4().hex, body=body)

    async def encrypt(self, room: str, people: Sequence[str], kind: str, content: Json) -> Json:
        """Encrypt an event for the people of a room; every device of theirs can read it.

        Raises:
            RefusalError, AwayError: not every device has the key; nothing is lost, it can be tried again.
        """
        machine = self._machine
        async with self._sharing.setdefault(room, asyncio.Lock()):
            while machine.should_share_group_session(room):  # again, if somebody came or went meanwhile
                await self._share(room, people)
        encrypted: Json = machine.group_encrypt(room, {"type": kind, "content": content})
        if "m.relates_to" in content:  # what belongs together is for the homeserver to know
            encrypted["m.relates_to"] = content["m.relates_to"]
        return encrypted

    async def _share(self, room: str, people: Sequence[str]) -> None:
        machine = self._machine
        missing: Mapping[str, Sequence[str]] = machine.get_missing_sessions(list(people))
        if missing:
            await self._claim([(user, device) for user, devices in missing.items() for device in devices])
        portions = machine.new_messages(room, people)
        session = machine.outbound_group_sessions[room]
        for devices, body in portions:
            await self._to_devices(ENCRYPTED, body)
            session.users_shared_with.update(devices)
        session.shared = True

    def forget(self, room: str) -> None:
        self._sharing.pop(room, None)
