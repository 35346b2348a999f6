"""A file is published when it has been saved, and never half of it, however slowly somebody saves."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from bot.watching import AGAIN, PAUSE, SETTLED, TEXT_SETTLED, Watch, look, settles_in
from catalog.columns import load_layout
from catalog.drafts import Draft, draft
from catalog.helplines import load_helplines
from catalog.model import Offer
from catalog.sources.reading import read_catalog
from catalog.template import EXAMPLE_ROW, template
from catalog.topics import load_topics
from catalog.versions import Content, Published, Stamp, Version, pack, unpack
from tests.checking import TODAY

TOPICS, HELPLINES = load_topics(), load_helplines()
ENTRY = """
  - id: cafe-{n}
    title: Elterncafé Nummer {n}
    provider: Verein Hof
    offer_type: parents-cafe
    topics: [parents-meeting]
    sites: [{{municipality: Görlitz}}]
    verified_on: 2026-11-01
    phone: {phone}
"""


def town(n: int, phone: str = "030 23125 123") -> str:
    return "offers:" + "".join(ENTRY.format(n=number, phone=phone) for number in range(n))


@dataclass
class Desk:
    """A file, what was published of it, and what was said; the clock goes when it is told to."""

    path: Path
    published: list[Content] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    now: float = 1000.0
    busy: int = 0  # so many times the database is away
    while_reading: Callable[[], object] = lambda: None

    def watch(self) -> Watch:
        return Watch(self.path, self._draft, self._publish, lambda what, _why: self.said.append(what))

    def newest(self) -> Published | None:
        if not self.published:
            return None
        packed, number = pack(self.published[-1]), len(self.published)
        return Published(Stamp(number, 0), Version(number, 0, "", "", packed.checksum, packed.offers), packed.data, {})

    def _draft(self) -> Draft | None:
        try:
            source = read_catalog(self.path, TOPICS, TODAY)
        except (OSError, ValueError):
            self.said.append("unreadable")
            return None
        self.while_reading()
        return draft(source, source.problems, self.newest(), TOPICS, HELPLINES)

    def _publish(self, made: Draft) -> bool:
        if self.busy:
            self.busy -= 1
            raise OSError("away")
        if made.is_news and not made.errors:
            self.published.append(unpack(made.packed.data))
        return True

    def pass_(self, watch: Watch, seconds: float) -> None:
        until = self.now + seconds
        while self.now < until:
            self.now += PAUSE
            watch.tick(self.now)

    @property
    def counts(self) -> list[int]:
        return [len(content.offers) for content in self.published]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "town.yaml")


def test_what_is_there_at_the_beginning_is_published_and_then_every_save(desk: Desk) -> None:
    desk.path.write_text(town(5), "utf-8")
    watch = desk.watch()
    desk.pass_(watch, 60)
    assert desk.counts == [5]
    desk.path.write_text(town(6), "utf-8")
    desk.pass_(watch, TEXT_SETTLED + 2 * PAUSE)
    assert desk.counts == [5, 6]


def test_while_somebody_writes_nothing_happens(desk: Desk) -> None:
    watch = desk.watch()
    whole = town(5)
    for end in range(len(whole) // 2, len(whole), 10):
        desk.path.write_text(whole[:end], "utf-8")
        desk.pass_(watch, TEXT_SETTLED / 2)
    assert desk.published == []
    desk.path.write_text(whole, "utf-8")
    desk.pass_(watch, 2 * TEXT_SETTLED)
    assert desk.counts == [5]


def test_a_broken_file_changes_nothing_and_is_named_once(desk: Desk) -> None:
    desk.path.write_text(town(5), "utf-8")
    watch = desk.watch()
    desk.pass_(watch, 15)
    desk.path.write_text("offers: [", "utf-8")
    desk.pass_(watch, 60)
    assert desk.counts == [5]
    assert desk.said == ["unreadable"]


def test_a_file_that_goes_and_comes_back_as_a_save_makes_it_is_published_once(desk: Desk) -> None:
    desk.path.write_text(town(5), "utf-8")
    watch = desk.watch()
    desk.pass_(watch, 15)
    another = desk.path.with_suffix(".new")
    another.write_text(town(6), "utf-8")
    desk.path.unlink()
    desk.pass_(watch, TEXT_SETTLED / 2)
    another.replace(desk.path)
    desk.pass_(watch, 15)
    assert desk.counts == [5, 6]
    assert desk.said == []
    desk.path.unlink()
    desk.pass_(watch, 60)
    assert desk.said == ["missing"]
    assert desk.counts == [5, 6]


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("town.xlsx", SETTLED), ("town.ODS", SETTLED), ("town.json", SETTLED)]
    + [("town.yaml", TEXT_SETTLED), ("town.csv", TEXT_SETTLED), ("town", TEXT_SETTLED)],
)
def test_a_text_that_could_end_anywhere_is_given_more_time(name: str, seconds: float) -> None:
    assert settles_in(Path(name)) == seconds


def test_a_workbook_that_ends_too_early_is_no_catalog_and_the_whole_one_is_published_a_second_later(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path / "town.xlsx")
    book = template(load_layout(), "de")
    sheet = book.worksheets[0]
    sheet.append(["cafe-nord", *(cell.value for cell in sheet[EXAMPLE_ROW][1:])])
    book.save(desk.path)
    whole = desk.path.read_bytes()
    watch = desk.watch()
    for end in (0, 100, len(whole) // 2, len(whole) - 1):
        desk.path.write_bytes(whole[:end])
        desk.pass_(watch, 60)
        assert desk.published == []
    assert desk.said == ["unreadable"] * 4
    desk.path.write_bytes(whole)
    desk.pass_(watch, SETTLED + 2 * PAUSE)
    assert desk.counts == [1]


def test_what_was_written_to_while_it_was_read_is_read_again(desk: Desk) -> None:
    desk.path.write_text(town(5), "utf-8")
    watch = desk.watch()
    rest = [town(6)]
    desk.while_reading = lambda: rest and desk.path.write_text(rest.pop(), "utf-8")
    desk.pass_(watch, 30)
    assert desk.counts == [6]


def test_while_the_database_is_away_it_is_tried_again(desk: Desk) -> None:
    desk.path.write_text(town(5), "utf-8")
    desk.busy = 2
    watch = desk.watch()
    desk.pass_(watch, TEXT_SETTLED + AGAIN / 2)
    assert (desk.counts, desk.said) == ([], ["away"])
    desk.pass_(watch, 2 * AGAIN + 5)
    assert (desk.counts, desk.said) == ([5], ["away", "away"])


def test_a_folder_is_watched_file_by_file(tmp_path: Path) -> None:
    folder = tmp_path / "town"
    folder.mkdir()
    (folder / "one.yaml").write_text(town(2), "utf-8")
    desk = Desk(folder)
    watch = desk.watch()
    desk.pass_(watch, 15)
    (folder / "two.yaml").write_text(town(3).replace("cafe-", "garden-"), "utf-8")
    (folder / "notes.txt").write_text("not a catalog", "utf-8")
    desk.pass_(watch, 15)
    assert desk.counts == [2, 5]


def test_the_same_bytes_in_another_file_are_another_look(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text("the same", "utf-8")
        os.utime(tmp_path / name, ns=(0, 0))
    before = look(tmp_path / "one")
    (tmp_path / "two").replace(tmp_path / "one")
    assert look(tmp_path / "one") != before
    assert look(tmp_path / "nowhere") is None


def test_of_many_saves_that_are_written_in_pieces_each_version_is_whole(desk: Desk, full: bool) -> None:  # noqa: FBT001 a fixture
    """Each save stops half-way for up to nine seconds, at any byte: only whole catalogs are ever published."""
    random = Random(7)  # noqa: S311 not for secrets
    watch = desk.watch()
    saved = []
    for number in range(1000 if full else 40):
        whole = town(random.randint(15, 20), f"030 23125 {number:03}")
        saved.append(whole.encode())
        pieces = sorted(random.sample(range(len(saved[-1])), random.randint(1, 4)))
        for end in pieces:
            desk.path.write_bytes(saved[-1][:end])
            desk.pass_(watch, random.uniform(0, TEXT_SETTLED - 2 * PAUSE))
        desk.path.write_bytes(saved[-1])
        desk.pass_(watch, TEXT_SETTLED + 2)
    assert [content.offers for content in desk.published] == [offers_of(whole, desk.path) for whole in saved]


def offers_of(whole: bytes, path: Path) -> tuple[Offer, ...]:
    path.write_bytes(whole)
    return tuple(sorted(read_catalog(path, TOPICS, TODAY).offers, key=lambda offer: offer.id))
