"""What Telegram brings, as the dialogue understands it."""

import json
from collections.abc import Container
from dataclasses import asdict, dataclass, field
from enum import Enum

from telegram import CallbackQuery, Chat, ChatMember, ChatMemberUpdated, Message
from telegram import Update as TelegramUpdate

from bot.channels.base import Update
from bot.dialogue.cards import ON_CARDS
from bot.dialogue.engine import COMMANDS
from bot.dialogue.model import Choice, Command, Input, Location, Text

NAME = "telegram"  # of the channel
WANTED = ("message", "callback_query", "my_chat_member")
PLAIN = "1:"  # in front of what a button carries
BESIDE_KEYBOARD = "1@"  # the same, where a keyboard for the position is open beside the button
MARK = len(PLAIN)
KEY = "\u2060"  # unseen, in the label of the keyboard: where no place can be sent, the label comes as text
AWAY = (ChatMember.LEFT, ChatMember.BANNED)


@dataclass(frozen=True)
class Address:
    """Where an answer goes, and what it finds there."""

    chat: int
    pressed: int | None = None  # the message on which a button was pressed
    keyboard: bool = False  # one for the position is open
    typed: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Address":
        return cls(**json.loads(text))


class Event(Enum):
    """What is not a message of a family."""

    LEFT = "left"  # the family has blocked or deleted the chat
    GROUP = "group"  # somebody took the assistant into a group


@dataclass(frozen=True)
class Received:
    """One update of Telegram: something to answer, or something that happened to the chat."""

    chat: int
    update: Update | None = field(default=None, repr=False)
    event: Event | None = None
    query: str | None = None  # a button press, to be confirmed at once
    mentioned: bool = False


def read(update: TelegramUpdate, bot_name: str, keyboards: Container[int] = ()) -> Received | None:
    """Understand an update; None: nothing to do. `keyboards`: chats in which one for the position is open."""
    if update.my_chat_member:
        return _membership(update.my_chat_member)
    query = update.callback_query
    message = query.message if query else update.message
    if message is None:
        return None
    chat = message.chat
    if chat.type != Chat.PRIVATE:
        text = (update.message.text or update.message.caption or "") if update.message else ""
        return Received(chat.id, event=Event.GROUP, mentioned=f"@{bot_name}".lower() in text.lower())
    if query:
        return Received(chat.id, _press(update, query, chat.id), query=query.id)
    said = _said(update.message) if update.message else None
    if said is None:
        return None
    address = Address(chat.id, keyboard=chat.id in keyboards, typed=True)
    return Received(
        chat.id, Update(str(update.update_id), str(chat.id), said, address.to_json(), (str(message.message_id),))
    )


def _press(update: TelegramUpdate, query: CallbackQuery, chat: int) -> Update:
    data = query.data or ""
    beside = data.startswith(BESIDE_KEYBOARD)
    option = data[MARK:] if beside or data.startswith(PLAIN) else data
    at = query.message.message_id if query.message and query.message.is_accessible and not stays(option) else None
    return Update(str(update.update_id), str(chat), Choice(option), Address(chat, at, keyboard=beside).to_json())


def stays(option: str) -> bool:
    """A card stays as it is when one of its buttons is pressed; a question makes room for the next one."""
    return option.partition(":")[0] in ON_CARDS


def _membership(changed: ChatMemberUpdated) -> Received | None:
    is_away = changed.new_chat_member.status in AWAY
    if changed.chat.type == Chat.PRIVATE:
        return Received(changed.chat.id, event=Event.LEFT) if is_away else None
    return None if is_away else Received(changed.chat.id, event=Event.GROUP)


def _said(message: Message) -> Input | None:
    """None for what Telegram itself writes into a chat, such as a timer that was set."""
    if message.text and KEY in message.text:
        return Command("place")
    if message.text:
        return _command(message.text) if message.text.startswith("/") else Text(message.text)
    place = message.location or (message.venue.location if message.venue else None)
    if place:
        return Location(round(place.latitude, 3), round(place.longitude, 3))
    if message.voice or message.audio or message.video_note:
        return Command("voice")
    if message.caption:
        return Text(message.caption)
    return Command("picture") if message.effective_attachment else None


def _command(text: str) -> Command | Text:
    """ "/start@our_bot k42-tr": the name, and what follows it. What is no command of ours is read like any other text,
    "/hilfe" and "/danger he hits me" too.
    """
    name, _, argument = text[1:].strip().partition(" ")
    name = name.partition("@")[0].lower()
    if name == "start" or (name in COMMANDS and not argument):
        return Command(name, argument.strip())
    return Text(text[1:])
