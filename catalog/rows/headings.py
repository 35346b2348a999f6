"""Which column is which: headings in German or English, in any order, however they are typed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from catalog.columns import Column, Layout
from catalog.problems import Lang
from catalog.rows.cells import line, read_text
from catalog.rows.choices import read_languages
from catalog.sources.tables import Row, Table
from catalog.words import folded

SEARCHED_ROWS = 12  # above the headings people write a title, a date, a note
FEWEST = 2  # known headings that make a row of headings
_TRANSLATED = re.compile(r"(?P<what>.+?)\s*(?:\((?P<named>[^)]+)\)|[_:]\s*(?P<tag>[\w-]+))")


@dataclass(frozen=True)
class Headings:
    """A row of headings that was found. `columns`: position → key, translations as "title:tr"."""

    row: Row
    columns: Mapping[int, str]
    twice: tuple[str, ...] = ()  # keys that several columns claim; the first counts
    extra: tuple[str, ...] = ()  # headings nobody knows

    @cached_property
    def written(self) -> Mapping[str, str]:
        """How each column is headed in this file, by key."""
        return {key: line(read_text(self.row.cells[position]).value) for position, key in self.columns.items()}

    def lacking(self, columns: Mapping[str, Column]) -> list[Column]:
        """Needed columns that are not there."""
        return [column for key, column in columns.items() if column.needed and key not in self.columns.values()]


class HeadingReader:
    """Knows every spelling of every heading of one kind of sheet."""

    def __init__(self, columns: Mapping[str, Column], layout: Layout) -> None:
        self.columns = columns
        self._layout = layout
        self._keys = {folded(name): key for key, column in reversed([*columns.items()]) for name in column.names}
        self._keys |= {folded(name): key for key, column in columns.items() for name in column.headings.values()}

    def find(self, table: Table) -> Headings | None:
        """The row, among the first, in which most headings are known."""
        found = [self._read(row) for row in table.rows[:SEARCHED_ROWS]]
        best = max(found, key=lambda headings: len(headings.columns), default=None)
        return best if best and len(best.columns) >= FEWEST else None

    def _read(self, row: Row) -> Headings:
        columns: dict[int, str] = {}
        twice, extra = [], []
        for position, cell in enumerate(row.cells):
            text = line(read_text(cell).value)
            key = self.key(text) if text else None
            if key is None:
                extra += [text] if text else []
            elif key in columns.values():
                twice.append(key)
            else:
                columns[position] = key
        return Headings(row, columns, tuple(twice), tuple(extra))

    def key(self, heading: str) -> str | None:
        """The column that a heading names: "PLZ *", "Postleitzahl" and "plz" are one."""
        known = self._keys.get(folded(heading))
        return known or self._translation(heading)

    def _translation(self, heading: str) -> str | None:
        """ "Titel (Türkisch)", "Title (tr)" and "title:tr" are the title in Turkish."""
        found = _TRANSLATED.fullmatch(heading)
        if not found or self.columns is not self._layout.offers:
            return None
        languages = read_languages(found["named"] or found["tag"], self._layout.words["languages"])
        for key, column in self._layout.translations.items():
            if folded(found["what"]) in _bare_names(column) and len(languages.value) == 1 and not languages.doubts:
                return f"{key}:{languages.value[0]}"
        return None


def _bare_names(column: Column) -> set[str]:
    return {folded(name.replace("({language})", "")) for name in column.names}


def translated_heading(column: Column, language: str, lang: Lang) -> str:
    return column.headings[lang].format(language=language)


def filled_rows(table: Table, headings: Headings) -> Iterator[Row]:
    """What stands below the headings."""
    return (row for row in table.rows if row.number > headings.row.number)


def named(columns: Sequence[Column]) -> str:
    """Columns in both languages: "Angebotsart (Offer type)"."""
    return ", ".join(f"{column.headings['de']} ({column.headings['en']})" for column in columns)
