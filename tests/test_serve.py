"""The real process: it starts, answers over its socket, ends in order within seconds, and goes on from where it was."""

import asyncio
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.channels.base import Intake
from bot.keys import Keys
from bot.serve import supervise
from bot.store.database import Database
from tests.conftest import Clock, lay_words
from tests.postbox import Postbox, message
from tests.serving import Stage, until
from tests.test_cli import run

PATIENCE = 60.0  # seconds; the first start of all builds the index of everyday words
ENDS_WITHIN = 5.0


class Wire:
    """A gateway's end of the socket."""

    def __init__(self, path: Path, process: "subprocess.Popen[bytes]") -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(PATIENCE)
        end = monotonic() + PATIENCE
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                assert process.poll() is None, "it ended instead of listening"
                assert monotonic() < end, "it never listened"
                sleep(0.05)
        self._lines = self._socket.makefile("rwb")

    def say(self, **line: Any) -> None:
        self._lines.write(json.dumps(line).encode() + b"\n")
        self._lines.flush()

    def hear(self) -> Mapping[str, Any]:
        heard: Mapping[str, Any] = json.loads(self._lines.readline())
        return heard

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


@pytest.fixture
def environment(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, words: Path) -> Mapping[str, str]:
    lay_words(words, tmp_path)
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("NAHBEI_")}
    # a socket's path may be at most about a hundred characters long
    return {
        **quiet,
        "NAHBEI_DATA_DIR": str(tmp_path),
        "NAHBEI_GATEWAY_SOCKET": str(tmp_path_factory.mktemp("s", numbered=True) / "s"),
        "NAHBEI_HEALTH_LISTEN": "off",
    }


