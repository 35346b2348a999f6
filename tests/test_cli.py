"""The command as people and scripts use it."""

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from tests.conftest import SHARED

DAY = ["--today", "2026-11-23T10:00"]


def run(*arguments: str, said: str = "", env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Run the command in this process, with nothing of the machine's own settings."""
    clean = {"NAHBEI_CATALOG": None, "NAHBEI_PLACES": None, "NAHBEI_DATA_DIR": "/nonexistent"}
    result = CliRunner().invoke(main, list(arguments), input=said, env={**clean, **(env or {})})
    return result.exit_code, result.stdout, result.stderr


def lines(*asked: Any) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in asked)


def answers(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_the_first_screen_names_every_language_in_its_own_script() -> None:
    code, output, _ = run("chat", *DAY)
    assert code == 0
    for name in ("Deutsch", "Einfaches Deutsch", "English", "Türkçe", "العربية", "Українська"):
        assert name in output


def test_a_chat_as_json_has_exactly_the_promised_form() -> None:
    code, output, _ = run("chat", "--json", "--lang", "de", *DAY, said="3 Jahre\n@54.45,6.60\n")
    assert code == 0
    turns = answers(output)
    assert [turn["said"] for turn in turns] == [None, "3 Jahre", "@54.45,6.60"]
    for turn in turns:
        assert set(turn) == {"said", "step", "replies", "danger"}
        for reply in turn["replies"]:
            assert set(reply) == {"kind", "text", "options", "offer", "helplines"}
            assert reply["kind"] in {"say", "ask", "card", "picture"}
            assert all(set(option) == {"id", "label"} for option in reply["options"])
    assert [turn["step"] for turn in turns] == ["child", "topic", "topic"]


def test_a_whole_visit_in_four_lines_ends_with_cards() -> None:
    _, output, _ = run("chat", "--json", *DAY, said="Türkçe\n8 aylık\nbebeğim sürekli ağlıyor\n00103\n")
    last = answers(output)[-1]
    assert last["step"] in {"results", "topic"}


def test_danger_names_its_topic_and_helplines() -> None:
    _, output, _ = run("chat", "--json", "--lang", "de", *DAY, said="ich will nicht mehr leben\n")
    turn = answers(output)[-1]
    assert turn["danger"] == "suicidal-thoughts"
    assert turn["replies"][0]["helplines"][0] == "notruf-112"


def test_empty_lines_and_broken_bytes_are_answered() -> None:
    result = CliRunner().invoke(main, ["chat", "--json", "--lang", "de", *DAY], input=b"\n\xff\xfe\n\n")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 4


def test_understand_answers_each_slot_in_order() -> None:
    asked = lines(
        {"id": 1, "slot": "age", "lang": "de", "text": "anderthalb"},
        {"id": 2, "slot": "place", "lang": "ar", "text": "برلين"},
        {"id": 3, "slot": "topic", "lang": "de", "text": "mein Baby schreit die ganze Nacht"},
        {"id": 4, "slot": "language", "text": "мій син не спить"},
    )
    code, output, _ = run("understand", *DAY, said=asked)
    age, place, topic, language = answers(output)
    assert code == 0
    assert age == {"id": 1, "children": [{"min_months": 18, "max_months": 18}]}
    assert set(place) == {"id", "places", "ambiguous"}
    assert set(place["places"][0]) == {"name", "plz", "district", "lat", "lon", "approximate"}
    assert place["places"][0]["name"] == "Berlin"
    assert set(topic) == {"id", "topics", "confident", "urgency", "danger", "helplines"}
    assert topic["topics"][0]["id"] == "crying-baby"
    assert language["lang"] == "uk"


def test_a_wrong_line_gets_an_error_and_the_next_is_answered() -> None:
    asked = 'no json\n[1]\n{"id": 1, "slot": "x", "text": "a"}\n{"id": 2, "slot": "age", "lang": "xx", "text": "3"}\n'
    asked += lines({"id": 3, "slot": "age", "lang": "de", "text": "3 Jahre"})
    code, output, _ = run("understand", *DAY, said=asked)
    *wrong, right = answers(output)
    assert code == 0
    assert all(set(line) == {"id", "error"} for line in wrong)
    assert right["children"] == [{"min_months": 36, "max_months": 47}]


def test_match_says_why() -> None:
    asked = {"id": 1, "lang": "de", "topics": ["crying-baby"], "place": "Beispielhafen", "limit": 3}
    _, output, _ = run("match", *DAY, said=lines({**asked, "children": [{"min_months": 3, "max_months": 3}]}))
    (answer,) = answers(output)
    assert set(answer) == {"id", "offers", "helplines"}
    assert 1 <= len(answer["offers"]) <= 3
    for offer in answer["offers"]:
        assert set(offer) == {"id", "title", "distance_km", "score", "why", "widened"}
        assert offer["why"]


def test_evaluate_prints_a_table_and_json(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    wanted = {"children": [{"min_months": 36, "max_months": 47}]}
    file.write_text(lines({"id": 1, "slot": "age", "lang": "de", "text": "3 Jahre", "expect": wanted}), "utf-8")
    code, output, _ = run("evaluate", str(file))
    assert code == 0
    assert "100.0 %" in output
    _, output, _ = run("evaluate", str(file), "--json")
    assert answers(output) == [{"slot": "age", "lang": "de", "count": 1, "first": 1.0, "three": 1.0}]


def test_places_find_shows_what_was_understood() -> None:
    code, output, _ = run("places", "find", "Nordweide")
    assert code == 0
    assert "Beispielhafen" in output


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["chat", "--today", "gestern"], "2026-11-22"),
        (["chat", "--lang", "klingon"], "de-simple"),
        (["chat", "--catalog", "/nowhere.yaml"], "/nowhere.yaml"),
        (["match", "--today", "2026-13-01"], "2026-11-22"),
        (["evaluate", "/nowhere.jsonl"], "/nowhere.jsonl"),
        (["places", "find", "Xqzwv"], "places update"),
        (["fly"], "fly"),
    ],
)
def test_a_wrong_call_says_in_one_line_what_to_do(arguments: list[str], hint: str) -> None:
    code, output, error = run(*arguments)
    assert code == 2
    assert output == ""
    assert error.startswith("nahbei: ")
    assert len(error.strip().splitlines()) == 1
    assert hint in error


