"""A turn becomes parcels: one for each call, numbered, sealed, urgent where numbers to call are in it."""

from dataclasses import replace

import pytest

from bot.dialogue.model import Answers, Count, Effect, Forget, Say, State, Turn
from bot.keys import Keys
from bot.packing import ERASING, Packer
from bot.seals import Letter, Seals
from bot.store.delivery import Claim, Message, Parcel
from tests.postbox import Postbox, message

CHAT = b"chat"
CLAIM = Claim(CHAT, "postbox", None)
MESSAGE = Message(1, b"\x12\xab", b"", 0)
UPDATE = message(1, "a", "hello")
SPEAKS = State(Answers(lang="tr"))


@pytest.fixture
def seals(keys: Keys) -> Seals:
    return Seals(keys)


def packed(
    seals: Seals, turn: Turn, *refs: str, before: State = SPEAKS, postbox: Postbox | None = None
) -> list[Letter]:
    """The letters that a turn becomes."""
    packer = Packer(seals, {"postbox": postbox or Postbox()})
    answered = packer.answered(CLAIM, MESSAGE, UPDATE, before, turn, [seals.ref(CHAT, ref) for ref in refs])
    return [seals.open_letter(CHAT, parcel.content) for parcel in answered.parcels]


def test_every_reply_becomes_a_parcel_with_its_number_and_key(seals: Seals) -> None:
    packer = Packer(seals, {"postbox": Postbox()})
    turn = Turn(SPEAKS, (Say("one"), Say("two")))
    answered = packer.answered(CLAIM, MESSAGE, UPDATE, SPEAKS, turn, [])
    assert [(parcel.n, parcel.key, parcel.started) for parcel in answered.parcels] == [
        (0, "12ab.0", False),
        (1, "12ab.1", False),
    ]
    letters = [seals.open_letter(CHAT, parcel.content) for parcel in answered.parcels]
    assert [letter.address for letter in letters] == ["a", "a"]
    assert ["one" in letter.call for letter in letters] == [True, False]


def test_the_familys_own_message_is_remembered_so_that_it_can_be_deleted(seals: Seals) -> None:
    answered = Packer(seals, {"postbox": Postbox()}).answered(CLAIM, MESSAGE, UPDATE, SPEAKS, Turn(SPEAKS, ()), [])
    assert [seals.open_ref(CHAT, ref) for ref in answered.refs] == ["a said 1"]


def test_a_state_that_remembers_nothing_is_not_stored(seals: Seals) -> None:
    packer = Packer(seals, {"postbox": Postbox()})
    assert packer.answered(CLAIM, MESSAGE, UPDATE, SPEAKS, Turn(State(), ()), []).state is None
    kept = packer.answered(CLAIM, MESSAGE, UPDATE, SPEAKS, Turn(SPEAKS, ()), []).state
    assert seals.open_state(CHAT, kept) == SPEAKS


@pytest.mark.parametrize(
    ("turn", "is_urgent"),
    [
        (Turn(SPEAKS, (Say("hello"),)), False),
        (Turn(SPEAKS, (Say("call"),), danger="suicidal-thoughts"), True),
        (Turn(SPEAKS, (Say("call", ("notruf-112",)),)), True),
    ],
)
def test_numbers_to_call_are_urgent_whoever_asked_for_them(seals: Seals, turn: Turn, is_urgent: bool) -> None:  # noqa: FBT001
    assert [letter.urgent for letter in packed(seals, turn)] == [is_urgent]


def test_deleting_comes_first_and_the_last_word_closes_the_chat(seals: Seals) -> None:
    forgetting = Turn(State(), (Say("deleted"), Say("hello again")), (Forget(),))
    erasing, first, last = packed(seals, forgetting, "ref 1", "ref 2")
    assert (erasing.erase, erasing.closes) == (("ref 1", "ref 2"), False)
    assert (first.closes, last.closes) == (False, True)


def test_where_there_is_nothing_to_delete_nothing_is_deleted(seals: Seals) -> None:
    assert not any(letter.erase for letter in packed(seals, Turn(State(), (Say("deleted"),), (Forget(),))))


@pytest.mark.parametrize("effects", [(), (Count("found", "crying-baby", "baby", "", "de"),)])
def test_no_other_turn_deletes_or_closes(seals: Seals, effects: tuple[Effect, ...]) -> None:
    letters = packed(seals, Turn(SPEAKS, (Say("one"), Say("two")), effects), "ref")
    assert not any(letter.erase or letter.closes for letter in letters)


def test_the_parcel_that_deletes_is_delivered_before_all_others(seals: Seals) -> None:
    forgetting = Turn(State(), (Say("deleted"),), (Forget(),))
    packer = Packer(seals, {"postbox": Postbox()})
    parcels = packer.answered(CLAIM, MESSAGE, UPDATE, SPEAKS, forgetting, [seals.ref(CHAT, "ref")]).parcels
    assert [parcel.n for parcel in parcels] == [ERASING, 0]
    assert sorted(parcels, key=lambda parcel: parcel.n) == parcels


def test_a_language_is_told_to_the_channel_when_it_changes_and_only_then(seals: Seals) -> None:
    postbox = Postbox()
    for before in (State(), replace(SPEAKS, answers=Answers(lang="de")), SPEAKS):
        packed(seals, Turn(SPEAKS, (Say("hello"),)), before=before, postbox=postbox)
    assert postbox.chosen == ["tr", "tr"]


def test_letters_of_an_older_version_close_nothing(seals: Seals, keys: Keys) -> None:
    old = keys.seal(b'{"to": "a", "call": "{}", "erase": [], "urgent": false}', b"out" + CHAT)
    assert seals.open_letter(CHAT, old) == Letter("a", "{}")
    assert Parcel(0, "key", old).started
