"""Which parameters the Bot API knows, and of what type. What it would ignore without a word is found here."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "api.json"
KEPT = 5000
TEXTS = {"str", "str|file"}
SIMPLE: Mapping[str, tuple[type, ...]] = {"int": (int,), "float": (float, int), "bool": (bool,), "str": (str,)}


@dataclass(frozen=True)
class File:
    """Something uploaded."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True)
class Fields:
    """What a method or a type holds, each written as "int|str", "[MessageEntity]" or "=chat"."""

    kinds: Mapping[str, str]
    needed: tuple[str, ...]


class Spec:
    """Methods and types of the Bot API."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.methods = {name: _fields(fields) for name, fields in data["methods"].items()}
        self.types = {name: _fields(fields) for name, fields in data["types"].items()}
        self._look_at = lru_cache(KEPT)(self._looked_at)  # bots send the same keyboards again and again

    def read(self, method: str, form: Mapping[str, str | File]) -> tuple[dict[str, Any], list[str], list[str]]:
        """Values of a request, what is ignored in it, and what is wrong with it."""
        fields = self.methods[method]
        values: dict[str, Any] = {}
        ignored, wrong = [], []
        for name, raw in form.items():
            kind = fields.kinds.get(name)
            if kind is None:
                ignored.append(f"{method}: no parameter {name}")
                continue
            if isinstance(raw, File):
                values[name] = raw
                wrong += [] if "file" in kind else [f"{method}: {name} is no {kind}"]
                continue
            if kind in TEXTS:
                values[name] = raw
                continue
            values[name], problems = self._look_at(raw, kind, f"{method}: {name}")
            for problem in problems:
                (ignored if problem.startswith("?") else wrong).append(problem.lstrip("?"))
        wrong += [f"{method}: {name} is missing" for name in fields.needed if name not in form]
        return values, ignored, wrong

    def _looked_at(self, raw: str, kind: str, at: str) -> tuple[Any, list[str]]:
        try:
            value = _value(raw, kind)
        except ValueError:
            return None, [f"{at} is no {kind}"]
        return value, self.problems(value, kind, at)

    def problems(self, value: object, written: str, at: str) -> list[str]:
        """What does not fit; "?" stands before what is only ignored."""
        if isinstance(value, SIMPLE.get(written, ())) and (written == "bool" or not isinstance(value, bool)):
            return []
        if written in self.types:
            return self._of_type(value, self.types[written], f"{at}: {written}")
        if written.startswith("["):
            if not isinstance(value, list):
                return [f"{at} is no list"]
            return [
                problem for i, item in enumerate(value) for problem in self.problems(item, written[1:-1], f"{at}[{i}]")
            ]
        if "|" in written:
            return self._best(value, written.split("|"), at)
        is_meant = written == "any" or (written.startswith("=") and str(value) in written[1:].split(","))
        return [] if is_meant else [f"{at} is no {written}"]

    def _best(self, value: object, kinds: list[str], at: str) -> list[str]:
        fewest: list[str] | None = None
        for kind in kinds:
            found = self.problems(value, kind, at)
            if not found:
                return found
            fewest = found if fewest is None or len(found) < len(fewest) else fewest
        return fewest or []

    def _of_type(self, value: object, fields: Fields, at: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{at} expected"]
        found = [f"{at}.{name} is missing" for name in fields.needed if name not in value]
        for name, content in value.items():
            if name in fields.kinds:
                found += self.problems(content, fields.kinds[name], f"{at}.{name}")
            else:
                found.append(f"?{at} has no {name}")
        return found


def _fields(written: Mapping[str, str]) -> Fields:
    kinds = {name.rstrip("!"): kind for name, kind in written.items()}
    return Fields(kinds, tuple(name.rstrip("!") for name in written if name.endswith("!")))


def _value(raw: str, written: str) -> Any:
    """Read what a form holds.

    Raises:
        ValueError: it is of another type.
    """
    match written:
        case "int":
            return int(raw)
        case "int|str":
            return int(raw) if raw.lstrip("-").isascii() and raw.lstrip("-").isdigit() else raw
        case "float":
            return float(raw)
    return json.loads(raw)


def load_spec() -> Spec:
    return Spec(json.loads(FILE.read_text("utf-8")))
