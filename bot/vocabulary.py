"""What understanding needs in large tables, kept on disk: built once after the words or the program changed, then mapped.

Building takes some seconds and several times the memory, so a process of its own does it (`python -m bot.vocabulary`).
Nothing personal is in the tables: only what ships in locales/ and with py3langid.
"""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bot.arrays import Arrays, map_arrays, write_arrays
from bot.i18n import Languages, load_languages
from bot.understanding.language import LanguageModel
from bot.understanding.topic import Entry, TopicIndex, TopicTable
from catalog.tables import Rows, Texts

FORMAT = 4  # raise it when grams, weights, normalisation or the tables change
PARTS: dict[str, type[Rows | Texts]] = {
    name: kind for name, kind in TopicTable.__annotations__.items() if kind in {Rows, Texts}
}
NAMES = frozenset(name for name in TopicTable._fields if name not in PARTS) | {
    f"{name}.{field}" for name, kind in PARTS.items() for field in kind._fields
}

log = logging.getLogger(__name__)


class Table(NamedTuple):
    """What is kept under one name: `kind` says what it is, the rest of the name from what it was built."""

    kind: str
    made_from: str
    arrays: frozenset[str]
    build: Callable[[], Arrays]

    @property
    def name(self) -> str:
        return f"{self.kind}-{self.made_from}"


def topic_index(languages: Languages, folder: Path | None = None) -> TopicIndex:
    """The index of everyday words: from `folder`, or built and left there; without a folder it is only built."""
    return TopicIndex(_unpacked(_arrays(_words(languages), languages, folder)))


def language_model(languages: Languages, folder: Path | None = None) -> LanguageModel:
    """The trained model that tells languages apart: from `folder`, or unpacked and left there."""
    return LanguageModel(**_arrays(_model(), languages, folder))


def entries(languages: Languages) -> Iterator[Entry]:
    """Everyday words of all languages; the names on the buttons are words too."""
    for language in languages:
        for topic, texts in language.data("phrases").items():
            yield from (Entry(topic, language.tag, text) for text in texts)
    for language in languages:
        for topic, label in language.labels.get("topics", {}).items():
            yield Entry(topic, language.tag, label)


def keep(languages: Languages, folder: Path) -> None:
    """Build what is missing in `folder`, and remove what was built from other words or versions.

    Raises:
        OSError: it cannot be written.
    """
    for table in (_words(languages), _model()):
        if not _mapped(table, folder):
            write_arrays(table.build(), folder / table.name)
        for old in folder.glob(f"{table.kind}-*"):
            if old.name != table.name:
                shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)


def _words(languages: Languages) -> Table:
    """Changes with every word, with the form of the tables, and with the library that counts."""
    digest = hashlib.sha256(f"{FORMAT} {np.__version__}".encode())
    for language in languages:
        for name in ("phrases", "labels"):
            digest.update(f"{language.tag} {name} ".encode() + language.raw(name))
    return Table("topics", digest.hexdigest()[:20], NAMES, lambda: _packed(TopicTable.of(entries(languages))))


def _model() -> Table:
    names = frozenset(LanguageModel._fields)
    return Table("languages", f"{FORMAT}-{version('py3langid')}", names, lambda: LanguageModel.shipped()._asdict())


def _arrays(table: Table, languages: Languages, folder: Path | None) -> Arrays:
    """A table from the disk. Where it cannot be had from there, that costs time and memory, nothing else."""
    if folder is None:
        return table.build()
    found = _mapped(table, folder)
    if not found:
        _keep_apart(languages, folder)
        found = _mapped(table, folder)
    return found or table.build()


def _mapped(table: Table, folder: Path) -> Arrays:
    """What is kept of a table; nothing where it is not there, or not whole."""
    try:
        arrays = map_arrays(folder / table.name)
    except (OSError, ValueError, EOFError):
        arrays = None
    if arrays is None or (arrays and arrays.keys() != table.arrays):
        log.warning("vocabulary.unreadable")
        return {}
    return arrays


def _keep_apart(languages: Languages, folder: Path) -> None:
    """Call `keep` in a process of its own: what building needs would stay with this one for ever."""
    roots = {str(language.folder.parent) for language in languages if isinstance(language.folder, Path)}
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "bot.vocabulary", str(folder), *roots]
    try:
        subprocess.run(command, env=surroundings, check=True, capture_output=True)  # noqa: S603 our own command
    except (OSError, subprocess.CalledProcessError):
        log.info("vocabulary.not_kept")


def _packed(table: TopicTable) -> Arrays:
    """Each array of the parts under a name of its own."""
    arrays: dict[str, Any] = {name: part for name, part in table._asdict().items() if name not in PARTS}
    for name in PARTS:
        arrays |= {f"{name}.{field}": array for field, array in getattr(table, name)._asdict().items()}
    return arrays


def _unpacked(arrays: Arrays) -> TopicTable:
    parts: dict[str, Any] = {name: array for name, array in arrays.items() if "." not in name}
    for name, kind in PARTS.items():
        parts[name] = kind(*(arrays[f"{name}.{field}"] for field in kind._fields))
    return TopicTable(**parts)


if __name__ == "__main__":
    keep(load_languages(Path(sys.argv[2])), Path(sys.argv[1]))
