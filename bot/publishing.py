"""What a coordinator reads about a draft, a difference and the history: plain lines, the most important first."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from rich.table import Table

from bot.publishing_words import WORDS
from catalog.changes import Caution, Change, Difference
from catalog.columns import Column, Layout
from catalog.drafts import Draft
from catalog.problems import Lang, Problem, visible
from catalog.versions import Version

BERLIN = ZoneInfo("Europe/Berlin")
FEW = 20  # lines before the rest is only counted
FEW_ERRORS = 10
SITE_COLUMNS = {"kind": "site_kind", "name": "site_name"}


def day(at: float, lang: Lang) -> str:
    """A moment (seconds since 1970) as people here write it."""
    return datetime.fromtimestamp(at, BERLIN).strftime("%d.%m.%Y, %H:%M" if lang == "de" else "%Y-%m-%d %H:%M")


def written(on: date, lang: Lang) -> str:
    return on.strftime("%d.%m.%Y") if lang == "de" else on.isoformat()


def summary(draft: Draft, lang: Lang) -> str:
    """One sentence: how many offers, how many of them are new, gone, changed."""
    words, offers = WORDS[lang], draft.packed.offers
    if draft.base is None:
        return words["first"].format(offers=offers)
    base = {"number": draft.base.number, "day": day(draft.base.at, lang)}
    if not draft.is_news:
        return words["same"].format(offers=offers, **base)
    different = draft.difference
    checked = sum(change.is_check_only for change in different.changed)
    counts = {
        "added": len(different.added),
        "removed": len(different.removed),
        "changed": len(different.changed) - checked,
        "checked": checked,
    }
    parts = ", ".join(words[name].format(n=n) for name, n in counts.items() if n)
    return words["against"].format(offers=offers, parts=parts or words["places"], **base)


def difference_lines(difference: Difference, layout: Layout, lang: Lang) -> Iterator[str]:
    """One line an offer that comes or goes, and one for each field of an offer that changes."""
    for sign, offers in (("−", difference.removed), ("+", difference.added)):
        for offer in offers:
            yield visible(f"{sign} {offer.id}  {offer.title} ({offer.provider})")
    for change in difference.changed:
        if not change.is_check_only:
            yield from _change_lines(change, layout, lang)


def _change_lines(change: Change, layout: Layout, lang: Lang) -> Iterator[str]:
    nothing = WORDS[lang]["nothing"]
    yield visible(f"~ {change.offer.id}  {change.offer.title}")
    for field in change.fields:
        before, after = (_cells(field.field, value, layout, lang) for value in (field.before, field.after))
        for heading in dict.fromkeys((*before, *after)):
            old, new = before.get(heading, ""), after.get(heading, "")
            if old != new:
                yield f"    {heading}: {visible(old) or nothing} → {visible(new) or nothing}"


def _cells(name: str, value: Any, layout: Layout, lang: Lang) -> dict[str, str]:
    """A field of an offer as its cells in a table: heading and words."""
    parts = value if name == "sites" else (value,)
    cells: dict[str, str] = {}
    for number, part in enumerate(parts, start=1):
        if isinstance(part, BaseModel) and name != "service_area":
            for inner in type(part).model_fields:
                heading = _heading(SITE_COLUMNS.get(inner, inner), name, layout, lang)
                key = f"{heading} ({number})" if number > 1 else heading
                cells[key] = _word(inner, getattr(part, inner), layout, lang)
        else:
            cells[_heading(name, name, layout, lang)] = _word(name, part, layout, lang)
    return cells


def _heading(key: str, otherwise: str, layout: Layout, lang: Lang) -> str:
    column = layout.offers.get(key) or layout.offers.get(otherwise)
    return column.headings[lang] if column else key


def _word(key: str, value: Any, layout: Layout, lang: Lang) -> str:
    column = layout.offers.get(SITE_COLUMNS.get(key, key))
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, bool):
        return layout.words["yes_no"].word("yes" if value else "no", lang)
    if isinstance(value, date):
        return written(value, lang)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_word(key, part, layout, lang)}" for name, part in value.items())
    if isinstance(value, BaseModel):
        said = (getattr(value, name) for name in type(value).model_fields if getattr(value, name) not in (None, "", ()))
        return ", ".join(_word("", part, layout, lang) for part in said)
    if isinstance(value, tuple):
        return "; ".join(_word(key, part, layout, lang) for part in value)
    return _known_word(column, str(value), layout, lang)


def _known_word(column: Column | None, value: str, layout: Layout, lang: Lang) -> str:
    words = layout.words.get(column.words) if column and column.words else None
    return words.word(value, lang) if words else value


def few(lines: Iterable[str], file: str, lang: Lang, most: int = FEW) -> Iterator[str]:
    """The first lines, and how many more there are."""
    listed = list(lines)
    yield from listed[:most]
    if len(listed) > most:
        yield WORDS[lang]["more"].format(n=len(listed) - most, file=file)


def error_lines(errors: Sequence[Problem], file: str, lang: Lang) -> Iterator[str]:
    """What keeps a file from being published."""
    words = WORDS[lang]
    yield words["errors"].format(n=len(errors), file=file)
    for problem in errors[:FEW_ERRORS]:
        yield "  " + " · ".join((*problem.spot.inside(lang), " ".join(filter(None, problem.said(lang)))))
    if len(errors) > FEW_ERRORS:
        yield words["more errors"].format(n=len(errors) - FEW_ERRORS)
    yield words["check"].format(file=file)


def caution_lines(found: Sequence[Caution], file: str, lang: Lang) -> Iterator[str]:
    """What somebody must have meant."""
    words = WORDS[lang]
    yield words["look"]
    for caution in found:
        details = {name: visible(text) or words["no number"] for name, text in caution.details.items()}
        yield "  " + words[caution.kind].format(**details)
    yield words["meant"].format(file=file)


def history_table(history: Sequence[Version], lang: Lang) -> Table:
    """One line a version, the newest first."""
    words = WORDS[lang]
    table = Table("", *words["history head"].split("|"), title=words["history"], box=None, caption=words["undo"])
    for version in history:
        now = f"→ {words['now']}" if version is history[0] else ""
        cells = (str(version.number), day(version.at, lang), version.who, str(version.offers), version.note)
        table.add_row(now, *map(visible, cells))
    return table
