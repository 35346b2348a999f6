"""The channel at work: the real service, database and homeserver; only the conversation may be a small one."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from pydantic import SecretStr

from bot.channels.matrix import Account, Matrix
from bot.conversation import Conversation
from bot.dialogue.model import Ask, Command, Forget, Input, Option, Reply, Say, State, Text, Turn
from bot.keys import Keys, load_keys
from bot.sending import Patience
from bot.service import Limits, Service
from bot.store import retention
from bot.store.database import Database
from bot.store.opening import open_database
from tests.matrix.homeserver import PASSWORD, Login, Synapse
from tests.serving import NO_HURRY, running, until

LIMITS = Limits(
    answered=NO_HURRY,
    taken_in=NO_HURRY,
    poll=0.02,
    patience=Patience(first_pause=0.02, longest_pause=0.2, unclear_pause=0.1),
)
CRY = "help!"
LETTERS = ("Apfel", "🍐 Birne", "Citrone")


class Parrot(Conversation):
    """Says what it has understood. "ask" gets a question; "say 3" three answers; /delete forgets."""

    def __init__(self) -> None:
        """Without desk and clock."""

    def warm_up(self) -> None:
        """There is nothing to prepare."""

    def let_go(self) -> None:
        """Nothing was kept."""

    def answer(self, state: State, said: Input) -> Turn:
        match said:
            case Command("start"):
                return Turn(state, (Say("welcome"),))
            case Command("delete"):
                return Turn(State(), (Say("deleted"), Say("welcome again")), (Forget(),))
            case Text(words) if words == CRY:
                return Turn(state, (Say("call 112"),), danger="suicidal-thoughts")
            case Text("ask"):
                return Turn(state, (Say("listen"), Ask("which?", tuple(Option(f"x:{x}", x) for x in LETTERS))))
            case Text(words) if words.startswith("say "):
                return Turn(state, tuple(Say(f"{words} {n}") for n in range(int(words[4:]))))
        return Turn(state, (Say(f"heard {said!r}"),))

    def rescue(self, said: Input) -> tuple[Reply, ...]:
        return (Say("call 112"),) if said == Text(CRY) else ()

    def apologise(self, state: State) -> tuple[Reply, ...]:  # noqa: ARG002 the form of a conversation
        return (Say("sorry"),)

    def with_reports(self, reported: Mapping[str, tuple[str, ...]]) -> Conversation:  # noqa: ARG002 the same
        return self

    def farewell(self, state: State) -> tuple[Reply, ...]:  # noqa: ARG002 the same
        return (Say("deleted, and gone"),)

    def slow_down(self, state: State) -> tuple[Reply, ...]:  # noqa: ARG002 the same
        return ()


def heard(said: Input | str) -> str:
    """What the parrot says of it."""
    return f"heard {Text(said) if isinstance(said, str) else said!r}"


@dataclass(frozen=True)
class House:
    """One installation with an account of its own. Whatever it keeps lies in `folder`."""

    server: Synapse
    folder: Path
    login: Login

    @property
    def keys(self) -> Keys:
        return load_keys(self.folder / "keys")

    @property
    def bot(self) -> str:
        return self.login.user

    @property
    def account(self) -> Account:
        return Account(self.server.url, self.bot, SecretStr(PASSWORD))

    @property
    def matrix_folder(self) -> Path:
        return self.folder / "matrix"

    @property
    def store_key(self) -> str:
        return self.keys.secret("matrix store").hex()

    def matrix(self, account: Account | None = None, **named: Any) -> Matrix:
        return Matrix(account or self.account, self.matrix_folder, lambda: self.keys, **named)

    def open(self) -> Database:
        self.folder.mkdir(parents=True, exist_ok=True)
        return open_database(self.keys, self.folder)

    @asynccontextmanager
    async def living(
        self, conversation: Conversation | None = None, matrix: Matrix | None = None, limits: Limits = LIMITS
    ) -> AsyncIterator["Home"]:
        """The installation runs meanwhile, and has met its homeserver."""
        matrix = matrix or self.matrix()
        database = self.open()
        try:
            service = Service(database, self.keys, conversation or Parrot(), [matrix], limits=limits)
            async with running(service):
                receiving = asyncio.create_task(matrix.run(service))
                try:
                    await until(lambda: matrix.is_well() or receiving.done())
                    if receiving.done():
                        receiving.result()
                    yield Home(matrix, service, database, receiving)
                finally:
                    await service.stop()
                    receiving.cancel()
                    with suppress(asyncio.CancelledError, Exception):
                        await receiving
        finally:
            database.close()

    def person(self, name: str = "anna") -> Login:
        """Somebody who may write to it."""
        return self.server.register(f"{name}-{uuid4().hex[:12]}")

    def people(self, *names: str) -> Sequence[Login]:
        return [self.person(name) for name in names]

    def with_token(self, login: Login) -> Account:
        """The account, by a token instead of its password."""
        return replace(self.account, password=None, token=SecretStr(login.token))


def new_house(server: Synapse, folder: Path) -> House:
    return House(server, folder, server.register(f"nahbei-{uuid4().hex[:12]}"))


@dataclass(frozen=True)
class Home:
    """What runs."""

    matrix: Matrix
    service: Service
    database: Database
    receiving: "asyncio.Task[None]"

    @property
    def device(self) -> str:
        """The one that serves at this moment."""
        session = self.matrix._session  # noqa: SLF001 nobody else needs to know
        assert session
        return str(session.store.device_id)

    async def settled(self) -> None:
        """Wait until nothing waits any more."""

        def is_settled() -> bool:
            backlog = self.database.run(retention.backlog)
            return (backlog.unanswered, backlog.undelivered) == (0, 0)

        await until(is_settled)
