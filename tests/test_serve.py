"""The real process: it starts, answers over its socket, ends in order within seconds, and goes on from where it was."""

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

import pytest

from bot.i18n import Languages
from bot.vocabulary import topic_index

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


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory, languages: Languages) -> Path:
    """The index of everyday words, built once."""
    folder = tmp_path_factory.mktemp("words")
    topic_index(languages, folder)
    return next(folder.iterdir())


@pytest.fixture
def environment(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, words: Path) -> Mapping[str, str]:
    (tmp_path / words.name).hardlink_to(words)
    quiet = {name: value for name, value in os.environ.items() if not name.startswith("NAHBEI_")}
    # a socket's path may be at most about a hundred characters long
    return {
        **quiet,
        "NAHBEI_DATA_DIR": str(tmp_path),
        "NAHBEI_GATEWAY_SOCKET": str(tmp_path_factory.mktemp("s", numbered=True) / "s"),
        "NAHBEI_HEALTH_LISTEN": "",
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


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"NAHBEI_GATEWAY_SOCKET": ""}, "no channel is configured"),
        ({"NAHBEI_HEALTH_LISTEN": "0.0.0.0:80"}, "NAHBEI_HEALTH_LISTEN"),
        ({"NAHBEI_DATABASE_URL": "mysql://x"}, "NAHBEI_DATABASE_URL"),
        ({"NAHBEI_TELEGRAM_TOKEN": "1:a", "NAHBEI_TELEGRAM_WEBHOOK_URL": "https://example.org/x"}, "WEBHOOK_SECRET"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_said_in_one_line(
    environment: Mapping[str, str], changed: Mapping[str, str], said: str
) -> None:
    command = [sys.executable, "-m", "bot.cli", "serve"]
    run = subprocess.run(
        command, env={**environment, **changed}, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert run.returncode == 2
    assert said in run.stderr
    assert "Traceback" not in run.stderr
