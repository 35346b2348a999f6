"""The command as people and scripts use it."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.dialogue.model import Count, Report
from bot.keys import load_keys
from bot.store import counters, retention
from bot.store.opening import open_database
from tests.conftest import SHARED
from tests.storage import accept, arrival

DAY = ["--today", "2026-11-23T10:00"]


def run(*arguments: str, said: str = "", env: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Run the command in this process, with nothing of the machine's own settings."""
    clean = {"NAHBEI_CATALOG": None, "NAHBEI_PLACES": None}
    result = CliRunner().invoke(main, list(arguments), input=said, env={**clean, **(env or {})})
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(autouse=True)
def only_words(monkeypatch: pytest.MonkeyPatch, words: Path) -> None:
    """A data folder in which nothing is but the tables of words."""
    monkeypatch.setenv("NAHBEI_DATA_DIR", str(words))


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
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield [*path, name]
        if isinstance(command, click.Group):
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


# ---- what is stored, for those who look after it

FOUND = Count("found", "crying-baby", "baby_toddler", "age_0_1", "de", "Görlitz", "Südstadt", "Görlitz")
STORES = [["demand"], ["feedback"], ["feedback", "clear", "an-offer"], ["backup", "FILE"], ["doctor", "--privacy"]]


@pytest.fixture(scope="module")
def known_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation: a month with twelve families who found something, and three who found an offer closed."""
    folder = tmp_path_factory.mktemp("known") / "home"
    october, today = date(2026, 10, 15), date(2026, 11, 23)
    with closing(open_database(load_keys(folder / "keys"), folder)) as database:
        for n in range(12):
            database.run(counters.count, b"chat %d" % n, FOUND, october)
        database.run(counters.turn_over, today)
        for n in range(3):
            database.run(counters.report, b"chat %d" % n, Report("an-offer", "closed"), today)
            accept(database, arrival(n), now=1_795_000_000.0)
    return folder


@pytest.fixture
def home(known_home: Path, tmp_path: Path) -> Path:
    """A copy of that installation for one test."""
    return Path(shutil.copytree(known_home, tmp_path / "home"))


def looked_after(home: Path, *arguments: str, **names: str) -> tuple[int, str, str]:
    return run(*arguments, env={"NAHBEI_DATA_DIR": str(home), "COLUMNS": "600", **names})


def test_demand_shows_what_was_published(home: Path, tmp_path: Path) -> None:
    code, output, _ = looked_after(home, "demand")
    assert code == 0
    assert re.search("Görlitz.* 10 ", output)
    html = tmp_path / "demand.html"
    code, output, _ = looked_after(home, "demand", "--html", str(html), "--lang", "en")
    assert code == 0
    assert "1 months" in output
    assert "Görlitz" in html.read_text("utf-8")


def test_feedback_shows_what_families_say_until_it_is_cleared(home: Path) -> None:
    code, output, _ = looked_after(home, "feedback")
    (line,) = [line for line in output.splitlines() if "an-offer" in line]
    assert code == 0
    assert "⚠️" in line
    assert " 3 " in line
    assert looked_after(home, "feedback", "clear", "an-offer", "unknown")[:2] == (0, "1 reports cleared\n")
    assert "an-offer" not in looked_after(home, "feedback")[1]
    assert looked_after(home, "feedback", "clear", "an-offer")[1] == "0 reports cleared\n"


def test_a_backup_goes_into_a_fresh_installation_with_the_old_pepper(home: Path, tmp_path: Path) -> None:
    file, fresh = tmp_path / "saved", tmp_path / "fresh"
    code, output, _ = looked_after(home, "backup", str(file))
    assert code == 0
    assert output.startswith(f"{file}: ")
    code, _, error = looked_after(fresh, "restore", str(file))
    assert code == 2
    assert "pepper.key" in error
    (fresh / "keys").mkdir(parents=True)
    shutil.copy(home / "keys" / "pepper.key", fresh / "keys")
    code, restored, _ = looked_after(fresh, "restore", str(file))
    assert (code, restored) == (0, output)
    assert looked_after(fresh, "demand")[1] == looked_after(home, "demand")[1]
    code, _, error = looked_after(fresh, "restore", str(file))
    assert code == 2
    assert "fresh" in error


def test_what_is_no_backup_is_refused_in_one_line(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter"
    for content, hint in ((b"Dear Sir", "not a backup"), (None, "letter")):
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        one_line(looked_after(home, "restore", str(file)), hint)


def test_the_doctor_says_what_is_missing_and_the_exit_code_too(home: Path) -> None:
    code, output, _ = looked_after(home, "doctor")
    assert code == 1
    assert "no channel is configured" in output
    code, output, _ = looked_after(home, "doctor", NAHBEI_GATEWAY_SOCKET=str(home / "s"))
    assert code == 0
    assert "3 messages" in output


def test_the_doctor_shows_exactly_what_is_stored(home: Path) -> None:
    code, output, _ = looked_after(home, "doctor", "--privacy")
    assert code == 0
    with closing(open_database(load_keys(home / "keys"), home)) as database:
        kinds = database.run(retention.inventory)
    for name, kept in kinds.items():
        (line,) = [line for line in output.splitlines() if name in line]
        assert re.search(rf"{name}\W+{kept.rows}\b", line)
    assert kinds["messages unanswered"].rows == 3
    (line,) = [line for line in output.splitlines() if "messages unanswered" in line]
    assert "2026-11-18" in line


def one_line(result: tuple[int, str, str], hint: str) -> None:
    code, output, error = result
    assert code == 2
    assert output == ""
    assert error.startswith("nahbei: ")
    assert len(error.strip().splitlines()) == 1
    assert hint in error


def without_keys(home: Path) -> None:
    shutil.rmtree(home / "keys")


def open_keys(home: Path) -> None:
    (home / "keys" / "database.key").chmod(0o644)


def other_pepper(home: Path) -> None:
    (home / "keys" / "pepper.key").write_text("ab" * 32)


def other_key(home: Path) -> None:
    (home / "keys" / "database.key").write_text("ab" * 32)


def broken_key(home: Path) -> None:
    (home / "keys" / "database.key").write_bytes(b"\xff no key")


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (without_keys, "database.key is missing"),
        (open_keys, "chmod 600"),
        (other_pepper, "another pepper.key"),
        (other_key, "put the right key back"),
        (broken_key, "is not a key"),
    ],
)
@pytest.mark.parametrize("command", STORES, ids=" ".join)
def test_an_installation_that_is_broken_is_said_to_be_so_in_one_line(
    home: Path, tmp_path: Path, command: list[str], fault: Callable[[Path], None], hint: str
) -> None:
    fault(home)
    one_line(looked_after(home, *[part.replace("FILE", str(tmp_path / "saved")) for part in command]), hint)
    assert not (tmp_path / "saved").exists()


@pytest.mark.parametrize("command", STORES, ids=" ".join)
@pytest.mark.parametrize(
    ("url", "hint"),
    [
        ("postgresql://nobody:secret@127.0.0.1:1/none", "cannot be opened"),
        ("mysql://nobody:secret@127.0.0.1/none", "NAHBEI_DATABASE_URL"),
        ("nonsense", "NAHBEI_DATABASE_URL"),
    ],
)
def test_an_address_that_leads_to_no_database_is_said_in_one_line_without_its_password(
    home: Path, tmp_path: Path, command: list[str], url: str, hint: str
) -> None:
    command = [part.replace("FILE", str(tmp_path / "saved")) for part in command]
    result = looked_after(home, *command, NAHBEI_DATABASE_URL=url)
    one_line(result, hint)
    assert "secret" not in result[2]


@pytest.mark.parametrize("command", [["demand", "--html"], ["backup"]], ids=" ".join)
def test_a_file_that_cannot_be_written_is_said_in_one_line(home: Path, command: list[str]) -> None:
    one_line(looked_after(home, *command, str(home / "nowhere" / "file")), "nowhere")


def test_a_language_that_is_none_is_said_in_one_line(home: Path) -> None:
    one_line(looked_after(home, "demand", "--lang", "klingon"), "klingon")
