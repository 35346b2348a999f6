"""Opening hours as people write them: either all of it is understood, or nothing is claimed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import validate

from catalog.rows.hours import Hours, read_hours


@pytest.mark.parametrize(
    ("text", "osm"),
    [
        ("Mo–Fr 9–12 Uhr, Do 15–18 Uhr", "Mo-We,Fr 09:00-12:00; Th 09:00-12:00,15:00-18:00"),
        ("Montag bis Freitag: 8.00 bis 16.00 Uhr", "Mo-Fr 08:00-16:00"),
        ("Mo, Di, Do 9-12 und 14-16 Uhr", "Mo-Tu,Th 09:00-12:00,14:00-16:00"),
        ("Mo.-Do. 9.00-12.00 Uhr; Fr. 9-11.30", "Mo-Th 09:00-12:00; Fr 09:00-11:30"),
        ("Mo - Do 9 - 15, Fr 9 - 13", "Mo-Th 09:00-15:00; Fr 09:00-13:00"),
        ("Mo/Mi/Fr 9-11 Uhr", "Mo,We,Fr 09:00-11:00"),
        ("Mo 9-12 Di 10-12", "Mo 09:00-12:00; Tu 10:00-12:00"),
        ("Mo 9-12\nDi 14-16", "Mo 09:00-12:00; Tu 14:00-16:00"),
        ("dienstags von 15 bis 17 Uhr", "Tu 15:00-17:00"),
        ("Sprechzeiten: Di 9-12 h", "Tu 09:00-12:00"),
        ("Montag + Mittwoch 8:30 - 12:00", "Mo,We 08:30-12:00"),
        ("täglich 10-18 Uhr", "Mo-Su 10:00-18:00"),
        ("Fr-Mo 9-10", "Mo,Fr-Su 09:00-10:00"),
        ("Mo-Fr 8-16, Sa 10-14, feiertags geschlossen", "Mo-Fr 08:00-16:00; Sa 10:00-14:00"),
        ("Mi geschlossen, Do 9-12", "Th 09:00-12:00"),
        ("1. und 3. Dienstag im Monat 15-17 Uhr", "Tu[1,3] 15:00-17:00"),
        ("letzter Freitag im Monat 10-12 Uhr", "Fr[-1] 10:00-12:00"),
        ("Monday to Friday 9:00 to 12:00", "Mo-Fr 09:00-12:00"),
        ("rund um die Uhr", "24/7"),
        ("24 h", "24/7"),
        ("Mo-Fr 09:00-12:00; PH off", "Mo-Fr 09:00-12:00; PH off"),
        ('Mo-Fr 09:00-12:00 || "nach Vereinbarung"', 'Mo-Fr 09:00-12:00 || "nach Vereinbarung"'),
        ("Mo-Fr 9-12 Uhr und nach Vereinbarung", "Mo-Fr 09:00-12:00"),
        ("Di 14-16 Uhr u. n. V.", "Tu 14:00-16:00"),
        ("Do 9–11 Uhr oder n.V.", "Th 09:00-11:00"),
    ],
)
def test_hours_that_stand_in_real_tables(text: str, osm: str) -> None:
    assert read_hours(text).value == Hours(osm)
    assert not read_hours(text).doubts


@pytest.mark.parametrize(
    "text",
    [
        "Di 15-17 Uhr (außer Ferien)",
        "jeden 2. Dienstag 15-17 Uhr",  # every other Tuesday, or the second of the month?
        "Mo 9-12, 14-16 Uhr nach Vereinbarung",  # which of the two?
        "ab 15 Uhr",
        "Mo-Fr",
        "Mo 22-6 Uhr",
        "Mo 9-25 Uhr",
        "Mo 9 12",
        "Montags 9.30–11.00 Uhr (Krabbelgruppe)",
        '"jeden 2. Dienstag"',
        "weekdays 9-5",
        "Mo 9-12, Di",
        "siehe Internet",
        "Mo-Fr 9-12 Uhr, " * 60,
    ],
)
def test_where_one_word_is_not_understood_nothing_is_claimed(text: str) -> None:
    reading = read_hours(text)
    assert reading.value == Hours()
    assert [doubt.code for doubt in reading.doubts] == ["hours-as-text"]


@pytest.mark.parametrize(
    "text", ["nach Vereinbarung", "n. V.", "Termine nach telefonischer Vereinbarung", "by appointment"]
)
def test_by_appointment_alone_is_an_answer(text: str) -> None:
    assert read_hours(text).value == Hours("", by_appointment=True)


def test_hours_within_which_one_needs_an_appointment_keep_both() -> None:
    assert read_hours("Mo-Fr 9-12 Uhr nach Vereinbarung").value == Hours("Mo-Fr 09:00-12:00", by_appointment=True)


WORDS = [
    "Mo",
    "Di",
    "bis",
    "-",
    "–",
    "9",
    "12",
    "14:30",
    "Uhr",
    ",",
    ";",
    "und",
    "(",
    "geschlossen",
    "2.",
    "im Monat",
    "\n",
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)))
def test_whatever_is_read_is_valid_osm_with_a_time_of_day(text: str) -> None:
    osm = read_hours(text).value.osm
    assert not osm or (validate(osm) and (osm == "24/7" or ":" in osm))
