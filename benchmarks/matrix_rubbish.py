"""Whatever somebody could send: random contents of every kind, into the readers or through a real homeserver."""

import asyncio
import json
import random
from typing import Any

from benchmarks.matrix_stage import installed, welcomed
from bot.channels.matrix.events import read
from bot.channels.matrix.layout import Choices
from bot.channels.matrix.rooms import Room
from tests.matrix.house import House, heard
from tests.matrix.person import Person, online


def fuzzed(count: int, seed: int = 7) -> int:
    """Read so many random contents as if somebody had sent them; returns how many kinds of meaning were found."""
    dice = random.Random(seed)  # noqa: S311 nothing secret
    meanings = set()
    for _ in range(count):
        content = _content(dice, 3)
        event = {
            "type": dice.choice(KINDS),
            "content": content,
            "event_id": "$e",
            **({"state_key": _leaf(dice)} if dice.random() < 0.2 else {}),
        }
        meanings.add(type(read(event)).__name__)
        Choices.of(content if isinstance(content, dict) else {})
        room = Room("!r").after([event])
        room.judge("@me:here")
        room.may_redact("@me:here")
    return len(meanings)


KINDS = (
    *("m.room.message", "m.reaction", "m.sticker", "m.poll.response", "org.matrix.msc3381.poll.response"),
    *("m.room.member", "m.room.power_levels", "m.room.create", "m.room.tombstone", "m.bridge", "m.room.encryption"),
)
NAMES = (
    *("msgtype", "body", "geo_uri", "m.relates_to", "event_id", "key", "rel_type", "m.in_reply_to", "answers"),
    *("org.matrix.msc3381.poll.response", "m.selections", "org.nahbei.options", "options", "first", "id", "label"),
    *(
        "membership",
        "users",
        "redact",
        "users_default",
        "room_version",
        "additional_creators",
        "replacement_room",
        "m.location",
        "uri",
    ),
)
LEAVES = (
    *(
        "m.text",
        "m.emote",
        "m.location",
        "m.image",
        "m.annotation",
        "m.replace",
        "m.thread",
        "join",
        "invite",
        "12",
        "geo:1,2",
        "geo:" + "9" * 99,
    ),
    *(
        "",
        "1",
        "٣",
        "🔟",
        "3️⃣",
        "/" * 40,
        "/delete x",
        "> a\n\nb",
        "\x00\ud800",
        "x" * 9000,
        None,
        True,
        -1,
        2**80,
        1e308,
        float("nan"),
    ),
)


def _leaf(dice: random.Random) -> Any:
    return dice.choice(LEAVES)


def _content(dice: random.Random, depth: int) -> Any:
    kind = dice.random()
    if depth == 0 or kind < 0.15:
        return _leaf(dice)
    if kind < 0.3:
        return [_content(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {dice.choice(NAMES): _content(dice, depth - 1) for _ in range(dice.randrange(6))}


async def hostile(house: House, *, events: int) -> str:
    """A stranger sends rubbish into a room of ours, and to our device; then two families ask something."""
    async with (
        online(house.server, *house.people("anna", "mallory")) as (anna, mallory),
        installed(house) as installation,
    ):
        room, theirs = await welcomed(house, anna), await mallory.invite(house.bot, encrypted=False)
        await mallory.hears(theirs, house.bot, bool)
        key, device = await _device(house, mallory)
        dice = random.Random(11)  # noqa: S311 nothing secret
        for n in range(events // 2):
            content = {**_table(dice), "algorithm": dice.choice(ALGORITHMS)}
            await mallory.client.room_send(theirs, dice.choice((*KINDS[:5], "m.room.encrypted")), content)
            olm = {
                "algorithm": ALGORITHMS[0],
                "sender_key": dice.choice(("k" * 43, 3, key)),
                "ciphertext": {key: {"type": n % 3, "body": _leaf(dice)}},
            }
            body: dict[str, Any] = {"messages": {house.bot: {device: dice.choice((olm, content))}}}
            path = f"/_matrix/client/v3/sendToDevice/m.room.encrypted/{n}"
            await asyncio.to_thread(house.server.call, "PUT", path, json.loads(json.dumps(body)), mallory.token)
        await anna.say(room, "hilft hier jemand?")
        await anna.hears(room, house.bot, lambda texts: texts[-1] == heard("hilft hier jemand?"))
        await mallory.say(theirs, "und mir?")
        await mallory.hears(theirs, house.bot, lambda texts: heard("und mir?") in texts)
        return f"{events} events: both answered; channel ended {installation.logged('channel_failed')} times"


ALGORITHMS = ("m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2", "x", 7)


def _table(dice: random.Random) -> dict[str, Any]:
    """As JSON allows it, and a homeserver lets it pass."""
    sound = json.loads(
        json.dumps(_content(dice, 3))
        .replace("NaN", "0")
        .replace("1e+308", "1")
        .replace(str(2**80), "9")
        .replace("\\ud800", "")
    )
    return sound if isinstance(sound, dict) else {}


async def _device(house: House, somebody: Person) -> tuple[str, str]:
    """The key and name of our device, as everybody can ask for them."""
    body: dict[str, Any] = {"device_keys": {house.bot: []}}
    answer = await asyncio.to_thread(house.server.call, "POST", "/_matrix/client/v3/keys/query", body, somebody.token)
    name, keys = next(iter(answer["device_keys"][house.bot].items()))
    return keys["keys"][f"curve25519:{name}"], name
