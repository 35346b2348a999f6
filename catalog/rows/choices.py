"""Controlled values: the words of a list, in German or English, and what was meant by a mistyped one."""

import re
from collections.abc import Iterator
from functools import cache

from babel import Locale

from catalog.problems import Lang
from catalog.rows.base import Doubt, Reading
from catalog.rows.cells import line, parts
from catalog.spelling import meant
from catalog.text import clean
from catalog.words import LANGS, WordList, folded

FEW = 16  # words that a sentence can list
SHORT = 5  # letters of an abbreviation without a full stop: "türk", "engl"
_BETWEEN_LANGUAGES = re.compile(r"[;,/+&\n]|\b(?:und|sowie|and|u)\b\.?")
_ANY_LANGUAGE = re.compile(
    r"(?:in )?(?:alle[nr]?|jeder?|jegliche|samtliche|viele[nr]?|mehrere[nr]?|verschiedene[nr]?|diverse|weitere|andere"
    r"|all|any|every|many|several|various|other|more)(?: (?:anderen|weiteren|other))?(?: (?:sprachen?|languages?))?"
    r"(?: nach (?:bedarf|absprache|wunsch)| on request)?"
    r"|mehrsprachig|vielsprachig|multilingual|nach (?:bedarf|absprache|wunsch)|on request"
)


def read_choice(text: str, words: WordList) -> Reading[str | None]:
    """One word of a list; "" is no choice."""
    code = words.code(line(text))
    return Reading(code) if code or not text else Reading(None, (unknown(line(text), words),))


def read_choices(text: str, words: WordList) -> Reading[tuple[str, ...]]:
    """Several words, each once and in the order of the cell."""
    found: list[str] = []
    doubts: list[Doubt] = []
    for part in parts(text):
        for word, code in _split(part, words):
            if code is None:
                doubts.append(unknown(word, words))
            elif code not in found:
                found.append(code)
    return Reading(tuple(found), tuple(doubts))


def _split(part: str, words: WordList) -> Iterator[tuple[str, str | None]]:
    """Take the longest known word first: some hold commas and slashes themselves ("Handy, Tablet, Spiele")."""
    code = words.code(part)
    pieces = part.split(",")
    if code or len(pieces) == 1:
        halves = part.split("/")
        if code is None and len(halves) > 1 and all(words.code(half) for half in halves):
            yield from ((half, words.code(half)) for half in halves)
        else:
            yield part, code
        return
    for end in range(len(pieces) - 1, 0, -1):
        head = line(",".join(pieces[:end]))
        if end == 1 or words.code(head):
            yield from _split(head, words) if head else ()
            yield from _split(line(",".join(pieces[end:])), words)
            return


def unknown(word: str, words: WordList) -> Doubt:
    """Say which word was meant, or which there are."""
    if near := _meant(word, words):
        return Doubt("choice-mistyped", {"suggestion": near}, word)
    if len(words.by_code) > FEW:
        return Doubt("choice-of-many", value=word)
    return Doubt("choice-unknown", {"choices": {lang: ", ".join(words.words(lang)) for lang in LANGS}}, word)


def _meant(word: str, words: WordList) -> str | None:
    """ "türk." begins one word of each language, and both mean the same."""
    lists = (*map(words.words, LANGS if word.endswith(".") else ()), words.spellings())
    return next(filter(None, (meant(word, names) for names in lists)), None)


def read_languages(text: str, words: WordList) -> Reading[tuple[str, ...]]:
    """Names of languages in German or English, or their tags: those of the list, and all that the Unicode CLDR knows."""
    found: list[str] = []
    doubts: list[Doubt] = []
    for word in filter(None, map(line, _BETWEEN_LANGUAGES.split(text))):
        tag, doubt = _language(word, words)
        if tag and tag not in found:
            found.append(tag)
        doubts += [doubt] if doubt else []
    return Reading(tuple(found), tuple(doubts))


def _language(word: str, words: WordList) -> tuple[str | None, Doubt | None]:
    """What begins many languages of the world, or is like some, may begin only one of the list: "russ." or "ukr"."""
    if tag := words.code(word):
        return tag, None
    if _ANY_LANGUAGE.fullmatch(folded(word)):
        return None, Doubt("languages-any", value=word)
    if tag := _world().code(word):
        return tag, None
    if tag := _abbreviated(word, words):
        return tag, Doubt("language-short", {"kept": {lang: words.word(tag, lang) for lang in LANGS}}, word)
    return None, unknown(word, WordList({**_world().by_code, **words.by_code}))


def _abbreviated(word: str, words: WordList) -> str | None:
    """The one language that begins so in German, else in English."""
    whole = word if word.endswith(".") else f"{word}." if len(word) <= SHORT else ""
    named = (meant(whole, words.words(lang)) for lang in LANGS if whole)
    name = next(filter(None, named), None)
    is_begun = name and clean(name).startswith(clean(word))  # nearly the same letters are no abbreviation
    return words.code(name) if name and is_begun else None


@cache
def _world() -> WordList:
    """Some hundred names; a column of languages asks for them row by row."""
    return WordList(dict(_cldr_names()))


def _cldr_names() -> Iterator[tuple[str, dict[Lang, tuple[str, ...]]]]:
    german, english = (dict(Locale(lang).languages) for lang in LANGS)
    for tag in map(str, german):
        if "_" not in tag and tag in english:
            yield tag, {"de": (str(german[tag]),), "en": (str(english[tag]),)}


def language_name(tag: str, lang: Lang, words: WordList) -> str:
    """How a language is written in a cell."""
    name = words.word(tag, lang)
    return str(Locale(lang).languages.get(tag, tag)) if name == tag else name


def read_yes_no(text: str, words: WordList) -> Reading[bool | None]:
    code = words.code(line(text))
    if code is None and text:
        return Reading(None, (Doubt("yes-no-form"),))
    return Reading({"yes": True, "no": False}.get(code or ""))
