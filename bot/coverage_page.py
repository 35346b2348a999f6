"""The gap report as one page that needs nothing but itself: what there is for families, what is missing, who sees to it.

The picture comes first: a mayor has ten seconds. Every name is escaped: places and owners come from a spreadsheet.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape

from bot import office_page
from bot.coverage_view import CoverageView, Stock
from bot.gaps import Line
from bot.heat_map import COLUMNS, STYLE, Cell, Heading, Row, heat_map, legend, tone
from bot.i18n import Translator
from bot.office_page import Column
from catalog.coverage import Grid, Reach

LINES = 12  # of the table before the rest is folded away
URGENT = 3
UNFOLDED = 2 * COLUMNS  # districts


def page(stock: Stock, text: Translator) -> str:
    """The whole report as HTML without scripts; in German, or else in English."""
    view = CoveragePage(CoverageView(stock, text))
    parts = view.parts() if stock.coverage.offers else [f'<p class="empty">{escape(view.word("empty"))}</p>']
    return office_page.document(view.view.lang, view.word("title"), "\n".join(parts), STYLE)


class CoveragePage:
    """The parts of the page, from top to bottom."""

    def __init__(self, view: CoverageView) -> None:
        self.view = view
        self.word = view.word
        self.coverage = view.stock.coverage

    def parts(self) -> list[str]:
        lines = self.view.lines
        left_out = self.view.number(self.coverage.left_out)
        return [
            f"<p>{escape(self.view.where())}</p>",
            self.headline(),
            self.urgent(lines),
            self.phases(),
            self.gap_report(lines),
            self.tasks(),
            self.districts(),
            self.languages(),
            self.staffing(),
            self.each_area(),
            f"<h2>{escape(self.word('reading'))}</h2>",
            office_page.notes(self.word("notes").format(left_out=left_out).split("\n")),
        ]

    def headline(self) -> str:
        said = [self.view.summary()]
        vain = sum(line.demand.nothing for line in self.view.lines)
        if vain:
            said.append(self.word("headline vain").format(n=self.view.number(vain)))
        return f'<p class="headline">{"<br>".join(map(escape, said))}</p>'

    def urgent(self, lines: Sequence[Line]) -> str:
        """The first lines of the table as sentences."""
        own = [line for line in lines if line.offers is not None and (line.phases or line.demand.nothing)]
        said = [self.view.sentence(line) for line in own[:URGENT]]
        items = "".join(f"<li>{escape(sentence)}</li>" for sentence in said)
        return f"<h2>{escape(self.word('first'))}</h2>\n<ol>{items}</ol>" if said else ""

    def phases(self) -> str:
        headings = [Heading(self.word(phase), self.view.phase(phase)) for phase in self.coverage.phases]
        rows = self._rows(self.coverage.grid("phase"), self._on_site)
        spots = self.view.incomplete()
        marked = [
            (name, [_marked(cell, self.word("said marked")) if (g, p) in spots else cell for p, cell in zip(self.coverage.phases, cells, strict=True)])
            for g, (name, cells) in zip(self.coverage.groups, rows, strict=True)
        ]  # fmt: skip
        return self._section("phase map", headings, marked, legend(self._legend(around=None)))

    def districts(self) -> str:
        if len(self.coverage.areas) < 2:  # noqa: PLR2004 the only one is shown already
            return ""
        headings = [Heading(self.view.area(place), self.view.area(place)) for place in self.coverage.areas]
        rows = self._rows(self.coverage.grid("district"), self._reached)
        folded = self.word("fold").format(n=len(headings)) if len(headings) > UNFOLDED else ""
        key = legend(self._legend("around means"))
        return self._section("district map", headings, rows, key, names=True, folded=folded)

    def languages(self) -> str:
        grid = self.coverage.grid("language").narrow(COLUMNS)
        headings = [Heading(name, name) for name in map(self.view.language, grid.columns)]
        rows = self._rows(grid, self._interpreted)
        return self._section("language map", headings, rows, legend(self._legend("interpreted means")), names=True)

    def staffing(self) -> str:
        grid = self.coverage.grid("staffing")
        headings = [Heading(self.word(column), self.word(column)) for column in grid.columns]
        return self._section("staffing map", headings, self._rows(grid, self._on_site), "")

    def each_area(self) -> str:
        """Group against phase for every area; folded away, for there may be many."""
        if len(self.coverage.areas) < 2:  # noqa: PLR2004 the only one is shown already
            return ""
        headings = [Heading(self.word(phase), self.view.phase(phase)) for phase in self.coverage.phases]
        maps = (
            f"<details><summary>{escape(self.view.area(place))}</summary>\n"
            f"{heat_map(headings, self._rows(self.coverage.grid('phase', [i]), self._reached))}</details>"
            for i, place in enumerate(self.coverage.areas)
        )
        shown = legend(self._legend("around means"))
        return f"<h2>{escape(self.word('area maps'))}</h2>\n{shown}\n" + "\n".join(maps)

    def gap_report(self, lines: Sequence[Line]) -> str:
        view = self.view
        if not lines:
            return f'<h2>{escape(self.word("gap report"))}</h2>\n<p class="empty">{escape(self.word("no gaps"))}</p>'
        columns = [
            Column[Line](self.word("group"), lambda line: view.group(line.group)),
            Column[Line](self.word("place"), view.place),
            Column[Line](self.word("offers"), view.offers, is_number=True),
            Column[Line](self.word("phases"), view.missing_phases),
            Column[Line](self.word("districts"), view.missing_districts),
            Column[Line](self.word("vain"), view.vain),
            Column[Line](self.word("challenge"), view.tasks),
        ]
        rest = lines[LINES:]
        more = f"<details><summary>{escape(self.word('more').format(n=len(rest)))}</summary>{{}}</details>"
        return "\n".join(
            [
                f"<h2>{escape(self.word('gap report'))}</h2>",
                f"<p>{escape(self.word('gap report lead'))} {escape(view.searched())}</p>",
                office_page.table(columns, lines[:LINES]),
                more.format(office_page.table(columns, rest)) if rest else "",
            ]
        )

    def tasks(self) -> str:
        challenges = self.view.stock.challenges
        heading = f"<h2>{escape(self.word('tasks'))}</h2>"
        if not challenges:
            return f"{heading}\n<p>{escape(self.word('no tasks'))}</p>"
        columns = [Column(label, cell) for label, cell in self.view.task_columns()]
        return f"{heading}\n{office_page.table(columns, challenges)}"

    def _section(
        self,
        name: str,
        headings: Sequence[Heading],
        rows: Sequence[Row],
        key: str,
        *,
        names: bool = False,
        folded: str = "",
    ) -> str:
        head = f"<h2>{escape(self.word(name))}</h2>\n<p>{escape(self.word(f'{name} lead'))}</p>"
        drawn = heat_map(headings, rows, names=names)
        drawn = f"<details><summary>{escape(folded)}</summary>\n{drawn}</details>" if folded else drawn
        return f"{head}\n{drawn}\n{key}"

    def _rows(self, grid: Grid, drawn: Callable[[Reach], Cell]) -> list[Row]:
        return [(self.view.group(group), [reach and drawn(reach) for reach in cells]) for group, cells in grid.rows]

    def _on_site(self, reach: Reach) -> Cell:
        """Of a whole town: in which district something is does not matter here."""
        return self._reached(Reach(reach.on_site, 0, reach.remote))

    def _reached(self, reach: Reach, further: str = "said around") -> Cell:
        match reach.level:
            case "here":
                n = self.view.number(reach.here)
                return Cell(tone(reach.here), n, self.word("said here").format(n=n))
            case "around":
                n = self.view.number(reach.around)
                return Cell("weak", f"({n})", self.word(further).format(n=n))
            case "remote":
                return Cell("remote", self.word("remote"), self.word("said remote"))
            case "nothing":
                return Cell("nothing", "0", self.word("said nothing"))

    def _interpreted(self, reach: Reach) -> Cell:
        return self._reached(reach, "said interpreted")

    def _legend(self, around: str | None) -> Iterable[tuple[Cell | None, str]]:
        for n, meaning in ((1, "one means"), (3, "some means"), (5, "many means")):
            yield self._reached(Reach(n, 0, 0)), self.word(meaning)
        if around:
            yield self._reached(Reach(0, 3, 0)), self.word(around)
        yield self._reached(Reach(0, 0, 1)), self.word("remote means")
        yield self._reached(Reach(0, 0, 0)), self.word("nothing means")
        if around is None:
            yield _marked(self._reached(Reach(2, 0, 0)), "{said}"), self.word("marked means")
            yield None, self.word("unasked means")


def _marked(cell: Cell | None, said: str) -> Cell | None:
    return cell and Cell(cell.tone, cell.text, said.format(said=cell.said), marked=True)
