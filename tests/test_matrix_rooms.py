"""Rooms by their state events: with one person or a crowd, bridged or not, moved or not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.matrix.rooms import Invitation, Judgement, Room, has_just_joined, invitation
from tests.test_matrix_events import JSON

ME, ANNA, BERT = "@nahbei:example.org", "@anna:example.org", "@bert:elsewhere.org"


def state(kind: str, key: str = "", **content: Any) -> dict[str, Any]:
    return {"type": kind, "state_key": key, "sender": ANNA, "content": content}


def member(user: str, membership: str) -> dict[str, Any]:
    return {**state("m.room.member", user, membership=membership), "event_id": f"${user}"}


def room(*events: dict[str, Any]) -> Room:
    return Room("!room").after([member(ME, "join"), *events])


@pytest.mark.parametrize(
    ("others", "judgement"),
    [
        ([], Judgement.EMPTY),
        ([member(ANNA, "join")], Judgement.FINE),
        ([member(ANNA, "invite")], Judgement.FINE),
        ([member(ANNA, "join"), member(BERT, "join")], Judgement.CROWD),
        ([member(ANNA, "join"), member(BERT, "invite")], Judgement.CROWD),
        ([member(ANNA, "join"), member(BERT, "join"), member(BERT, "leave")], Judgement.FINE),
        ([member(ANNA, "join"), member(ANNA, "leave")], Judgement.EMPTY),
        ([member(ANNA, "ban"), member(BERT, "knock")], Judgement.EMPTY),
    ],
)
def test_we_speak_with_one_person_only(others: list[dict[str, Any]], judgement: Judgement) -> None:
    assert room(*others).judge(ME) is judgement


@pytest.mark.parametrize("kind", ["m.bridge", "uk.half-shot.bridge"])
def test_our_own_bridge_counts_for_nobody_and_a_strangers_does(kind: str) -> None:
    bot, ghost = "@whatsappbot:example.org", "@whatsapp_4917:example.org"
    bridged = room(member(ghost, "join"), member(bot, "join"), state(kind, "whatsapp", bridgebot=bot))
    assert bridged.is_bridged(ME)
    assert bridged.judge(ME) is Judgement.FINE
    assert bridged.after([member(ANNA, "join")]).judge(ME) is Judgement.CROWD
    disguised = room(member(ANNA, "join"), member(BERT, "join"), state(kind, "x", bridgebot=BERT))
    assert disguised.judge(ME) is Judgement.CROWD


def test_a_ghost_is_recognised_by_its_name_on_our_homeserver() -> None:
    assert room(member("@signal_ab12:example.org", "join")).is_bridged(ME)
    assert room(member("@_telegram_12:example.org", "join")).is_bridged(ME)
    assert not room(member("@signal_ab12:elsewhere.org", "join")).is_bridged(ME)
    assert not room(member(ANNA, "join")).is_bridged(ME)


def test_encryption_is_never_switched_off_again() -> None:
    encrypted = room(state("m.room.encryption", algorithm="m.megolm.v1.aes-sha2"))
    assert encrypted.is_encrypted
    assert encrypted.after([state("m.room.encryption")]).is_encrypted


def test_a_room_that_has_moved_says_where_to() -> None:
    assert room(state("m.room.tombstone", replacement_room="!new")).successor == "!new"
    assert not room({"type": "m.room.tombstone", "content": {"replacement_room": "!new"}, "sender": ANNA}).successor


def test_who_may_delete_what_others_wrote() -> None:
    assert not room().may_redact(ME)
    assert room(state("m.room.power_levels", users={ME: 100})).may_redact(ME)
    assert room(state("m.room.power_levels", users_default=50)).may_redact(ME)
    assert not room(state("m.room.power_levels", users={ME: 50}, redact=75)).may_redact(ME)
    assert not room(state("m.room.power_levels", users={ME: "all"})).may_redact(ME)
    assert room(state("m.room.create", room_version="12", additional_creators=[ME])).may_redact(ME)
    assert not room(state("m.room.create", room_version="11", additional_creators=[ME])).may_redact(ME)


def test_an_invitation_names_who_invites() -> None:
    assert invitation("!room", [state("m.room.create"), member(ME, "invite")], ME) == Invitation("!room", ANNA)
    assert invitation("!room", [member(ME, "join")], ME) is None
    assert invitation("!room", [member(BERT, "invite")], ME) is None


def test_coming_into_a_room_is_not_changing_ones_picture() -> None:
    joined = member(ME, "join")
    assert has_just_joined([member(ANNA, "join"), joined], ME) == f"${ME}"
    assert has_just_joined([{**joined, "unsigned": {"prev_content": {"membership": "invite"}}}], ME)
    assert not has_just_joined([{**joined, "unsigned": {"prev_content": {"membership": "join"}}}], ME)


STATES = st.fixed_dictionaries({
    "type": st.sampled_from(["m.room.member", "m.bridge", "m.room.power_levels", "m.room.create", "m.room.tombstone"]),
    "state_key": st.sampled_from([ME, ANNA, BERT, ""]) | JSON,
    "content": JSON | st.fixed_dictionaries({"membership": st.sampled_from(["join", "invite", "leave"])}),
})  # fmt: skip


@given(st.lists(STATES, max_size=8))
def test_whatever_the_state_says_there_is_a_judgement(events: list[dict[str, Any]]) -> None:
    found = Room("!room").after(events)
    assert found.judge(ME) in Judgement
    assert found.may_redact(ME) in {True, False}
    assert found.is_bridged(ME) in {True, False}
    invitation("!room", events, ME)
    has_just_joined(events, ME)
