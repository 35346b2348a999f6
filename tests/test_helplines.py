"""Helplines: right numbers, open now, in a language that is understood, the most urgent first."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import get_args

import pytest

from catalog.helplines import EMERGENCY_NUMBERS, Helpline, Status, load_helplines
from catalog.hours import check_hours
from catalog.places import STATES

HELPLINES = load_helplines()
OUTDATED = ("08000 116 016", "01805 313031", "030 440 106 06", "06841 19240")
MORNING, AFTERNOON, NIGHT = (datetime.fromisoformat(f"2026-11-23 {time}") for time in ("10:00", "15:00", "03:00"))
each_line = pytest.mark.parametrize("line", HELPLINES.lines.values(), ids=lambda line: line.id)


def digits(number: str) -> str:
    return re.sub(r"\D", "", re.sub(r"^(\+|00)49", "0", number.replace(" ", "")))


def shown_numbers() -> Iterator[str]:
    for line in HELPLINES.lines.values():
        yield digits(line.dial)
        yield from map(digits, line.display.split("/"))
    yield from (digits(centre.display) for centre in HELPLINES.poison_centres.values())


def order(ids: str, lang: str, moment: datetime, state: str | None = None) -> list[str]:
    return [line.id for line in HELPLINES.choose(ids.split(), lang, moment, state)]


def test_numbers_that_are_out_of_date_are_never_shown() -> None:
    assert not {digits(number) for number in OUTDATED} & set(shown_numbers())


@each_line
def test_a_helpline_says_where_it_was_read_when_and_how_sure_that_is(line: Helpline) -> None:
    assert line.checked_on <= date(2026, 11, 22)
    assert line.checked_on < line.check_again_by <= line.checked_on + timedelta(days=183)
    assert set(line.status) == {"number", "hours", "languages"}
    assert set(line.status.values()) <= set(get_args(Status))
    assert line.sources
    assert all(source["url"].startswith("http") and source["page_date"] for source in line.sources)


@each_line
def test_what_is_shown_is_what_is_dialled(line: Helpline) -> None:
    assert digits(line.dial) in {digits(number) for number in line.display.split("/")}
    assert re.fullmatch(r"\+?\d*", line.dial), "a telephone cannot dial spaces"
    assert (line.dial == "") is (line.channel != "phone" or line.id == "giftnotruf")
    assert line.dial or line.web or line.id == "giftnotruf"


@each_line
def test_a_helpline_has_hours_that_can_be_read_and_a_language(line: Helpline) -> None:
    assert check_hours(line.hours) == line.hours
    assert line.languages
    assert not set(line.languages) & set(line.sometimes)


def test_every_state_has_a_poison_centre_that_can_be_called() -> None:
    assert set(HELPLINES.poison_centres) == set(STATES.values())
    assert HELPLINES.poison_centres["DE-SL"].centre == "Mainz", "Homburg has closed"
    for centre in HELPLINES.poison_centres.values():
        assert re.fullmatch(r"0\d+ (19240|730 730)", centre.display), centre


def test_the_emergency_numbers_never_close_and_stay_first_whatever_the_language() -> None:
    christmas_night = datetime.fromisoformat("2026-12-25 03:00")
    for number in EMERGENCY_NUMBERS:
        opening = HELPLINES.lines[number].opening(christmas_night)
        assert opening is not None
        assert opening.always
        for lang in ("de", "ru", "ti"):
            for moment in (MORNING, NIGHT, christmas_night):
                assert order(f"doweria krisenchat telefonseelsorge {number}", lang, moment)[0] == number


def test_a_line_that_is_open_comes_before_one_that_speaks_the_language_but_sleeps() -> None:
    assert order("helpline-ukraine telefonseelsorge", "uk", AFTERNOON) == ["helpline-ukraine", "telefonseelsorge"]
    assert order("helpline-ukraine telefonseelsorge", "uk", NIGHT) == ["telefonseelsorge", "helpline-ukraine"]


def test_among_open_lines_the_language_decides_and_then_the_price() -> None:
    assert order("telefonseelsorge sucht-drogen-hotline doweria", "ru", NIGHT)[0] == "doweria"
    assert order("telefonseelsorge mutes", "tr", NIGHT) == ["mutes", "telefonseelsorge"]
    assert order("sucht-drogen-hotline telefonseelsorge", "de", NIGHT) == ["telefonseelsorge", "sucht-drogen-hotline"]


def test_a_line_of_one_state_is_only_for_families_there() -> None:
    assert order("krisendienste-bayern", "de", MORNING, "DE-BY") == ["krisendienste-bayern"]
    assert order("krisendienste-bayern", "de", MORNING, "DE-SN") == []
    assert order("krisendienste-bayern", "de", MORNING) == []


def test_a_line_for_professionals_is_never_given_to_a_family_and_no_line_twice() -> None:
    assert order("kinderschutzhotline-medizin elterntelefon elterntelefon", "de", MORNING) == ["elterntelefon"]


@pytest.mark.parametrize(
    ("line", "lang", "spoken"),
    [
        ("hilfetelefon-frauen", "ar", 2),
        ("hilfetelefon-frauen", "ar-SY", 2),
        ("hilfetelefon-frauen", "fa-AF", 2),
        ("hilfetelefon-frauen", "sr-Latn", 2),
        ("hilfetelefon-frauen", "ti", 0),
        ("hilfetelefon-missbrauch", "ti", 1),  # with an interpreter
        ("mutes", "tr", 1),  # on some days
        ("elterntelefon", "de-simple", 2),
        ("elterntelefon", "uk", 0),
    ],
)
def test_how_well_a_line_speaks_a_language(line: str, lang: str, spoken: int) -> None:
    assert HELPLINES.lines[line].speaks(lang) == spoken
