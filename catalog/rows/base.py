"""What reading a cell gives: a value, and what is odd about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

from catalog.problems import Detail

Value = TypeVar("Value")


class Doubt(NamedTuple):
    """Something odd about a cell; `code` names the sentence of data/problems.yaml that says it."""

    code: str
    details: Mapping[str, Detail] = {}
    value: str | None = None  # a part of the cell; None: the whole
    column: str = ""  # its key, where several columns are read together


@dataclass(frozen=True)
class Reading(Generic[Value]):
    """What a cell means. When a doubt is an error, the value is not used."""

    value: Value
    doubts: tuple[Doubt, ...] = field(default=())