def test_an_unreadable_catalog_names_file_and_line(tmp_path: Path) -> None:
    broken = tmp_path / "catalog.yaml"
    broken.write_text("offers:\n  - id: [\n", "utf-8")
    code, _, error = run("chat", "--catalog", str(broken))
    assert code == 2
    assert "catalog.yaml, line" in error


def test_places_of_the_operator_are_used() -> None:
    if not SHARED.is_dir():
        pytest.skip("the post-code tables beside the checkout are not here")
    asked = lines({"id": 1, "slot": "place", "lang": "de", "text": "02826"})
    _, output, _ = run("understand", said=asked, env={"NAHBEI_PLACES": str(SHARED / "data" / "places")})
    assert answers(output)[0]["places"][0]["name"] == "Görlitz"


def commands(group: Any = main, path: Iterable[str] = ()) -> Iterable[list[str]]:
    for name, command in group.commands.items():
        yield [*path, name]
        if hasattr(command, "commands"):
            yield from commands(command, [*path, name])


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_explains_itself(path: list[str]) -> None:
    code, output, _ = run(*path, "--help")
    assert code == 0
    assert len(output.split("\n\n")[1]) > 20


def test_the_command_answers_line_by_line() -> None:
    """A script that waits for each answer before it asks on must not wait for ever."""
    command = [sys.executable, "-m", "bot.cli", "understand", *DAY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        for number in (1, 2):
            process.stdin.write(lines({"id": number, "slot": "age", "lang": "de", "text": f"{number} Jahre"}))
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == number
        process.stdin.close()
        assert process.wait(30) == 0
