"""A first mapping for a table of another program, to be looked at and changed: by headings, then by what stands below."""

import re

from rapidfuzz import fuzz

from catalog.columns import Layout
from catalog.concerns import Guess, add_concerns
from catalog.foreign import LOOKED_AT, MOST, NOTHING, Draft, Theirs, columns_of
from catalog.mapping import ColumnMapping, Rule
from catalog.rows.cells import line, read_text
from catalog.rows.choices import read_choices, read_languages
from catalog.rows.headings import HeadingReader
from catalog.rows.identity import slug
from catalog.sources.tables import Table
from catalog.topics import Topics
from catalog.words import folded

ALIKE = 84  # of 100: headings that mean the same
HOUSE_NUMBER = re.compile(r"haus(nr|nummer|bez|-?nr|zusatz)?.*|hnr\w*|(street|house) ?(no|number)")
LOOKS_LIKE = {
    "email": re.compile(r"(mailto:)?[^@\s]+@[^@\s]+\.\w{2,}"),
    "web": re.compile(r"(https?://|www\.)\S+"),
    "post_code": re.compile(r"(D-)?\d{5}"),
    "phone": re.compile(r"(?=(?:\D*\d){6})[+(0][\d\s()/.–-]{6,}"),
    "lat": re.compile(r"(4[7-9]|5[0-5])[.,]\d{3,}"),
    "lon": re.compile(r"([5-9]|1[0-5])[.,]\d{3,}"),
}
HINTS = {"summary": re.compile(r"desc|beschr|erl(ä|ae)ut"), "cost": re.compile(r"kosten|free\b|geb(ü|ue)hr")}
LETTERS = re.compile(r"[^\W\d_]{2,}")
NAMES = {"title", "provider", "summary", "site_name", "address", "municipality", "district"}  # never bare numbers
SHORTEST_NAME = 5  # letters of a heading; shorter ones are like everything


def propose(table: Table, layout: Layout, topics: Topics, guess: Guess, name: str) -> ColumnMapping:
    """A mapping for `table`, whose first row holds the headings; `name` is the file's."""
    draft = Draft(list(columns_of(table)), layout, topics)
    _by_heading(draft)
    _ids(draft, name)
    _by_values(draft)
    _by_likeness(draft)
    _by_hint(draft)
    _house_numbers(draft)
    add_concerns(draft, guess, name)
    for lacking, instead in (("provider", "title"), ("title", "provider")):
        if lacking not in draft.rules and instead in draft.rules:
            draft.rules[lacking] = draft.rules[instead]  # often the same house, and easily changed
    order = [key for key in layout.offers if key in draft.rules]
    cells = {line(read_text(cell).value) for row in table.rows[1:LOOKED_AT] for cell in row.cells}
    empty = tuple(sorted(cell for cell in cells if cell.casefold() in NOTHING))
    return ColumnMapping(columns={key: draft.rules[key] for key in order}, empty=empty)


def lacking(mapping: ColumnMapping, layout: Layout) -> list[str]:
    """Needed columns for which nothing was found."""
    return [key for key, column in layout.offers.items() if column.needed and key not in mapping.columns]


def unused(table: Table, mapping: ColumnMapping) -> list[str]:
    """Their columns that no rule reads."""
    used = {heading for rule in mapping.columns.values() for heading in rule.headings}
    return [theirs.heading for theirs in columns_of(table) if theirs.heading not in used]


def _by_heading(draft: Draft) -> None:
    """Headings that our own tables may have, too."""
    reader = HeadingReader(draft.layout.offers, draft.layout)
    for theirs in draft.free():
        key = reader.key(theirs.heading)
        if key and key not in draft.rules and ":" not in key and _is_readable(draft, key, theirs):
            draft.take(key, theirs)


def _ids(draft: Draft, name: str) -> None:
    """Bare numbers count from 1 in every file: the file's name keeps them apart."""
    rule = draft.rules.get("id")
    theirs = next((one for one in draft.columns if rule and one.heading in rule.headings), None)
    if rule and theirs and theirs.share(str.isdecimal) >= MOST:
        draft.rules["id"] = Rule(text=f"{slug(name)}-{rule.text}")


def _by_likeness(draft: Draft) -> None:
    """Headings that are nearly one of ours, the nearest first."""
    names = {folded(name): key for key, column in draft.layout.offers.items() for name in column.names}
    near = [
        (fuzz.ratio(folded(theirs.heading), name), name, theirs)
        for theirs in draft.free()
        for name in names
        if len(name) >= SHORTEST_NAME
    ]
    for likeness, name, theirs in sorted(near, key=lambda found: -found[0]):
        key = names[name]
        is_free = key not in draft.rules and theirs.heading not in draft.taken
        if likeness >= ALIKE and is_free and _is_readable(draft, key, theirs):
            draft.take(key, theirs)


def _by_values(draft: Draft) -> None:
    """Columns whose cells show what they are: an address of mail needs no heading."""
    for key, form in LOOKS_LIKE.items():
        columns = [theirs for theirs in draft.free() if "fax" not in theirs.heading.casefold()]
        found = max(columns, key=lambda theirs: theirs.share(form.fullmatch), default=None)
        if key not in draft.rules and found and found.share(form.fullmatch) >= MOST:
            draft.take(key, found)


def _by_hint(draft: Draft) -> None:
    for key, hint in HINTS.items():
        found = next((theirs for theirs in draft.free() if hint.search(theirs.heading.casefold())), None)
        if key not in draft.rules and found:
            draft.take(key, found)


def _is_readable(draft: Draft, key: str, theirs: Theirs) -> bool:
    """Whether the cells can be what the heading says: "Art" may hold quite other words than ours."""
    column = draft.layout.offers[key]
    words = draft.layout.words.get(column.words)
    if key in ("email", "post_code", "lat", "lon"):
        return theirs.share(LOOKS_LIKE[key].search) >= MOST / 2
    if words and column.form == "languages":
        return theirs.share(lambda value: not read_languages(value, words).doubts) >= MOST
    if words and column.form in ("choice", "site"):
        return theirs.share(words.code) >= MOST
    if words and column.form == "choices":
        return theirs.share(lambda value: not read_choices(value, words).doubts) >= MOST
    return key not in NAMES or theirs.share(LETTERS.search) >= MOST


def _house_numbers(draft: Draft) -> None:
    """A street in one column, its number in the next."""
    street = draft.rules.get("address")
    for theirs in list(draft.free()):
        if street and HOUSE_NUMBER.fullmatch(folded(theirs.heading)):
            street = Rule(text=f"{street.text} {{{theirs.heading}}}")
            draft.rules["address"] = street
            draft.taken.add(theirs.heading)
