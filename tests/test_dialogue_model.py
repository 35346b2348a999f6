"""What a conversation keeps between two messages, and that it survives storage, other versions and broken data."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.model import MAX_PAST, Answers, State
from bot.understanding.age import Age
from catalog.places import Place

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("step", "lang", "children", "topics", "place", "skipped", "screen", "suggested", "candidates", "shown")
PLACES = st.builds(
    Place,
    name=st.text(max_size=12),
    lat=st.floats(47, 55.5),
    lon=st.floats(5.5, 15.5),
    plz=st.none() | st.just("00103"),
    district=st.none() | st.just("Nordweide"),
    state=st.none() | st.just("DE-NI"),
    approximate=st.booleans(),
    own=st.booleans(),
    example=st.booleans(),
)
ANSWERS = st.builds(
    Answers,
    step=st.sampled_from(["language", "child", "topic", "place", "results"]),
    lang=st.sampled_from([None, "de", "ar"]),
    children=st.lists(st.builds(Age, st.integers(-9, 323), st.integers(-9, 323)), max_size=3).map(tuple),
    topics=st.lists(st.tuples(st.text(max_size=12), st.floats(0, 1)), max_size=3).map(tuple),
    place=st.none() | PLACES,
    skipped=st.lists(st.sampled_from(["child", "topic", "place"]), max_size=3).map(tuple),
    screen=st.sampled_from(["", "several", "group:parenting:7", "change"]),
    suggested=st.lists(st.text(max_size=12), max_size=3).map(tuple),
    candidates=st.lists(PLACES, max_size=2).map(tuple),
    shown=st.integers(0, 20),
)


def stored(state: State) -> State:
    """Return the state as it comes back from storage."""
    return State.from_json(json.loads(json.dumps(state.to_json())))


@given(answers=ANSWERS, past=st.lists(ANSWERS, max_size=3).map(tuple), feedback=st.text(max_size=16))
def test_a_conversation_comes_back_from_storage_as_it_was(
    answers: Answers, past: tuple[Answers, ...], feedback: str
) -> None:
    assert stored(State(answers, past, feedback)) == State(answers, past, feedback)


def test_ages_come_back_as_ages_and_not_as_bare_lists() -> None:
    (child,) = stored(State(Answers(children=(Age(36, 47),)))).answers.children
    assert (child.min_months, child.max_months) == (36, 47)


def test_a_new_conversation_stores_nothing_at_all() -> None:
    assert State().to_json() == {}


def test_only_what_was_answered_is_stored() -> None:
    assert State(Answers(step="child", lang="tr")).to_json() == {"answers": {"step": "child", "lang": "tr"}}


def test_a_conversation_of_an_older_version_goes_on_with_the_answers_it_has() -> None:
    older = {"answers": {"lang": "uk", "children": [[36, 47]]}}
    assert State.from_json(older) == State(Answers(lang="uk", children=(Age(36, 47),)))


def test_answers_that_this_version_does_not_know_are_left_out_and_the_others_stay() -> None:
    newer = {"answers": {"step": "topic", "lang": "de", "feedback": 5}, "past": [{"lang": "de", "mood": []}], "v": 9}
    assert State.from_json(newer) == State(Answers(step="topic", lang="de"), (Answers(lang="de"),))


@pytest.mark.parametrize(
    "broken",
    [
        {"answers": None},
        {"answers": []},
        {"answers": {"children": [[36]]}},
        {"answers": {"children": [["three", "four"]]}},
        {"answers": {"lang": 5}},
        {"answers": {"place": {"name": "Beispielhafen"}}},
        {"answers": {"lang": "de"}, "past": [1]},
        {"past": "child"},
        {"answers": {"lang": "de"}, "feedback": ["x"]},
    ],
    ids=str,
)
def test_a_conversation_that_cannot_be_read_starts_anew(broken: dict[str, Any]) -> None:
    assert State.from_json(broken) == State()


@given(data=st.dictionaries(st.sampled_from(["answers", "past", "feedback", "x"]), JSON_VALUES, max_size=3))
def test_no_stored_json_ever_stops_the_conversation(data: dict[str, Any]) -> None:
    read = State.from_json(data)
    assert stored(read) == read


@given(answers=st.dictionaries(st.sampled_from(NAMES), JSON_VALUES, max_size=4))
def test_no_stored_answer_ever_stops_the_conversation(answers: dict[str, Any]) -> None:
    read = State.from_json({"answers": answers})
    assert stored(read) == read


def test_going_on_remembers_the_screen_before() -> None:
    first, second = Answers(step="child", lang="de"), Answers(step="topic", lang="de")
    assert State(first).moved(second) == State(second, (first,))


def test_the_same_answers_again_are_no_step() -> None:
    state = State(Answers(step="child", lang="de"), (Answers(),))
    assert state.moved(Answers(step="child", lang="de")) is state


def test_going_on_leaves_the_question_of_a_card_and_it_is_no_step_on_the_way_back() -> None:
    first, second = Answers(step="results", lang="de", shown=5), Answers(step="topic", lang="de")
    asking = State(first, (Answers(),), "a1b2")
    assert asking.moved(second) == State(second, (Answers(), Answers(step="results", lang="de")))
    assert asking.moved(first) == asking.without_feedback() == State(first, (Answers(),))


@given(steps=st.integers(0, 40))
def test_the_way_back_never_grows_beyond_twelve_screens_and_keeps_the_latest(steps: int) -> None:
    state = State()
    for step in range(steps):
        state = state.moved(Answers(lang="de", screen=f"groups:{step}"))
    assert len(state.past) == min(steps, MAX_PAST)
    latest = ["", *(f"groups:{step}" for step in range(steps - 1))][-MAX_PAST:] if steps else []
    assert [answers.screen for answers in state.past] == latest


def test_back_to_the_results_begins_with_the_first_cards_again() -> None:
    results = Answers(step="results", lang="de", shown=10)
    assert State(results).moved(Answers(step="child", lang="de")).past == (Answers(step="results", lang="de", shown=0),)
