"""What families read: nothing invisible, nothing left over from another program, and in their language."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from catalog.checks.base import Finding, Surroundings
from catalog.model import Offer

TURNING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # control characters; bidi overrides
MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{2,5});")
MISREAD = re.compile("Ã[\x80-\xbf¤¶¼Ÿ„–œ]|â€|Â[\xa0-\xbf]|\ufffd")
CELL_ERROR = re.compile(r"#(?:REF|BEZUG|NAME|NV|N/A|WERT|VALUE|DIV/0|NUM|ZAHL|NULL)[!?]?")
SCRIPTS = {  # letters that a text in the language must have
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "fa": re.compile(r"[\u0600-\u06ff]"),
    "uk": re.compile(r"[\u0400-\u04ff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "bg": re.compile(r"[\u0400-\u04ff]"),
    "ti": re.compile(r"[\u1200-\u137f]"),
}


class Passage(NamedTuple):
    field: str
    text: str


def check_texts(offer: Offer, _: Surroundings) -> Iterator[Finding]:
    for field, text in _passages(offer):
        if TURNING.search(text):
            yield Finding(field, "text-invisible", text)
        if MISREAD.search(text):
            yield Finding(field, "text-misread", text)
        if CELL_ERROR.search(text):
            yield Finding(field, "text-cell-error", text)
        elif markup := MARKUP.search(text):
            yield Finding(field, "text-markup", text, {"markup": markup[0]})
    if not offer.summary:
        yield Finding("summary", "summary-missing")


def _passages(offer: Offer) -> Iterator[Passage]:
    yield Passage("title", offer.title)
    yield Passage("summary", offer.summary)
    yield Passage("provider", offer.provider)
    yield from (Passage("aliases", alias) for alias in offer.aliases)
    for site in offer.sites:
        yield Passage("site_name", site.name)
        yield Passage("address", site.address)
        yield Passage("municipality", site.municipality)
        yield Passage("district", site.district)
    for lang, words in offer.translations.items():
        yield Passage(f"translations.{lang}.title", words.title)
        yield Passage(f"translations.{lang}.summary", words.summary)


def check_translations(offer: Offer, around: Surroundings) -> Iterator[Finding]:
    """A translation that is half there, or none at all."""
    for lang, words in offer.translations.items():
        title, summary = f"translations.{lang}.title", f"translations.{lang}.summary"
        if offer.summary and not words.summary:
            yield Finding(summary, "translation-half", details={"language": around.language(lang)})
        if offer.summary and words.summary == offer.summary:
            yield Finding(summary, "translation-german", words.summary, {"language": around.language(lang)})
        elif lang in SCRIPTS and not SCRIPTS[lang].search(words.title):
            yield Finding(title, "translation-script", words.title, {"language": around.language(lang)})
