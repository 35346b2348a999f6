"""`nahbei evaluate`: how often the understanding is right, on messages with known answers."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from bot.jsonlines import Desk, LineError, understand


@dataclass
class Score:
    """Counts of one slot and language. `first` is right at once, `three` within the first three."""

    count: int = 0
    first: int = 0
    three: int = 0

    def as_json(self, slot: str, lang: str) -> dict[str, Any]:
        shares = {"first": round(self.first / self.count, 4), "three": round(self.three / self.count, 4)}
        return {"slot": slot, "lang": lang, "count": self.count, **shares}


def evaluate(desk: Desk, lines: Iterable[str]) -> dict[tuple[str, str], Score]:
    """Compare answers with what each line expects, by slot and language.

    Raises:
        ValueError: for a line that cannot be evaluated; says which.
    """
    scores: dict[tuple[str, str], Score] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            asked = json.loads(line)
            expect = asked["expect"]
            answer = understand(desk, asked)
            first, three = _right(asked["slot"], expect, answer)
        except (LineError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError(f"line {number}: {_said(error)}") from error
        slot = "danger" if isinstance(expect, Mapping) and "danger" in expect else asked["slot"]
        if slot == "danger":
            slot = "danger" if expect["danger"] else "no danger"
        lang = asked.get("lang") or (expect.get("lang") if isinstance(expect, Mapping) else None) or "-"
        score = scores.setdefault((slot, lang), Score())
        score.count += 1
        score.first += first
        score.three += three
    return scores


def table(scores: Mapping[tuple[str, str], Score]) -> Table:
    shown = Table("slot", "language", "messages", "right", "in the first three")
    for (slot, lang), score in sorted(scores.items()):
        first, three = 100 * score.first / score.count, 100 * score.three / score.count
        shown.add_row(slot, lang, str(score.count), f"{first:.1f} %", f"{three:.1f} %")
    return shown


def _said(error: Exception) -> str:
    if isinstance(error, KeyError) and error.args == ("expect",):
        return "'expect' is missing"
    if isinstance(error, LineError | json.JSONDecodeError):
        return str(error)
    return "a line is an object with 'slot', 'text' and an 'expect' of the form that the slot answers"


def _right(slot: str, expect: Any, answer: Mapping[str, Any]) -> tuple[bool, bool]:
    if isinstance(expect, Mapping) and "danger" in expect:
        # A danger seen is what counts: the numbers for a neighbouring danger help too. None expected means none shown.
        right = bool(answer["danger"]) == bool(expect["danger"])
        return right, right
    if slot == "topic":
        return _ranked(_ids(expect, ("topics", "topic")), [topic["id"] for topic in answer["topics"]])
    if slot == "age":
        children = expect["children"] if isinstance(expect, Mapping) else expect
        right = {_span(child) for child in children} == {_span(child) for child in answer["children"]}
        return right, right
    if slot == "language":
        wanted = expect.get("lang") if isinstance(expect, Mapping) else expect
        right = answer["lang"] in (wanted if isinstance(wanted, list) else [wanted])
        return right, right
    return _place_right(expect, answer)


def _place_right(expect: Any, answer: Mapping[str, Any]) -> tuple[bool, bool]:
    wanted = expect if isinstance(expect, Mapping) else {"name": expect} if expect else {}
    if "places" in wanted:
        wanted = wanted["places"][0] if wanted["places"] else {}
    if not wanted:
        return not answer["places"], not answer["places"]
    asked = {key: value for key, value in wanted.items() if key in {"name", "plz"} and value}
    hits = [all(_same(place[key], value) for key, value in asked.items()) for place in answer["places"]]
    return any(hits[:1]), any(hits[:3])


def _same(given: Any, wanted: Any) -> bool:
    return str(given or "").casefold() == str(wanted).casefold()


def _ranked(wanted: set[str], given: list[str]) -> tuple[bool, bool]:
    return bool(wanted & set(given[:1])), bool(wanted & set(given[:3]))


def _ids(expect: Any, keys: tuple[str, ...]) -> set[str]:
    if isinstance(expect, Mapping):
        expect = next((expect[key] for key in keys if key in expect), None)
    items = expect if isinstance(expect, list) else [expect]
    return {item["id"] if isinstance(item, Mapping) else str(item) for item in items}


def _span(child: Any) -> tuple[int, int]:
    return (child["min_months"], child["max_months"]) if isinstance(child, Mapping) else tuple(child)
