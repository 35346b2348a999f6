"""The conversations that are written down, held once more in an encrypted room, word for word."""

import asyncio
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.channels.matrix.layout import KEYCAPS, Choices
from bot.conversation import Conversation
from bot.i18n import without_isolates
from bot.jsonlines import Desk
from bot.moments import parse_moment
from tests.conftest import NOW
from tests.matrix.house import House
from tests.matrix.person import Person, online
from tests.test_transcripts import FILES

FOR_EVERY_DAY = ("13-", "25-", "34-", "39-", "41-")  # buttons, danger, Arabic, feedback, a link and the map
ENDS = ("/delete", "/löschen")  # here the assistant leaves the room
_OPTION = re.compile(r"^(?: {0,3}\d{1,2}|•) {2}")
_POSITION = re.compile(r"@\s*(-?[\d.]+)\s*[,;]\s*(-?[\d.]+)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    is_long = metafunc.config.getoption("--hypothesis-profile") == "long"
    chosen = [path for path in FILES if is_long or path.name.startswith(FOR_EVERY_DAY)]
    metafunc.parametrize("path", chosen, ids=[path.stem for path in chosen])


def test_a_conversation_goes_as_written_in_an_encrypted_room(path: Path, house: House, desk: Desk) -> None:
    asyncio.run(hold(path.read_text("utf-8"), house, desk))


async def hold(written: str, house: House, desk: Desk) -> None:
    """Say what is written, and compare what is shown."""
    header = dict(re.findall(r"^# (\w+): (.*)$", written, re.MULTILINE))
    now: datetime = parse_moment(header["today"]) if "today" in header else NOW
    blocks = re.split(r"^> (.*)\n", re.sub(r"^# .*\n", "", written, flags=re.MULTILINE), flags=re.MULTILINE)
    async with house.living(Conversation(desk, lambda: now)), online(house.server, house.person()) as (anna,):
        room = await anna.invite(house.bot)
        await anna.hears(room, house.bot, bool)
        shown = len(anna.seen(room, house.bot))
        await anna.say(room, f"/start {header['lang']}" if "lang" in header else "/start")
        await expect(blocks[0], anna, room, house.bot, shown)
        last: list[dict[str, Any]] = anna.seen(room, house.bot)[shown:]
        for said, answer in zip(blocks[1::2], blocks[2::2], strict=True):
            if said in ENDS:
                return
            shown = len(anna.seen(room, house.bot))
            await say(said, anna, room, last)
            await expect(answer, anna, room, house.bot, shown)
            new = anna.seen(room, house.bot)[shown:]
            last = new if any(Choices.of(event["content"]) for event in new) else last


async def say(said: str, anna: Person, room: str, last: list[dict[str, Any]]) -> None:
    """Do what is written: type, tap "[a button]", share "@a,position"."""
    position = _POSITION.fullmatch(said)
    if position:
        geo = {"msgtype": "m.location", "body": "hier", "geo_uri": f"geo:{position[1]},{position[2]}"}
        await anna.send(room, "m.room.message", geo)
    elif said.startswith("[") and said.endswith("]"):
        await tap(said[1:-1], anna, room, last)
    else:
        await anna.say(room, said)


async def tap(label: str, anna: Person, room: str, last: list[dict[str, Any]]) -> None:
    """Answer with the number of the first option with these words, with a reaction where it has none, or with its words."""
    for event in last:
        choices = Choices.of(event["content"])
        for n, option in enumerate(choices.options if choices else ()):
            if label not in without_isolates(option.label):
                continue
            if choices and choices.first:
                await anna.say(room, str(choices.first + n))
            elif n < len(KEYCAPS):
                await anna.react(room, event["event_id"], KEYCAPS[n])
            else:
                await anna.say(room, option.label)
            return
    raise AssertionError(f"no button {label}")


async def expect(answer: str, anna: Person, room: str, bot: str, shown: int) -> None:
    """Wait until the room shows what is written, and nothing else."""
    expected = [_OPTION.sub("", line).strip() for line in answer.splitlines() if line.strip()]

    def found() -> list[str]:
        return [line for event in anna.seen(room, bot)[shown:] for line in lines(event["content"])]

    await anna.until(lambda: len(found()) >= len(expected))
    assert found() == expected


def lines(content: dict[str, Any]) -> Iterator[str]:
    """What a client shows of an event, line by line, without numbers."""
    body = without_isolates(content.get("body", ""))
    if content.get("msgtype") == "m.location":
        lat, lon = content["geo_uri"].removeprefix("geo:").split(",")
        yield ", ".join(body.split("\n")) + f" ({lat}, {lon})"
        return
    for line in body.splitlines():
        if line.strip():
            yield _OPTION.sub("", line).strip()
