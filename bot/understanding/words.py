"""Lists of words as the locales keep them: whole words, beginnings of words, and several words in a row."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from catalog.text import clean

HEAD = 3  # letters by which beginnings of words are listed


class Words:
    """Words, beginnings of words ("jahr*") and sequences of words, each with what it means; cleaned."""

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._whole: dict[str, Any] = {}
        self._beginnings: dict[str, list[tuple[str, Any]]] = {}
        self._sequences: dict[str, list[tuple[tuple[str, ...], Any]]] = {}
        for entry, value in entries.items():
            words = tuple(clean(entry).split())
            if entry.endswith("*") and len(words) == 1:
                self._beginnings.setdefault(words[0][:HEAD], []).append((words[0], value))
            elif len(words) == 1:
                self._whole.setdefault(words[0], value)
            elif words:
                self._sequences.setdefault(words[0], []).append((words, value))
        self._heads = frozenset(map(len, self._beginnings))

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Words":
        return cls(dict.fromkeys(map(str, entries), True))

    @classmethod
    def begun_by(cls, parts: Iterable["Words"]) -> "Words":
        """Every word with which an entry of any of them begins: one look tells whether any may have one here."""
        words = cls({})
        for part in parts:
            words._add(part._whole | dict.fromkeys(part._sequences, True), part._beginnings)  # noqa: SLF001 the same class
        return words

    def _add(self, whole: Mapping[str, Any], beginnings: Mapping[str, list[tuple[str, Any]]]) -> None:
        self._whole |= whole
        for head, listed in beginnings.items():
            self._beginnings.setdefault(head, []).extend(listed)
        self._heads = frozenset(map(len, self._beginnings))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (word in self._whole or self._begun(word) is not None)

    def at(self, tokens: list[str], i: int) -> tuple[int, Any]:
        """Return how many tokens from `i` on are an entry, and what it means; the longest entry counts. None: 0."""
        here = tokens[i] if 0 <= i < len(tokens) else ""
        longest: tuple[int, Any] = (0, None)
        for words, value in self._sequences.get(here, ()):
            if len(words) > longest[0] and tuple(tokens[i : i + len(words)]) == words:
                longest = (len(words), value)
        if longest[0]:
            return longest
        value = self._whole.get(here)
        value = self._begun(here) if value is None else value
        return (0, None) if value is None else (1, value)

    def _begun(self, word: str) -> Any:
        for length in self._heads:
            for beginning, value in self._beginnings.get(word[:length], ()):
                if word.startswith(beginning):
                    return value
        return None


def ascii_digits(text: str) -> str:
    """Write Arabic, Persian and other decimal digits as 0-9."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
