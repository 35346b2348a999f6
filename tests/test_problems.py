"""Problems are said in sentences that exist, in both languages, to somebody who does not program."""

import ast
import pickle
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.problems import Lang, Problem, Severity, Spot, UnreadableError, sentences, visible

ROOT = Path(__file__).parent.parent
MODULES = sorted([*ROOT.glob("catalog/**/*.py"), *ROOT.glob("bot/**/*.py")])
LANGS: tuple[Lang, ...] = get_args(Lang)
CODES = {  # what names a sentence, and which of its arguments is the code
    "Problem": 1,
    "Finding": 1,
    "RefusedError": 1,
    "Doubt": 0,
    "Remark": 0,
    "RefusedFileError": 0,
    "PydanticCustomError": 0,
}


def calls() -> Iterator[tuple[str, str, ast.Call]]:
    """Every place in the program that names a sentence outright: where, its code, the call."""
    for path in MODULES:
        if path.name == "doctor.py":
            continue  # its findings are about the installation
        source = path.read_text("utf-8")
        if not any(f"{code}(" in source for code in CODES):
            continue
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CODES:
                position = CODES[node.func.id]
                code = node.args[position] if len(node.args) > position else None
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", code.value, node


def placeholders(words: dict[str, str]) -> set[str]:
    return {name for text in words.values() for _, name, _, _ in Formatter().parse(text) if name}


def test_every_sentence_that_the_program_names_exists() -> None:
    named = list(calls())
    assert len(named) > 50
    assert [(where, code) for where, code, _ in named if code not in sentences()] == []


def test_every_sentence_is_used() -> None:
    """A code may also stand in a table, be chosen between two, or be put together at its end."""
    nodes = [node for path in MODULES for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    written = {node.value for node in nodes if isinstance(node, ast.Constant)}
    parts = [node.values[0] for node in nodes if isinstance(node, ast.JoinedStr) and node.values]
    beginnings = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
    starts = tuple(beginning for beginning in beginnings if beginning.endswith("-"))
    assert [code for code in sentences() if code not in written and not code.startswith(starts)] == []


@pytest.mark.parametrize("code", sorted(sentences()))
def test_a_sentence_is_whole_in_both_languages(code: str) -> None:
    entry = sentences()[code]
    assert entry.keys() == {"severity", *LANGS}
    assert entry["severity"] in get_args(Severity)
    for lang in LANGS:
        assert entry[lang].keys() <= {"what", "right"}
        assert entry[lang]["what"].strip()
    assert placeholders(entry["de"]) == placeholders(entry["en"])


@pytest.mark.parametrize("code", sorted(sentences()))
def test_whoever_must_act_is_told_what_to_do(code: str) -> None:
    if sentences()[code]["severity"] != "notice":
        assert all(sentences()[code][lang].get("right") for lang in LANGS)


@pytest.mark.parametrize("code", sorted(sentences()))
def test_german_is_said_to_a_person_and_without_the_words_of_programmers(code: str) -> None:
    german = " ".join(sentences()[code]["de"].values())
    assert not re.search(r"\b(?:du|dein\w*|dir|dich)\b", german, re.IGNORECASE)
    assert not re.search(r"\b(?:String|Array|null|None|Exception|Validierung|valide|Regex|parsen|Key|Field)\b", german)


def filled(call: ast.Call) -> set[str] | None:
    """The details that a call names outright; None when it hands on a table made elsewhere."""
    names: set[str] = set()
    for part in [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg in {"details", None})]:
        if isinstance(part, ast.Dict):
            names |= {str(key.value) for key in part.keys if isinstance(key, ast.Constant)}
        elif isinstance(part, ast.Name) and part.id == "details":
            return None
    return names | {keyword.arg for keyword in call.keywords if keyword.arg}


@pytest.mark.parametrize(
    ("where", "code", "call"), list(calls()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_sentence_gets_what_it_needs(where: str, code: str, call: ast.Call) -> None:
    given_details = filled(call)
    needed = placeholders(sentences()[code]["de"]) - {"value"}
    assert given_details is None or needed <= given_details, where


def test_a_spot_is_said_from_the_file_to_the_column() -> None:
    spot = Spot("town.xlsx", "Angebote", 12, "Telefon", "cafe")
    assert spot.said("de") == "town.xlsx, Blatt „Angebote“, Zeile 12, Spalte „Telefon“"
    assert (
        Spot("town.yaml", row=7, offer="cafe", column="phone").said("en")
        == "town.yaml, line 7, offer cafe, column “phone”"
    )


def test_a_problem_says_what_is_wrong_and_what_would_be_right() -> None:
    problem = Problem(Spot("town.xlsx", row=3), "choice-mistyped", "Schreiambulans", {"suggestion": "Schreiambulanz"})
    assert problem.severity == "error"
    assert problem.said("de").right == "Meinten Sie „Schreiambulanz“?"
    assert str(problem) == (
        "town.xlsx, line 3: “Schreiambulans” is not one of the words that are possible here. Did you mean “Schreiambulanz”?"
    )


def test_a_detail_may_differ_by_language_and_a_day_is_written_as_usual() -> None:
    half = Problem(Spot("x"), "translation-half", details={"language": {"de": "Türkisch", "en": "Turkish"}})
    assert "Auf Türkisch" in half.said("de").what
    assert "In Turkish" in half.said("en").what
    over = Problem(Spot("x"), "offer-over", "2026-01-31")
    assert "seit 31.01.2026 vorbei" in over.said("de").what
    assert "since 2026-01-31" in over.said("en").what


@given(value=st.text(max_size=400), detail=st.text(max_size=800))
def test_whatever_stands_in_the_file_is_shown_without_doing_anything(value: str, detail: str) -> None:
    problem = Problem(Spot(value, value, 1, value, value), "choice-mistyped", value, {"suggestion": detail})
    for lang in LANGS:
        for shown in (*problem.said(lang), problem.spot.said(lang)):
            assert shown.isprintable()


@given(text=st.text(max_size=400))
def test_a_long_value_is_cut(text: str) -> None:
    assert len(visible(text)) <= 121
    assert visible(text, 400) == "".join(c if c.isprintable() else " " for c in text)


def test_an_unreadable_file_is_said_in_both_languages_even_from_another_process() -> None:
    error: Any = pickle.loads(pickle.dumps(UnreadableError(Problem(Spot("town.yaml", row=2), "yaml-unreadable"))))  # noqa: S301 our own
    assert str(error).startswith("town.yaml, line 2: This is not readable as YAML.")
    assert error.problem.said("de").what == "Die Datei ist kein lesbares YAML."
