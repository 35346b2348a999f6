"""The index of everyday words, kept on disk: built once after the words or the program changed, then only read.

Building takes some seconds, reading a few hundredths. Nothing personal is in it: only what ships in locales/.
"""

import hashlib
import logging
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from bot.i18n import Languages
from bot.understanding.topic import Entry, TopicIndex, TopicTable

FORMAT = 2  # raise it when grams, weights or normalisation change
PREFIX = "topics-"

log = logging.getLogger(__name__)


def topic_index(languages: Languages, folder: Path | None = None) -> TopicIndex:
    """Read the index from `folder`, or build it and leave it there; without a folder it is only built."""
    if folder is None:
        return TopicIndex(TopicTable.of(entries(languages)))
    file = folder / f"{PREFIX}{_fingerprint(languages)}.npz"
    table = _read(file)
    if table is None:
        table = TopicTable.of(entries(languages))
        _write(table, file)
    return TopicIndex(table)


def entries(languages: Languages) -> Iterator[Entry]:
    """Everyday words of all languages; the names on the buttons are words too."""
    for language in languages:
        for topic, texts in language.data("phrases").items():
            yield from (Entry(topic, language.tag, text) for text in texts)
    for language in languages:
        for topic, label in language.labels.get("topics", {}).items():
            yield Entry(topic, language.tag, label)


def _fingerprint(languages: Languages) -> str:
    """Changes with every word, with the form of the file, and with the libraries that normalise and count."""
    digest = hashlib.sha256(f"{FORMAT} {np.__version__}".encode())
    for language in languages:
        for name in ("phrases", "labels"):
            digest.update(f"{language.tag} {name} ".encode() + language.raw(name))
    return digest.hexdigest()[:20]


def _read(file: Path) -> TopicTable | None:
    try:
        with file.open("rb") as raw, np.load(raw, allow_pickle=False) as arrays:
            return TopicTable(**{name: arrays[name] for name in TopicTable._fields})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        log.warning("vocabulary.unreadable")
        return None


def _write(table: TopicTable, file: Path) -> None:
    """Put the file in place whole or not at all; a folder that cannot be written costs time, nothing else."""
    fresh = file.with_name(f"{file.stem}.{os.getpid()}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with fresh.open("wb") as out:
            np.savez(out, **table._asdict())
        fresh.replace(file)
        for old in file.parent.glob(f"{PREFIX}*"):
            if old != file:
                old.unlink(missing_ok=True)
    except OSError:
        log.info("vocabulary.not_kept")
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
