"""Texts in one language: sentences, plurals, names of things, dates and lists. Read once, then only looked up."""

import gettext
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from importlib.resources import files
from typing import Any, Protocol

import yaml
from babel import Locale, localedata
from babel.core import get_global
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

FSI, PDI = "\u2068", "\u2069"  # first strong isolate … pop: keeps foreign words and numbers in their own direction
PLAIN = "de-simple"  # every text that is missing in a language is shown in plain German
UNSPOKEN = frozenset(
    {"unit_patterns", "unit_display_names", "compound_unit_patterns", "interval_formats", "date_fields"}
) | {
    *("currency_names", "currency_names_plural", "compact_currency_formats", "compact_decimal_formats"),
    *("territories", "scripts", "variants", "time_zones", "meta_zones"),
}  # what Babel knows of a language and no sentence here needs: four fifths


class Folder(Protocol):
    """What is needed of a directory, real or inside a wheel."""

    @property
    def name(self) -> str: ...
    def joinpath(self, *parts: str) -> "Folder": ...
    def is_file(self) -> bool: ...
    def is_dir(self) -> bool: ...
    def iterdir(self) -> Iterable["Folder"]: ...
    def read_text(self, encoding: str) -> str: ...
    def read_bytes(self) -> bytes: ...


def isolate(value: object) -> str:
    """Wrap a name, number or address so that it keeps its direction inside a sentence of the other direction."""
    return f"{FSI}{value}{PDI}"


def without_isolates(text: str) -> str:
    return text.replace(FSI, "").replace(PDI, "")


@dataclass(frozen=True)
class Language:
    """One folder of locales/: what the language is called, and everything that stands in its files."""

    tag: str
    name: str  # in its own script
    english: str
    locale: Locale
    direction: str
    channel_codes: tuple[str, ...]
    fallback: tuple[str, ...]
    reviewed: bool
    traits: Mapping[str, Any]
    folder: Folder = field(repr=False, compare=False)

    def data(self, name: str) -> dict[str, Any]:
        """Content of one of its YAML files; empty when the language has none."""
        return yaml.load(self.raw(name), yaml.CSafeLoader) or {}

    def raw(self, name: str) -> bytes:
        """The bytes of one of its YAML files; empty when the language has none."""
        path = self.folder.joinpath(f"{name}.yaml")
        return path.read_bytes() if path.is_file() else b""

    @cached_property
    def messages(self) -> gettext.GNUTranslations:
        path = self.folder.joinpath("LC_MESSAGES", "nahbei.po")
        compiled = io.BytesIO()
        write_mo(compiled, read_po(io.BytesIO(path.read_bytes()), locale=str(self.locale)))
        compiled.seek(0)
        return gettext.GNUTranslations(compiled)

    @cached_property
    def labels(self) -> Mapping[str, Mapping[str, str]]:
        return self.data("labels")


class Languages:
    """All languages that the program speaks, found by looking at the folders."""

    def __init__(self, languages: Iterable[Language]) -> None:
        ordered = sorted(languages, key=lambda lang: (not lang.tag.startswith("de"), lang.tag))
        self.by_tag = {language.tag: language for language in ordered}

    def __contains__(self, tag: object) -> bool:
        return tag in self.by_tag

    def __iter__(self) -> Iterator[Language]:
        return iter(self.by_tag.values())

    def let_go(self) -> None:
        """Keep of what Babel knows only what is said here: 2 MB instead of 8 for a process that goes on for months.

        From then on the process can name no currency, unit or time zone. Babel hands out the very dictionaries that it keeps.
        """
        for data in (*(localedata.load(str(language.locale)) for language in self), localedata.load("root")):
            for name in data.keys() & UNSPOKEN:
                del data[name]
        known: tuple[Any, ...] = get_global("likely_subtags"), get_global("territory_languages")
        for data in known:
            data.clear()

    def negotiate(self, wanted: str | None) -> str | None:
        """Turn what a messenger or a person calls a language into one of ours; None when we do not speak it."""
        if not wanted:
            return None
        code = wanted.replace("_", "-")
        for tag in self.by_tag:
            if code.casefold() == tag.casefold():
                return tag
        for language in self.by_tag.values():
            if code.casefold() in language.channel_codes:
                return language.tag
        base = code.split("-")[0].casefold()
        return base if base in self.by_tag else None

    def translator(self, tag: str) -> "Translator":
        chain = [tag, *self.by_tag[tag].fallback]
        return Translator(self, tuple(self.by_tag[t] for t in chain if t in self.by_tag))


def load_languages(folder: Folder | None = None) -> Languages:
    """Read locales/. A language without any of its files is an error, not a surprise later."""
    root: Any = folder or files("locales")
    return Languages(_language(child) for child in root.iterdir() if child.joinpath("language.yaml").is_file())


