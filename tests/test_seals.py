"""Whatever is stored of a person comes out of its seal as it went in, and only in its place."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.base import Update
from bot.dialogue.model import MAX_PAST, Answers, Choice, Command, Input, Location, State, Text
from bot.keys import NONCE_BYTES, PADDING, Keys, WrongKeyError
from bot.seals import Letter, Seals
from bot.understanding.age import Age
from catalog.places import Place

KEYS = Keys(database="5e" * 32, pepper=b"pepper of the tests, 32 bytes...")
SEALS = Seals(KEYS)
STRANGER = Seals(replace(KEYS, pepper=b"another pepper, also 32 bytes..."))
CHAT = b"c" * 32

text = st.text(st.characters(), max_size=40)  # halves of characters included
number = st.floats(allow_nan=False)
inputs: st.SearchStrategy[Input] = st.one_of(
    st.builds(Text, text), st.builds(Choice, text), st.builds(Location, number, number), st.builds(Command, text)
)
updates = st.builds(Update, text, text, inputs, text, st.lists(text, max_size=3).map(tuple))
letters = st.builds(Letter, text, text, st.lists(text, max_size=3).map(tuple), st.booleans(), st.booleans())
places = st.builds(
    Place,
    text,
    number,
    number,
    plz=st.none() | text,
    district=st.none() | text,
    county=st.none() | text,
    approximate=st.booleans(),
    population=st.integers(0, 10**7),
    post_codes=st.lists(text, max_size=2).map(tuple),
    own=st.booleans(),
)
answers = st.builds(
    Answers,
    step=text,
    lang=st.none() | text,
    children=st.lists(st.builds(Age, st.integers(-9, 300), st.integers(-9, 300)), max_size=3).map(tuple),
    topics=st.lists(st.tuples(text, number), max_size=3).map(tuple),
    place=st.none() | places,
    skipped=st.lists(text, max_size=2).map(tuple),
    screen=text,
    suggested=st.lists(text, max_size=2).map(tuple),
    candidates=st.lists(places, max_size=2).map(tuple),
    shown=st.integers(0, 99),
)
states = st.builds(State, answers, st.lists(answers, max_size=3).map(tuple), text)


@given(updates)
def test_every_message_comes_out_as_it_went_in(update: Update) -> None:
    assert SEALS.open_update(CHAT, SEALS.update(CHAT, update)) == update


@given(letters)
def test_every_letter_comes_out_as_it_went_in(letter: Letter) -> None:
    assert SEALS.open_letter(CHAT, SEALS.letter(CHAT, letter)) == letter


@given(states)
def test_every_state_comes_out_as_it_went_in(state: State) -> None:
    assert SEALS.open_state(CHAT, SEALS.state(CHAT, state)) == state


@given(text)
def test_every_ref_comes_out_as_it_went_in(ref: str) -> None:
    assert SEALS.open_ref(CHAT, SEALS.ref(CHAT, ref)) == ref


def test_a_conversation_that_remembers_nothing_leaves_nothing_to_store() -> None:
    assert SEALS.state(CHAT, State()) is None
    assert SEALS.open_state(CHAT, None) == State()


def test_a_letter_of_a_version_that_closed_no_chats_can_be_opened() -> None:
    before = KEYS.seal(b'{"to": "there", "call": "words", "erase": ["7"], "urgent": true}', b"out" + CHAT)
    assert SEALS.open_letter(CHAT, before) == Letter("there", "words", ("7",), urgent=True)


UPDATE = Update("1", "chat", Text("words"), "there")
SEALED: dict[str, tuple[bytes, Callable[[Seals, bytes, bytes], object]]] = {
    "update": (SEALS.update(CHAT, UPDATE), Seals.open_update),
    "letter": (SEALS.letter(CHAT, Letter("there", "words")), Seals.open_letter),
    "state": (SEALS.state(CHAT, State(Answers(step="child"))) or b"", Seals.open_state),
    "ref": (SEALS.ref(CHAT, "7"), Seals.open_ref),
}


@pytest.mark.parametrize("kind", SEALED)
def test_nothing_opens_in_another_chat_or_with_another_key(kind: str) -> None:
    sealed, opened = SEALED[kind]
    opened(SEALS, CHAT, sealed)
    with pytest.raises(WrongKeyError):
        opened(SEALS, b"d" * 32, sealed)
    with pytest.raises(WrongKeyError):
        opened(STRANGER, CHAT, sealed)


@pytest.mark.parametrize("kind", SEALED)
def test_nothing_opens_in_another_table(kind: str) -> None:
    sealed, _ = SEALED[kind]
    for other in SEALED.keys() - {kind}:
        with pytest.raises(WrongKeyError):
            SEALED[other][1](SEALS, CHAT, sealed)


@given(updates)
def test_how_long_a_message_was_cannot_be_seen(update: Update) -> None:
    size = len(SEALS.update(CHAT, update)) - NONCE_BYTES - 16
    assert size % PADDING == 0


def test_yes_and_no_and_a_short_sentence_look_alike() -> None:
    said = (Text("ja"), Text("nein"), Choice("age_1_3"), Text("Mein Sohn ist drei und spricht noch nicht."))
    assert len({len(SEALS.update(CHAT, replace(UPDATE, said=each))) for each in said}) == 1


def test_the_longest_way_back_that_is_remembered_is_stored_whole() -> None:
    past = tuple(Answers(step="child", shown=n) for n in range(MAX_PAST))
    state = State(Answers(step="topic"), past)
    assert SEALS.open_state(CHAT, SEALS.state(CHAT, state)) == state


def test_messages_and_letters_show_nothing_of_what_they_carry() -> None:
    shown = repr(UPDATE) + repr(Letter("there", "words", ("7",)))
    assert not [word for word in ("words", "there", "chat=", "'7'") if word in shown]
