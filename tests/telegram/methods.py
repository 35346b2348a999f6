"""What each method of the Bot API does, and when it refuses. Refusals are in Telegram's own words."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tests.telegram.chats import Chat, Group, Json, Message, Person
from tests.telegram.spec import File
from tests.telegram.text import MAX_CAPTION, MAX_TEXT, MalformedError, Parsed, read_text
from tests.telegram.updates import Hook

MOST_DATA = 64  # bytes of callback_data
MOST_DELETED = 100
OLD = 48 * 3600  # seconds; then a message cannot be deleted any more
ACTIONS = ("typing", "upload_photo", "find_location", "choose_sticker")
MOST_COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
INLINE = "inline_keyboard"
PRESSES = {"callback_data", "url", "web_app", "login_url", "copy_text", "pay", "callback_game", "switch_inline_query"}

Values = Mapping[str, Any]


class RefusedError(Exception):
    """An answer that is not ok."""

    def __init__(self, status: int, words: str, **parameters: Any) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.parameters = parameters


class World:
    """Everything that methods change."""

    def __init__(self, now: Callable[[], float], odd: Callable[[str], None]) -> None:
        self.now = now
        self.odd = odd  # what is accepted, but surely not meant
        self.chats: dict[int, Chat] = {}
        self.queries: dict[str, tuple[Person, float]] = {}  # button presses that wait for an answer
        self.texts: dict[tuple[str, str], str] = {}  # descriptions, by kind and language
        self.commands: dict[tuple[str, str], list[Json]] = {}  # by scope and language
        self.me: Json = {
            **{"id": 123456, "is_bot": True, "first_name": "Nahbei", "username": "nahbei_test_bot"},
            **{"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False},
        }

    def chat(self, chat_id: object, *, may_write: bool = True) -> Chat:
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise RefusedError(400, "Bad Request: chat not found")
        if may_write and chat.refusal:
            raise RefusedError(*chat.refusal)
        return chat

    # ---- what a bot writes

    def send_message(self, values: Values) -> Json:
        chat = self.chat(values["chat_id"])
        parsed = self._text(values["text"], values.get("parse_mode"))
        preview = not (values.get("link_preview_options") or {}).get("is_disabled", False)
        return self._send(chat, values, text=parsed.text, entities=parsed.entities, preview=preview)

    def send_venue(self, values: Values) -> Json:
        if not values["title"].strip() or not values["address"].strip():
            raise RefusedError(400, "Bad Request: VENUE_TITLE_EMPTY or VENUE_ADDRESS_EMPTY")
        place = _place(values)
        venue = {"location": place, "title": values["title"], "address": values["address"]}
        return self._send(
            self.chat(values["chat_id"]), values, kind="venue", content={"venue": venue, "location": place}
        )

    def send_location(self, values: Values) -> Json:
        return self._send(self.chat(values["chat_id"]), values, kind="location", content={"location": _place(values)})

    def send_photo(self, values: Values) -> Json:
        photo = values["photo"]
        if not isinstance(photo, File) or not photo.content or not photo.kind.startswith("image/"):
            raise RefusedError(400, "Bad Request: there is no photo in the request")
        caption = self._text(values.get("caption", ""), values.get("parse_mode"), MAX_CAPTION)
        size = {"file_id": photo.name, "file_unique_id": photo.name, "width": 90, "height": 90}
        chat = self.chat(values["chat_id"])
        return self._send(chat, values, kind="photo", content={"photo": [size]}, text=caption.text)

    def _send(self, chat: Chat, values: Values, **parts: Any) -> Json:
        markup = values.get("reply_markup") or {}
        rows = self._rows(markup)
        message = chat.add(self.me, rows=rows, is_fixed=bool(markup) and INLINE not in markup, **parts)
        chat.news.append(message)
        if "keyboard" in markup:
            chat.keyboard = markup
        elif "remove_keyboard" in markup:
            chat.keyboard = None
        return message.to_json()

    def edit_text(self, values: Values) -> Json:
        message = self._own_message(values)
        parsed = self._text(values.get("text", ""), values.get("parse_mode"))
        if message.kind != "text":
            raise RefusedError(400, "Bad Request: there is no text in the message to edit")
        return self._edit(message, parsed, values)

    def edit_markup(self, values: Values) -> Json:
        message = self._own_message(values)
        return self._edit(message, Parsed(message.text, message.entities), values)

    def _edit(self, message: Message, parsed: Parsed, values: Values) -> Json:
        markup = values.get("reply_markup") or {}
        rows = self._rows(markup)
        if (message.text, message.entities, message.rows) == (parsed.text, parsed.entities, rows):
            raise RefusedError(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are exactly "
                "the same as a current content and reply markup of the message",
            )
        if rows or message.text != parsed.text:
            message.chat.news.append(message)
        message.text, message.entities, message.rows = parsed.text, parsed.entities, rows
        return {**message.to_json(), "edit_date": int(self.now())}

    def _own_message(self, values: Values) -> Message:
        message = self.chat(values.get("chat_id")).messages.get(values.get("message_id", 0))
        if message is None:
            raise RefusedError(400, "Bad Request: message to edit not found")
        if message.author is not self.me or message.is_fixed:
            raise RefusedError(400, "Bad Request: message can't be edited")
        return message

    def delete_message(self, values: Values) -> bool:
        chat = self.chat(values["chat_id"])
        if values["message_id"] not in chat.messages:
            raise RefusedError(400, "Bad Request: message to delete not found")
        return self.delete_messages({"chat_id": chat.id, "message_ids": [values["message_id"]]})

    def delete_messages(self, values: Values) -> bool:
        chat, ids = self.chat(values["chat_id"]), values["message_ids"]
        if not 1 <= len(ids) <= MOST_DELETED:
            raise RefusedError(400, "Bad Request: message identifiers are not specified or too many")
        found = [chat.messages[n] for n in ids if n in chat.messages]
        if any(message.date < self.now() - OLD for message in found):
            raise RefusedError(400, "Bad Request: message can't be deleted for everyone")
        for message in found:
            del chat.messages[message.id]
        return True

    def send_action(self, values: Values) -> bool:
        chat = self.chat(values["chat_id"])
        if values["action"] not in ACTIONS:
            raise RefusedError(400, "Bad Request: wrong parameter action in request")
        chat.actions.append(values["action"])
        return True

    def answer_query(self, values: Values) -> bool:
        person, until = self.queries.pop(values["callback_query_id"], (None, 0.0))
        if person is None or until < self.now():
            raise RefusedError(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        person.waiting -= 1
        if values.get("text"):
            person.alerts.append(values["text"])
        return True

    def leave_chat(self, values: Values) -> bool:
        chat = self.chat(values["chat_id"])
        if not isinstance(chat, Group):
            raise RefusedError(400, "Bad Request: chat member status can't be changed in private chats")
        chat.refusal = (403, "Forbidden: bot is not a member of the group chat")
        return True

    # ---- how a bot introduces itself

    def set_commands(self, values: Values) -> bool:
        commands = values["commands"]
        if len(commands) > MOST_COMMANDS or not all(
            COMMAND.fullmatch(command["command"]) and 1 <= len(command["description"]) <= 256 for command in commands
        ):
            raise RefusedError(400, "Bad Request: BOT_COMMAND_INVALID")
        self.commands[self._scope(values)] = commands
        return True

    def get_commands(self, values: Values) -> list[Json]:
        return self.commands.get(self._scope(values), [])

    def delete_commands(self, values: Values) -> bool:
        self.commands.pop(self._scope(values), None)
        return True

    def _scope(self, values: Values) -> tuple[str, str]:
        scope = values.get("scope") or {"type": "default"}
        if "chat_id" in scope:
            self.chat(scope["chat_id"])
        return f"{scope['type']} {scope.get('chat_id', '')}".strip(), _language(values)

    def set_text(self, kind: str, most: int, values: Values) -> bool:
        text = values.get(kind, "")
        if len(text) > most:
            raise RefusedError(400, f"Bad Request: {kind} is too long")
        self.texts[kind, _language(values)] = text
        return True

    def get_text(self, kind: str, values: Values) -> Json:
        return {kind: self.texts.get((kind, _language(values)), "")}

    # ---- parts of requests

    def _text(self, source: str, parse_mode: str | None, most: int = MAX_TEXT) -> Parsed:
        try:
            parsed = read_text(source, parse_mode, most)
        except MalformedError as error:
            raise RefusedError(400, f"Bad Request: {error}") from None
        for odd in parsed.odd:
            self.odd(odd)
        return parsed

    def _rows(self, markup: Json) -> list[list[Json]]:
        rows: list[list[Json]] = [row for row in markup.get(INLINE, ()) if row]
        for button in (button for row in rows for button in row):
            kinds = PRESSES & button.keys()
            if not button["text"].strip():
                raise RefusedError(400, "Bad Request: inline keyboard button text must be non-empty")
            if len(kinds) != 1:
                raise RefusedError(
                    400, "Bad Request: can't parse inline keyboard button: exactly one action is allowed"
                )
            if not 1 <= len(button.get("callback_data", "?").encode()) <= MOST_DATA:
                raise RefusedError(400, "Bad Request: BUTTON_DATA_INVALID")
            if not re.match(r"(https?|tg)://[^\s/]+", button.get("url", "tg://user")):
                raise RefusedError(400, "Bad Request: BUTTON_URL_INVALID")
        for key in (key for row in markup.get("keyboard", ()) for key in row):
            if not key["text"].strip():
                raise RefusedError(400, "Bad Request: keyboard button text must be non-empty")
        return rows


def hook_of(values: Values) -> Hook | None:
    """The webhook that a bot wants; None for none."""
    url = values["url"]
    if not url:
        return None
    if not re.match(r"https://|http://127\.0\.0\.1", url):
        raise RefusedError(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    if not SECRET.fullmatch(values.get("secret_token", "unset")):
        raise RefusedError(400, "Bad Request: secret token contains unallowed characters")
    return Hook(url, values.get("secret_token", ""), values.get("max_connections", 40))


def _place(values: Values) -> Json:
    lat, lon = values["latitude"], values["longitude"]
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise RefusedError(400, "Bad Request: wrong parameter latitude or longitude in request")
    return {"latitude": lat, "longitude": lon}


def _language(values: Values) -> str:
    code: str = values.get("language_code", "")
    if code and not re.fullmatch("[a-z]{2}", code):
        raise RefusedError(400, "Bad Request: invalid language code specified")
    return code
