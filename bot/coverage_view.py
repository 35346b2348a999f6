"""How the gap report says things, in one language: for the page, the terminal and the table alike."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from babel.dates import format_date

from bot.coverage_words import WORDS
from bot.demand import Row
from bot.gaps import Challenge, Line, reached_since, report
from bot.i18n import Translator
from bot.office_page import visible
from catalog.coverage import Coverage
from catalog.places import Place
from catalog.spelling import meant
from catalog.text import clean

NO_NUMBER = "–"
SOFT_HYPHEN = "\u00ad"
PLACES = 2  # named at the top of the page


@dataclass(frozen=True)
class Stock:
    """Everything that the report is about: supply, published demand, and what somebody has taken on."""

    coverage: Coverage
    today: date
    months: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    challenges: Sequence[Challenge] = ()


class CoverageView:
    """The words of one language around the numbers."""

    def __init__(self, stock: Stock, text: Translator) -> None:
        self.lang = "de" if text.is_german else "en"
        self.text = text if text.is_german else text.into("en")
        self.stock = stock

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return report(self.stock.coverage, self.stock.months, self.stock.challenges)

    def word(self, name: str) -> str:
        return WORDS[self.lang][name]

    def where(self) -> str:
        names = [visible(name) for name in self.stock.coverage.areas.municipalities]
        more = len(names) - 1
        few = self.text.list(names)
        said = few if len(names) <= PLACES else self.word("more places").format(first=names[0], n=more)
        return self.word("where").format(places=said, day=self.day(self.stock.today))

    def summary(self) -> str:
        """The one sentence: how many offers, and in how many cells nobody."""
        coverage = self.stock.coverage
        gaps, cells = len(coverage.gaps()), int(coverage.asked.sum()) * len(coverage.areas)
        said = self.word("headline gaps" if gaps else "headline full")
        offers = self.word("one offer" if coverage.on_site == 1 else "several offers")
        offers = offers.format(n=self.text.number(coverage.on_site))
        return said.format(offers=offers, gaps=self.number(gaps), cells=self.number(cells))

    def incomplete(self) -> set[tuple[str, str]]:
        """Groups and phases for which something is missing in one area, but not in all."""
        coverage = self.stock.coverage
        reaches = {(gap.group, gap.phase): coverage.reach(gap.group, gap.phase) for gap in coverage.gaps()}
        return {cell for cell, reach in reaches.items() if reach and reach.on_site}

    def sentence(self, line: Line) -> str:
        """A gap as somebody would say it."""
        missing = self.word("missing for").format(phases=self.missing_phases(line)) if line.phases else ""
        vain = self.word("vain for").format(n=self.number(line.demand.nothing)) if line.demand.nothing else ""
        parts = "; ".join(filter(None, (missing, vain)))
        return self.word("sentence").format(group=self.group(line.group), place=self.place(line), parts=parts)

    def searched(self) -> str:
        """Of which months the numbers of searches are."""
        if not any(self.stock.months.values()):
            return self.word("no searches")
        first, last = (self.month(month) for month in (min(self.stock.months), max(self.stock.months)))
        period = first if first == last else f"{first} {self.word('to')} {last}"
        return f"{self.word('searches').format(period=period)}."

    def group(self, group: str) -> str:
        return self.text.label("groups", group)

    def phase(self, phase: str) -> str:
        return self.text.label("phases", phase) if phase else self.word("all phases")

    def language(self, lang: str) -> str:
        return self.text.language_name(lang)

    def area(self, place: Place) -> str:
        return visible(place.district or place.name)

    def place(self, line: Line) -> str:
        return visible(line.municipality)

    def offers(self, line: Line) -> str:
        return self.word("outside") if line.offers is None else self.text.number(line.offers)

    def vain(self, line: Line) -> str:
        """What families looked for and did not find; what was not published is no zero."""
        nothing = self.text.number(line.demand.nothing) if line.demand.nothing else ""
        further = self.word("widened").format(n=self.text.number(line.demand.widened)) if line.demand.widened else ""
        return " · ".join(filter(None, (nothing, further))) or NO_NUMBER

    def missing_phases(self, line: Line) -> str:
        asked = self.stock.coverage.asked[self.stock.coverage.groups.index(line.group)] if line.phases else ()
        is_all = bool(line.phases) and len(line.phases) == sum(map(int, asked))
        return self.word("all phases") if is_all else self._several(map(self.phase, line.phases))

    def missing_districts(self, line: Line) -> str:
        areas = [place for place in self.stock.coverage.areas if place.name == line.municipality]
        if line.districts and len(line.districts) == len(areas):
            return self.word("all districts")
        return self._several(map(visible, line.districts))

    def tasks(self, line: Line) -> str:
        return "; ".join(map(self.task, line.challenges)) or NO_NUMBER

    def task(self, challenge: Challenge) -> str:
        """A challenge with its owner and date; where something has come meanwhile, that too."""
        status = challenge.status(self.stock.today)
        said = self.word(f"task {status}").format(
            number=challenge.number,
            owner=visible(challenge.owner),
            day=self.day(challenge.done_on or challenge.due),
        )
        return f"{said} – {self.about(challenge)}{self._reached(challenge)}"

    def about(self, challenge: Challenge) -> str:
        """For whom and where something is missing."""
        place = visible(challenge.district or challenge.municipality)
        return self.word("task about").format(phase=self.phase(challenge.phase), place=place)

    def status(self, challenge: Challenge) -> str:
        return self.word(f"status {challenge.status(self.stock.today)}") + self._reached(challenge)

    def _reached(self, challenge: Challenge) -> str:
        n = 0 if challenge.done_on else reached_since(self.stock.coverage, challenge)
        return f" – {self.word('task reached').format(n=self.text.number(n))}" if n else ""

    def task_columns(self) -> list[tuple[str, Callable[[Challenge], str]]]:
        """What a list of challenges shows."""
        return [
            (self.word("number"), lambda c: str(c.number)),
            (self.word("group"), lambda c: self.group(c.group)),
            (self.word("about"), self.about),
            (self.word("owner"), lambda c: visible(c.owner)),
            (self.word("due"), lambda c: self.day(c.due)),
            (self.word("status"), self.status),
        ]

    def named(self, kind: str, said: str, ids: Sequence[str]) -> str:
        """The id of a topic group or phase, from its id or its name in German or English, the short one in the table too.

        Raises:
            ValueError: nothing is called so; the message names what there is.
        """
        voices = [self.text, *(self.text.into(tag) for tag in WORDS)]
        short = {i: [words[i].replace(SOFT_HYPHEN, "") for words in WORDS.values() if i in words] for i in ids}
        names = {clean(name): i for i in ids for name in (i, *short[i], *(voice.label(kind, i) for voice in voices))}
        if clean(said) in names:
            return names[clean(said)]
        raise ValueError(self._unknown(said, [self.text.label(kind, i) for i in ids]))

    def named_place(self, said: str) -> tuple[str, str]:
        """Municipality and district (may be empty) of a name.

        Raises:
            ValueError: no place of the catalog is called so, or several districts are.
        """
        areas = self.stock.coverage.areas
        places = [(name, "") for name in areas.municipalities if clean(name) == clean(said)]
        places = places or [(p.name, p.district) for p in areas if p.district and clean(p.district) == clean(said)]
        if len(places) != 1:
            raise ValueError(self._unknown(said, [*dict.fromkeys((*areas.municipalities, *map(self.area, areas)))]))
        return places[0]

    def _unknown(self, said: str, there: Sequence[str]) -> str:
        near = meant(said, there)
        guess = self.word("meant").format(near=near) if near else ""
        return self.word("unknown").format(said=said, guess=guess, there="; ".join(there))

    def number(self, n: int) -> str:
        return self.text.number(n) if n else NO_NUMBER

    def day(self, day: date) -> str:
        return str(format_date(day, locale=self.text.language.locale))

    def month(self, key: str) -> str:
        try:
            return self.text.month(date.fromisoformat(f"{key}-01"))
        except ValueError:
            return key

    def _several(self, names: Iterable[str]) -> str:
        return ", ".join(names) or NO_NUMBER
