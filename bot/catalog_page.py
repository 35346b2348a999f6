"""The report about a catalog as one page that can be mailed: it needs nothing but itself and runs nothing."""

from collections.abc import Sequence
from datetime import date
from html import escape

from bot.catalog_view import ReportView
from bot.office_page import Column, document, notes, table
from catalog.problems import Problem, Severity, visible
from catalog.report import SEVERITIES

STYLE = """
.error { border-left: .3rem solid #8c1d18; padding-left: .7rem; }
.warning { border-left: .3rem solid #a14f00; padding-left: .7rem; }
.well { background: #e7f2ec; padding: 1rem; border-radius: .5rem; }
table { table-layout: fixed; }
th:first-child { width: 24%; }
th:last-child { width: 36%; }
"""


def page(view: ReportView, day: date) -> str:
    """Everything that was found; what is only said is folded away."""
    return document(view.lang, view.word("title").format(name=visible(view.report.name)), _content(view, day), STYLE)


def _content(view: ReportView, day: date) -> str:
    said = f"{day:%d.%m.%Y}" if view.lang == "de" else day.isoformat()
    parts = [
        f'<p class="headline">{escape(view.summary())}</p>',
        f"<p>{escape(view.word('checked on').format(day=said))}</p>",
        f"<h2>{escape(view.word('preview'))}</h2>\n{notes(view.preview())}",
    ]
    if not view.report.problems:
        parts.append(f'<p class="well">{escape(view.word("all well"))}</p>')
    found = view.report.by_severity
    parts += [_section(view, severity, found[severity]) for severity in SEVERITIES if found[severity]]
    return "\n".join(parts)


def _section(view: ReportView, severity: Severity, problems: Sequence[Problem]) -> str:
    heading, shown = escape(view.word(severity)), table(_columns(view), problems)
    if severity == "notice":
        return f"<details><summary>{heading}</summary>\n{shown}\n</details>"
    return f'<h2 class="{severity}">{heading}</h2>\n{shown}'


def _columns(view: ReportView) -> list[Column[Problem]]:
    return [
        Column(view.word("where"), view.where),
        Column(view.word("what"), lambda problem: problem.said(view.lang).what),
        Column(view.word("right"), lambda problem: problem.said(view.lang).right),
    ]
