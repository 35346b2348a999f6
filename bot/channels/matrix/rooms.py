"""What is known of a room, and whether we may speak there: with one family, and with nobody else. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from bot.channels.matrix.events import table, words

BRIDGES = ("m.bridge", "uk.half-shot.bridge")
GHOST = re.compile(
    r"@_?(whatsapp|signal|telegram|meta|facebook|instagram|gmessages|googlechat|discord|slack|irc|sms)_.+:.+"
)
CREATORS_SINCE = 12  # the room version
MOST_PEOPLE = 2  # the assistant and one person


class Judgement(Enum):
    """Whether we may speak in a room."""

    FINE = "fine"
    CROWD = "crowd"  # somebody else could read along
    EMPTY = "empty"  # nobody is there any more


@dataclass(frozen=True)
class Room:
    """One room, as its state events describe it."""

    id: str
    joined: frozenset[str] = field(default=frozenset(), repr=False)
    invited: frozenset[str] = field(default=frozenset(), repr=False)
    is_encrypted: bool = False
    bridge_bot: str = field(default="", repr=False)
    has_bridge: bool = False
    successor: str = ""
    creators: frozenset[str] = field(default=frozenset(), repr=False)  # may do everything (from room version 12 on)
    powers: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def people(self) -> frozenset[str]:
        """Everybody who can read, now or soon."""
        return self.joined | self.invited

    def after(self, events: Iterable[Mapping[str, Any]]) -> "Room":
        """The room after these state events; what is no state event, or malformed, changes nothing."""
        room = self
        for event in events:
            if isinstance(event.get("state_key"), str):
                room = room._after(event)
        return room

    def _after(self, event: Mapping[str, Any]) -> "Room":
        kind, key, content = event.get("type"), event["state_key"], table(event.get("content"))
        match kind:
            case "m.room.member":
                return self._with_member(key, words(content.get("membership")))
            case "m.room.create" if _is_newer(content.get("room_version")):
                others = content.get("additional_creators")
                creators = {words(event.get("sender")), *(others if isinstance(others, list) else ())}
                return replace(self, creators=frozenset(user for user in creators if words(user)))
            case "m.room.encryption":  # there is no way back
                return replace(self, is_encrypted=True)
            case "m.room.tombstone":
                return replace(self, successor=words(content.get("replacement_room")))
            case "m.room.power_levels":
                return replace(self, powers=content)
        if kind in BRIDGES and content:
            return replace(self, has_bridge=True, bridge_bot=words(content.get("bridgebot")) or self.bridge_bot)
        return self

    def _with_member(self, user: str, membership: str) -> "Room":
        joined, invited = self.joined - {user}, self.invited - {user}
        match membership:
            case "join":
                joined |= {user}
            case "invite":
                invited |= {user}
        return replace(self, joined=joined, invited=invited)

    def is_bridged(self, me: str) -> bool:
        """Whether the messages of this room go on to another messenger, by a bridge on our own homeserver."""
        ours = {user for user in self.people if server_of(user) == server_of(me)}
        return self.has_bridge or any(GHOST.fullmatch(user) for user in ours)

    def judge(self, me: str) -> Judgement:
        """Whether we are alone with one person. A bridge's own account counts for nobody, if our homeserver runs it."""
        is_ours = self.has_bridge and server_of(self.bridge_bot) == server_of(me)
        people = self.people - ({self.bridge_bot} if is_ours else frozenset())
        if len(people | {me}) > MOST_PEOPLE:
            return Judgement.CROWD
        return Judgement.FINE if people - {me} else Judgement.EMPTY

    def may_redact(self, me: str) -> bool:
        """Whether we may delete what somebody else wrote."""
        if me in self.creators:
            return True
        mine = table(self.powers.get("users")).get(me, self.powers.get("users_default", 0))
        needed = self.powers.get("redact", 50)
        return isinstance(mine, int) and isinstance(needed, int) and mine >= needed


def _is_newer(version: object) -> bool:
    return isinstance(version, str) and version.isdecimal() and int(version[:3]) >= CREATORS_SINCE


def server_of(user: str) -> str:
    """ "@anna:example.org" lives on "example.org"."""
    return user.partition(":")[2]


@dataclass(frozen=True)
class Invitation:
    """Somebody wants us in a room."""

    room: str
    inviter: str = field(repr=False)
    people: int | None = None  # in the room, if the homeserver says it


def invitation(room: str, state: Iterable[Mapping[str, Any]], me: str) -> Invitation | None:
    """Read an invitation out of the little that is told about a room from outside."""
    for event in state:
        if event.get("type") == "m.room.member" and event.get("state_key") == me:
            content = table(event.get("content"))
            if content.get("membership") == "invite" and words(event.get("sender")):
                return Invitation(room, words(event.get("sender")))
    return None


def has_just_joined(events: Iterable[Mapping[str, Any]], me: str) -> str:
    """The event with which we came into a room, if it is among these; a new picture or name is none."""
    for event in events:
        if event.get("type") == "m.room.member" and event.get("state_key") == me:
            before = table(table(event.get("unsigned")).get("prev_content")).get("membership")
            if table(event.get("content")).get("membership") == "join" and before != "join":
                return words(event.get("event_id"))
    return ""
