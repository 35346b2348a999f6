"""Compares what families saw with what they would have seen, had nothing ever gone wrong."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from benchmarks.messenger import Arrived, Said
from bot.channels.console import reply_as_json
from bot.conversation import Conversation
from bot.dialogue.model import State


@dataclass(frozen=True)
class Verdict:
    """Counts over all chats: answers due, lost, repeated, in the wrong place, and such as nobody expected."""

    due: int = 0
    lost: int = 0
    repeated: int = 0
    out_of_order: int = 0
    strange: int = 0

    def __add__(self, other: "Verdict") -> "Verdict":
        return Verdict(
            self.due + other.due,
            self.lost + other.lost,
            self.repeated + other.repeated,
            self.out_of_order + other.out_of_order,
            self.strange + other.strange,
        )


def judge(said: Mapping[str, Sequence[Said]], arrived: Iterable[Arrived], conversation: Conversation) -> Verdict:
    """The same conversations once more, in one go and without any storage, against what arrived in each chat."""
    by_chat: dict[str, list[Arrived]] = {}
    for answer in arrived:
        by_chat.setdefault(answer.chat, []).append(answer)
    verdict = sum(
        (_judge(due(messages, conversation), by_chat.pop(chat, [])) for chat, messages in said.items()), Verdict()
    )
    return verdict + Verdict(strange=sum(map(len, by_chat.values())))


def due(messages: Sequence[Said], conversation: Conversation) -> list[str]:
    """All answers of one chat."""
    state, answers = State(), []
    for message in messages:
        turn = conversation.answer(state, message.said)
        state = State.from_json(json.loads(json.dumps(turn.state.to_json())))
        answers += [json.dumps([reply_as_json(reply)], ensure_ascii=False) for reply in turn.replies]
    return answers


def _judge(expected: Sequence[str], arrived: Sequence[Arrived]) -> Verdict:
    """A repeated answer comes directly after itself; everything else is a matter of order."""
    seen = [next(same) for _, same in groupby(arrived, key=lambda answer: answer.key)]
    first = list({answer.key: answer.replies for answer in reversed(seen)}.values())
    texts = [answer.replies for answer in seen]
    lost = Counter(expected) - Counter(first)
    strange = Counter(first) - Counter(expected)
    present = _without(expected, lost)
    out_of_order = sum(a != b for a, b in zip(texts, present, strict=False)) if not strange else 0
    return Verdict(
        len(expected),
        lost.total(),
        len(arrived) - len(first),
        out_of_order + len(seen) - len(first),
        strange.total(),
    )


def _without(expected: Sequence[str], lost: Counter[str]) -> list[str]:
    left = Counter(lost)
    kept = []
    for text in expected:
        if left[text]:
            left[text] -= 1
        else:
            kept.append(text)
    return kept
