"""What a number stands for in a room. Kept in memory for speed only: our own events in the room say it too."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from bot.channels.matrix.events import Picked, table
from bot.channels.matrix.layout import Choices
from bot.dialogue.model import Choice, Input

MOST = 10_000  # questions remembered; older ones are looked up in the room

Event = Mapping[str, Any]


class Questions:
    """What was asked. `look_up` brings an event of ours, `look_back` the latest of ours in a room, newest first."""

    def __init__(
        self,
        look_up: Callable[[str, str], Awaitable[Event | None]],
        look_back: Callable[[str], Awaitable[Iterable[Event]]],
    ) -> None:
        self._look_up = look_up
        self._look_back = look_back
        self._events: OrderedDict[str, Choices | None] = OrderedDict()
        self._rooms: OrderedDict[str, tuple[Choices, ...]] = OrderedDict()

    def asked(self, room: str, event: str, content: Mapping[str, Any]) -> None:
        """An event of ours stands in the room."""
        choices = Choices.of(content)
        if choices:
            _keep(self._events, event, choices)
            before = self._rooms.get(room, ()) if choices.first > 1 else ()
            _keep(self._rooms, room, (*before, choices))

    async def resolve(self, room: str, picked: Picked) -> Input | None:
        """What somebody means by a number or a sign."""
        of_event = await self._of_event(room, picked.question) if picked.question else None
        if picked.otherwise is None:
            option = of_event.signed(picked.sign) if of_event else None
        else:
            asked = (of_event,) if of_event else await self._of_room(room)
            found = (choices.numbered(int(picked.sign)) for choices in asked)
            option = next((option for option in found if option), None)
        return Choice(option) if option else picked.otherwise

    async def _of_event(self, room: str, event: str) -> Choices | None:
        if event not in self._events:
            found = await self._look_up(room, event)
            _keep(self._events, event, Choices.of(table(found.get("content"))) if found else None)
        return self._events[event]

    async def _of_room(self, room: str) -> tuple[Choices, ...]:
        """The last question of a room, with the cards that were numbered before it."""
        if room not in self._rooms:
            asked: list[Choices] = []
            for event in await self._look_back(room):
                choices = Choices.of(table(event.get("content")))
                if choices:
                    asked.insert(0, choices)
                    if choices.first <= 1:
                        break
            _keep(self._rooms, room, tuple(asked))
        return self._rooms[room]

    def forget(self, room: str) -> None:
        self._rooms.pop(room, None)


def _keep(kept: "OrderedDict[str, Any]", key: str, value: object) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)
