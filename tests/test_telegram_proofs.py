"""What is measured of the Telegram channel, in its short form: the same zeroes, in seconds. `make proof` runs the long one."""

import asyncio
from pathlib import Path

import pytest

from benchmarks.telegram_proofs import KINDS, SHARES, crash, forge, stumble
from benchmarks.telegram_speed import acknowledge
from tests.test_proofs import flawless


@pytest.mark.whole
def test_nothing_is_lost_or_overtaken_when_the_process_is_killed_between_telegram_and_a_family(tmp_path: Path) -> None:
    outcome = asyncio.run(crash(tmp_path, kills=2, rate=40, working=(0.1, 0.5), quiet=0.5))
    assert flawless(outcome.verdict)
    assert outcome.verdict.repeated <= outcome.begun
    assert (outcome.left, outcome.unhandled) == (0, 0)


@pytest.mark.whole
def test_every_answer_arrives_though_telegram_fails_three_times_in_ten(tmp_path: Path) -> None:
    outcome = asyncio.run(stumble(tmp_path, messages=250, people=50, quiet=0.5))
    assert flawless(outcome.verdict)
    assert all(outcome.met[name] for name in SHARES)
    assert outcome.verdict.repeated <= outcome.unclear
    assert (outcome.given_up, outcome.left, outcome.unhandled) == (0, 0, 0)


def test_whoever_is_not_telegram_has_no_effect(tmp_path: Path) -> None:
    outcome = asyncio.run(forge(tmp_path, posts=120 * len(KINDS)))
    assert outcome.changed == []
    assert {kind: set(answered) for kind, answered in outcome.answers.items()} == {
        kind: {status} for kind, status in KINDS.items()
    }
    assert outcome.unhandled == 0


def test_the_webhook_takes_everything_in_that_comes_at_a_steady_rate(tmp_path: Path) -> None:
    measured = asyncio.run(acknowledge(tmp_path, "echo", rate=100, messages=200))
    assert (measured.refused, len(measured.seconds)) == (0, 200)
