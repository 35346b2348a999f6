"""The proofs of the Matrix channel in their short form; `make proof` runs the long ones (benchmarks/matrix.py)."""

import asyncio
from pathlib import Path

import pytest

from benchmarks import matrix, matrix_rubbish
from benchmarks.breaking import small_disk
from benchmarks.matrix_stage import Verdict
from tests.matrix.homeserver import Synapse
from tests.matrix.house import House, heard, new_house


def flawless(verdict: Verdict) -> bool:
    return verdict.messages > 0 and not (verdict.lost or verdict.repeated or verdict.out_of_order)


@pytest.mark.whole
def test_killed_in_mid_conversation_it_answers_everything_once_and_in_order(house: House) -> None:
    assert flawless(asyncio.run(matrix.killed(house, messages=16, deaths=2)))


@pytest.mark.whole
def test_what_was_written_while_we_were_down_is_answered_in_order(house: House) -> None:
    assert flawless(asyncio.run(matrix.away_meanwhile(house, messages=25)))


@pytest.mark.whole
def test_a_restart_with_several_encrypted_rooms_answers(house: House) -> None:
    assert asyncio.run(matrix.restarted(house, rooms=6)) > 0


def test_a_homeserver_in_trouble_costs_nothing_but_time_and_another_channel_not_even_that(house: House) -> None:
    outlived = asyncio.run(matrix.homeserver_away(house, seconds=1))
    assert flawless(outlived.verdict)
    assert outlived.beside > 0
    assert outlived.slowest < float("inf")


def test_a_device_that_is_logged_out_is_replaced_and_every_message_is_read(house: House) -> None:
    outlived = asyncio.run(matrix.revoked(house))
    assert flawless(outlived.verdict)
    assert outlived.slowest < float("inf")


def test_a_full_disk_costs_nothing_but_time_and_a_danger_not_even_that(homeserver: Synapse, tmp_path: Path) -> None:
    home = tmp_path / "disk"
    home.mkdir()
    with small_disk(home) as small:
        if not small:
            pytest.skip("a small file system cannot be mounted by this user")
        outlived = asyncio.run(matrix.full_disk(new_house(homeserver, home), seconds=1))
    assert flawless(outlived.verdict)
    assert (outlived.cries, outlived.saved) == (1, 1)


def test_hostile_events_in_rooms_and_to_the_device_stop_nobody(house: House) -> None:
    assert "ended 0 times" in asyncio.run(matrix_rubbish.hostile(house, events=40))


def test_whatever_content_somebody_makes_up_is_read_without_an_error() -> None:
    assert matrix_rubbish.fuzzed(3000) > len({"nothing", "a text"})


def test_the_judge_sees_what_is_lost_repeated_or_out_of_order() -> None:
    a, b, c = (heard(words) for words in "abc")
    assert flawless(Verdict.of("abc", [a, b, c]))
    assert Verdict.of("abc", [a, c]).lost == 1
    assert Verdict.of("abc", [a, b, b, c]).repeated == 1
    assert Verdict.of("abc", [a, c, b]).out_of_order == 2
