"""How what is stored of a person looks inside its seal: JSON, bound to the chat and the table it lies in."""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter

from bot.channels.base import Update
from bot.dialogue.model import Input, State
from bot.keys import Keys

_INPUT: TypeAdapter[Input] = TypeAdapter(Input)


@dataclass(frozen=True)
class Letter:
    """One call on its way to a messenger; or, with `erase`, messages to delete there. `closes`: the chat goes with it."""

    address: str = field(repr=False)
    call: str = field(default="", repr=False)
    erase: tuple[str, ...] = field(default=(), repr=False)
    urgent: bool = False
    closes: bool = False


@dataclass(frozen=True)
class Seals:
    """Seals and opens what the store keeps."""

    keys: Keys

    def update(self, chat: bytes, update: Update) -> bytes:
        said = _INPUT.dump_python(update.said, mode="json")
        return self._seal(
            {"id": update.id, "chat": update.chat, "said": said, "to": update.address, "refs": update.refs}, b"in", chat
        )

    def open_update(self, chat: bytes, sealed: bytes) -> Update:
        data = self._open(sealed, b"in", chat)
        return Update(data["id"], data["chat"], _INPUT.validate_python(data["said"]), data["to"], tuple(data["refs"]))

    def letter(self, chat: bytes, letter: Letter) -> bytes:
        slim = {"to": letter.address, "call": letter.call, "erase": letter.erase, "urgent": letter.urgent}
        return self._seal({**slim, "closes": letter.closes}, b"out", chat)

    def open_letter(self, chat: bytes, sealed: bytes) -> Letter:
        data = self._open(sealed, b"out", chat)
        return Letter(data["to"], data["call"], tuple(data["erase"]), data["urgent"], data.get("closes", False))

    def state(self, chat: bytes, state: State) -> bytes | None:
        """None for a state that remembers nothing."""
        return self._seal(state.to_json(), b"state", chat) if state != State() else None

    def open_state(self, chat: bytes, sealed: bytes | None) -> State:
        return State.from_json(self._open(sealed, b"state", chat)) if sealed else State()

    def ref(self, chat: bytes, ref: str) -> bytes:
        return self._seal(ref, b"ref", chat)

    def open_ref(self, chat: bytes, sealed: bytes) -> str:
        ref: str = self._open(sealed, b"ref", chat)
        return ref

    def _seal(self, data: Any, table: bytes, chat: bytes) -> bytes:
        return self.keys.seal(json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass"), table + chat)

    def _open(self, sealed: bytes, table: bytes, chat: bytes) -> Any:
        return json.loads(self.keys.open(sealed, table + chat).decode("utf-8", "surrogatepass"))
