"""Controlled values: the words of a list, in German or English, and what was meant by a mistyped one."""

from collections.abc import Iterator

from babel import Locale

from catalog.problems import Lang
from catalog.rows.base import Doubt, Reading
from catalog.rows.cells import line, parts
from catalog.spelling import meant
from catalog.words import LANGS, WordList

FEW = 16  # words that a sentence can list


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
    listed = read_choices(text, words)
    if not listed.doubts:
        return listed
    more = WordList({**words.by_code, **{tag: names for tag, names in _cldr_names() if tag not in words.by_code}})
    found = read_choices(text, more)
    sure = {doubt.value: doubt for doubt in listed.doubts if doubt.code == "choice-mistyped" and _is_short(doubt)}
    return Reading(found.value, tuple(sure.get(doubt.value, doubt) for doubt in found.doubts))


def _is_short(doubt: Doubt) -> bool:
    """What begins many languages of the world, or is like some, may begin only one of the list."""
    return (doubt.value or "").endswith(".")


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