def _language(folder: Any) -> Language:
    traits = yaml.load(folder.joinpath("language.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return Language(
        tag=folder.name,
        name=traits["name"],
        english=traits["english"],
        locale=Locale.parse(traits["babel"]),
        direction=traits["direction"],
        channel_codes=tuple(traits["channel_codes"]),
        fallback=tuple(traits["fallback"]),
        reviewed=traits["reviewed"],
        traits=traits,
        folder=folder,
    )


class Translator:
    """One language's voice. Where a text is missing, the next language of the chain speaks."""

    def __init__(self, languages: Languages, chain: Sequence[Language]) -> None:
        self.languages = languages
        self.language = chain[0]
        self._chain = tuple(chain)

    @property
    def tag(self) -> str:
        return self.language.tag

    def into(self, tag: str) -> "Translator":
        """Speak another language from here on."""
        return self if tag == self.tag else self.languages.translator(tag)

    def gettext(self, message: str, /, **values: object) -> str:
        """Translate a sentence and put values in, each isolated; `{name}` stands for a value."""
        return self._filled(self._found(message), values)

    def ngettext(self, one: str, many: str, n: int, /, **values: object) -> str:
        """Translate a sentence that depends on a number; `{n}` stands for it."""
        for language in self._chain:
            translated = language.messages.ngettext(one, many, n)
            if translated not in (one, many) or language.locale.language == "en":
                return self._filled(translated, {"n": n, **values})
        return self._filled(one if n == 1 else many, {"n": n, **values})

    def pgettext(self, kind: str, message: str, /, **values: object) -> str:
        """Translate a text whose meaning depends on where it stands, such as a button."""
        for language in self._chain:
            translated = language.messages.pgettext(kind, message)
            if translated != message or language.locale.language == "en":
                return self._filled(translated, values)
        return self._filled(message, values)

    def label(self, kind: str, name: str) -> str:
        """Name a controlled value: a topic, an offer type, a document."""
        for language in self._chain:
            found = language.labels.get(kind, {}).get(name)
            if found:
                return found
        return name

    def has_label(self, kind: str, name: str) -> bool:
        return name in self.language.labels.get(kind, {})

    def language_name(self, tag: str) -> str:
        """What a language is called in this language."""
        own = self.label("languages", tag)
        if own != tag:
            return own
        return str(self.language.locale.languages.get(tag.split("-")[0], tag))

    @property
    def comma(self) -> str:
        return "، " if self.language.direction == "rtl" else ", "

    @property
    def semicolon(self) -> str:
        return "؛ " if self.language.direction == "rtl" else "; "

    @property
    def is_german(self) -> bool:
        return self.language.locale.language == "de"

    def quoted(self, value: str) -> str:
        """A name, number or address from the catalog, kept in its own direction."""
        return isolate(value) if self.language.direction == "rtl" else value

    def list(self, items: Iterable[str]) -> str:
        return format_list([*items], locale=self.language.locale)

    def number(self, value: float) -> str:
        """A number in Western digits, whatever the language: it may have to be dialled or compared."""
        return format_decimal(value, locale=self.language.locale, numbering_system="latn")

    def money(self, euros: Decimal) -> str:
        """An amount in euros, with cents only where there are some."""
        digits = 0 if euros == int(euros) else 2
        amount = format_decimal(euros, f"#,##0{'.00' if digits else ''}", self.language.locale, numbering_system="latn")
        return f"{amount} €"

    def day(self, value: date, *, with_year: bool = False) -> str:
        """A day as people say it: "Mi., 25. Nov."."""
        return _latin_digits(format_skeleton("yMMMEd" if with_year else "MMMEd", value, locale=self.language.locale))

    def month(self, value: date) -> str:
        return _latin_digits(format_date(value, "LLLL yyyy", locale=self.language.locale))

    def weekday(self, value: date) -> str:
        return str(format_date(value, "EEE", locale=self.language.locale))

    def clock(self, value: time | datetime) -> str:
        """ "09:00": the same in every language, as numbers are."""
        return f"{value.hour:02}:{value.minute:02}"

    def _found(self, message: str) -> str:
        for language in self._chain:
            translated = language.messages.gettext(message)
            if translated != message or language.locale.language == "en":
                return translated
        return message

    def _filled(self, template: str, values: Mapping[str, object]) -> str:
        """Put values in. In a right-to-left language each is isolated, so that a number never swaps places."""
        if self.language.direction == "rtl":
            values = {name: isolate(value) for name, value in values.items()}
        return template.format(**values) if values else template


def _latin_digits(text: str) -> str:
    return "".join(str(int(c)) if c.isdecimal() else c for c in text)
