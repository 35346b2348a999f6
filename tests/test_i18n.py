"""Sentences, plurals, names and numbers in a language; where one is missing, the next one speaks."""

import subprocess
import sys
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest
import yaml
from babel import localedata
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import FSI, PDI, Languages, Translator, isolate, load_languages, without_isolates

UK_PLURALS = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
GERMAN = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1)\\n"

msgid "Where do you live?"
msgstr "Wo wohnen Sie?"

msgid "Hello, {name}!"
msgstr "Hallo, {name}!"

msgid "Only in German"
msgstr "Nur auf Deutsch"

msgctxt "button"
msgid "Back"
msgstr "Zurück"

msgid "Back"
msgstr "Rücken"

msgid "{n} day in {place}"
msgid_plural "{n} days in {place}"
msgstr[0] "{n} Tag in {place}"
msgstr[1] "{n} Tage in {place}"
"""
ARABIC = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0\\n"

msgid "Hello, {name}!"
msgstr "مرحبا {name}!"

msgid "{n} day in {place}"
msgid_plural "{n} days in {place}"
msgstr[0] "{n} يوم في {place}"
"""
UKRAINIAN = f"""
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: {UK_PLURALS}\\n"

msgid "{{n}} day in {{place}}"
msgid_plural "{{n}} days in {{place}}"
msgstr[0] "{{n}} день у {{place}}"
msgstr[1] "{{n}} дні у {{place}}"
msgstr[2] "{{n}} днів у {{place}}"
"""
NOTHING = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1)\\n"
"""


def write_language(root: Path, tag: str, messages: str, *, babel: str, direction: str = "ltr", **more: object) -> None:
    folder = root / tag
    (folder / "LC_MESSAGES").mkdir(parents=True)
    (folder / "LC_MESSAGES" / "nahbei.po").write_text(messages, "utf-8")
    traits = {"name": tag, "english": tag, "babel": babel, "direction": direction, "reviewed": False}
    traits |= {"channel_codes": more.get("channel_codes", [tag]), "fallback": more.get("fallback", ["xy", "de"])}
    (folder / "language.yaml").write_text(yaml.safe_dump(traits), "utf-8")
    if labels := more.get("labels"):
        (folder / "labels.yaml").write_text(yaml.safe_dump(labels, allow_unicode=True), "utf-8")


@pytest.fixture
def small(tmp_path: Path) -> Languages:
    german = {
        "topics": {"crying-baby": "Baby schreit viel", "jobcenter": "Jobcenter"},
        "languages": {"kmr": "Kurdisch"},
    }
    arabic = {"topics": {"crying-baby": "الطفل يبكي"}}
    write_language(tmp_path, "de", GERMAN, babel="de", fallback=[], labels=german)
    write_language(tmp_path, "en", NOTHING, babel="en_GB")
    write_language(tmp_path, "ar", ARABIC, babel="ar", direction="rtl", channel_codes=["ar", "arz"], labels=arabic)
    write_language(tmp_path, "uk", UKRAINIAN, babel="uk")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "notes.txt").write_text("no language", "utf-8")
    return load_languages(tmp_path)


def test_every_folder_with_a_language_file_is_a_language(small: Languages) -> None:
    assert set(small.by_tag) == {"de", "en", "ar", "uk"}


def test_german_is_shown_first(small: Languages, languages: Languages) -> None:
    assert [language.tag for language in small] == ["de", "ar", "en", "uk"]
    assert [language.tag for language in languages][:2] == ["de", "de-simple"]


def test_a_language_without_its_name_is_an_error_not_a_surprise_later(tmp_path: Path) -> None:
    write_language(tmp_path, "de", GERMAN, babel="de")
    (tmp_path / "de" / "language.yaml").write_text("english: German\n", "utf-8")
    with pytest.raises(KeyError, match="name"):
        load_languages(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("de-simple", "de-simple"),
        ("DE_SIMPLE", "de-simple"),
        ("en-US", "en"),
        ("tr", "tr"),
        ("arz", "ar"),
        ("ar-SY", "ar"),
        ("uk-UA", "uk"),
        ("tlh", None),
        ("d", None),
        ("german", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_messenger_calls_a_language_becomes_one_of_ours(
    languages: Languages, wanted: str | None, tag: str | None
) -> None:
    assert languages.negotiate(wanted) == tag


@given(wanted=st.text(max_size=12))
def test_a_negotiated_language_is_always_one_of_ours(languages: Languages, wanted: str) -> None:
    tag = languages.negotiate(wanted)
    assert tag is None or tag in languages


def test_a_sentence_is_said_in_the_language(small: Languages) -> None:
    assert small.translator("de").gettext("Where do you live?") == "Wo wohnen Sie?"


def test_a_missing_sentence_is_said_in_the_next_language(small: Languages) -> None:
    assert small.translator("ar").gettext("Only in German") == "Nur auf Deutsch"
    assert small.translator("uk").pgettext("button", "Back") == "Zurück"


def test_a_sentence_that_nobody_translated_is_said_as_it_was_written(small: Languages) -> None:
    assert small.translator("uk").gettext("Nobody knows {this}", this="x") == "Nobody knows x"
    assert small.translator("uk").pgettext("button", "Nobody") == "Nobody"
    assert small.translator("uk").ngettext("{n} cat", "{n} cats", 2) == "2 cats"
    assert small.translator("uk").ngettext("{n} cat", "{n} cats", 1) == "1 cat"


def test_english_is_its_own_translation(small: Languages) -> None:
    """The sentences in the code are English: none of them is missing there."""
    english = small.translator("en")
    assert english.gettext("Where do you live?") == "Where do you live?"
    assert english.pgettext("button", "Back") == "Back"
    assert english.ngettext("{n} day in {place}", "{n} days in {place}", 1, place="Essen") == "1 day in Essen"
    assert english.ngettext("{n} day in {place}", "{n} days in {place}", 3, place="Essen") == "3 days in Essen"


def test_a_button_and_a_sentence_of_the_same_words_differ(small: Languages) -> None:
    assert small.translator("de").pgettext("button", "Back") == "Zurück"
    assert small.translator("de").gettext("Back") == "Rücken"


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (1, "1 день у X"),
        (2, "2 дні у X"),
        (5, "5 днів у X"),
        (11, "11 днів у X"),
        (21, "21 день у X"),
        (0, "0 днів у X"),
    ],
)
def test_a_number_bends_the_words_around_it(small: Languages, n: int, said: str) -> None:
    assert small.translator("uk").ngettext("{n} day in {place}", "{n} days in {place}", n, place="X") == said


def test_values_are_put_in_as_they_are(small: Languages) -> None:
    assert small.translator("de").gettext("Hello, {name}!", name="{name} {0} %s <b>") == "Hallo, {name} {0} %s <b>!"


def test_a_sentence_without_values_keeps_its_braces(small: Languages) -> None:
    assert small.translator("de").gettext("a {brace}") == "a {brace}"


def test_a_value_in_a_right_to_left_sentence_keeps_its_own_direction(small: Languages) -> None:
    arabic, german = small.translator("ar"), small.translator("de")
    assert arabic.gettext("Hello, {name}!", name="Ida") == f"مرحبا {FSI}Ida{PDI}!"
    assert german.gettext("Hello, {name}!", name="Ida") == "Hallo, Ida!"
    said = arabic.ngettext("{n} day in {place}", "{n} days in {place}", 3, place="Essen")
    assert said == f"{FSI}3{PDI} يوم في {FSI}Essen{PDI}"


def test_a_name_from_the_catalog_is_isolated_only_where_it_could_swap_places(small: Languages) -> None:
    assert small.translator("ar").quoted("030 23125 004") == f"{FSI}030 23125 004{PDI}"
    assert small.translator("de").quoted("030 23125 004") == "030 23125 004"


@given(text=st.text(max_size=40))
def test_isolates_are_taken_off_again(text: str) -> None:
    assert without_isolates(isolate(text)) == without_isolates(text)
    assert not {FSI, PDI} & set(without_isolates(text))


def test_a_controlled_value_is_named_in_the_language_else_in_the_next_else_by_its_id(small: Languages) -> None:
    arabic = small.translator("ar")
    assert arabic.label("topics", "crying-baby") == "الطفل يبكي"
    assert arabic.label("topics", "jobcenter") == "Jobcenter"
    assert arabic.label("topics", "no-such-topic") == "no-such-topic"
    assert arabic.label("no-such-kind", "x") == "x"
    assert arabic.has_label("topics", "crying-baby")
    assert not arabic.has_label("topics", "jobcenter")


def test_a_language_is_called_by_its_name_in_this_language(small: Languages, german: Translator) -> None:
    assert small.translator("de").language_name("kmr") == "Kurdisch"
    assert small.translator("de").language_name("uk") == "Ukrainisch"
    assert small.translator("de").language_name("tlh-x") == "Klingonisch"
    assert small.translator("de").language_name("qqq") == "qqq"
    assert german.language_name("tr") == "Türkisch"


def test_a_language_that_is_not_there_is_left_out_of_the_chain(small: Languages) -> None:
    """Every language here falls back to "xy", which does not exist, before German."""
    assert small.translator("uk").gettext("Where do you live?") == "Wo wohnen Sie?"


def test_an_unknown_language_has_no_translator(small: Languages) -> None:
    with pytest.raises(KeyError):
        small.translator("tlh")


def test_a_translator_turns_into_another_language(small: Languages) -> None:
    german = small.translator("de")
    assert german.into("de") is german
    assert german.into("uk").tag == "uk"
    assert german.into("uk").into("de").gettext("Where do you live?") == "Wo wohnen Sie?"


def test_a_file_that_a_language_does_not_have_is_empty(small: Languages) -> None:
    assert small.by_tag["uk"].data("phrases") == {}
    assert small.by_tag["uk"].labels == {}


def test_ordinary_and_plain_german_are_german(languages: Languages) -> None:
    assert {tag for tag in languages.by_tag if languages.translator(tag).is_german} == {"de", "de-simple"}


def test_a_list_is_joined_as_in_the_language(german: Translator) -> None:
    assert german.list(["a", "b", "c"]) == "a, b und c"
    assert german.list(item for item in ("a", "b")) == "a und b"
    assert german.list(["a"]) == "a"
    assert german.list([]) == ""


def test_a_number_is_written_as_in_the_language(languages: Languages, german: Translator) -> None:
    assert german.number(1.5) == "1,5"
    assert german.number(1200) == "1.200"
    assert languages.translator("en").number(1.5) == "1.5"


@pytest.mark.parametrize(
    ("euros", "said"),
    [
        ("0", "0 €"),
        ("12", "12 €"),
        ("12.00", "12 €"),
        ("12.5", "12,50 €"),
        ("0.05", "0,05 €"),
        ("1234.5", "1.234,50 €"),
    ],
)
def test_an_amount_has_cents_only_where_there_are_some(german: Translator, euros: str, said: str) -> None:
    assert german.money(Decimal(euros)) == said


def test_days_and_times_are_said_as_people_say_them(german: Translator, languages: Languages) -> None:
    assert german.day(date(2026, 11, 25)) == "Mi., 25. Nov."
    assert german.month(date(2026, 3, 1)) == "März 2026"
    assert german.weekday(date(2026, 11, 23)) == "Mo."
    assert german.clock(time(9, 5)) == "09:05"
    assert german.clock(datetime(2026, 11, 23, 17, 30)) == "17:30"  # noqa: DTZ001 local time, as everywhere
    assert languages.translator("en").clock(time(17, 30)) == "17:30"
    assert german.clock(time(0, 0)) == "00:00"


@pytest.mark.parametrize("babel", ["ar_EG", "fa", "ckb", "ps"])
def test_digits_are_western_in_every_language(tmp_path: Path, babel: str) -> None:
    """They may have to be dialled, or compared with a sign on a door."""
    write_language(tmp_path, "xx", NOTHING, babel=babel, direction="rtl", fallback=[])
    text = load_languages(tmp_path).translator("xx")
    said = [text.number(1234.5), text.money(Decimal("12.50")), text.day(date(2026, 11, 25)), text.clock(time(17, 30))]
    said.append(text.month(date(2026, 3, 1)))
    assert not [c for c in "".join(said) if c.isdecimal() and not c.isascii()]
    assert "1730" in "".join(c for c in said[3] if c.isdecimal())


def test_what_is_let_go_of_languages_changes_no_sentence() -> None:
    """In a process of its own: what Babel keeps is kept for all."""
    said = "import tests.test_i18n as here, sys; sys.stdout.buffer.write(here.everything_said(let_go={}).encode())"
    whole, spared = (
        subprocess.run([sys.executable, "-c", said.format(let_go)], check=True, capture_output=True).stdout
        for let_go in (False, True)
    )
    assert whole
    assert whole == spared


def everything_said(*, let_go: bool) -> str:
    """Every form of days, numbers and names in every language; each language once, for Babel's are large."""
    languages = load_languages()
    if let_go:
        languages.let_go()
        assert "currency_names" not in localedata.load("de"), "something was let go"
    days = [date(2026, 1, 1) + timedelta(days) for days in range(366)]
    said: list[str] = []
    for language in languages:
        text = languages.translator(language.tag)
        said += [
            form(day)
            for day in days
            for form in (text.day, partial(text.day, with_year=True), text.month, text.weekday)
        ]
        said += [text.number(1234.5), text.money(Decimal("1234.50")), text.money(Decimal(3)), text.clock(time(9, 5))]
        said += [text.list("abcd"[:count]) for count in range(5)]
        said += [text.language_name(tag) for tag in ("fa", "ckb", "ku", "ro", "so", "ti", "en", "zh")]
    return "\n".join(said)
