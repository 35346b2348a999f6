"""How the table of another program becomes ours: for each of our columns, what stands in it.

A rule is a text in which {Heading} stands for a cell of theirs: "{Strasse} {Hausnr}", "040 {Telefon}", or a plain word
that counts for every row. With `split`, `words` translate what a cell holds, part by part.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, Field, ValidationError

from catalog.model import Frozen
from catalog.problems import Problem, Spot, UnreadableError
from catalog.rows.cells import line, read_text
from catalog.sources.tables import Cell, Row, Table

OTHERS = "*"  # among the words: whatever is not named
BETWEEN = "; "
_CELL = re.compile(r"\{([^{}]+)\}")
HEAD = """\
# How the columns of a table become the columns of a catalog: {{Heading}} stands for a cell of the table, other words stay.
# Use it again with: nahbei catalog import FILE --mapping {name}
"""


def _texts(words: Any) -> Any:
    """YAML reads 0, 1 and ja/nein in its own way; in a table they are words."""
    return {_text(key): _text(value) for key, value in words.items()} if isinstance(words, dict) else words


def _text(value: Any) -> Any:
    if isinstance(value, bool | None):
        return {True: "yes", False: "no", None: ""}[value]
    return value if isinstance(value, dict | list) else str(value)


class Rule(Frozen):
    """What stands in one of our columns."""

    text: str
    split: str = ""  # what parts several values in a cell, such as "|"
    words: Annotated[dict[str, str], BeforeValidator(_texts)] = Field(default_factory=dict)

    @property
    def headings(self) -> tuple[str, ...]:
        """Their columns that it reads."""
        return tuple(_CELL.findall(self.text))


def _rules(rules: Any) -> Any:
    """A text alone is a rule, too."""
    if not isinstance(rules, dict):
        return rules
    return {key: rule if isinstance(rule, dict | Rule) else {"text": _text(rule)} for key, rule in rules.items()}


class ColumnMapping(Frozen):
    """The whole file: rules by the key of our column, and what their table writes for "nothing"."""

    columns: Annotated[dict[str, Rule], BeforeValidator(_rules)]
    empty: tuple[str, ...] = ()  # such as "_", "-" or "k. A."


def read_mapping(path: Path) -> ColumnMapping:
    """Read a saved mapping.

    Raises:
        OSError: when it cannot be read.
        UnreadableError: when it is none; it says where.
    """
    try:
        return ColumnMapping.model_validate(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError):
        where = ""
    raise UnreadableError(Problem(Spot(path.name, column=where), "mapping-unreadable"))


def write_mapping(mapping: ColumnMapping, name: str) -> str:
    """The text of a mapping file, for people to change."""
    said = mapping.model_dump(exclude_defaults=True)
    columns = {key: rule["text"] if set(rule) == {"text"} else rule for key, rule in said["columns"].items()}
    content = {**({"empty": list(mapping.empty)} if mapping.empty else {}), "columns": columns}
    return HEAD.format(name=name) + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)


def mapped(table: Table, mapping: ColumnMapping, file: str) -> Table:
    """Their table as ours; rows keep their numbers.

    Raises:
        UnreadableError: when the mapping names a column that the table has not.
    """
    head, *rows = table.rows or (Row(1, ()),)
    positions = {line(read_text(cell).value): at for at, cell in reversed(list(enumerate(head.cells)))}
    for key, rule in mapping.columns.items():
        for heading in rule.headings:
            if heading not in positions:
                known = ", ".join(positions)
                raise UnreadableError(Problem(Spot(file, column=key), "mapping-column", heading, {"known": known}))
    return Table(table.sheet, (Row(head.number, tuple(mapping.columns)), *_filled(rows, mapping, positions)))


def _filled(rows: Iterable[Row], mapping: ColumnMapping, positions: Mapping[str, int]) -> Iterator[Row]:
    for row in rows:
        cells = {name: row.cells[at] if at < len(row.cells) else None for name, at in positions.items()}
        said = {name: None if line(read_text(cell).value) in mapping.empty else cell for name, cell in cells.items()}
        yield Row(row.number, tuple(_cell(rule, said) for rule in mapping.columns.values()))


def _cell(rule: Rule, cells: Mapping[str, Cell]) -> Cell:
    """A cell alone keeps its type: dates stay dates. Where all cells of a text are empty, it says nothing."""
    if not rule.headings:
        return rule.text
    if rule.text == f"{{{rule.headings[0]}}}" and not rule.words and not rule.split:
        return cells[rule.headings[0]]
    texts = {name: read_text(cells[name]).value for name in rule.headings}
    if not any(texts.values()):
        return rule.words.get("")
    filled = line(_CELL.sub(lambda found: texts[found[1]], rule.text))
    parts = [line(part) for part in filled.split(rule.split)] if rule.split else [filled]
    return BETWEEN.join(dict.fromkeys(filter(None, (_word(part, rule.words) for part in parts))))


def _word(part: str, words: Mapping[str, str]) -> str:
    return words.get(part, words.get(OTHERS, part))
