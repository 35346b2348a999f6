"""An offer as a card: each line that a family reads, in German and from right to left."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.cards import FEEDBACK, MAP, ON_CARDS, card, pin
from bot.dialogue.model import MAX_OPTION_ID, Option, Pin, Remark
from bot.i18n import FSI, PDI, Languages, Translator, without_isolates
from catalog.catalog import Catalog
from catalog.model import Offer
from catalog.places import Place
from catalog.search import Hit, Index, Query, short_key
from catalog.topics import load_topics
from tests.conftest import NOW

TOPICS = load_topics()
TOWN = Place("Beispielhafen", 54.45, 6.60, state="DE-NI", county="Beispielkreis", own=True, example=True)
SITE: dict[str, object] = {
    "name": "Haus am Markt",
    "address": "Marktgasse 7",
    "post_code": "00103",
    "municipality": "Beispielhafen",
    "district": "Nordweide",
    "lat": 54.46,
    "lon": 6.60,
    "wheelchair": "yes",
}
OFFER: dict[str, object] = {
    "id": "parents-cafe",
    "title": "Elterncafé am Markt",
    "summary": "Kaffee, Spielecke und Zeit zum Reden.",
    "provider": "Nachbarschaftshaus",
    "offer_type": "parents-cafe",
    "kind": "leisure",
    "sector": "youth_welfare",
    "topics": ["parents-meeting"],
    "age_from": 0,
    "age_to": 35,
    "languages": ["de", "ar"],
    "cost": {"free": True},
    "access": ["walk_in"],
    "phone": "030 23125 100",
    "email": "cafe@example.org",
    "web": "www.example.org",
    "sites": [SITE],
    "opening_hours": "Mo,We 09:00-12:00; Th 14:00-17:00; PH off",
    "documents": ["child_health_record"],
    "next_step": "just_come",
    "verified_on": date(2026, 11, 1),
}


def found(lang: str = "de", place: Place | None = TOWN, changes: Mapping[str, object] = {}) -> Hit:
    """Return the offer as the search finds it for a family with a baby."""
    offer = Offer.model_validate(OFFER | dict(changes))
    query = Query((("parents-meeting", 1.0),), NOW, lang, ((8, 8),), place)
    return Index([offer], TOPICS).search(query)[0]


def shown(text: Translator, **changes: object) -> list[str]:
    return card(found(text.tag, changes=changes), NOW, text).text.splitlines()


def line(text: Translator, sign: str, **changes: object) -> str:
    """Return the only line of the card that begins with a sign, without it."""
    (one,) = [line for line in shown(text, **changes) if line.startswith(sign)]
    return one.removeprefix(sign).strip()


def test_a_whole_card_in_german_reads_from_title_to_when_it_was_checked(german: Translator) -> None:
    assert shown(german) == [
        "🔹 Elterncafé am Markt",
        german.label("offer_types", "parents-cafe"),
        "👥 Nachbarschaftshaus · Fachkräfte",
        "Kaffee, Spielecke und Zeit zum Reden.",
        "👶 Alter: 0–2 Jahre",
        "💬 Deutsch und Arabisch",
        "📍 etwa 1 km · Haus am Markt, Marktgasse 7, 00103 Beispielhafen (Nordweide) · mit Rollstuhl und Kinderwagen erreichbar",
        "🕒 jetzt geöffnet bis 12:00 (Mo., Mi. 09:00–12:00; Do. 14:00–17:00)",
        "💶 kostenlos",
        "🚪 ohne Termin",
        "📞 030 23125 100",
        "✉️ cafe@example.org",
        "🌐 www.example.org",
        "🎒 Bitte mitbringen: gelbes U-Heft",
        "➡️ Sie kommen einfach vorbei. Sie müssen sich nicht anmelden.",
        f"✅ Passt, weil: {german.label('topics', 'parents-meeting')} · etwa 1 km · jetzt geöffnet bis 12:00",
        "🔎 Angaben geprüft: November 2026.",
    ]
    assert card(found(), NOW, german).offer == "parents-cafe"


def test_every_offer_but_a_helpline_asks_how_it_was(german: Translator, languages: Languages) -> None:
    for example in (False, True):
        *_, option = card(found(changes={"example": example}), NOW, german).options
        assert option == Option(f"feedback:{short_key('parents-cafe')}", "💬 Wie war es?")
    *_, option = card(found(), NOW, languages.translator("tr")).options
    assert option.label == "💬 Nasıldı?"
    line = found(changes={"helpline": "elterntelefon", "sites": [{"kind": "phone"}]})
    assert card(line, NOW, german).options == ()


def test_a_house_that_families_visit_can_be_shown_on_the_map(german: Translator, languages: Languages) -> None:
    first, *_ = card(found(), NOW, german).options
    assert first == Option(f"map:{short_key('parents-cafe')}", "🗺️ Auf der Karte zeigen")
    assert card(found(), NOW, languages.translator("uk")).options[0].label == "🗺️ Показати на мапі"


@pytest.mark.parametrize(
    "site",
    [
        {"kind": "hidden", "municipality": "Beispielhafen"},
        SITE | {"kind": "home_visit"},
        SITE | {"kind": "online"},
        SITE | {"kind": "phone"},
        SITE | {"lat": None, "lon": None},
        SITE | {"address": ""},
    ],
    ids=["hidden", "home_visit", "online", "phone", "no position", "no address"],
)
def test_what_is_secret_elsewhere_or_only_roughly_known_is_never_on_a_map(
    german: Translator, site: dict[str, object]
) -> None:
    hit = found(changes={"sites": [site]})
    assert MAP not in {option.id.partition(":")[0] for option in card(hit, NOW, german).options}
    assert pin(hit.offer, TOWN, german) is None
    assert pin(hit.offer, None, german) is None


def test_a_pin_has_the_title_the_position_and_the_address_of_the_house(
    languages: Languages, german: Translator
) -> None:
    offer = Offer.model_validate(OFFER | {"translations": {"en": {"title": "Parents' café", "by": "human"}}})
    address = "Haus am Markt, Marktgasse 7, 00103 Beispielhafen (Nordweide)"
    assert pin(offer, TOWN, german) == Pin("Elterncafé am Markt", 54.46, 6.60, address)
    assert pin(offer, TOWN, languages.translator("en")) == Pin("Parents' café", 54.46, 6.60, address)


def test_of_several_houses_the_map_shows_the_nearest_or_the_first(german: Translator) -> None:
    far, near = SITE | {"address": "Weit weg 1", "lat": 54.60}, SITE | {"address": "Um die Ecke 2", "lat": 54.45}
    nowhere, secret = SITE | {"lat": None, "lon": None}, {"kind": "hidden", "municipality": "Beispielhafen"}
    offer = Offer.model_validate(OFFER | {"sites": [secret, nowhere, far, near]})
    for place, street in ((TOWN, "Um die Ecke 2"), (None, "Weit weg 1")):
        marked = pin(offer, place, german)
        assert marked is not None
        assert street in marked.address


def test_the_map_shows_the_house_that_stands_on_the_card(catalog: Catalog, german: Translator) -> None:
    places = [TOWN, None, *(place for place in catalog.places.places if place.example)]
    shown = 0
    for topic in catalog.topics.topics:
        for place in places:
            for hit in catalog.index.search(Query(((topic, 1.0),), NOW, "de", (), place, 50)):
                laid_out = card(hit, NOW, german)
                if any(option.id.startswith(f"{MAP}:") for option in laid_out.options):
                    marked = pin(hit.offer, place, german)
                    assert marked is not None
                    assert (marked.lat, marked.lon) == (hit.site.lat, hit.site.lon)
                    assert marked.address in laid_out.text
                    shown += 1
    assert shown > 100


def test_every_button_of_a_card_is_known_to_stand_on_cards(catalog: Catalog, german: Translator) -> None:
    hits = [Hit(offer, 1.0, (), site) for offer in catalog.index.offers for site in offer.sites]
    options = [option for hit in hits for option in card(hit, NOW, german).options]
    assert {option.id.partition(":")[0] for option in options} == ON_CARDS == {FEEDBACK, MAP}
    assert all(len(option.id.encode()) <= MAX_OPTION_ID for option in options)


def test_every_card_can_be_passed_on(languages: Languages) -> None:
    labels = {tag: card(found(tag), NOW, languages.translator(tag)).share for tag in ("de", "en", "ar")}
    assert labels == {"de": "📤 Teilen", "en": "📤 Share", "ar": "📤 مشاركة"}


def test_what_several_families_say_stands_under_the_title(german: Translator) -> None:
    lines = card(found(), NOW, german, ("full", "closed", "helped", "unheard")).text.splitlines()
    assert lines[:4] == [
        "🔹 Elterncafé am Markt",
        "⚠️ Mehrere Familien sagen: Dort ist geschlossen. Bitte rufen Sie an, bevor Sie hingehen.",
        "⚠️ Mehrere Familien sagen: Dort ist alles voll. Bitte fragen Sie nach einem Platz, bevor Sie hingehen.",
        german.label("offer_types", "parents-cafe"),
    ]
    assert lines[3:] == shown(german)[1:]


def test_there_is_a_warning_for_each_remark_but_good_news(languages: Languages) -> None:
    for language in languages:
        text = languages.translator(language.tag)
        plain = shown(text)
        warnings = [
            set(card(found(text.tag), NOW, text, (remark,)).text.splitlines()) - set(plain)
            for remark in get_args(Remark)
            if remark != "helped"
        ]
        assert all(len(warning) == 1 for warning in warnings)
        assert len(set.union(*warnings)) == len(warnings)
        assert card(found(text.tag), NOW, text, ("helped",)).text.splitlines() == plain


def test_what_is_not_known_has_no_line(german: Translator) -> None:
    lines = shown(
        german,
        **dict.fromkeys(("summary", "phone", "email", "web", "opening_hours"), ""),
        **dict.fromkeys(("cost", "next_step", "staffing"), None),
        **dict.fromkeys(("access", "documents"), ()),
    )
    assert [line[0] for line in lines] == ["🔹", "E", "👥", "👶", "💬", "📍", "✅", "🔎"]
    assert "👥 Nachbarschaftshaus" in lines


def test_german_text_is_marked_as_german_for_everybody_else(languages: Languages, german: Translator) -> None:
    english = languages.translator("en")
    assert "In German: Kaffee, Spielecke und Zeit zum Reden." in shown(english)
    assert "Kaffee, Spielecke und Zeit zum Reden." in shown(german)
    assert "Kaffee, Spielecke und Zeit zum Reden." in shown(languages.translator("de-simple"))


def test_a_machine_translation_says_so_and_a_persons_does_not(languages: Languages) -> None:
    english = languages.translator("en")
    for by, mark in (("machine", " (translated by machine)"), ("human", "")):
        lines = shown(english, translations={"en": {"title": "Parents' café", "summary": "Coffee and talk.", "by": by}})
        assert lines[0] == "🔹 Parents' café"
        assert f"Coffee and talk.{mark}" in lines
        assert not any("Kaffee" in line for line in lines)


def test_a_translation_of_the_title_alone_leaves_the_german_summary_marked(languages: Languages) -> None:
    lines = shown(languages.translator("en"), translations={"en": {"title": "Parents' café", "by": "human"}})
    assert lines[0] == "🔹 Parents' café"
    assert "In German: Kaffee, Spielecke und Zeit zum Reden." in lines


def test_an_invented_offer_says_so_before_anything_else(german: Translator) -> None:
    assert shown(german, example=True)[0] == "⚠️ Beispiel, kein echtes Angebot"
    assert not any("Beispiel," in line for line in shown(german))


@pytest.mark.parametrize(("days", "old"), [(180, False), (181, True), (365, True)])
def test_old_details_say_when_they_were_checked_and_ask_to_call(german: Translator, days: int, old: bool) -> None:  # noqa: FBT001 one of two endings
    checked = NOW.date() - timedelta(days=days)
    last = shown(german, verified_on=checked)[-1]
    month = german.month(checked)
    warning = f"⚠️ Diese Angaben sind alt. Zuletzt geprüft: {month}. Bitte rufen Sie vorher an."
    assert last == (warning if old else f"🔎 Angaben geprüft: {month}.")


def test_details_are_never_said_to_be_checked_in_the_future(german: Translator) -> None:
    assert line(german, "🔎", verified_on=date(2027, 3, 1)) == "Angaben geprüft: November 2026."


def test_a_hidden_address_is_never_shown_not_even_its_town_or_distance(german: Translator) -> None:
    hidden = {"kind": "hidden", "municipality": "Beispielhafen", "district": "Nordweide", "name": "Haus am Markt"}
    text = "\n".join(shown(german, sites=[hidden]))
    assert "📍 Die Adresse ist geheim, zu Ihrem Schutz. Bitte rufen Sie an." in text
    for secret in ("Beispielhafen", "Nordweide", "Haus am Markt", "km"):
        assert secret not in text


@pytest.mark.parametrize(
    ("kind", "where"),
    [("home_visit", "Jemand kommt zu Ihnen nach Hause."), ("online", "online"), ("phone", "am Telefon")],
)
def test_help_that_comes_to_the_family_has_no_address(german: Translator, kind: str, where: str) -> None:
    assert line(german, "📍", sites=[SITE | {"kind": kind}]) == where


def test_without_the_familys_place_there_is_an_address_but_no_distance(german: Translator) -> None:
    lines = card(found(place=None), NOW, german).text.splitlines()
    (where,) = [line for line in lines if line.startswith("📍")]
    assert where.startswith("📍 Haus am Markt, Marktgasse 7, 00103 Beispielhafen")
    assert " km" not in where


def test_a_house_that_is_only_known_by_its_post_code_says_what_the_distance_means(
    german: Translator, languages: Languages
) -> None:
    """It could be a kilometre away, even when the middle is next door; and no map shows a house that is not there."""
    rough = {**SITE, "lat": 54.4501, "lon": 6.6001, "approximate": True}
    assert line(german, "📍", sites=[rough]).startswith("etwa 1 km bis zur Mitte von 00103")
    hit = found(changes={"sites": [rough]})
    assert not [option for option in card(hit, NOW, german).options if option.id.startswith(MAP)]
    assert pin(hit.offer, TOWN, german) is None
    arabic = line(languages.translator("ar"), "📍", sites=[rough])
    assert f"{FSI}00103{PDI}" in arabic


def test_a_site_without_a_street_claims_no_distance(german: Translator) -> None:
    site = {"municipality": "Beispielhafen", "lat": 54.45, "lon": 6.60}
    assert line(german, "📍", sites=[site]) == "Beispielhafen"


def test_a_site_that_is_only_partly_barrier_free_promises_nothing(german: Translator) -> None:
    for wheelchair in ("limited", "no", None):
        assert "Rollstuhl" not in line(german, "📍", sites=[SITE | {"wheelchair": wheelchair}])


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        ({"free": False}, "kostet etwas, bitte fragen Sie"),
        ({"free": False, "amount": "12", "per": "once"}, "12 €"),
        ({"free": False, "amount": "2.50", "per": "session"}, "2,50 € jedes Mal"),
        ({"free": False, "amount": "1234.5", "per": "course"}, "1.234,50 € für den ganzen Kurs"),
        ({"free": False, "amount": "8", "per": "hour"}, "8 € pro Stunde"),
        ({"free": False, "amount": "8", "per": "day"}, "8 € am Tag"),
        ({"free": False, "amount": "30", "per": "month"}, "30 € im Monat"),
        ({"free": False, "amount": "0.20", "per": "call"}, "0,20 € pro Anruf"),
        ({"free": False, "per": "call"}, "der Anruf kostet so viel wie ein normaler Anruf"),
        (
            {"free": False, "amount": "5", "reduced": True, "covered_by_but": True},
            "5 € · weniger oder nichts, wenn Sie wenig Geld haben · wird über „Bildung und Teilhabe“ (BuT) bezahlt",
        ),
        ({"free": True, "reduced": True}, "kostenlos"),
    ],
    ids=str,
)
def test_what_it_costs_is_said_to_the_cent(german: Translator, cost: dict[str, object], said: str) -> None:
    assert line(german, "💶", cost=cost) == said


@pytest.mark.parametrize(
    ("interpreter", "said"),
    [
        ("no", "Deutsch und Arabisch"),
        ("yes", "Deutsch und Arabisch; weitere mit Dolmetscher"),
        ("on_request", "Deutsch und Arabisch; fragen Sie nach einem Dolmetscher"),
    ],
)
def test_an_interpreter_is_not_the_same_as_a_language_that_staff_speak(
    german: Translator, interpreter: str, said: str
) -> None:
    assert line(german, "💬", interpreter=interpreter) == said


def test_professionals_and_volunteers_are_named(german: Translator) -> None:
    assert line(german, "👥", staffing="volunteer") == "Nachbarschaftshaus · Ehrenamtliche"
    assert line(german, "👥", staffing="mixed") == "Nachbarschaftshaus · Fachkräfte und Ehrenamtliche"


@pytest.mark.parametrize(
    ("access", "said"),
    [
        (["walk_in"], "ohne Termin · ohne Namen möglich"),
        (["appointment"], "mit Termin · ohne Namen möglich"),
        (["walk_in", "appointment"], "mit oder ohne Termin · ohne Namen möglich"),
        (["referral"], "mit Überweisung vom Arzt oder Schreiben vom Amt · ohne Namen möglich"),
    ],
    ids=str,
)
def test_how_to_get_in_is_said(german: Translator, access: list[str], said: str) -> None:
    assert line(german, "🚪", access=access, anonymous=True) == said


@pytest.mark.parametrize(
    ("occasion", "said"),
    [
        ({"day": "2026-11-25", "starts": "15:00", "ends": "16:30"}, "Mi., 25. Nov. 15:00–16:30"),
        ({"day": "2026-11-23"}, "Mo., 23. Nov."),
        ({"day": "2027-01-08", "starts": "15:00"}, "Fr., 8. Jan. 15:00"),
        ({"day": "2026-11-04", "repeat": "weekly"}, "jede Woche, das nächste Mal: Mi., 25. Nov."),
        ({"day": "2026-11-02", "repeat": "weekly", "starts": "09:00"}, "jede Woche, das nächste Mal: Mo., 23. Nov. 09:00"),
        ({"day": "2026-12-30", "repeat": "weekly"}, "jede Woche, das nächste Mal: Mi., 30. Dez."),
        ({"day": "2025-01-01", "repeat": "weekly"}, "jede Woche, das nächste Mal: Mi., 25. Nov."),
        ({"day": "2026-10-28", "repeat": "monthly"}, "jeden Monat, das nächste Mal: Mi., 25. Nov."),
        ({"day": "2026-11-04", "repeat": "weekly", "until": "2026-11-25"}, "jede Woche, das nächste Mal: Mi., 25. Nov."),
    ],
    ids=str,
)  # fmt: skip
def test_the_next_date_is_said(german: Translator, occasion: dict[str, object], said: str) -> None:
    assert line(german, "📅", opening_hours="", dates=[occasion]) == said


def test_of_many_dates_the_next_three_are_shown_and_none_that_is_over(german: Translator) -> None:
    dates = [{"day": f"2026-{month}"} for month in ("11-09", "11-22", "11-23", "12-07", "12-21", "12-28")]
    dates.append({"day": "2026-10-05", "repeat": "weekly", "until": "2026-11-16"})
    lines = [line for line in shown(german, opening_hours="", dates=dates) if line.startswith("📅")]
    assert lines == ["📅 Mo., 23. Nov.", "📅 Mo., 7. Dez.", "📅 Mo., 21. Dez."]


def test_a_waiting_list_and_no_room_are_said_kindly(german: Translator) -> None:
    assert line(german, "⏳", capacity="waiting_list") == "Es gibt eine Warteliste. Fragen lohnt sich trotzdem."
    full = "Zurzeit ist alles voll. Bitte fragen Sie, wann wieder ein Platz frei ist."
    assert line(german, "⏳", capacity="full") == full
    assert not any(line.startswith("⏳") for line in shown(german, capacity="open"))


def test_what_is_open_day_and_night_has_no_table_of_hours(german: Translator) -> None:
    assert line(german, "🕒", opening_hours="24/7") == "Tag und Nacht erreichbar"


def test_on_a_card_in_arabic_names_numbers_and_addresses_keep_their_direction(languages: Languages) -> None:
    lines = shown(languages.translator("ar"), cost={"free": False, "amount": "2.50", "per": "session"})
    text = "\n".join(lines)
    for kept in (
        "Nachbarschaftshaus",
        "Haus am Markt, Marktgasse 7, 00103 Beispielhafen (Nordweide)",
        "030 23125 100",
        "cafe@example.org",
        "Kaffee, Spielecke und Zeit zum Reden.",
    ):
        assert f"{FSI}{kept}{PDI}" in text
    (cost,) = [line for line in lines if line.startswith("💶")]
    assert f"{FSI}2.50 €{PDI}" in cost or f"{FSI}2,50 €{PDI}" in cost


def test_a_card_from_left_to_right_has_no_invisible_signs(languages: Languages) -> None:
    for tag in ("de", "de-simple", "en", "tr", "uk"):
        text = "\n".join(shown(languages.translator(tag)))
        assert text == without_isolates(text)


def test_no_card_of_the_shipped_catalog_leaves_an_isolate_open(catalog: Catalog, languages: Languages) -> None:
    arabic = languages.translator("ar")
    for offer in catalog.index.offers:
        for one in card(Hit(offer, 1.0, (), offer.sites[0]), NOW, arabic).text.splitlines():
            depth = 0
            for sign in one:
                depth += (sign == FSI) - (sign == PDI)
                assert depth >= 0, one
            assert depth == 0, one


@given(day=st.dates(date(2020, 1, 1), date(2030, 1, 1)), repeat=st.sampled_from([None, "weekly"]))
def test_a_date_on_a_card_is_never_over(german: Translator, day: date, repeat: str | None) -> None:
    offer = Offer.model_validate(OFFER | {"dates": [{"day": day, "repeat": repeat}]})
    lines = card(Hit(offer, 1.0, (), offer.sites[0]), NOW, german).text.splitlines()
    dates = [line for line in lines if line.startswith("📅")]

    def said(when: date) -> str:
        return german.day(when, with_year=when - NOW.date() > timedelta(days=183))

    if repeat is None:
        assert dates == ([f"📅 {said(day)}"] if day >= NOW.date() else [])
    else:
        ahead = [NOW.date() + timedelta(days=n) for n in range(7)]
        following = next((d for d in ahead if d.weekday() == day.weekday()), day) if day <= ahead[-1] else day
        assert dates == [f"📅 jede Woche, das nächste Mal: {said(max(following, day))}"]


def test_every_month_means_the_same_weekday(german: Translator) -> None:
    """First Wednesday of January: in December it is the 2nd, not four weeks after the last one."""
    offer = Offer.model_validate(OFFER | {"dates": [{"day": date(2026, 1, 7), "repeat": "monthly"}]})
    assert "Mi., 2. Dez." in card(Hit(offer, 1.0, (), offer.sites[0]), NOW, german).text


def test_a_date_of_today_that_is_over_is_not_shown(german: Translator) -> None:
    dates = [{"day": NOW.date(), "starts": "08:00", "ends": "09:00"}]
    offer = Offer.model_validate(OFFER | {"dates": dates})
    assert "📅" not in card(Hit(offer, 1.0, (), offer.sites[0]), NOW, german).text
