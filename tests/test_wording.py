"""How ages, distances, hours, places and reasons are said."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.wording import (
    age_line,
    child_age,
    distance,
    opening,
    place_name,
    reasons,
    short_reasons,
    weekly_hours,
)
from bot.i18n import Languages, Translator, isolate
from bot.understanding.age import Age
from catalog.catalog import Catalog
from catalog.hours import Opening
from catalog.places import Place
from catalog.search import Hit, Reason
from tests.conftest import NOW

MOMENTS = st.datetimes(datetime.fromisoformat("2026-11-23 10:00"), datetime.fromisoformat("2027-11-23 10:00"))


@pytest.mark.parametrize(
    ("age", "said"),
    [
        ((-9, -1), "Schwangerschaft"),
        ((-3, -3), "Schwangerschaft"),
        ((0, 0), "unter 1 Monat"),
        ((1, 1), "1 Monat"),
        ((18, 18), "18 Monate"),
        ((23, 23), "23 Monate"),
        ((24, 24), "2 Jahre"),
        ((25, 25), "25 Monate"),
        ((30, 30), "2,5 Jahre"),
        ((0, 11), "unter 1 Jahr"),
        ((12, 23), "1 Jahr"),
        ((84, 95), "7 Jahre"),
        ((36, 71), "3 bis 5 Jahre"),
        ((72, 119), "6 bis 9 Jahre"),
    ],
    ids=str,
)
def test_a_childs_age_is_said_as_parents_say_it(german: Translator, age: tuple[int, int], said: str) -> None:
    assert child_age(Age(*age), german) == said


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (-9, 324, "für jedes Alter"),
        (-9, 312, "für jedes Alter"),
        (0, 324, "für jedes Alter"),
        (-9, -1, "Alter: Schwangerschaft"),
        (-9, 1, "Alter: Schwangerschaft bis 1 Monat"),
        (-9, 12, "Alter: Schwangerschaft bis 12 Monate"),
        (-9, 23, "Alter: Schwangerschaft bis 23 Monate"),
        (-9, 24, "Alter: Schwangerschaft bis 2 Jahre"),
        (-9, 35, "Alter: Schwangerschaft bis 2 Jahre"),
        (0, 1, "Alter: 0–1 Monat"),
        (0, 23, "Alter: 0–23 Monate"),
        (0, 24, "Alter: 0–2 Jahre"),
        (6, 35, "Alter: 6 Monate bis 2 Jahre"),
        (36, 47, "Alter: 3 Jahre"),
        (36, 71, "Alter: 3–5 Jahre"),
        (1, 324, "Alter: ab 1 Monat"),
        (6, 324, "Alter: ab 6 Monaten"),
        (12, 324, "Alter: ab 1 Jahr"),
        (168, 324, "Alter: ab 14 Jahren"),
        (168, 311, "Alter: 14–25 Jahre"),
    ],
)
def test_for_whom_an_offer_is_is_said_in_whole_years_with_the_last_one_included(
    german: Translator, low: int, high: int, said: str
) -> None:
    assert age_line(low, high, german) == said


@given(low=st.integers(-9, 324), high=st.integers(-9, 324))
def test_every_age_can_be_said_in_every_language(languages: Languages, low: int, high: int) -> None:
    low, high = min(low, high), max(low, high)
    for language in languages:
        text = languages.translator(language.tag)
        for said in (age_line(low, high, text), child_age(Age(low, high), text)):
            assert said.strip()
            assert "{" not in said


@pytest.mark.parametrize(
    ("kilometres", "said"),
    [
        (0.0, "weniger als 1 km"),
        (0.999, "weniger als 1 km"),
        (1.0, "etwa 1 km"),
        (1.3, "etwa 1,5 km"),
        (4.7, "etwa 4,5 km"),
        (4.9, "etwa 5 km"),
        (5.4, "etwa 5 km"),
        (12.6, "etwa 13 km"),
        (120.0, "etwa 120 km"),
    ],
)
def test_a_distance_is_rounded_as_honestly_as_a_post_code_allows(
    german: Translator, kilometres: float, said: str
) -> None:
    assert distance(kilometres, german) == said


@given(kilometres=st.floats(1, 900))
def test_a_distance_said_is_never_far_from_the_real_one(german: Translator, kilometres: float) -> None:
    number = float(distance(kilometres, german).split()[1].replace(",", "."))
    assert abs(number - kilometres) <= (0.25 if kilometres < 5 else 0.5) + 1e-9


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Opening(is_open=True, always=True), "Tag und Nacht erreichbar"),
        (Opening(is_open=True, until=NOW.replace(hour=12)), "jetzt geöffnet bis 12:00"),
        (Opening(is_open=True), "jetzt geöffnet"),
        (Opening(is_open=False), "jetzt geschlossen"),
        (Opening(is_open=False, opens=NOW.replace(hour=14)), "jetzt geschlossen, öffnet heute um 14:00"),
        (
            Opening(is_open=False, opens=NOW.replace(hour=9) + timedelta(days=1)),
            "jetzt geschlossen, öffnet morgen um 09:00",
        ),
        (
            Opening(is_open=False, opens=NOW.replace(hour=9) + timedelta(days=2)),
            "jetzt geschlossen, öffnet Mi., 25. Nov. um 09:00",
        ),
    ],
    ids=str,
)
def test_whether_somebody_is_there_now_is_said(german: Translator, state: Opening, said: str) -> None:
    assert opening(state, NOW, german) == said


def test_after_midnight_the_same_morning_is_today_and_not_tomorrow(german: Translator) -> None:
    opens = NOW.replace(hour=9, minute=0)
    before, after = NOW.replace(day=22, hour=23, minute=59), NOW.replace(hour=0, minute=1)
    assert opening(Opening(is_open=False, opens=opens), before, german) == "jetzt geschlossen, öffnet morgen um 09:00"
    assert opening(Opening(is_open=False, opens=opens), after, german) == "jetzt geschlossen, öffnet heute um 09:00"


@given(opens=MOMENTS)
def test_a_later_day_is_always_named_with_its_date(german: Translator, opens: datetime) -> None:
    said = opening(Opening(is_open=False, opens=opens), NOW, german)
    days = (opens.date() - NOW.date()).days
    assert {0: "heute", 1: "morgen"}.get(days, german.day(opens.date())) in said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("Mo,We 09:00-12:00; Th 14:00-17:00", "Mo., Mi. 09:00–12:00; Do. 14:00–17:00"),
        ("Mo-Fr 08:00-18:00", "Mo.–Fr. 08:00–18:00"),
        ("Sa,Su 10:00-11:00", "Sa., So. 10:00–11:00"),
        ("Mo-Fr 08:00-12:00,13:00-17:30", "Mo.–Fr. 08:00–12:00, 13:00–17:30"),
        ("Mo,We,Fr 09:00-17:00; Tu,Th 09:00-19:00", "Mo., Mi., Fr. 09:00–17:00; Di., Do. 09:00–19:00"),
        ("Fr 20:00-24:00", "Fr. 20:00–24:00"),
    ],
)
def test_the_hours_of_a_week_are_short(german: Translator, hours: str, said: str) -> None:
    assert weekly_hours(hours, NOW, german) == said


def test_the_week_is_the_same_on_every_day_of_it_and_over_christmas(german: Translator) -> None:
    for day in (NOW, NOW + timedelta(days=6), datetime.fromisoformat("2026-12-25 10:00")):
        assert weekly_hours("Mo-Fr 08:00-18:00; PH off", day, german) == "Mo.–Fr. 08:00–18:00"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place("Beispielhafen", 54.45, 6.6), "Beispielhafen"),
        (Place("Beispielhafen", 54.45, 6.6, plz="00103"), "00103 Beispielhafen"),
        (Place("Beispielhafen", 54.45, 6.6, district="Nordweide"), "Nordweide (Beispielhafen)"),
        (Place("Beispielhafen", 54.45, 6.6, plz="00103", district="Nordweide"), "Nordweide (Beispielhafen)"),
        (Place("Erfurt", 50.98, 11.03, plz="99999", approximate=True), "Gegend um 99999 Erfurt"),
        (Place("", 54.45, 6.6), "Ihr Standort"),
        (Place("", 54.45, 6.6, plz="00103"), "00103"),
    ],
    ids=str,
)
def test_a_place_is_named_and_a_region_is_said_to_be_one(german: Translator, place: Place, said: str) -> None:
    assert place_name(place, german) == said


def hit(catalog: Catalog, *why: Reason) -> Hit:
    offer = catalog.index.offers[0]
    return Hit(offer, 1.0, why, offer.sites[0])


EVERY_REASON = (
    (Reason("age", (36, 71)), "Alter: 3–5 Jahre"),
    (Reason("language", "ar"), "Arabisch wird gesprochen"),
    (Reason("interpreter", "yes"), "mit Dolmetscher"),
    (Reason("interpreter", "on_request"), "Dolmetscher auf Anfrage"),
    (Reason("distance", 1.3), "etwa 1,5 km"),
    (Reason("area", "Beispielhafen"), "für Menschen aus Beispielhafen"),
    (Reason("remote", "phone"), "am Telefon"),
    (Reason("remote", "online"), "online"),
    (Reason("open", Opening(is_open=True, until=NOW.replace(hour=12))), "jetzt geöffnet bis 12:00"),
    (Reason("free"), "kostenlos"),
    (Reason("checked", date(2026, 10, 5)), "geprüft: Oktober 2026"),
    (Reason("old", date(2026, 5, 1)), "zuletzt geprüft: Mai 2026, bitte vorher anrufen"),
)


def test_every_reason_is_one_short_phrase(catalog: Catalog, german: Translator) -> None:
    said = reasons(hit(catalog, *(reason for reason, _ in EVERY_REASON)), NOW, german)
    assert said == [phrase for _, phrase in EVERY_REASON]


def test_a_topic_as_a_reason_is_named_as_on_its_button(catalog: Catalog, german: Translator) -> None:
    said = reasons(hit(catalog, Reason("topic", "crying-baby")), NOW, german)
    assert said == [german.label("topics", "crying-baby")] != ["crying-baby"]


def test_that_german_is_spoken_in_germany_is_no_reason(catalog: Catalog, german: Translator) -> None:
    assert reasons(hit(catalog, Reason("language", "de")), NOW, german) == []


def test_a_card_does_not_repeat_as_a_reason_what_it_says_anyway(catalog: Catalog, german: Translator) -> None:
    said = short_reasons(hit(catalog, *(reason for reason, _ in EVERY_REASON)), NOW, german)
    assert not {"Alter: 3–5 Jahre", "kostenlos", "geprüft: Oktober 2026"} & set(said)
    assert {"Arabisch wird gesprochen", "etwa 1,5 km", "jetzt geöffnet bis 12:00"} <= set(said)


def test_from_right_to_left_every_number_is_isolated_and_in_western_digits(languages: Languages) -> None:
    arabic = languages.translator("ar")
    assert isolate("1.5") in distance(1.4, arabic) or isolate("1,5") in distance(1.4, arabic)
    assert isolate("12:00") in opening(Opening(is_open=True, until=NOW.replace(hour=12)), NOW, arabic)
    hours = weekly_hours("Mo,We 09:00-12:00; Th 14:00-17:00", NOW, arabic)
    assert "09:00–12:00؛" in hours
    assert "، " in hours
