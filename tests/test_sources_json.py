"""A catalog kept as JSON, with the same fields as in YAML."""

import json
from datetime import date
from pathlib import Path

import pytest

from catalog.problems import UnreadableError
from catalog.sources.json import is_own_form, loaded
from catalog.sources.reading import read_catalog
from catalog.topics import Topics

TODAY = date(2026, 11, 23)
CAFE = {
    "id": "parents-cafe",
    "title": "Elterncafé",
    "provider": "house",
    "offer_type": "parents-cafe",
    "topics": ["parents-meeting"],
    "sites": [{"kind": "online"}],
}


def saved(folder: Path, content: object) -> Path:
    path = folder / "town.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def test_the_fields_are_those_of_yaml(tmp_path: Path, topics: Topics) -> None:
    content = {"catalog": {"name": "Beispielhafen"}, "providers": {"house": {"name": "Haus e. V."}}, "offers": [CAFE]}
    source = read_catalog(saved(tmp_path, content), topics, TODAY)
    assert (source.name, source.problems) == ("Beispielhafen", ())
    assert [(offer.id, offer.provider, offer.kind) for offer in source.offers] == [
        ("parents-cafe", "Haus e. V.", "leisure")
    ]


def test_one_wrong_offer_does_not_take_the_others_along(tmp_path: Path, topics: Topics) -> None:
    content = {"offers": ["just words", CAFE, {**CAFE, "id": "b-b", "topics": []}]}
    source = read_catalog(saved(tmp_path, content), topics, TODAY)
    assert [offer.id for offer in source.offers] == ["parents-cafe"]
    assert [problem.spot.offer for problem in source.problems] == ["", "b-b"]


def test_a_wrong_outline_is_refused_with_its_place(tmp_path: Path, topics: Topics) -> None:
    with pytest.raises(UnreadableError, match="providers"):
        read_catalog(saved(tmp_path, {"providers": ["x"], "offers": []}), topics, TODAY)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"offers": [', "json-unreadable"),
        ("[" * 200_000, "json-unreadable"),
        ("", "json-unreadable"),
        ('"\ud800', "json-unreadable"),
        ("[" + "[]," * 1_000_000 + "0]", "file-too-large"),
    ],
    ids=["half", "deep", "empty", "surrogate", "many"],
)
def test_what_is_no_json_or_too_much_of_it_is_refused(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "town.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(UnreadableError) as refusal:
        loaded(path)
    assert refusal.value.problem.code == code


def test_our_own_form_is_told_by_its_list_of_offers() -> None:
    assert is_own_form({"offers": []})
    assert not is_own_form({"offers": 1})
    assert not is_own_form({"services": []})
    assert not is_own_form([])
