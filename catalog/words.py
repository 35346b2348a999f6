"""The words that a coordinator may write for each controlled value, in German and English; data/words.yaml lists them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import yaml

from catalog.problems import Lang
from catalog.text import clean

LANGS: tuple[Lang, ...] = ("de", "en")


@dataclass(frozen=True)
class WordList:
    """The words of one controlled list. The first word of a code in each language is the one that is written."""

    by_code: Mapping[str, Mapping[Lang, tuple[str, ...]]]

    def code(self, text: str) -> str | None:
        """What a word stands for, however it is capitalised and accented; a code stands for itself."""
        return self._codes.get(folded(text))

    def word(self, code: str, lang: Lang) -> str:
        """How a code is written; the code itself where the list has no word for it."""
        spellings = self.by_code.get(code, {})
        return next((spellings[tongue][0] for tongue in (lang, *LANGS) if spellings.get(tongue)), code)

    def words(self, lang: Lang) -> tuple[str, ...]:
        """What a drop-down offers."""
        return tuple(self.word(code, lang) for code in self.by_code)

    def spellings(self) -> Iterator[str]:
        """Every word that is understood."""
        return (word for by_lang in self.by_code.values() for words in by_lang.values() for word in words)

    @cached_property
    def _codes(self) -> Mapping[str, str]:
        codes = {folded(code): code for code in self.by_code}
        for code, by_lang in self.by_code.items():
            codes.update({folded(word): code for words in by_lang.values() for word in words})
        return codes


def folded(text: str) -> str:
    """One spelling for all typing habits; a mark such as ✓ stays what it is."""
    return clean(text) or text.strip()


def load_words() -> Mapping[str, WordList]:
    """Read the lists that ship with the program, by name."""
    lists = yaml.load(files("catalog").joinpath("data", "words.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return {
        name: WordList({code: {lang: tuple(words[lang]) for lang in LANGS} for code, words in entries.items()})
        for name, entries in lists.items()
    }
