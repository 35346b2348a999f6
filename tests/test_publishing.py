"""What a coordinator reads about a difference: in the words of the table, safe for a terminal, the essential first."""

from bot.publishing import difference_lines, few, history_table, summary
from bot.publishing_words import WORDS
from catalog.changes import compare
from catalog.columns import load_layout
from catalog.drafts import draft
from catalog.helplines import load_helplines
from catalog.model import Offer, Site
from catalog.sources.base import Source
from catalog.topics import load_topics
from catalog.versions import Content, Published, Stamp, Version, pack
from tests.checking import TODAY, an_offer

LAYOUT = load_layout()


def lines(before: Offer, after: Offer) -> list[str]:
    return list(difference_lines(compare([before], [after]), LAYOUT, "de"))


def test_german_and_english_say_the_same_things() -> None:
    assert WORDS["de"].keys() == WORDS["en"].keys()


def test_a_changed_address_is_named_by_its_column_and_the_site_by_its_number() -> None:
    here, there = Site(address="Am Hof 1"), Site(address="Am Hof 2")
    assert lines(an_offer(here), an_offer(there))[1:] == ["    Straße und Hausnummer: Am Hof 1 → Am Hof 2"]
    added = lines(an_offer(here), an_offer(sites=(here, there)))
    assert "    Straße und Hausnummer (2): – → Am Hof 2" in added


def test_controlled_values_are_written_in_the_words_of_the_language() -> None:
    (_, said) = lines(an_offer(interpreter="no"), an_offer(interpreter="yes"))
    assert "yes" not in said
    (_, anonymous) = lines(an_offer(), an_offer(anonymous=True))
    assert anonymous.endswith("nein → ja")


def test_what_is_only_checked_again_is_counted_and_not_listed() -> None:
    checked = an_offer(verified_on=TODAY)
    assert lines(an_offer(), checked) == []
    packed = pack(Content("Görlitz", (an_offer(),)))
    base = Published(Stamp(1, 0), Version(1, 0.0, "", "", packed.checksum, 1), packed.data, {})
    made = draft(Source("Görlitz", (checked,)), (), base, load_topics(), load_helplines())
    assert "1 nur neu geprüft" in summary(made, "de")


def test_nothing_in_a_file_gives_orders_to_the_terminal() -> None:
    said = "".join(lines(an_offer(), an_offer(title="Café \x1b[2J\u202e am Hof")))
    assert "\x1b" not in said
    assert "\u202e" not in said


def test_of_many_lines_the_first_are_shown_and_the_others_counted() -> None:
    said = list(few((str(n) for n in range(50)), "town.xlsx", "de", 3))
    assert said[:3] == ["0", "1", "2"]
    assert "47" in said[3]
    assert list(few(["0"], "town.xlsx", "de")) == ["0"]


def test_the_history_marks_what_is_published_now() -> None:
    history = [Version(number, 1e9, "Kim", "", "", 5) for number in (2, 1)]
    table = history_table(history, "de")
    assert list(table.columns[0].cells) == ["→ jetzt", ""]
    assert list(table.columns[1].cells) == ["2", "1"]
