"""The coordinator's view of the demand: one page that needs nothing but itself, and a table for the terminal.

Both show published rows and sums of them, never anything else. Every name is escaped: places come from a spreadsheet.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from html import escape

from rich.table import Table
from rich.text import Text

from bot import office_page
from bot.demand import ALL, OUTCOMES, Demand, Row, by_group, summary
from bot.demand_words import WORDS
from bot.i18n import Translator
from bot.office_page import Column, visible

Months = Mapping[str, Sequence[Row]]

SEARCHES = ("nothing", "widened", "found")  # in this order on the page: what is missing first
ANSWERS = ("helped", "not_helped")
NO_NUMBER = "–"

STYLE = """
.legend, .topics { list-style: none; margin: 0; padding: 0; }
.legend { display: grid; gap: .3rem; margin-bottom: 1.2rem; }
.legend li { display: flex; gap: .6rem; }
.legend svg { flex: none; margin-top: .25rem; }
.topics li { margin-bottom: 1.1rem; break-inside: avoid; }
.topics svg { display: block; margin: .15rem 0; }
.patterns { position: absolute; }
"""

PATTERNS = """<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="widened" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="8" height="8" fill="#fff"/><rect width="5" height="8" fill="#a14f00"/></pattern>
<pattern id="found" width="7" height="7" patternUnits="userSpaceOnUse">
<rect width="7" height="7" fill="#fff"/><circle cx="3.5" cy="3.5" r="2" fill="#0b5c6b"/></pattern>
</defs></svg>"""
PAINT = {
    "nothing": 'fill="#8c1d18" stroke="#8c1d18"',
    "widened": 'fill="url(#widened)" stroke="#a14f00"',
    "found": 'fill="url(#found)" stroke="#0b5c6b"',
}


def page(months: Months, text: Translator) -> str:
    """Everything that was published, as one HTML page without scripts; in German, or else in English."""
    view = View(months, text)
    word = view.word
    content = view.numbers() if any(months.values()) else f'<p class="empty">{escape(word("empty"))}</p>'
    parts = [
        f"<p>{escape(word('lead'))}</p>",
        content,
        f"<h2>{escape(word('reading'))}</h2>",
        office_page.notes(word("notes").split("\n")),
    ]
    return office_page.document(view.lang, word("title"), "\n".join(parts), STYLE)


def table(months: Months, text: Translator) -> Table:
    """Where most is missing, for the terminal."""
    view = View(months, text)
    lines = summary(months)
    shown = Table(title=view.word("places") if lines else None, caption=None if lines else view.word("empty"))
    columns = view.columns(lines)
    for column in columns:
        shown.add_column(column.label, justify="right" if column.is_number else "left")
    for line in lines:
        shown.add_row(*(Text(column.cell(line)) for column in columns))
    return shown


class View:
    """How published numbers and the names beside them are written in one language."""

    def __init__(self, months: Months, text: Translator) -> None:
        self.lang = "de" if text.is_german else "en"
        self.text = text if text.is_german else text.into("en")
        self.months = months
        places = {(row.cell.county, row.cell.municipality) for rows in months.values() for row in rows}
        self.named = Counter(municipality for _, municipality in places)

    def word(self, name: str) -> str:
        return WORDS[self.lang][name]

    def numbers(self) -> str:
        """Headline, picture and tables."""
        groups = [line for line in by_group(self.months) if _searches(line)]
        gaps = [line for line in summary(self.months) if line.nothing or line.widened]
        rows = sum(map(len, self.months.values()))
        parts = [
            f"<p>{escape(self.word('period'))}: {escape(self.period())}</p>",
            self.headline(groups) + self.picture(groups) if groups else "",
            f"<h2>{escape(self.word('places'))}</h2>\n{office_page.table(self.columns(gaps), gaps)}" if gaps else "",
            f"<details><summary>{escape(self.word('all rows').format(n=rows))}</summary>",
            office_page.table(self.row_columns(), _newest_first(self.months)),
            "</details>",
        ]
        return "\n".join(parts)

    def headline(self, groups: Sequence[Demand]) -> str:
        parts = self.said({part: sum(getattr(line, part) for line in groups) for part in SEARCHES})
        searches = self.text.number(sum(map(_searches, groups)))
        return f'<p class="headline">{escape(self.word("headline").format(searches=searches, parts=parts))}</p>\n'

    def picture(self, groups: Sequence[Demand]) -> str:
        """One bar for each topic group; what each part is shows in its pattern and stands below it in words."""
        most = max(map(_searches, groups))
        legend = "".join(
            f'<li><svg width="28" height="16" aria-hidden="true" focusable="false">{_rectangle(name, 0, 100)}</svg>'
            f"<span><strong>{escape(self.word(name))}</strong>: {escape(self.word(f'{name} means'))}</span></li>\n"
            for name in SEARCHES
        )
        bars = "".join(self.bar(number, line, most) for number, line in enumerate(groups, start=1))
        return (
            f'<h2>{escape(self.word("topics"))}</h2>\n{PATTERNS}\n<ul class="legend">\n{legend}</ul>\n'
            f'<ol class="topics">\n{bars}</ol>'
        )

    def bar(self, number: int, line: Demand, most: int) -> str:
        name = escape(self.group(line.group))
        numbers = {part: getattr(line, part) for part in SEARCHES if getattr(line, part)}
        said = escape(self.said(numbers))
        start, parts = 0.0, []
        for part, n in numbers.items():
            parts.append(_rectangle(part, start, 100 * n / most))
            start += 100 * n / most
        return (
            f'<li><h3>{name}</h3><svg width="100%" height="24" role="img" aria-labelledby="t{number} d{number}">'
            f'<title id="t{number}">{name}</title><desc id="d{number}">{said}</desc>{"".join(parts)}</svg>'
            f'<p aria-hidden="true">{said}</p></li>\n'
        )

    def said(self, numbers: Mapping[str, int]) -> str:
        """Only what was published: an outcome without a number is not zero. A line breaks between two of them."""
        said = (f"{self.text.number(n)} {self.word(part)}" for part, n in numbers.items() if n)
        return " · ".join(part.replace(" ", "\u00a0") for part in said)

    def columns(self, lines: Sequence[Demand]) -> list[Column[Demand]]:
        """What a line of the summary shows; what families answered later only where somebody did."""
        answered = [name for name in ANSWERS if any(getattr(line, name) for line in lines)]
        return [
            Column(self.word("group"), lambda line: self.group(line.group)),
            Column(self.word("place"), lambda line: self.place(line.county, line.municipality)),
            *(Column(self.word(name), partial(self._part, name), is_number=True) for name in (*SEARCHES, *answered)),
        ]

    def _part(self, name: str, line: Demand) -> str:
        return self.number(getattr(line, name))

    def row_columns(self) -> list[Column[tuple[str, Row]]]:
        """What a published row shows, in full."""
        return [
            Column(self.word("month"), lambda entry: self.month(entry[0])),
            Column(self.word("group"), lambda entry: self.group(entry[1].cell.group)),
            Column(self.word("place"), lambda entry: self.place(entry[1].cell.county, entry[1].cell.municipality)),
            Column(self.word("district"), lambda entry: self.value("district", entry[1].cell.district)),
            Column(self.word("band"), lambda entry: self.value("band", entry[1].cell.band)),
            Column(self.word("lang"), lambda entry: self.value("lang", entry[1].cell.lang)),
            Column(self.word("outcome"), lambda entry: self.outcome(entry[1].cell.outcome)),
            Column(self.word("n"), lambda entry: self.number(entry[1].n), is_number=True),
        ]

    def number(self, n: int) -> str:
        return self.text.number(n) if n else NO_NUMBER

    def period(self) -> str:
        first, last = self.month(min(self.months)), self.month(max(self.months))
        return first if first == last else f"{first} {self.word('to')} {last}"

    def month(self, key: str) -> str:
        try:
            return self.text.month(date.fromisoformat(f"{key}-01"))
        except ValueError:
            return key

    def group(self, group: str) -> str:
        if group == ALL:
            return self.word("other group")
        return self.text.label("groups", group) if group else self.word("unknown group")

    def place(self, county: str, municipality: str) -> str:
        """A municipality; with its county where the name alone would not tell."""
        if municipality in {ALL, ""}:
            place = self.word("other municipality" if municipality else "unknown municipality")
        else:
            place = visible(municipality)
        return f"{place} ({visible(county)})" if county not in {"", ALL} and self.named[municipality] > 1 else place

    def value(self, dimension: str, value: str) -> str:
        match dimension, value:
            case _, "*":
                return self.word(f"other {dimension}")
            case _, "":
                return self.word("unknown")
            case "band", _:
                return self.text.label("phases", value)
            case "lang", "de-simple":
                return self.text.languages.by_tag[value].name
            case "lang", _:
                return self.text.language_name(value)
        return visible(value)

    def outcome(self, outcome: str) -> str:
        return self.word(outcome) if outcome in OUTCOMES else outcome


def _searches(line: Demand) -> int:
    return line.nothing + line.widened + line.found


def _newest_first(months: Months) -> list[tuple[str, Row]]:
    entries = [(month, row) for month, rows in months.items() for row in rows]
    by_size = sorted(entries, key=lambda entry: (entry[1].cell.outcome not in SEARCHES, -entry[1].n, entry[1].cell))
    return sorted(by_size, key=lambda entry: entry[0], reverse=True)


def _rectangle(part: str, start: float, width: float) -> str:
    """One part of a bar, in shares of its width."""
    return f'<rect x="{start:.2f}%" y="5%" width="{width:.2f}%" height="90%" {PAINT[part]}/>'
