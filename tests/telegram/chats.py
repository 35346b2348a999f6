"""Chats as Telegram keeps them, and the people in them: what they do, and what they see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.telegram.text import units

Json = dict[str, Any]
MESSAGE_SECONDS, PRESS_SECONDS = 24 * 3600, 150  # so long an update waits for a bot


class Post(Protocol):
    """Where updates go, and what a chat needs of the server."""

    def now(self) -> float: ...
    def next_id(self) -> int: ...
    def bring(self, kind: str, content: Json, *, queue: str, seconds: float = MESSAGE_SECONDS) -> int: ...
    def expect_answer(self, person: "Person") -> str: ...
    @property
    def me(self) -> Json: ...


@dataclass(eq=False)
class Message:
    """A message as it is now. `rows`: its inline keyboard; `is_fixed`: it came with another markup, nobody can edit it."""

    id: int
    chat: "Chat"
    date: int
    author: Json
    text: str = ""
    kind: str = "text"
    content: Json = field(default_factory=dict)
    entities: list[Json] = field(default_factory=list)
    rows: list[list[Json]] = field(default_factory=list)
    is_fixed: bool = False
    preview: bool = True

    @property
    def labels(self) -> list[str]:
        return [button["text"] for row in self.rows for button in row]

    def to_json(self) -> Json:
        written: Json = {"message_id": self.id, "from": self.author, "chat": self.chat.to_json(), "date": self.date}
        written |= self.content
        if self.text:
            written["text" if self.kind == "text" else "caption"] = self.text
        if self.entities and self.kind == "text":
            written["entities"] = self.entities
        if self.rows:
            written["reply_markup"] = {"inline_keyboard": self.rows}
        return written


class Chat:
    """What a bot and somebody else have written. `keyboard` is the one in place of the letters."""

    def __init__(self, post: Post, chat_id: int, about: Json) -> None:
        self.post = post
        self.id = chat_id
        self.about = about
        self.messages: dict[int, Message] = {}
        self.keyboard: Json | None = None
        self.refusal: tuple[int, str] | None = None  # why the bot may not write
        self.actions: list[str] = []
        self.news: list[Message] = []

    def to_json(self) -> Json:
        return {"id": self.id, **self.about}

    def add(self, author: Json, **parts: Any) -> Message:
        message = Message(self.post.next_id(), self, int(self.post.now()), author, **parts)
        self.messages[message.id] = message
        return message

    @property
    def screen(self) -> list[Message]:
        """What the bot has written, as it is now."""
        return [message for message in self.messages.values() if message.author["is_bot"]]

    def read(self) -> list[Message]:
        """What the bot has written or edited since the last time, and what of it is still there."""
        news = list(dict.fromkeys(message for message in self.news if message.id in self.messages))
        self.news.clear()
        return news


class Person(Chat):
    """Somebody with a telephone, and the private chat with the bot."""

    def __init__(self, post: Post, person_id: int, name: str, language: str) -> None:
        super().__init__(post, person_id, {"type": "private", "first_name": name})
        self.who: Json = {"id": person_id, "is_bot": False, "first_name": name, "language_code": language}
        self.alerts: list[str] = []
        self.waiting = 0  # buttons that still show an hour-glass
        self.refusal = (403, "Forbidden: bot can't initiate conversation with a user")

    def start(self, payload: str = "") -> int:
        return self.say(f"/start {payload}".strip())

    def say(self, text: str) -> int:
        assert text.strip(), "nobody can send an empty message"
        return self._send(text=text, entities=_command(text))

    def press(self, label: str, on: Message | None = None) -> str | None:
        """Press the newest button with this label; an address that it opens."""
        for message in [on] if on else reversed(self.screen):
            for button in (button for row in message.rows for button in row):
                if button["text"] == label:
                    return self.press_button(message, button)
        raise AssertionError(f"no button {label!r} among {[message.labels for message in self.screen]}")

    def press_button(self, message: Message, button: Mapping[str, Any]) -> str | None:
        """Press a button, also one that was there when somebody looked."""
        if "callback_data" not in button:
            return str(button["url"])
        self.press_data(button["callback_data"], message)
        return None

    def press_data(self, data: str, on: Message) -> int:
        self.waiting += 1
        there = on.id in self.messages
        seen = on.to_json() if there else {"chat": self.to_json(), "message_id": on.id, "date": 0}
        query = {"id": self.post.expect_answer(self), "from": self.who, "message": seen, "chat_instance": str(-self.id)}
        return self.post.bring(
            "callback_query", {**query, "data": data}, queue=f"press {self.id}", seconds=PRESS_SECONDS
        )

    def tap(self, label: str, lat: float = 51.15, lon: float = 14.99) -> int:
        """Tap a key of the keyboard: it sends the place, or its own label."""
        found = self._key(label)
        return self.share(lat, lon) if found.get("request_location") else self.say(found["text"])

    def tap_on_desktop(self, label: str) -> int:
        """Where no place can be sent, the label goes as text."""
        return self.say(self._key(label)["text"])

    def share(self, lat: float, lon: float) -> int:
        return self._send(kind="location", content={"location": {"latitude": lat, "longitude": lon}})

    def voice(self) -> int:
        return self._send(kind="voice", content={"voice": {**_file("voice"), "duration": 3, "mime_type": "audio/ogg"}})

    def photo(self, caption: str = "") -> int:
        sizes = [{**_file("photo"), "width": 90, "height": 90}]
        return self._send(kind="photo", content={"photo": sizes}, text=caption)

    def sticker(self) -> int:
        about = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
        return self._send(kind="sticker", content={"sticker": {**_file("sticker"), **about}})

    def document(self, caption: str = "") -> int:
        return self._send(kind="document", content={"document": _file("document")}, text=caption)

    def contact(self) -> int:
        return self._send(kind="contact", content={"contact": {"phone_number": "+49", "first_name": "Ada"}})

    def service_message(self, **content: Any) -> int:
        """What Telegram itself writes into a chat, such as a timer that was set."""
        return self._send(kind="service", content=content)

    def block(self) -> int:
        self.refusal = (403, "Forbidden: bot was blocked by the user")
        return self._membership("member", "kicked")

    def unblock(self) -> int:
        self.refusal = None
        return self._membership("kicked", "member")

    def vanish(self) -> None:
        """Delete the account: nobody tells the bot."""
        self.refusal = (403, "Forbidden: user is deactivated")

    @property
    def keys(self) -> list[str]:
        """Labels of the keyboard in place of the letters, as one sees them."""
        return [_seen(key["text"]) for row in (self.keyboard or {}).get("keyboard", ()) for key in row]

    def _key(self, label: str) -> Json:
        for row in (self.keyboard or {}).get("keyboard", ()):
            for key in row:
                if _seen(key["text"]) == label:
                    return dict(key)
        raise AssertionError(f"no key {label!r} among {self.keys}")

    def _send(self, **parts: Any) -> int:
        if self.refusal and "blocked" not in self.refusal[1]:
            self.refusal = None
        message = self.add(self.who, **parts)
        return self.post.bring("message", message.to_json(), queue=f"chat {self.id}")

    def _membership(self, before: str, after: str) -> int:
        return self.post.bring("my_chat_member", _change(self, self.who, before, after), queue=f"chat {self.id}")


class Group(Chat):
    """Several people, and perhaps the bot."""

    def __init__(self, post: Post, group_id: int, title: str) -> None:
        super().__init__(post, group_id, {"type": "group", "title": title})
        self.refusal = (403, "Forbidden: bot is not a member of the group chat")

    @property
    def has_bot(self) -> bool:
        return self.refusal is None

    def add_bot(self, by: Person) -> int:
        self.refusal = None
        return self.post.bring("my_chat_member", _change(self, by.who, "left", "member"), queue=f"chat {self.id}")

    def remove_bot(self, by: Person) -> int:
        self.refusal = (403, "Forbidden: bot was kicked from the group chat")
        return self.post.bring("my_chat_member", _change(self, by.who, "member", "kicked"), queue=f"chat {self.id}")

    def say(self, by: Person, text: str) -> int:
        message = self.add(by.who, text=text, entities=_command(text))
        return self.post.bring("message", message.to_json(), queue=f"chat {self.id}")

    def show(self, by: Person, caption: str) -> int:
        message = self.add(
            by.who, text=caption, kind="photo", content={"photo": [_file("photo") | {"width": 90, "height": 90}]}
        )
        return self.post.bring("message", message.to_json(), queue=f"chat {self.id}")


def _change(chat: Chat, who: Json, before: str, after: str) -> Json:
    def member(status: str) -> Json:
        return {"user": chat.post.me, "status": status, **({"until_date": 0} if status == "kicked" else {})}

    about = {"chat": chat.to_json(), "from": who, "date": int(chat.post.now())}
    return {**about, "old_chat_member": member(before), "new_chat_member": member(after)}


def _command(text: str) -> list[Json]:
    if not text.startswith("/") or len(text) == 1:
        return []
    return [{"type": "bot_command", "offset": 0, "length": units(text.split()[0])}]


def _seen(label: str) -> str:
    return label.replace("\u2060", "")


def _file(name: str) -> Json:
    return {"file_id": f"{name}-id", "file_unique_id": name, "file_size": 1000}
