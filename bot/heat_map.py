"""A heat map that stays readable on a phone and in black and white: one drawn strip for each row, a number in each cell.

Positions are shares of the width, so letters keep their size whatever the screen; no cell is told by its colour alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

Tone = Literal["many", "some", "few", "weak", "remote", "nothing"]
COLUMNS = 10  # in one map: more would leave no room for the numbers on a phone

STYLE = """
.legend { list-style: none; margin: .5rem 0 1rem; padding: 0; display: grid; gap: .3rem 1.5rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); font-size: .9rem; }
.legend li { display: flex; gap: .6rem; }
.legend svg { flex: none; margin-top: .1rem; }
.map { list-style: none; margin: 0 0 1rem; padding: 0; }
.map li { display: grid; grid-template-columns: 14rem 1fr; gap: .6rem; align-items: center; break-inside: avoid; }
.map h3 { font-weight: 500; font-size: .95rem; line-height: 1.2; }
.map li.head { position: sticky; top: 0; background: #fff; align-items: end; padding: .3rem 0; z-index: 1; }
.map .columns { display: flex; }
.map .columns span { flex: 1 1 0; min-width: 0; text-align: center; font-size: .8rem; line-height: 1.1; font-weight: 600; align-self: end; }
.map .columns.names span { display: flex; align-items: center; writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
.map svg { display: block; margin: 1px 0; }
.map text, .legend text { font: 600 13px system-ui, sans-serif; text-anchor: middle; }
@media (max-width: 40rem) {
  .map li { display: block; margin-bottom: .35rem; }
  .map h3 { font-size: .9rem; }
  .map .columns span { font-size: .7rem; }
}
@media print {
  .map { break-inside: avoid; }
  .map li { grid-template-columns: 5.2cm 1fr; gap: .2cm; }
  .map li.head { position: static; break-after: avoid; }
  .map h3 { font-size: 8.5pt; }
}
"""

HEIGHT = 26  # pixels
PAINT: dict[Tone, tuple[str, str]] = {  # of the cell and of its letters
    "many": ('fill="#0b5c6b"', "#ffffff"),
    "some": ('fill="#6aabb8"', "#1c1c1c"),
    "few": ('fill="#c3dfe4"', "#1c1c1c"),
    "weak": ('fill="#f1f5f4" stroke="#8a8a8a" stroke-dasharray="3 2"', "#1c1c1c"),
    "remote": ('fill="#ffffff" stroke="#8c1d18" stroke-width="2"', "#8c1d18"),
    "nothing": ('fill="#8c1d18"', "#ffffff"),
}


@dataclass(frozen=True)
class Cell:
    """What stands in a cell, and what a screen reader says. `marked`: not as good everywhere."""

    tone: Tone
    text: str
    said: str
    marked: bool = False


@dataclass(frozen=True)
class Heading:
    """How a column is headed, and what a screen reader calls it."""

    short: str
    full: str


Row = tuple[str, Sequence[Cell | None]]


def tone(n: int) -> Tone:
    """The shade of a number of offers; none is for the caller to judge."""
    return "many" if n > 3 else "some" if n > 1 else "few"  # noqa: PLR2004 two or three, four or more


def heat_map(headings: Sequence[Heading], rows: Sequence[Row], *, names: bool = False) -> str:
    """Draw a map, in several parts where there are many columns. `names`: the headings are words, written upright."""
    parts = (slice(start, start + COLUMNS) for start in range(0, len(headings), COLUMNS))
    return "\n".join(
        _part(headings[part], [(name, cells[part]) for name, cells in rows], names=names) for part in parts
    )


def legend(entries: Iterable[tuple[Cell | None, str]]) -> str:
    items = (
        f'<li><svg width="44" height="{HEIGHT}" aria-hidden="true" focusable="false">{_cell(cell, 0, 100)}</svg>'
        f"<span>{escape(meaning)}</span></li>\n"
        for cell, meaning in entries
    )
    return f'<ul class="legend">\n{"".join(items)}</ul>'


def _part(headings: Sequence[Heading], rows: Iterable[Row], *, names: bool) -> str:
    columns = "".join(f"<span>{escape(heading.short)}</span>" for heading in headings)
    head = (
        f'<li class="head" aria-hidden="true"><span></span><div class="columns{" names" * names}">{columns}</div></li>'
    )
    return f'<ul class="map">\n{head}\n{"".join(_strip(name, cells, headings) for name, cells in rows)}</ul>'


def _strip(name: str, cells: Sequence[Cell | None], headings: Sequence[Heading]) -> str:
    width = 100 / max(len(cells), 1)
    said = "; ".join(f"{heading.full}: {cell.said}" for heading, cell in zip(headings, cells, strict=True) if cell)
    drawn = "".join(_cell(cell, i * width, width) for i, cell in enumerate(cells))
    return (
        f'<li><h3>{escape(name)}</h3><svg width="100%" height="{HEIGHT}" role="img"'
        f' aria-label="{escape(f"{name}: {said}")}">{drawn}</svg></li>\n'
    )


def _cell(cell: Cell | None, left: float, width: float) -> str:
    """One cell, in shares of the width. The mark is drawn from the right edge of the cell, in pixels."""
    middle = f'x="{left + width / 2:.2f}%" y="{HEIGHT / 2 + 4.5}"'
    if cell is None:
        return f'<text {middle} fill="#595959">·</text>'
    paint, ink = PAINT[cell.tone]
    box = f'x="{left + width * 0.02:.2f}%" y="1" width="{width * 0.96:.2f}%" height="{HEIGHT - 2}"'
    corner = f'<svg x="{left + width * 0.98:.2f}%" y="1" overflow="visible"><path d="M-12 0H0V12Z" fill="#8c1d18" stroke="#ffffff"/></svg>'
    return f'<rect {box} {paint}/><text {middle} fill="{ink}">{escape(cell.text)}</text>{corner * cell.marked}'
