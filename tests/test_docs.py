"""What the pages under docs/ promise: each number is the program's own, each proof exists, each command runs."""

import ast
import re
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from bot.config import Settings
from bot.dialogue.model import Report
from bot.doctor import KEPT_FOR
from bot.keys import load_keys
from bot.metrics import Metrics
from bot.sending import Patience
from bot.service import Limits
from bot.store import counters, retention
from bot.store.opening import open_database
from bot.store.tables import metadata
from bot.upkeep import ALIVE_EVERY, SWEEP_EVERY
from tests.conftest import lay_words
from tests.test_architecture import MODULES, ROOT, name

PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])
PRIVACY, DSFA, THREATS, OPERATORS = (
    (ROOT / "docs" / f"{page}.md").read_text("utf-8") for page in ("privacy", "dsfa", "threats", "operators")
)
PROOF = re.compile(r"(?:tests/)?(test_\w+(?:/\w+)?\.py)::(test_\w+)")
OUTSIDE = {"außerhalb des Programms", "outside the program"}
HOUR, DAY = 3600, 86400
UNITS = {"Stunde": HOUR, "hour": HOUR, "Tag": DAY, "day": DAY, "Woche": 7 * DAY, "week": 7 * DAY}
DURATION = re.compile(rf"(\d+) ({'|'.join(UNITS)})")
CONSTANT = re.compile(r"<!-- (retention|counters)\.([A-Z_]+) -->")
NUMBERED = re.compile(r"\b(T\d+)\b")
TIMES = {
    "conversations": retention.STATE_SECONDS,
    "chats at work": retention.IN_FLIGHT_SECONDS,
    "messages unanswered": retention.IN_FLIGHT_SECONDS,
    "answers undelivered": retention.IN_FLIGHT_SECONDS,
    "updates seen": retention.SEEN_SECONDS,
    "messages to delete": retention.MESSAGES_SECONDS,
    "messages set aside": retention.QUARANTINE_SECONDS,
    "reports about offers": counters.KEPT_WEEKS * 7 * DAY,
    "gaps taken on": retention.CHALLENGES_SECONDS,
}


