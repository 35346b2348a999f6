"""The columns of a catalog that is kept as a table: one list for template, reading, export and explanation."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import yaml

from catalog.problems import Lang
from catalog.words import LANGS, WordList, folded, load_words

SheetName = Literal["offers", "places", "explanation", "lists"]
NARROWEST = 12  # characters that a column is wide when nothing else is said


@dataclass(frozen=True)
class Column:
    """One column. `form` says how a cell is read, `words` names its controlled list, `group` its place in the template."""

    key: str
    headings: Mapping[Lang, str]
    form: str
    also: tuple[str, ...] = ()
    words: str = ""
    needed: bool = False
    group: str = ""  # "": understood, but not offered by the template
    width: int = NARROWEST
    example: Mapping[Lang, str] | None = None
    explanation: Mapping[Lang, str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every heading that is understood."""
        return (self.key, *self.headings.values(), *self.also)


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook."""

    names: Mapping[Lang, str]
    also: tuple[str, ...]

    def is_called(self, name: str) -> bool:
        return folded(name) in {folded(known) for known in (*self.names.values(), *self.also)}


@dataclass(frozen=True)
class Layout:
    """Everything that is known of a catalog as a table."""

    offers: Mapping[str, Column]
    places: Mapping[str, Column]
    translations: Mapping[str, Column]  # once for every further language; a heading holds {language}
    groups: Mapping[str, Mapping[Lang, str]]
    sheets: Mapping[SheetName, Sheet]
    words: Mapping[str, WordList]


def load_layout() -> Layout:
    """Read the columns and words that ship with the program."""
    content: dict[str, Any] = yaml.load(
        files("catalog").joinpath("data", "columns.yaml").read_text("utf-8"), yaml.CSafeLoader
    )
    return Layout(
        offers={key: _column(key, fields) for key, fields in content["offers"].items()},
        places={key: _column(key, fields) for key, fields in content["places"].items()},
        translations={key: _column(key, fields) for key, fields in content["translations"].items()},
        groups=content["groups"],
        sheets={
            name: Sheet({lang: fields[lang] for lang in LANGS}, tuple(fields["also"]))
            for name, fields in content["sheets"].items()
        },
        words=load_words(),
    )


def _column(key: str, fields: Mapping[str, Any]) -> Column:
    return Column(
        key=key,
        headings={lang: fields[lang] for lang in LANGS},
        form=fields["form"],
        also=tuple(fields.get("also", ())),
        words=fields.get("words", ""),
        needed=fields.get("needed", False),
        group=fields.get("group", ""),
        width=fields.get("width", NARROWEST),
        example=fields.get("example"),
        explanation=fields.get("explain"),
    )
