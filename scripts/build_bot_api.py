"""Write tests/telegram/api.json: which parameters the Bot API knows, and of what type, as aiogram describes them.

aiogram is not a dependency: install it somewhere else, and run this once for a new version of the Bot API:

    python -m venv /somewhere/else && /somewhere/else/bin/pip install aiogram
    /somewhere/else/bin/python scripts/build_bot_api.py
"""

import json
import types
from datetime import date, datetime, timedelta
from enum import Enum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import aiogram
from aiogram import methods
from aiogram.client.default import Default
from aiogram.types import InputFile, TelegramObject
from pydantic.fields import FieldInfo

FILE = Path(__file__).parent.parent / "tests" / "telegram" / "api.json"
METHODS = (
    *("getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo"),
    *("sendMessage", "sendPhoto", "sendVenue", "sendLocation", "sendChatAction"),
    *("editMessageText", "editMessageReplyMarkup", "deleteMessage", "deleteMessages"),
    *("answerCallbackQuery", "leaveChat"),
    *("setMyCommands", "getMyCommands", "deleteMyCommands", "setMyDescription", "getMyDescription"),
    *("setMyShortDescription", "getMyShortDescription"),
)
SIMPLE = {int: "int", float: "float", bool: "bool", str: "str", datetime: "int", date: "int", timedelta: "int"}
Fields = dict[str, str]  # "chat_id!": "int|str"; the mark stands where it is required


def main() -> None:
    known: dict[str, Fields] = {}
    spec = {
        "source": f"aiogram {version('aiogram')}, https://github.com/aiogram/aiogram; made by scripts/build_bot_api.py",
        "licence": "MIT, Copyright (c) 2017 - present Alex Root Junior",
        "bot_api": aiogram.__api_version__,
        "methods": {name: _fields(getattr(methods, name[0].upper() + name[1:]), known) for name in METHODS},
        "types": known,
    }
    lines = [f'"{key}": {json.dumps(value)}' for key, value in spec.items() if isinstance(value, str)]
    lines += [_table(key, value) for key, value in spec.items() if isinstance(value, dict)]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
    print(f"{len(METHODS)} methods, {len(known)} types, {FILE.stat().st_size} bytes")


def _table(key: str, rows: dict[str, Fields]) -> str:
    """One row for each method or type: short, and a difference shows where it is."""
    written = (f'  "{name}": {json.dumps(fields, separators=(",", ":"))}' for name, fields in sorted(rows.items()))
    return f'"{key}": {{\n' + ",\n".join(written) + "\n}"


def _fields(model: Any, known: dict[str, Fields]) -> Fields:
    """What a method or a type holds, without what the Bot API has given up."""
    found: Fields = {}
    for name, field in model.model_fields.items():
        if not _is_given_up(field):
            written = _type(field.annotation, known)
            is_needed = field.is_required() or written.startswith("=")
            found[(field.alias or name) + ("!" if is_needed else "")] = written
    return found


def _is_given_up(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("deprecated"))


def _type(annotation: Any, known: dict[str, Fields]) -> str:
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        parts = [_type(part, known) for part in get_args(annotation) if part not in {type(None), Default}]
        return "|".join(dict.fromkeys(parts))
    if origin is Annotated:
        return _type(get_args(annotation)[0], known)
    if origin is list:
        return f"[{_type(get_args(annotation)[0], known)}]"
    if origin is Literal:
        return "=" + ",".join(str(value.value if isinstance(value, Enum) else value) for value in get_args(annotation))
    if annotation in SIMPLE:
        return SIMPLE[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "str"
    if isinstance(annotation, type) and issubclass(annotation, InputFile):
        return "file"
    if isinstance(annotation, type) and "Rich" in annotation.__name__:
        return "any"  # more than half of all types, which hold each other, and which plain messages do without
    if isinstance(annotation, type) and issubclass(annotation, TelegramObject):
        if annotation.__name__ not in known:
            known[annotation.__name__] = {}
            known[annotation.__name__] = _fields(annotation, known)
        return annotation.__name__
    raise ValueError(f"no idea how to describe {annotation}")


if __name__ == "__main__":
    main()
