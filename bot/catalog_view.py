"""The words of a report about a catalog: the same in the terminal and on the page that is mailed."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.catalog_words import WORDS, counted, number
from catalog.problems import Lang, Problem
from catalog.report import FATES, SEVERITIES, Report


@dataclass(frozen=True)
class ReportView:
    """A report in one language."""

    report: Report
    lang: Lang

    def word(self, name: str) -> str:
        return WORDS[self.lang][name]

    def summary(self) -> str:
        """Say it in one line: "312 Angebote, 3 Fehler, 12 Hinweise"."""
        found = self.report.by_severity
        counts = [counted(severity, len(found[severity]), self.lang) for severity in SEVERITIES[:2]]
        counts += [counted("notice", len(found["notice"]), self.lang)] if found["notice"] else []
        return ", ".join([counted("offers", self.report.offers, self.lang), *counts])

    def preview(self) -> Iterator[str]:
        """Say what publishing would do, one sentence a line."""
        for fate in FATES:
            if n := self.report.fates.get(fate, 0):
                yield self.word(fate).format(n=counted("offers", n, self.lang))
        if self.report.left_out:
            yield self.word("left out").format(n=counted("offers", self.report.left_out, self.lang))
        if difference := self.report.difference:
            sizes = {
                name: number(len(getattr(difference, name)), self.lang) for name in ("added", "changed", "removed")
            }
            yield self.word("difference").format(**sizes)
        if not self.report.is_clean:
            yield self.word("blocked")

    def where(self, problem: Problem) -> str:
        """The place in the file; the file itself only where there are several."""
        inside = problem.spot.inside(self.lang)
        several = len({p.spot.file for p in self.report.problems if p.spot.row}) > 1
        return " · ".join([*([problem.spot.file] if several or not inside else []), *inside])
