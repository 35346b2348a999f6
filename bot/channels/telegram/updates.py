"""What Telegram brings, as the dialogue understands it."""

import json
from dataclasses import asdict, dataclass, field
from enum import Enum

from telegram import CallbackQuery, Chat, ChatMember, Message
from telegram import Update as TelegramUpdate

from bot.channels.base import Update
from bot.dialogue.cards import ON_CARDS
from bot.dialogue.model import Choice, Command, Input, Location, Text

WANTED = ("message", "callback_query", "my_chat_member")
VERSION = "1:"  # in front of what a button carries
KEYBOARD = "@"  # behind it, where a keyboard for the position is open beside the button


@dataclass(frozen=True)
class Address:
    """Where an answer goes, and what it finds there."""

    chat: int
    pressed: int | None = None  # the message on which a button was pressed
    keyboard: bool = False  # beside a keyboard for the position
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


def read(update: TelegramUpdate, bot_name: str) -> Received | None:
    """Understand an update; None: nothing to do."""
    if update.my_chat_member:
        return _membership(update)
    query = update.callback_query
    message = query.message if query else update.message
    chat = message.chat if message else None
    if chat is None or (query is None and update.message is None):
        return None
    if chat.type != Chat.PRIVATE:
        text = (update.message.text or "") if update.message else ""
        return Received(chat.id, event=Event.GROUP, mentioned=f"@{bot_name}".lower() in text.lower())
    if query:
        return Received(chat.id, _press(update, query, chat.id), query=query.id)
    if update.message is None:
        return None
    sent = update.message
    address = Address(chat.id, typed=sent.location is None or sent.venue is not None)
    return Received(
        chat.id, Update(str(update.update_id), str(chat.id), _said(sent), address.to_json(), (str(sent.message_id),))
    )


def _press(update: TelegramUpdate, query: CallbackQuery, chat: int) -> Update:
    data = query.data or ""
    option = data.removeprefix(VERSION).removesuffix(KEYBOARD)
    at = query.message.message_id if query.message and query.message.is_accessible and not stays(option) else None
    address = Address(chat, pressed=at, keyboard=data.endswith(KEYBOARD))
    return Update(str(update.update_id), str(chat), Choice(option), address.to_json())


def stays(option: str) -> bool:
    """A card stays as it is when one of its buttons is pressed; a question makes room for the next one."""
    return option.partition(":")[0] in ON_CARDS


def _membership(update: TelegramUpdate) -> Received | None:
    changed = update.my_chat_member
    if changed is None:
        return None
    if changed.chat.type != Chat.PRIVATE:
        there = changed.new_chat_member.status not in {ChatMember.LEFT, ChatMember.BANNED}
        return Received(changed.chat.id, event=Event.GROUP) if there else None
    left = changed.new_chat_member.status in {ChatMember.LEFT, ChatMember.BANNED}
    return Received(changed.chat.id, event=Event.LEFT) if left else None


def _said(message: Message) -> Input:
    if message.text:
        return _command(message.text) if message.text.startswith("/") else Text(message.text)
    place = message.location or (message.venue.location if message.venue else None)
    if place:
        return Location(round(place.latitude, 3), round(place.longitude, 3))
    if message.voice or message.audio or message.video_note:
        return Command("voice")
    return Text(message.caption) if message.caption else Command("picture")


def _command(text: str) -> Command:
    """ "/start@our_bot k42-tr": the name, and what follows it."""
    name, _, argument = text[1:].partition(" ")
    return Command(name.partition("@")[0].lower(), argument.strip())
