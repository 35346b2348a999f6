"""The dialogue as the service sees it: a state and a message in, a turn out; and the few sentences between turns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.dialogue.engine import respond
from bot.dialogue.model import Input, Reply, Say, State, Turn
from bot.dialogue.screen import ask_again
from bot.dialogue.steps.base import Scene
from bot.jsonlines import Desk
from catalog.catalog import Catalog


@dataclass(frozen=True)
class Conversation:
    """Answers messages with the catalog of the desk, at the time of the clock. `reported`: what families say of offers."""

    desk: Desk
    clock: Callable[[], datetime]  # local time, without zone
    voice: str = "de-simple"  # until a family has chosen

    def answer(self, state: State, said: Input) -> Turn:
        desk = self.desk
        text = desk.understanding.languages.translator(self.voice)
        return respond(state, said, catalog=desk.catalog, understanding=desk.understanding, text=text, now=self.clock())

    def warm_up(self) -> None:
        """Build what the first message would otherwise wait for; takes some seconds."""
        self.desk.warm_up()

    def let_go(self) -> None:
        """Keep nothing of what was read lately in memory."""
        self.desk.let_go()

    def rescue(self, said: Input) -> tuple[Reply, ...]:
        """The answer to a danger, without any memory; nothing for everything else."""
        turn = self.answer(State(), said)
        return turn.replies if gives_numbers(turn) else ()

    def apologise(self, state: State) -> tuple[Reply, ...]:
        """A message could not be answered; it is our fault, and the question stands."""
        scene = self._scene(state)
        sorry = scene.text.gettext(
            "Sorry, something went wrong on my side. Please write it in other words, or tap a button."
        )
        return (Say(sorry), *ask_again(state, scene))

    def slow_down(self, state: State) -> tuple[Reply, ...]:
        """Many messages came at once: they are read one after the other."""
        text = self._scene(state).text.gettext(
            "You sent many messages in a short time. I read them one after the other; please wait a little. "
            "If somebody is in danger right now: call 112 or 110."
        )
        return (Say("⏳ " + text),)

    def farewell(self, state: State) -> tuple[Reply, ...]:
        """The last words where everything is deleted and the chat itself is left."""
        text = self._scene(state).text.gettext(
            "Everything you told me is deleted. I am leaving this chat now. "
            "If you need me again, invite me again or start a new chat with me."
        )
        return (Say("👋 " + text),)

    def with_reports(self, reported: Mapping[str, tuple[str, ...]]) -> "Conversation":
        """The same, with what several families say about offers on their cards."""
        return replace(self, desk=replace(self.desk, catalog=replace(self.desk.catalog, reported=reported)))

    def with_catalog(self, catalog: Catalog) -> "Conversation":
        """The same with another catalog; what families say about offers is kept."""
        told = replace(catalog, reported=self.desk.catalog.reported)
        return replace(self, desk=replace(self.desk, catalog=told))

    def _scene(self, state: State) -> Scene:
        text = self.desk.understanding.languages.translator(self.voice)
        return Scene(self.desk.catalog, self.desk.understanding, text, self.clock()).speaking(state.answers.lang)


def gives_numbers(turn: Turn) -> bool:
    """Whether it is the answer to a danger, or to the wish for the numbers, however that was said."""
    return turn.danger is not None or any(isinstance(reply, Say) and reply.helplines for reply in turn.replies)
