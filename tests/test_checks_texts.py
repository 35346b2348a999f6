"""What families read, and what must not be in it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.checks.texts import check_texts, check_translations
from catalog.model import Site
from tests.checking import AROUND, an_offer, found


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Beratung \u202egnutareB", "text-invisible"),
        ("Beratung\x1b[2J", "text-invisible"),
        ("Beratung \x00", "text-invisible"),
        ("FrÃ¼he Hilfen", "text-misread"),
        ("Hilfe â€“ sofort", "text-misread"),
        ("Familienb\ufffdro", "text-misread"),
        ("#REF!", "text-cell-error"),
        ("#BEZUG!", "text-cell-error"),
        ("Kommen Sie <b>heute</b>", "text-markup"),
        ("<script>alert(1)</script>", "text-markup"),
        ("Spiel &amp; Spaß", "text-markup"),
    ],
)
@pytest.mark.parametrize("field", ["title", "summary", "provider"])
def test_what_does_not_belong_into_a_text(text: str, code: str, field: str) -> None:
    changed: dict[str, Any] = {field: text}
    assert (field, code) in found(check_texts, an_offer(**changed))


@pytest.mark.parametrize(
    "text",
    ["Für Kinder < 3 Jahre", "Spiel & Spaß", "Größe: 1 > 0", "Â ist ein Buchstabe", "C# und F#", "Zeile 1\nZeile 2"],
)
def test_what_only_looks_like_it(text: str) -> None:
    assert found(check_texts, an_offer(summary=text)) == []


def test_sites_and_translations_are_read_as_well() -> None:
    offer = an_offer(
        Site(name="<i>Hof</i>", address="Am Hof\u202e 1", municipality="GÃ¶rlitz"),
        translations={"tr": {"title": "Kafe &nbsp;", "summary": "#NV", "by": "machine"}},
    )
    assert found(check_texts, offer) == [
        ("site_name", "text-markup"),
        ("address", "text-invisible"),
        ("municipality", "text-misread"),
        ("translations.tr.title", "text-markup"),
        ("translations.tr.summary", "text-cell-error"),
    ]


def test_a_missing_summary_is_said() -> None:
    assert found(check_texts, an_offer(summary="")) == [("summary", "summary-missing")]


@pytest.mark.parametrize(
    ("lang", "words", "codes"),
    [
        ("tr", {"title": "Veli kahvesi", "summary": "Gelin, kahve için."}, []),
        ("tr", {"title": "Veli kahvesi"}, ["translation-half"]),
        ("tr", {"title": "x", "summary": "Kommen Sie vorbei, trinken Sie einen Kaffee."}, ["translation-german"]),
        ("ar", {"title": "مقهى الوالدين", "summary": "تعالوا"}, []),
        ("ar", {"title": "Parents café", "summary": "تعالوا"}, ["translation-script"]),
        ("uk", {"title": "Veli kahvesi", "summary": "Приходьте"}, ["translation-script"]),
    ],
)
def test_a_translation_is_whole_and_in_its_script(lang: str, words: dict[str, str], codes: list[str]) -> None:
    offer = an_offer(translations={lang: {**words, "by": "human"}})
    assert [code for _, code in found(check_translations, offer)] == codes


@given(text=st.text(min_size=3, max_size=120))
def test_no_text_is_too_strange_to_be_looked_at(text: str) -> None:
    list(check_texts(an_offer().model_copy(update={"title": text, "summary": text}), AROUND))
