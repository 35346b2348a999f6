"""The list of concerns: complete, consistent, and right for the age."""

from itertools import pairwise

import pytest

from catalog.helplines import EMERGENCY_NUMBERS, load_helplines
from catalog.topics import Topics


def test_there_are_83_topics_in_14_groups_and_no_group_is_empty(topics: Topics) -> None:
    assert len(topics.topics) == 83
    assert len(topics.groups) == 14
    assert sum(len(topics.of_group(group)) for group in topics.groups) == 83
    assert all(topics.of_group(group) for group in topics.groups)


def test_topics_refer_only_to_phases_offer_types_and_helplines_that_exist(topics: Topics) -> None:
    lines = load_helplines().lines
    for topic in topics.topics.values():
        assert set(topic.phases) <= set(topics.phases), topic.id
        assert set(topic.offer_types) <= set(topics.offer_types), topic.id
        assert set(topic.helplines) <= set(lines), topic.id
        assert topic.offer_types, topic.id
    assert {kind for topic in topics.topics.values() for kind in topic.offer_types} == set(topics.offer_types)


def test_in_danger_the_emergency_number_comes_first_and_somebody_to_talk_to_is_never_missing(topics: Topics) -> None:
    dangers = [topic for topic in topics.topics.values() if topic.is_danger]
    assert len(dangers) == 10
    for topic in dangers:
        assert topic.helplines[0] in EMERGENCY_NUMBERS, topic.id
        assert len(topic.helplines) >= 2, topic.id
        assert topic.sensitive or topic.id in {"acute-illness", "poisoning"}, "nothing of it is stored"


def test_phases_leave_no_month_of_a_childs_life_out(topics: Topics) -> None:
    spans = sorted((phase.first_month, phase.last_month) for phase in topics.phases.values())
    assert (spans[0][0], max(last for _, last in spans)) == (-9, 323)
    for (_, last), (first, _) in pairwise(spans):
        assert first <= last + 1


@pytest.mark.parametrize(
    ("topic", "ages"),
    [
        ("crying-baby", ((35, 35),)),  # the last month of the second phase
        ("crying-baby", ((-9, -1), (11, 11))),  # one of two children is enough
        ("puberty-conflict", ((120, 120),)),
        ("pregnancy-advice", ((-1, -1),)),
        ("job-orientation", ((160, 168),)),  # the span only touches
        ("debts", ((3, 3),)),  # concerns families with children of any age
        ("crying-baby", ()),  # age not known
    ],
)
def test_a_topic_is_offered_when_one_of_the_children_has_the_age(
    topics: Topics, topic: str, ages: tuple[tuple[int, int], ...]
) -> None:
    assert topics.suits(topics.topics[topic], ages)


@pytest.mark.parametrize(
    ("topic", "ages"),
    [
        ("crying-baby", ((36, 36),)),
        ("crying-baby", ((-9, -1), (36, 71))),
        ("puberty-conflict", ((119, 119),)),
        ("pregnancy-advice", ((0, 0),)),
        ("job-orientation", ((120, 167),)),
    ],
)
def test_a_topic_that_none_of_the_children_can_have_is_not_offered(
    topics: Topics, topic: str, ages: tuple[tuple[int, int], ...]
) -> None:
    assert not topics.suits(topics.topics[topic], ages)
