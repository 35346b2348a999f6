"""nio's encryption with the holes closed through which one stranger could silence it. No network: see key_exchange.py."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import structlog
from nio import ForwardedRoomKeyEvent, KeysClaimResponse, KeysQueryResponse, MegolmEvent, RoomKeyEvent, ToDeviceEvent
from nio.crypto import InboundGroupSession, Olm
from vodozemac import Curve25519PublicKey

from bot.channels.matrix.events import table, words
from bot.channels.matrix.fading import Fading, turned
from bot.channels.matrix.store import Mark, Store, UnwritableError
from bot.logs import where

log = structlog.get_logger()

Json = dict[str, Any]
ENCRYPTED = "m.room.encrypted"
MEGOLM = "m.megolm.v1.aes-sha2"
ONE_TIME_KEY = "signed_curve25519"
MOST_SESSIONS = 5  # with one device


class UndecryptableError(Exception):
    """The key of a message is not here (yet)."""


class Machine(Olm):  # type: ignore[misc] # nio has no types
    """The keys of one device. Whatever comes from outside may be malformed: it is dropped, and the rest goes on.

    `expects`: whether keys for a room are wanted; `knows`: whether somebody may write to our device at all. Strangers
    could fill the disk otherwise.
    """

    _unwedging_interval = timedelta(minutes=5)  # nio waits an hour until a broken session may be replaced again

    def __init__(self, store: Store, expects: Callable[[str], bool], knows: Callable[[str], bool]) -> None:
        super().__init__(store.user_id, store.device_id, store)
        self._expects = expects
        self._knows = knows
        self.wants_fallback_key = False
        self._fading = Fading(store)
        for session in store.inherited:  # families still write with keys that they gave to our device before
            self.inbound_group_store.add(session)
            store.save_inbound_group_session(session)
        self._at_first_sight: dict[tuple[str, str, int], str] = self.message_index_store

    @property
    def is_new(self) -> bool:
        """Whether the homeserver has never heard of this device's keys."""
        return not self.account.shared

    def receive(self, event: Mapping[str, Any]) -> str | None:
        """Take in a message to this device. Returns the room whose key it has brought.

        Raises:
            UnwritableError: what it has brought is not kept.
        """
        sender, key = words(event.get("sender")), words(table(event.get("content")).get("sender_key"))
        if event.get("type") != ENCRYPTED or not key or not self._knows(sender):
            return None
        try:
            received = self.handle_to_device_event(ToDeviceEvent.parse_event(dict(event)))
        except UnwritableError:
            raise
        except Exception as error:  # noqa: BLE001 anybody can send anything
            log.info("bad_to_device", channel="matrix", error=where(error))
            self._mark_device_for_unwedging(sender, key)  # if we know it, it has lost its session with us
            return None
        finally:
            self._keep_few(key)
        return received.room_id if isinstance(received, RoomKeyEvent | ForwardedRoomKeyEvent) else None

    def _keep_few(self, key: str) -> None:
        """With the fallback key somebody could begin sessions without end: the latest of a device are enough."""
        sessions = self.session_store[key]
        self.store.drop_sessions([session.id for session in sessions[MOST_SESSIONS:]])
        del sessions[MOST_SESSIONS:]
        if not sessions:
            self.session_store._entries.pop(key, None)  # noqa: SLF001 nio would keep the key of everybody who ever wrote

    def create_group_session(
        self, sender_key: str, sender_fp_key: str, room_id: str, session_id: str, session_key: str
    ) -> None:
        if self._expects(room_id):
            super().create_group_session(sender_key, sender_fp_key, room_id, session_id, session_key)

    def _should_accept_forward(self, _: str, sender_key: str, event: ForwardedRoomKeyEvent) -> bool:
        """A key that we asked for may come from the device that made it; nio only trusts devices of our own."""
        request = self.outgoing_key_requests.get(event.session_id)
        device = self.device_store.device_from_sender_key(event.sender, sender_key)
        content = event.source.get("content", {})
        return bool(
            request
            and device
            and request.room_id == event.room_id
            and event.algorithm == request.algorithm
            and content.get("sender_key") == sender_key
            and content.get("sender_claimed_ed25519_key") == device.ed25519
        )

    def decrypt_in_room(self, room: str, event: Mapping[str, Any]) -> Json:
        """Read an encrypted event of a room: the event as it was before.

        Raises:
            UndecryptableError
        """
        try:
            return self._decrypted(room, event)
        except UndecryptableError:
            raise
        except Exception as error:  # noqa: BLE001 anybody can send anything
            raise UndecryptableError(where(error)) from None

    def _decrypted(self, room: str, event: Mapping[str, Any]) -> Json:
        content = event["content"]
        if content["algorithm"] != MEGOLM:
            raise UndecryptableError("unknown algorithm")
        session_id = content["session_id"]
        session = self._inbound(room, session_id)
        if session is None:
            raise UndecryptableError("no key")
        text, index = session.decrypt(content["ciphertext"])
        self._fading.used(session_id, index)
        if self._at_first_sight.setdefault((room, session_id, index), event["event_id"]) != event["event_id"]:
            raise UndecryptableError("the same message again under another name")
        inner = json.loads(text)
        if inner.get("room_id") != room:
            raise UndecryptableError("meant for another room")
        outside = {"m.relates_to": content["m.relates_to"]} if "m.relates_to" in content else {}
        return {**event, "type": inner["type"], "content": {**outside, **inner["content"]}}

    def create_outbound_group_session(self, room_id: str) -> None:
        super().create_outbound_group_session(room_id)
        self._fading.used(self.outbound_group_sessions[room_id].id, 0)

    def fade(self, now: float) -> None:
        """Turn the keys of rooms forward, so that they do not open what was said more than a day or two ago.

        Raises:
            UnwritableError
        """
        due = self._fading.due(now)
        if not due:
            return
        sessions = {session.id: session for session in self.inbound_group_store}
        for mark in due:
            session = sessions.get(mark.session)
            if session:
                self._fade(session, mark)
            self._fading.faded(mark)
        self.store.scrub()

    def _fade(self, session: InboundGroupSession, mark: Mark) -> None:
        """What others sent fades; our own words, with which we only look up what we asked, go as a whole."""
        known = self.inbound_group_store[session.room_id][session.sender_key]
        if session.sender_key != self.account.identity_keys["curve25519"]:
            known[session.id] = turned(session, mark.index)
            for old in [key for key in self._at_first_sight if key[1] == session.id and key[2] < mark.index]:
                del self._at_first_sight[old]  # nobody can read it again under another name
            self.store.save_inbound_group_session(known[session.id])
            return
        ours = self.outbound_group_sessions.get(session.room_id)
        if ours and ours.id == session.id:
            self.renew(session.room_id)
        known.pop(session.id)
        self.store.drop_room_key(session.id)
        self._fading.forget(session.id)

    def _inbound(self, room: str, session_id: str) -> Any:
        """The session, whoever says to have made it: newer clients leave that out."""
        made_by = self.inbound_group_store[room]
        return next((sessions[session_id] for sessions in made_by.values() if session_id in sessions), None)

    def ask_for_key(self, room: str, event: Mapping[str, Any]) -> None:
        """Ask the device that wrote a message for its key; where its session with us may be broken, make a new one."""
        wanted = MegolmEvent.from_dict({**event, "room_id": room})
        if not isinstance(wanted, MegolmEvent) or wanted.session_id in self.outgoing_key_requests:
            return
        request = wanted.as_key_request(wanted.sender, self.device_id, wanted.session_id, wanted.device_id)
        self.outgoing_to_device_messages.append(request)
        device = self.device_store[wanted.sender].get(wanted.device_id)
        if device:
            self._mark_device_for_unwedging(wanted.sender, device.curve25519)

    def keys_to_upload(self) -> Json:
        """What the homeserver needs of us: device, one-time and fallback keys; saved before it leaves the house."""
        body: Json = self.share_keys() if self.should_upload_keys else {}
        if self.wants_fallback_key or self.is_new:
            body["fallback_keys"] = self._fallback_keys()
        self.save_account()
        return body

    def _fallback_keys(self) -> Json:
        account = self.account._account  # noqa: SLF001 nio does not know fallback keys
        account.generate_fallback_key()
        keys: Json = {}
        for name, public in account.fallback_key.items():
            key: Json = {"key": public.to_base64(), "fallback": True}
            key["signatures"] = {self.user_id: {f"ed25519:{self.device_id}": self.sign_json(key)}}
            keys[f"{ONE_TIME_KEY}:{name}"] = key
        return keys

    def uploaded(self, counts: object) -> None:
        """The homeserver has our keys, and so many one-time keys of them."""
        self.account.shared = True
        self.wants_fallback_key = False
        self.mark_keys_as_published()
        self.count(counts)
        self.save_account()

    def count(self, counts: object) -> None:
        """How many one-time keys are left; nio would overlook a zero, and none would ever be made again."""
        left = counts.get(ONE_TIME_KEY, 0) if isinstance(counts, Mapping) else None
        if isinstance(left, int):
            self.uploaded_key_count = left

    def learn_devices(self, found: Mapping[str, Any]) -> set[str]:
        """Take in devices that the homeserver has named, by user. Returns the users whose devices have changed."""
        sound = {
            user: {device: keys for device, keys in devices.items() if self._is_sound(user, device, keys)}
            for user, devices in found.items()
            if isinstance(devices, Mapping)
        }
        response = KeysQueryResponse(sound, {})
        self._handle_key_query(response)
        self.users_for_key_query -= found.keys()
        return set(response.changed)

    def _is_sound(self, user: str, device: str, keys: Any) -> bool:
        """Whether a device is what it says; another homeserver can say anything of its users."""
        try:
            Curve25519PublicKey.from_base64(keys["keys"][f"curve25519:{device}"])
            return bool(
                keys["user_id"] == user and self.verify_json(keys, keys["keys"][f"ed25519:{device}"], user, device)
            )
        except Exception as error:  # noqa: BLE001 whatever it is: not a device to write to
            log.info("bad_device", channel="matrix", error=where(error))
            return False

    def learn_one_time_keys(self, found: Mapping[str, Any]) -> None:
        """Begin sessions with devices whose one-time keys were claimed.

        Raises:
            UnwritableError: they are not kept.
        """
        for user, devices in found.items():
            for device, key in devices.items() if isinstance(devices, Mapping) else ():
                try:
                    self._handle_key_claiming(KeysClaimResponse({user: {device: key}}, {}))
                except UnwritableError:
                    raise
                except Exception as error:  # noqa: BLE001 another homeserver can say anything of its users
                    log.info("bad_one_time_key", channel="matrix", error=where(error))

    def new_messages(self, room: str, users: Sequence[str]) -> list[tuple[set[tuple[str, str]], Json]]:
        """The key of a room, encrypted for each device that does not have it yet, in portions."""
        return [*self.share_group_session_parallel(room, list(users), ignore_unverified_devices=True)]

    def renew(self, room: str) -> None:
        """Somebody came, went, or has another device: the next message needs a new key."""
        self.outbound_group_sessions.pop(room, None)

    def forget(self, room: str, strangers: Collection[str]) -> None:
        """A room that we left, with people whom we meet nowhere else."""
        self.renew(room)
        for session in [s for sessions in self.inbound_group_store[room].values() for s in sessions]:
            self._fading.forget(session)
        self.inbound_group_store._entries.pop(room, None)  # noqa: SLF001 nio never forgets
        for user in strangers:
            self.device_store._entries.pop(user, None)  # noqa: SLF001 the same
            self.tracked_users.discard(user)
            self.users_for_key_query.discard(user)
        self.store.forget(room, [*strangers])