def fenced(page: str, language: str) -> list[str]:
    """The blocks of a page in one language, without the fences."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def rows(page: str, *headings: str) -> list[list[str]]:
    """The cells of all tables that begin with this heading."""
    found: list[list[str]] = []
    inside = False
    for line in page.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        inside = bool(cells) and (inside or cells[0] in headings)
        if inside and cells[0] not in headings and set(cells[0]) != {"-"}:
            found.append(cells)
    return found


@pytest.fixture(scope="session")
def tests() -> Mapping[str, frozenset[str]]:
    """The names of all tests, by file."""
    return {
        file.relative_to(ROOT / "tests").as_posix(): frozenset(
            node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)
        )
        for file in (ROOT / "tests").rglob("test_*.py")
    }


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_proof_that_a_page_names_exists(page: Path, tests: Mapping[str, frozenset[str]]) -> None:
    named = PROOF.findall(page.read_text("utf-8"))
    assert not [f"{file}::{test}" for file, test in named if test not in tests.get(file, frozenset())]


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        if not path.startswith("https://"):
            there = (page.parent / path).resolve() if path else page
            assert there.exists(), target
            assert not anchor or anchor in anchors(there), target


def seconds_of(module: str, constant: str) -> float:
    value: float = getattr(import_module(f"bot.store.{module}"), constant)
    return value * 7 * DAY if constant.endswith("_WEEKS") else value


def test_the_two_halves_of_the_privacy_page_say_the_same() -> None:
    german, english, _ = PRIVACY.split("\n---\n")
    assert NUMBERED.findall(german.partition("\n## ")[2]) == NUMBERED.findall(english.partition("\n## ")[2])
    assert CONSTANT.findall(german) == CONSTANT.findall(english)
    tables = [[row[1] for row in rows(half, "Was", "What")] for half in (german, english)]
    assert tables[0] == tables[1]


@pytest.mark.parametrize("row", rows(PRIVACY, "Was", "What"), ids=lambda row: row[0][:30])
def test_every_time_on_the_privacy_page_is_the_programs_own(row: list[str]) -> None:
    _, _, how_long, proof = row
    said = [int(number) * UNITS[unit] for number, unit in DURATION.findall(how_long)]
    assert said == [seconds_of(*constant) for constant in CONSTANT.findall(proof)]
    assert NUMBERED.findall(proof)


def test_every_table_of_the_database_stands_on_the_privacy_page() -> None:
    named = {table for row in rows(PRIVACY, "Was", "What") for table in re.findall(r"`(\w+)`", row[1])}
    assert named == set(metadata.tables)


def test_the_doctor_says_the_same_times() -> None:
    said = {kind: DURATION.search(text) for kind, text in KEPT_FOR.items()}
    assert {kind: int(found[1]) * UNITS[found[2]] for kind, found in said.items() if found} == TIMES


def test_what_is_over_goes_every_minute_as_the_page_says() -> None:
    assert "Aufgeräumt wird jede Minute" in PRIVACY
    assert SWEEP_EVERY == 60


@pytest.mark.parametrize("row", rows(PRIVACY, "Gestohlen", "Stolen"), ids=lambda row: row[0][:30])
def test_every_line_of_what_a_theft_surrenders_has_its_proof(row: list[str]) -> None:
    assert NUMBERED.findall(row[-1]) or row[-1] in OUTSIDE


@pytest.mark.parametrize("page", [PRIVACY, DSFA], ids=["privacy", "dsfa"])
def test_every_number_of_a_proof_is_in_the_list_and_every_proof_is_used(page: str) -> None:
    listed = re.findall(rf"^- (T\d+) `{PROOF.pattern}`$", page, re.MULTILINE)
    numbers = [number for number, *_ in listed]
    text = page.replace("T1, T2 …", "")
    assert numbers == [f"T{number}" for number in range(1, len(numbers) + 1)]
    assert {number for number in NUMBERED.findall(text) if NUMBERED.findall(text).count(number) > 1} == set(numbers)


@pytest.mark.parametrize("row", rows(THREATS, "Threat"), ids=lambda row: row[0][:40])
def test_every_threat_has_a_control_and_its_proof(row: list[str]) -> None:
    threat, control, proof = row
    assert threat
    assert control
    assert PROOF.findall(proof)


@pytest.mark.parametrize("row", rows(DSFA, "Risiko"), ids=lambda row: row[0][:40])
def test_every_measure_of_the_impact_assessment_has_its_proof(row: list[str]) -> None:
    assert NUMBERED.findall(row[-1]) or row[-1] in OUTSIDE


def test_every_setting_is_documented_once_and_nothing_else_is() -> None:
    named = [cells[0].strip("`") for cells in rows(OPERATORS, "setting")]
    assert sorted(named) == sorted(Settings.model_fields)


def test_the_defaults_on_the_page_are_the_programs_own() -> None:
    said = {cells[0].strip("`"): cells[2] for cells in rows(OPERATORS, "setting")}
    for setting, field in Settings.model_fields.items():
        if field.default not in (None, "", ()) and field.default_factory is None:
            assert said[setting] == f"`{str(field.default).lower() if field.default is False else field.default}`"


def test_the_settings_file_on_the_page_is_understood() -> None:
    (block,) = fenced(OPERATORS, "toml")
    read = tomllib.loads(re.sub(r"^# (?=\w+ = )", "", block, flags=re.MULTILINE))
    assert set(read) <= set(Settings.model_fields)
    Settings(**read)


def is_used(path: Path) -> bool:
    """A channel that no setting switches on yet has nothing to say."""
    channel = re.match(r"bot/channels/(telegram|matrix|web)\b", name(path))
    return channel is None or any(setting.startswith(channel[1]) for setting in Settings.model_fields)


def events() -> set[str]:
    """The codes of all events that the program logs itself."""
    found = set()
    for path in filter(is_used, MODULES):
        tree = ast.parse(path.read_text("utf-8"))
        if "structlog.get_logger()" not in ast.unparse(tree):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                on = ast.unparse(node.func.value)
                if on in {"log", "structlog.get_logger()"} and node.args:
                    found.add(ast.literal_eval(node.args[-1]))
    return found


def test_every_event_in_the_logs_is_explained_and_no_other() -> None:
    explained = [event for cells in rows(OPERATORS, "event") for event in re.findall(r"`(\w+)`", cells[0])]
    assert sorted(explained) == sorted(events())


def test_every_number_that_a_rule_watches_is_measured() -> None:
    (block,) = fenced(OPERATORS, "yaml")
    (group,) = yaml.safe_load(block)["groups"]
    families = {family.name: family.type for family in Metrics().registry.collect()}
    measured = {f"{name}_total" if kind == "counter" else name for name, kind in families.items()}
    watched = {metric for rule in group["rules"] for metric in re.findall(r"nahbei_\w+", rule["expr"])}
    assert watched
    assert watched <= measured


def test_the_page_for_operators_names_the_programs_own_times() -> None:
    assert f"within {Patience().send:.0f} seconds" in OPERATORS
    assert f"after at most {Limits().alive + ALIVE_EVERY:.0f} seconds" in OPERATORS
    assert Limits().drain < 5
    assert "within five\nseconds" in OPERATORS
    assert (Patience().unclear, Patience().unclear_urgent) == (1, 3)
    assert "sent once more, numbers in a danger up to three times more" in OPERATORS


@pytest.mark.parametrize("block", fenced(OPERATORS, "sh"), ids=lambda block: block.splitlines()[0][:40])
def test_every_script_on_the_page_can_be_read_by_a_shell(block: str) -> None:
    done = subprocess.run(["sh", "-n"], input=block, text=True, capture_output=True, check=False)  # noqa: S607 wherever it is
    assert done.returncode == 0, done.stderr


def test_the_unit_is_well_formed(tmp_path: Path) -> None:
    if not (analyze := shutil.which("systemd-analyze")):
        pytest.skip("systemd-analyze is not on this machine: the unit can only be checked where systemd is")
    unit = tmp_path / "nahbei.service"
    here = (ROOT / "docs/nahbei.service").read_text("utf-8").replace("/opt/nahbei/.venv/bin/nahbei", sys.executable)
    unit.write_text(here, "utf-8")
    done = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_leaves_the_service_time_to_end_and_keeps_its_memory_to_itself() -> None:
    unit = (ROOT / "docs/nahbei.service").read_text("utf-8")
    assert int(re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)[0]) > Limits().drain + 1
    assert {"LimitCORE=0", "MemorySwapMax=0", "Restart=always", "NoNewPrivileges=yes"} <= set(unit.splitlines())


class Server:
    """A machine on which the page's own commands run: folders and user are pretended, the program is real."""

    def __init__(self, folder: Path, postgres_url: str) -> None:
        self.port, self.process = free_port(), 0
        self.data, self.etc, self.run, self.bin = (folder / part for part in ("lib", "etc", "run", "bin"))
        self._own = {
            "/var/lib/nahbei": str(self.data),
            "/run/nahbei": str(self.run),
            "127.0.0.1:9431": f"127.0.0.1:{self.port}",
            "postgresql://nahbei:password@127.0.0.1/nahbei": f"'{postgres_url}'",
        }
        for made in (self.data, self.etc, self.run, self.bin):
            made.mkdir(mode=0o700)
        self._command("sudo", 'test "$1" = -u && shift 2\nexec env "$@"')
        self._command("nahbei", f'cd {self.etc} && exec {sys.executable} -m bot.cli "$@"')
        (block,) = fenced(OPERATORS, "toml")
        settings = f'{block}health_listen = "127.0.0.1:9431"\n'
        (self.etc / "nahbei.toml").write_text(self.here(settings), "utf-8")

    def here(self, text: str) -> str:
        for there, own in self._own.items():
            text = text.replace(there, own)
        return text

    def _command(self, called: str, script: str) -> None:
        file = self.bin / called
        file.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        file.chmod(0o700)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(self.data), "COLUMNS": "200"}

    def type(self, command: str) -> str:
        done = subprocess.run(  # noqa: S602 the page's own lines
            self.here(command),
            shell=True,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
    return port


@pytest.fixture
def server(tmp_path: Path, postgres_url: str, words: Path) -> Iterator[Server]:
    """The service is running, and families have said something of an offer."""
    if not shutil.which("curl"):
        pytest.skip("curl is not on this machine: the page's own commands cannot be typed")
    machine = Server(tmp_path, postgres_url)
    lay_words(words, machine.data)
    database = open_database(load_keys(machine.data / "keys"), machine.data)
    for offer in ("crying-clinic-clinic", "pregnancy-chat"):
        for family in range(4):
            database.run(counters.report, b"%d" % family, Report(offer, "full"), date.today())  # noqa: DTZ011
    database.close()
    command = [str(machine.bin / "nahbei"), "serve"]
    with subprocess.Popen(command, env=machine.environment, stderr=subprocess.PIPE, text=True) as service:
        while service.poll() is None and not (machine.run / "gateway.sock").exists():
            time.sleep(0.05)
        assert service.poll() is None, service.stderr.read() if service.stderr else ""
        machine.process = service.pid
        yield machine
        service.terminate()
        assert service.wait(30) == 0


def commands() -> list[str]:
    return [line.removeprefix("$ ") for block in fenced(OPERATORS, "console") for line in block.splitlines()]


@pytest.mark.whole
def test_the_page_for_operators_can_be_walked_from_top_to_bottom(server: Server) -> None:
    (gateway,) = fenced(OPERATORS, "python")
    played = [sys.executable, "-c", server.here(gateway)]
    heard = subprocess.run(played, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "Schreisprechstunde" in heard
    said = {command: server.type(command) for command in commands()}
    assert '"ok": true' in said["curl -s http://127.0.0.1:9431/health"]
    restored = {command: answer for command, answer in said.items() if " restore " in command}
    assert len(restored) == 2
    before, restored_table = (
        said["sudo nahbei feedback"],
        said["sudo NAHBEI_DATA_DIR=/var/lib/nahbei/drill nahbei feedback"],
    )
    assert {"crying-clinic-clinic", "pregnancy-chat"} <= set(before.split())
    assert "crying-clinic-clinic" in restored_table
    assert "pregnancy-chat" not in restored_table  # looked after in between
    assert not (server.data / "drill").exists()


@pytest.mark.whole
def test_a_wrong_key_in_a_fresh_installation_is_refused_as_the_page_says(server: Server) -> None:
    """And the way out that the page names is one; a new database.key is made."""
    server.type("sudo nahbei backup /var/lib/nahbei/counters.backup")
    fresh = server.data / "fresh"
    load_keys(fresh / "keys")
    restore = "sudo NAHBEI_DATA_DIR=/var/lib/nahbei/fresh nahbei restore /var/lib/nahbei/counters.backup"
    with pytest.raises(AssertionError, match=r"another pepper\.key"):
        server.type(restore)
    server.type(
        "cp /var/lib/nahbei/keys/pepper.key /var/lib/nahbei/fresh/keys/ && rm -f /var/lib/nahbei/fresh/nahbei.db*"
    )
    (fresh / "keys" / "database.key").unlink()
    assert "2 rows" in server.type(restore)
    assert load_keys(fresh / "keys", create=False).database != load_keys(server.data / "keys").database


def test_the_running_service_leaves_no_core_dump(server: Server) -> None:
    """Without the unit, too: the process forbids it itself."""
    limits = Path(f"/proc/{server.process}/limits")
    if not limits.exists():
        pytest.skip("this machine has no /proc: what a process may do cannot be looked at from outside")
    (core,) = (line for line in limits.read_text("utf-8").splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


def test_what_is_not_protected_is_said() -> None:
    said = THREATS.partition("## What is not protected")[2]
    for word in ("running", "k − 1", "Telegram", "Disk encryption", "PostgreSQL"):
        assert word in said


def test_pages_for_people_outside_say_who_has_to_sign() -> None:
    assert "Datenschutzbeauftragte" in PRIVACY.split("\n---\n")[0]
    assert "data protection officer must sign" in PRIVACY
    assert "Datenschutzbeauftragte" in DSFA
