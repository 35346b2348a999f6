"""What a number stands for: remembered, or looked up in the room."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.matrix.events import Address, Picked, read
from bot.channels.matrix.layout import lay_out
from bot.channels.matrix.questions import Questions
from bot.dialogue.model import Ask, Card, Choice, Input, Option, Pin, Reply, Say, Text

CARDS = tuple(Card(f"🔹 {n}", n, (Option(f"map:{n}", "🗺️ Karte"), Option(f"feedback:{n}", "💬 Wie?"))) for n in "ab")
MORE = Ask("Mehr?", (Option("results:more", "⬇️ Mehr"), Option("nav:back", "↩️ Zurück")), 1)
AGE = Ask("Wie alt?", (Option("age:a", "0 bis 1"), Option("age:b", "1 bis 3")))


@dataclass
class Server:
    """Remembers what was sent into one room; `look_ups` counts how often it was asked."""

    events: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    look_ups: int = 0

    async def look_up(self, _: str, event: str) -> Mapping[str, Any] | None:
        self.look_ups += 1
        return next(({"content": content} for name, content in self.events if name == event), None)

    async def look_back(self, _: str) -> list[Mapping[str, Any]]:
        self.look_ups += 1
        return [{"content": content} for _, content in reversed(self.events)]

    def send(self, questions: Questions, *replies: Reply) -> list[str]:
        sent = []
        for call in lay_out(replies, Address("!room")):
            name = f"${len(self.events)}"
            self.events.append((name, call["content"]))
            questions.asked("!room", name, call["content"])
            sent.append(name)
        return sent

    def questions(self) -> Questions:
        return Questions(self.look_up, self.look_back)


def typed(number: int, answering: str = "") -> Picked:
    return Picked(str(number), answering, Text(str(number)))


def meaning(questions: Questions, picked: Picked) -> Input | None:
    return asyncio.run(questions.resolve("!room", picked))


def test_numbers_reach_every_card_and_the_question_after_them() -> None:
    server = Server()
    questions = server.questions()
    server.send(questions, Say("Das passt:"), *CARDS, MORE)
    assert [meaning(questions, typed(n)) for n in (1, 4, 5, 6)] == [
        *(Choice(option) for option in ("map:a", "feedback:b", "results:more", "nav:back"))
    ]
    assert meaning(questions, typed(7)) == Text("7")
    assert server.look_ups == 0


def test_a_place_on_the_map_leaves_the_numbers_as_they_are() -> None:
    server = Server()
    questions = server.questions()
    server.send(questions, *CARDS, MORE)
    server.send(questions, Pin("Café", 51, 14, "Gasse 7"))
    assert meaning(questions, typed(3)) == Choice("map:b")


def test_a_new_question_makes_the_old_numbers_mean_nothing() -> None:
    server = Server()
    questions = server.questions()
    server.send(questions, *CARDS, MORE)
    server.send(questions, MORE)
    assert meaning(questions, typed(1)) == Choice("results:more")
    assert meaning(questions, typed(5)) == Text("5")


def test_an_age_is_an_age_and_no_option() -> None:
    server = Server()
    questions = server.questions()
    server.send(questions, MORE)
    (question,) = server.send(questions, AGE)
    assert meaning(questions, typed(2)) == Text("2")
    assert meaning(questions, typed(2, question)) == Text("2")
    assert meaning(questions, Picked("2", question)) == Choice("age:b")


def test_a_reply_or_a_reaction_means_the_question_that_it_points_at() -> None:
    server = Server()
    questions = server.questions()
    first, second, _ = server.send(questions, *CARDS, MORE)
    server.send(questions, AGE)
    assert meaning(questions, typed(4, second)) == Choice("feedback:b")
    assert meaning(questions, Picked("🗺", first)) == Choice("map:a")
    assert meaning(questions, Picked("2", second)) == Choice("feedback:b")
    assert meaning(questions, Picked("👍", first)) is None
    assert meaning(questions, Picked("1", "$of somebody else")) is None


def test_after_a_restart_everything_is_found_in_the_room() -> None:
    server = Server()
    before = server.questions()
    server.send(before, AGE)
    first, *_ = server.send(before, *CARDS, MORE)
    server.send(before, Say("noch etwas"))
    questions = server.questions()
    assert [meaning(questions, typed(n)) for n in (1, 4, 5)] == [
        *(Choice(option) for option in ("map:a", "feedback:b", "results:more"))
    ]
    assert meaning(questions, Picked("💬", first)) == Choice("feedback:a")
    assert server.look_ups == 2, "once for the room, once for the event"
    questions.forget("!room")
    assert meaning(questions, typed(6)) == Choice("nav:back")


@given(sign=st.text(min_size=1, max_size=20) | st.text("0123456789٣²①", min_size=1, max_size=20))
def test_no_sign_is_too_strange(sign: str) -> None:
    server = Server()
    questions = server.questions()
    first, *_ = server.send(questions, *CARDS, MORE)
    found = read(
        {
            "type": "m.reaction",
            "content": {"m.relates_to": {"rel_type": "m.annotation", "event_id": first, "key": sign}},
        }
    )
    if isinstance(found, Picked):
        assert meaning(questions, found) in {None, Choice("map:a"), Choice("feedback:a")}


def test_where_nothing_was_asked_a_number_is_a_text() -> None:
    server = Server()
    assert meaning(server.questions(), typed(1)) == Text("1")
    assert meaning(server.questions(), typed(1, "$unknown")) == Text("1")
