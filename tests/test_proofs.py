"""The proofs in their short form: the same zeroes, in seconds. `make proof` runs the long ones."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchmarks import breaking, crashes, endurance, fairness, faults, fuzz, load, outages, saves
from benchmarks.crashes import POINTS, Proof, ended, killed, killed_at
from benchmarks.judge import Verdict, judge
from benchmarks.messenger import Arrived, Said
from benchmarks.servers import Postgres, postgres
from benchmarks.victim import Echo
from bot.channels.console import reply_as_json
from bot.conversation import Conversation
from bot.dialogue.model import Input, Say, State, Text, Turn
from bot.jsonlines import Desk
from tests.conftest import lay_words

SHORT = (0.1, 0.5)  # seconds of work between a start and an end


def flawless(verdict: Verdict) -> bool:
    return verdict.due > 0 and not (verdict.lost or verdict.out_of_order or verdict.strange)


def test_nothing_is_lost_or_overtaken_when_the_process_is_killed(tmp_path: Path) -> None:
    proof = Proof("kill −9", 2, killed(SHORT), quiet=0.5)
    outcome = asyncio.run(crashes.prove(proof, tmp_path))
    assert flawless(outcome.verdict)
    assert outcome.verdict.repeated <= outcome.begun
    assert (outcome.left, outcome.unhandled) == (0, 0)


def test_nothing_is_lost_or_overtaken_wherever_the_process_is_killed(tmp_path: Path) -> None:
    proof = Proof("points", len(POINTS), killed_at(*POINTS), quiet=0.5)
    outcome = asyncio.run(crashes.prove(proof, tmp_path))
    assert flawless(outcome.verdict)
    assert outcome.verdict.repeated <= outcome.begun
    assert (outcome.left, outcome.unhandled) == (0, 0)


@pytest.mark.whole
def test_nothing_is_lost_or_repeated_when_the_process_is_told_to_end(tmp_path: Path) -> None:
    outcome = asyncio.run(crashes.prove(Proof("SIGTERM", 3, ended(SHORT), quiet=0.5), tmp_path))
    assert flawless(outcome.verdict)
    assert (outcome.verdict.repeated, outcome.begun, outcome.left, outcome.unhandled) == (0, 0, 0, 0)


def test_every_answer_arrives_though_the_messenger_fails_three_times_in_ten(tmp_path: Path) -> None:
    outcome = asyncio.run(faults.prove(tmp_path, messages=250, chats=50, limits="hasty", merciful=True))
    assert flawless(outcome.verdict)
    assert set(outcome.met) == {"arrives", *(fate for fate, _ in faults.SHARES)}
    assert outcome.verdict.repeated <= outcome.unanswered
    assert (outcome.left, outcome.unhandled) == (0, 0)


def test_a_full_disk_costs_nothing_but_time_and_dangers_not_even_that(tmp_path: Path) -> None:
    outcome = asyncio.run(outages.prove("disk", tmp_path, breaking.full_files, seconds=4, quiet=0.5))
    assert_outlived(outcome)


@pytest.fixture
def own_postgres() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.mark.whole
def test_a_database_that_is_away_costs_nothing_but_time_and_dangers_not_even_that(
    tmp_path: Path, own_postgres: Postgres
) -> None:
    stopped = breaking.stopped(own_postgres)
    url = own_postgres.database()
    assert_outlived(asyncio.run(outages.prove("stopped", tmp_path, stopped, seconds=4, url=url, quiet=0.5)))


@pytest.mark.whole
def test_a_database_that_restarts_as_after_a_power_cut_loses_nothing(tmp_path: Path, own_postgres: Postgres) -> None:
    restarted = breaking.restarted(own_postgres)
    url = own_postgres.database()
    outcome = asyncio.run(outages.prove("restarts", tmp_path, restarted, outages=2, seconds=0, url=url, quiet=0.5))
    assert flawless(outcome.verdict)
    assert (outcome.left, outcome.unhandled) == (0, 0)


@pytest.mark.whole
def test_the_process_ends_though_the_database_does_not_answer_and_nothing_is_lost(
    tmp_path: Path, own_postgres: Postgres
) -> None:
    frozen = breaking.frozen(own_postgres)
    url = own_postgres.database()
    ending = asyncio.run(outages.end_meanwhile("frozen", tmp_path, frozen, url=url, quiet=0.5))
    assert flawless(ending.verdict)
    assert (ending.code, ending.left, ending.unhandled) == (0, 0, 0)


@pytest.mark.whole
def test_commits_of_which_nobody_is_told_lose_nothing(tmp_path: Path, postgres_url: str) -> None:
    outcome = asyncio.run(outages.forget(tmp_path, postgres_url, seconds=4, quiet=0.5))
    assert_outlived(outcome)


def assert_outlived(outcome: outages.Outcome) -> None:
    assert flawless(outcome.verdict)
    assert outcome.dangers > 0
    assert outcome.answered == outcome.dangers
    assert (outcome.left, outcome.unhandled) == (0, 0)


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_writers_on_one_sqlite_file_never_find_it_locked(kind: str, tmp_path: Path) -> None:
    writing = load.write_together(kind, tmp_path, writers=3, writes=50)
    assert (writing.stored, writing.refused) == (writing.asked, 0)


@pytest.mark.whole
def test_processes_on_one_postgres_answer_each_message_once_and_in_order(tmp_path: Path, postgres_url: str) -> None:
    sharing = asyncio.run(load.share(tmp_path, postgres_url, updates=300, chats=50, instances=3))
    assert flawless(sharing.verdict)
    assert (sharing.updates, sharing.verdict.repeated, sharing.left, sharing.unhandled) == (300, 0, 0, 0)
    assert min(sharing.shares) > 0


@pytest.mark.whole
@pytest.mark.parametrize("disturbance", [fairness.shouting, fairness.refused])
def test_every_neighbour_is_answered_beside_a_chat_that_makes_trouble(
    disturbance: fairness.Disturbance, tmp_path: Path
) -> None:
    waiting = asyncio.run(fairness.prove("trouble", tmp_path, disturbance, rounds=1, seconds=1, is_whole=False))
    assert waiting.calm
    assert waiting.disturbed
    assert (waiting.unanswered, waiting.unhandled) == (0, 0)


def test_what_is_stored_goes_after_two_days_while_the_service_runs(tmp_path: Path) -> None:
    endured = asyncio.run(endurance.endure(tmp_path, updates=600))
    assert (endured.missing, endured.unhandled) == (0, 0)
    assert [stretch.rows_later for stretch in endured.stretches] == [0] * endurance.STRETCHES


def test_there_is_an_answer_to_anything_at_all(desk: Desk) -> None:
    conversation = Conversation(desk, lambda: desk.now)
    findings = fuzz.fuzz(conversation, fuzz.texts_of_families(), inputs=300, seed=1)
    assert findings.inputs == 300
    assert not findings.wrong


class Broken(Echo):
    """Has no answer to one of the messages."""

    def answer(self, state: State, said: Input) -> Turn:
        if said == Text("2"):
            raise ValueError
        return super().answer(state, said)


def test_the_fuzzing_finds_what_has_no_answer() -> None:
    findings = fuzz.fuzz(Broken(), ["2"], inputs=500, seed=1)
    assert any(what.startswith("ValueError") for what in findings.wrong)


SAID = {"c": [Said(f"c.{n}", "c", Text(str(n)), 0) for n in range(1, 4)]}  # due: 1.0, 1.1, 2.0, 2.1, 2.2, 3.0


def arrived(*lines: str) -> list[Arrived]:
    """ "2.1" is the second line of the answer to the second message."""
    texts = [line.split(".") for line in lines]
    replies = [json.dumps([reply_as_json(Say(f"{n} {part} {int(n) - 1}"))]) for n, part in texts]
    return [Arrived(line, "c", reply, 0) for line, reply in zip(lines, replies, strict=True)]


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (["1.0", "1.1", "2.0", "2.1", "2.2", "3.0"], Verdict(due=6)),
        (["1.0", "1.1", "2.0", "2.2", "3.0"], Verdict(due=6, lost=1)),
        (["1.0", "1.1", "1.1", "1.1", "2.0", "2.1", "2.2", "3.0"], Verdict(due=6, repeated=2)),
        (["1.1", "1.0", "2.0", "2.1", "2.2", "3.0"], Verdict(due=6, out_of_order=2)),
        (["1.0", "1.1", "2.0", "1.1", "2.1", "2.2", "3.0"], Verdict(due=6, repeated=1, out_of_order=4)),
        (["1.0", "1.1", "2.0", "2.1", "2.2", "3.0", "4.0"], Verdict(due=6, strange=1)),
        ([], Verdict(due=6, lost=6)),
    ],
)
def test_the_judge_sees_what_is_lost_repeated_overtaken_or_made_up(lines: Sequence[str], verdict: Verdict) -> None:
    assert judge(SAID, arrived(*lines), Echo()) == verdict


@pytest.mark.whole
def test_families_see_each_whole_save_and_never_half_of_one(tmp_path: Path, words: Path) -> None:
    lay_words(words, tmp_path / "data")
    outcome = asyncio.run(saves.saves(tmp_path, 12, whole_every=6))
    assert outcome.is_good
    assert outcome.refused > 0
    assert len(outcome.delays) == 2