@contextmanager
def started(environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "bot.cli", "serve"]
    with subprocess.Popen(command, env=dict(environment), stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(process: "subprocess.Popen[bytes]", number: int = signal.SIGTERM) -> tuple[int, float]:
    """Ask it to end; its exit code, and the seconds that it took."""
    begun = monotonic()
    process.send_signal(number)
    process.wait(PATIENCE)
    return process.returncode, monotonic() - begun


def test_a_process_that_is_told_to_end_ends_in_order_and_the_next_one_goes_on(environment: Mapping[str, str]) -> None:
    path = Path(environment["NAHBEI_GATEWAY_SOCKET"])
    with started(environment) as process:
        wire = Wire(path, process)
        wire.say(update="1", chat="c", text="Hallo, ich brauche Hilfe")
        heard = [wire.hear(), wire.hear()]
        assert {"accepted": "1"} in heard
        unconfirmed = next(line for line in heard if "send" in line)
        assert ended(process)[0] == 0
        wire.close()
    with started(environment) as process:
        wire = Wire(path, process)
        again = wire.hear()
        assert (again["key"], again["replies"]) == (unconfirmed["key"], unconfirmed["replies"])
        wire.say(sent=again["send"])
        wire.say(update="1", chat="c", text="Hallo, ich brauche Hilfe")
        assert {"accepted": "1"} in [wire.hear(), *([wire.hear()] if again["key"].endswith(".1") else [])]
        code, seconds = ended(process, signal.SIGINT)
        assert code == 0
        assert seconds < 2 * ENDS_WITHIN, "the limit is proven with more patience in benchmarks/crashes.py"
        wire.close()


def test_a_second_process_on_the_same_folder_is_refused(environment: Mapping[str, str]) -> None:
    with started(environment) as process:
        Wire(Path(environment["NAHBEI_GATEWAY_SOCKET"]), process).close()
        command = [sys.executable, "-m", "bot.cli", "serve"]
        second = subprocess.run(
            command, env=dict(environment), capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    assert second.returncode == 2
    assert "already running" in second.stderr
    assert len([line for line in second.stderr.splitlines() if line.startswith("nahbei:")]) == 1


WRONG = (
    ({"NAHBEI_GATEWAY_SOCKET": ""}, "no channel is configured"),
    ({"NAHBEI_HEALTH_LISTEN": "0.0.0.0:80"}, "NAHBEI_HEALTH_LISTEN"),
    ({"NAHBEI_DATABASE_URL": "mysql://x"}, "NAHBEI_DATABASE_URL"),
    ({"NAHBEI_DATABASE_URL": "postgresql://nobody:hush@127.0.0.1:1/none"}, "cannot be opened"),
    ({"NAHBEI_DATA_DIR": "/dev/null/nowhere"}, "/dev/null"),
    ({"NAHBEI_TELEGRAM_TOKEN": "1:a", "NAHBEI_TELEGRAM_WEBHOOK_URL": "https://example.org/x"}, "WEBHOOK_SECRET"),
)
ONE_AFTER_THE_OTHER = """
import json, sys
from click.testing import CliRunner
from bot.cli import main
for changed in json.load(sys.stdin):
    run = CliRunner().invoke(main, ["serve"], env=changed)
    print(json.dumps((run.exit_code, run.stderr)))
"""


def test_what_is_wrong_is_said_in_one_line(environment: Mapping[str, str]) -> None:
    """In one process, for most of the time would go by with loading the same six times; logs are set up for good in it."""
    changes = json.dumps([changed for changed, _ in WRONG])
    command = [sys.executable, "-c", ONE_AFTER_THE_OTHER]
    done = subprocess.run(
        command, env=environment, input=changes, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    for (changed, said), answered in zip(WRONG, done.stdout.splitlines(), strict=True):
        code, errors = json.loads(answered)
        assert code == 2, changed
        (told,) = [line for line in errors.splitlines() if not line.startswith("{")]
        assert told.startswith("nahbei: ")
        assert said in told
        assert "hush" not in told


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def hear_all(wire: Wire) -> Iterator[Mapping[str, Any]]:
    """Every line until the connection ends."""
    try:
        while True:
            yield wire.hear()
    except (ValueError, OSError):
        return


def wait_for_event(process: "subprocess.Popen[bytes]", event: str) -> None:
    """Read its logs up to an event."""
    assert process.stderr
    for line in process.stderr:
        if f'"{event}"'.encode() in line:
            return
    raise AssertionError(f"never logged: {event}")


@pytest.mark.whole
def test_what_was_accepted_is_answered_once_over_the_end_of_a_process_and_the_next_start(
    environment: Mapping[str, str],
) -> None:
    """What is on its way when it is told to end is still confirmed; then the rest waits for the next start."""
    path = Path(environment["NAHBEI_GATEWAY_SOCKET"])
    keys: dict[str, list[str]] = {f"chat {n}": [] for n in range(12)}
    with started(environment) as process:
        wire = Wire(path, process)
        for chat in keys:
            wire.say(update=chat, chat=chat, command="danger")
        heard = [wire.hear() for _ in range(2 * len(keys))]
        assert {line["accepted"] for line in heard if "accepted" in line} == keys.keys()
        process.send_signal(signal.SIGTERM)
        wait_for_event(process, "ending")
        sleep(0.3)  # a messenger takes its time
        for line in itertools.chain((line for line in heard if "send" in line), hear_all(wire)):
            keys[line["chat"]].append(line["key"])
            wire.say(sent=line["send"])
        assert process.wait(PATIENCE) == 0
        wire.close()
    with started(environment) as process:
        wire = Wire(path, process)
        wire.say(update="another", chat="another", command="danger")
        for line in hear_all(wire):
            if "send" in line:
                keys.setdefault(line["chat"], []).append(line["key"])
                wire.say(sent=line["send"])
            if sum(map(len, keys.values())) >= 2 * 13:
                break
        assert ended(process)[0] == 0
        wire.close()
    assert {chat: [key[-2:] for key in arrived] for chat, arrived in keys.items()} == {
        chat: [".0", ".1"] for chat in keys
    }


def test_its_health_and_its_numbers_can_be_watched_from_this_machine(environment: Mapping[str, str]) -> None:
    port = free_port()
    with started({**environment, "NAHBEI_HEALTH_LISTEN": f"127.0.0.1:{port}"}) as process:
        wire = Wire(Path(environment["NAHBEI_GATEWAY_SOCKET"]), process)
        wire.say(update="1", chat="c", text="Hallo")
        assert {"accepted": "1"} in [wire.hear(), wire.hear()]
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            samples = [
                sample for family in text_string_to_metric_families(answer.read().decode()) for sample in family.samples
            ]
        with urlopen(f"http://127.0.0.1:{port}/health") as answer:
            health = json.loads(answer.read())
        wire.close()
    assert health == {"ok": True, "database": True, "conversation": True, "gateway": True}
    assert {name for sample in samples for name in sample.labels} <= {"channel", "result", "kind", "le"}
    assert {sample.labels["channel"] for sample in samples if "channel" in sample.labels} == {"gateway"}
    numbers = {sample.name: sample.value for sample in samples}
    assert numbers["nahbei_updates_total"] == 1
    assert numbers["nahbei_channel_up"] == 1


@pytest.mark.whole
def test_a_port_that_is_taken_is_said_in_one_line_and_the_next_start_finds_everything_free(
    environment: Mapping[str, str],
) -> None:
    command = [sys.executable, "-m", "bot.cli", "serve"]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        run = subprocess.run(
            command,
            env={**environment, "NAHBEI_HEALTH_LISTEN": listen},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("nahbei:")]
    assert listen.rpartition(":")[2] in line
    assert "in use" in line
    with started(environment) as process:
        Wire(Path(environment["NAHBEI_GATEWAY_SOCKET"]), process).close()
        assert ended(process)[0] == 0


# ---- one channel beside another


class Unruly(Postbox):
    """A channel that ends again and again, in every way there is; then it works."""

    def __init__(self, *ends: BaseException | None) -> None:
        super().__init__("unruly")
        self._ends = list(ends)

    async def run(self, intake: Intake) -> None:
        if self._ends:
            end = self._ends.pop()
            if end:
                raise end
            return
        await super().run(intake)

    def is_well(self) -> bool:
        return not self._ends


@pytest.mark.parametrize(
    "ends", [[RuntimeError("a bug")] * 4, [OSError("no network")] * 4, [None] * 4, [asyncio.CancelledError()] * 4]
)
def test_a_channel_that_ends_again_and_again_is_started_again_and_never_stops_another(
    database: Database, keys: Keys, clock: Clock, ends: list[BaseException | None]
) -> None:
    stage, unruly, calm = Stage(database, keys, clock), Unruly(*ends), Postbox("calm")

    async def play() -> float | None:
        async with stage.serving(unruly, calm) as service:
            supervising = [asyncio.create_task(supervise(way, service, 0.001)) for way in (unruly, calm)]
            await service.accept("calm", [message(1, "a", "hello")])
            await until(lambda: unruly.is_well() and calm.arrived("a") == ["1: hello"])
            await service.accept("unruly", [message(1, "a", "hello")])
            await until(lambda: unruly.arrived("a") == ["1: hello"])
            assert not any(task.done() for task in supervising)
            for task in supervising:
                task.cancel()
            await asyncio.gather(*supervising, return_exceptions=True)
            assert all(task.cancelled() for task in supervising)
            return service.metrics.registry.get_sample_value("nahbei_channel_restarts_total", {"channel": "unruly"})

    assert asyncio.run(play()) == len(ends)


# ---- a catalog that is published meanwhile

TOWN = """
catalog: {name: Musterfelde, example: true}
places:
  - {name: Musterfelde, municipality: Musterfelde, post_codes: ["00120"], lat: 54.385, lon: 6.69}
offers:
  - id: village-cafe
    title: TITLE
    provider: Landfrauen
    offer_type: parents-cafe
    topics: [parents-meeting]
    sites: [{municipality: Musterfelde, lat: 54.385, lon: 6.69}]
    verified_on: 2026-11-01
"""


def asked(wire: Wire, chat: str) -> str:
    """Everything that a family is told that looks for other parents in Musterfelde."""
    said = ""
    for n, text in enumerate(("Deutsch", "2 Jahre", "andere Eltern treffen", "00120")):
        wire.say(update=f"{chat} {n}", chat=chat, text=text)
        is_asked = False
        while not is_asked:
            heard = wire.hear()
            if "send" in heard:
                wire.say(sent=heard["send"])
                said += " ".join(reply["text"] for reply in heard["replies"])
                is_asked = any(reply["kind"] == "ask" for reply in heard["replies"])
    return said


@pytest.mark.parametrize("database_url", ["sqlite", pytest.param("postgresql", marks=pytest.mark.whole)], indirect=True)
def test_a_running_service_takes_what_is_published_without_a_restart(
    environment: Mapping[str, str], database_url: str | None, tmp_path: Path
) -> None:
    here = {**environment, "NAHBEI_DATABASE_URL": database_url or ""}
    file = tmp_path / "town.yaml"

    def published(title: str) -> None:
        file.write_text(TOWN.replace("TITLE", title), "utf-8")
        code, output, error = run("catalog", "publish", str(file), "--today", "2026-11-23", env=dict(here))
        assert code == 0, output + error

    with started(here) as process:
        wire = Wire(Path(here["NAHBEI_GATEWAY_SOCKET"]), process)
        assert "Elterncafé im Dorf" not in asked(wire, "before")
        published("Elterncafé im Dorf")
        wait_for_event(process, "catalog_taken")
        assert "Elterncafé im Dorf" in asked(wire, "during")
        published("Treffpunkt am Deich")
        wait_for_event(process, "catalog_taken")
        said = asked(wire, "after")
        assert "Treffpunkt am Deich" in said
        assert "Elterncafé im Dorf" not in said
        wire.close()
        assert ended(process)[0] == 0
    with started(here) as process:
        wire = Wire(Path(here["NAHBEI_GATEWAY_SOCKET"]), process)
        assert "Treffpunkt am Deich" in asked(wire, "next day"), "what is published is used from the start"
        wire.close()
        assert ended(process)[0] == 0
