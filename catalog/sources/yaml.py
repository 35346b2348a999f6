"""A catalog kept as YAML: one file, or a folder whose files are read as one."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from catalog.problems import Problem, Spot, UnreadableError
from catalog.sources.base import Source
from catalog.sources.entries import CatalogFile, Entry, read_entries
from catalog.topics import Topics

DEEPEST = 20  # lists within lists; where there are tens of thousands the library ends the whole process
OPENING = (yaml.SequenceStartEvent, yaml.MappingStartEvent)
CLOSING = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


def read_yaml(path: Path, topics: Topics, today: date) -> Source:
    """Read a catalog. A wrong offer is left out and becomes a `Problem`; the others are kept.

    Raises:
        OSError: when the file cannot be read.
        UnreadableError: when it is no catalog at all.
    """
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    if not files:
        raise UnreadableError(Problem(Spot(str(path)), "folder-empty"))
    merged: dict[str, Any] = {}
    entries: list[Entry] = []
    for file in files:
        content, lines = _content(file)
        _merge(merged, content)
        entries += _entries(file, content.get("offers"), lines)
    if "offers" not in merged:
        raise UnreadableError(Problem(Spot(str(path)), "no-catalog"))
    try:
        outline = CatalogFile.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        spot = Spot(str(path), column=".".join(map(str, first["loc"])))
        raise UnreadableError(Problem(spot, "outline-wrong", details={"reason": first["msg"]})) from error
    return read_entries(path.stem, outline, entries, topics, today)


def _merge(merged: dict[str, Any], content: Mapping[str, Any]) -> None:
    """Lists follow each other, tables are joined."""
    for key, value in content.items():
        known = merged.get(key)
        if isinstance(known, list) and isinstance(value, list):
            merged[key] = known + value
        elif isinstance(known, dict) and isinstance(value, dict):
            merged[key] = {**known, **value}
        elif value is not None:
            merged[key] = value


def _entries(file: Path, offers: object, lines: list[int]) -> Iterator[Entry]:
    if isinstance(offers, list):
        for fields, line in zip(offers, lines, strict=True):
            label = fields.get("id") if isinstance(fields, dict) else None
            yield Entry(fields, Spot(file.name, row=line, offer=str(label or "")))


def _content(file: Path) -> tuple[dict[str, Any], list[int]]:
    """What a file says, and the lines in which its offers begin."""
    try:
        text = file.read_text("utf-8")
        _guard(text, file)
        loader = CatalogLoader(text)
        tree = loader.get_single_node()
        content = loader.construct_document(tree) if tree else None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = getattr(error, "problem_mark", None)
        spot = Spot(str(file), row=where.line + 1 if where else None)
        raise UnreadableError(Problem(spot, "yaml-unreadable")) from error
    if not isinstance(content, dict):
        raise UnreadableError(Problem(Spot(str(file)), "no-catalog"))
    return content, _lines(tree)


def _lines(tree: yaml.Node | None) -> list[int]:
    """Where the offers begin, counted from 1."""
    for key, value in tree.value if tree else ():
        if key.value == "offers" and isinstance(value, yaml.SequenceNode):
            return [item.start_mark.line + 1 for item in value.value]
    return []


def _guard(text: str, file: Path) -> None:
    """Refuse what is written to make a reader burst: references that multiply, and endless nesting."""
    depth = 0
    for event in yaml.parse(text, yaml.CSafeLoader):
        depth += isinstance(event, OPENING) - isinstance(event, CLOSING)
        if depth > DEEPEST or isinstance(event, yaml.AliasEvent):
            row = event.start_mark.line + 1 if event.start_mark else None
            raise UnreadableError(Problem(Spot(str(file), row=row), "yaml-nested"))


def _value_or_text(loader: yaml.CSafeLoader, node: yaml.ScalarNode) -> Any:
    """A day that no calendar has, or a number without end, is one offer's mistake and not the file's."""
    try:
        return yaml.CSafeLoader.yaml_constructors[node.tag](loader, node)
    except ValueError:
        return node.value


class CatalogLoader(yaml.CSafeLoader):
    """The library's safe loader, patient with single values."""

    yaml_constructors = {  # noqa: RUF012 the library's own form
        **yaml.CSafeLoader.yaml_constructors,
        **dict.fromkeys(("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:int"), _value_or_text),
    }
