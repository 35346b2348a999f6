"""The report about a catalog for the terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.catalog_view import ReportView
from bot.catalog_words import WORDS, number
from catalog.checks.twins import Twins
from catalog.model import Offer
from catalog.problems import Lang, Problem, Severity, visible
from catalog.report import SEVERITIES
from catalog.sources.base import Source

STYLES: dict[Severity, str] = {"error": "bold red", "warning": "bold yellow", "notice": "bold"}
MOST_OF_A_KIND = 10  # of one kind; a thousand rows that lack the same would hide everything else


def terminal(view: ReportView) -> Group:
    """The numbers first, then what must be mended, what should be looked at, and what is only said."""
    return Group(*_parts(view))


def _parts(view: ReportView) -> Iterator[RenderableType]:
    yield Text(view.summary(), style="bold")
    yield from (Text(f"  {line}") for line in view.preview())
    if not view.report.problems:
        yield Text(view.word("all well"))
    for severity in SEVERITIES:
        if problems := view.report.by_severity[severity]:
            yield Text(f"\n{view.word(severity)}", style=STYLES[severity])
            yield from _listed(view, problems)


def _listed(view: ReportView, problems: Sequence[Problem]) -> Iterator[RenderableType]:
    kinds = Counter(problem.code for problem in problems)
    shown: Counter[str] = Counter()
    for problem in problems:
        shown[problem.code] += 1
        if shown[problem.code] <= MOST_OF_A_KIND:
            what, right = problem.said(view.lang)
            yield Text(f"\n  {view.where(problem)}", style="cyan")
            yield Padding(Text(what), (0, 0, 0, 4))
            if right:
                yield Padding(Text(f"→ {right}", style="green"), (0, 0, 0, 4))
        elif shown[problem.code] == kinds[problem.code]:
            rest = number(kinds[problem.code] - MOST_OF_A_KIND, view.lang)
            yield Text(f"\n  {view.word('more').format(n=rest)}", style="dim")


def twins_table(found: Sequence[Twins], source: Source, lang: Lang) -> Table | Text:
    """Pairs of offers that may be one, the likeliest first."""
    if not found:
        return Text(WORDS[lang]["none twice"])
    table = Table("", WORDS[lang]["one"], WORDS[lang]["other"], box=SIMPLE, title=WORDS[lang]["twice"])
    for twins in found:
        table.add_row(
            Text(f"{twins.likeness:.0f} %"), *(_offer(offer, source, lang) for offer in (twins.first, twins.second))
        )
    return table


def _offer(offer: Offer, source: Source, lang: Lang) -> Text:
    where = " · ".join(source.spot(offer.id).inside(lang))
    return Text("\n".join((visible(offer.title), visible(offer.provider), where)))
