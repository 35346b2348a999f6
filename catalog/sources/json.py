"""A catalog kept as JSON, with the same fields as in YAML."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from catalog.problems import Problem, Spot, UnreadableError
from catalog.sources.base import Source
from catalog.sources.entries import CatalogFile, Entry, read_entries
from catalog.topics import Topics

MOST_VALUES = 2_000_000  # values that a file may hold; each takes about a hundred bytes


def loaded(path: Path) -> Any:
    """What a JSON file holds.

    Raises:
        UnreadableError: when it is not JSON, nested without end, or larger than any catalog.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        if sum(map(text.count, ",[{")) > MOST_VALUES:
            raise UnreadableError(Problem(Spot(path.name), "file-too-large"))
        return json.loads(text)
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        row = error.lineno if isinstance(error, json.JSONDecodeError) else None
        raise UnreadableError(Problem(Spot(path.name, row=row), "json-unreadable")) from error


def is_own_form(content: Any) -> bool:
    return isinstance(content, dict) and isinstance(content.get("offers"), list)


def read_json(path: Path, content: dict[str, Any], topics: Topics, today: date) -> Source:
    """Check the offers of a catalog in our own form.

    Raises:
        UnreadableError: when its outline is wrong.
    """
    try:
        outline = CatalogFile.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        spot = Spot(path.name, column=".".join(map(str, first["loc"])))
        raise UnreadableError(Problem(spot, "outline-wrong", details={"reason": first["msg"]})) from error
    entries = (
        Entry(fields, Spot(path.name, offer=str(fields.get("id", "")) if isinstance(fields, dict) else ""))
        for fields in content["offers"]
    )
    return read_entries(path.stem, outline, entries, topics, today)
