"""Pages for an office: one HTML file that needs nothing but itself, runs nothing, prints well and reads well on a phone.

Whoever makes one hands in text: it is escaped here, or with `escape` where the markup is their own.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Generic, TypeVar

Line = TypeVar("Line")

STYLE = """
:root { color-scheme: light; }
body { margin: 0 auto; max-width: 52rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1c1c1c; background: #fff; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .3rem 0; }
.headline { font-size: 1.15rem; font-weight: 600; border-left: .3rem solid #8c1d18; padding-left: .7rem; margin: 1rem 0; }
.empty { background: #f1f5f4; padding: 1rem; border-radius: .5rem; }
table { border-collapse: collapse; width: 100%; margin-top: .5rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid #c9c9c9; overflow-wrap: break-word; hyphens: auto; }
thead th { border-bottom: 2px solid #1c1c1c; font-size: .9rem; vertical-align: bottom; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
details table { font-size: .85rem; }
summary { cursor: pointer; padding: .6rem 0; font-weight: 600; }
.notes li { margin-bottom: .4rem; }
@media (max-width: 40rem) {
  thead { position: absolute; clip-path: inset(50%); height: 1px; overflow: hidden; }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 2px solid #8a8a8a; padding: .5rem 0; }
  td { border: 0; padding: .1rem 0; }
  td.number { display: flex; justify-content: space-between; gap: 1rem; }
  td[data-label]::before { content: attr(data-label) ": "; color: #4a4a4a; font-weight: 400; }
  td:first-child { font-weight: 600; }
  td:first-child::before { content: none; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
"""


@dataclass(frozen=True)
class Column(Generic[Line]):
    """A column of a table: how it is headed, and what a line shows in it."""

    label: str
    cell: Callable[[Line], str]
    is_number: bool = False


def document(lang: str, title: str, content: str, style: str = "") -> str:
    """Put a whole page around content that is escaped already. Its policy allows its own style and nothing else."""
    whole = STYLE + style
    policy = f"default-src 'none'; style-src 'sha256-{_digest(whole)}'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{whole}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
{content}
</main>
</body>
</html>
"""


def table(columns: Sequence[Column[Line]], lines: Iterable[Line]) -> str:
    """Lay lines out; on a phone each becomes a block in which every value carries its label."""
    head = "".join(f'<th scope="col"{_class(column)}>{escape(column.label)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(_cell(column, line) for column in columns)}</tr>\n" for line in lines)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>"


def notes(texts: Iterable[str]) -> str:
    return f'<ul class="notes">{"".join(f"<li>{escape(text)}</li>" for text in texts)}</ul>'


def visible(name: str) -> str:
    """A name from a spreadsheet without what a terminal obeys or what turns the direction of a line."""
    return "".join(letter if letter.isprintable() else " " for letter in name)


def _cell(column: Column[Line], line: Line) -> str:
    shown = escape(column.cell(line))
    return f'<td data-label="{escape(column.label)}"{_class(column)}><bdi>{shown}</bdi></td>'


def _class(column: Column[Line]) -> str:
    return ' class="number"' if column.is_number else ""


def _digest(content: str) -> str:
    return b64encode(sha256(content.encode()).digest()).decode()
