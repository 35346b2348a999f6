"""The real service in a process of its own, for the proofs to kill: everything as `nahbei serve` builds it.

python -m benchmarks.victim --data FOLDER, and --socket FILE or --telegram URL. With --conversation real it is the whole assistant; otherwise a
small stand-in that starts faster and whose answers betray what was lost, repeated or overtaken: it knows nothing but the
number of the message before, and says it.
"""

import asyncio
import os
import signal
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from bot.channels.base import Channel
from bot.channels.gateway import Gateway
from bot.config import Settings
from bot.conversation import Conversation
from bot.dialogue.model import Answers, Card, Input, Reply, Say, State, Text, Turn
from bot.i18n import load_languages
from bot.jsonlines import Desk
from bot.limits import Rate
from bot.logs import set_up_logs
from bot.sending import Patience
from bot.serve import serve
from bot.service import Limits
from bot.understanding.reading import Understanding
from bot.vocabulary import language_model, topic_index
from catalog.catalog import load_catalog

NOW = datetime(2026, 11, 23, 10)  # noqa: DTZ001 local time without zone, as everywhere
CRY = "Ich will nicht mehr leben"  # what the stand-in takes for a danger, as the whole assistant does
NUMBERS = "112"
MOST_PARTS = 3
ENDLESS = Rate(1e9, 1e9)
LIMITS = {
    "usual": Limits(),
    "eager": Limits(answered=ENDLESS, taken_in=ENDLESS),
    "hasty": Limits(
        answered=ENDLESS,
        taken_in=ENDLESS,
        patience=Patience(send=0.5, first_pause=0.05, longest_pause=0.5, unclear_pause=0.1),
    ),
}
WATCHED_EVERY = 1000  # passages of a point
TOKEN = "123456:AAFakeTokenOfTheBenchmarks-0123456789_ab"  # noqa: S105 of no bot at all
SECRET = "a-secret-of-the-benchmarks_0123456789"  # noqa: S105 of no webhook that anybody could reach


class Echo(Conversation):
    """Answers message 17 with one to three lines "17 0 16": its number, the line's, and that of the message before."""

    def __init__(self) -> None:
        """Needs neither catalog nor vocabulary."""

    def warm_up(self) -> None:
        """There is nothing to prepare."""

    def let_go(self) -> None:
        """Nothing was kept."""

    def answer(self, state: State, said: Input) -> Turn:
        number = int(said.text) if isinstance(said, Text) and said.text.isdecimal() else 0
        says = tuple(Say(f"{number} {part} {state.answers.shown}") for part in range(parts(number)))
        return Turn(State(Answers(step="child", shown=number)), says)

    def rescue(self, said: Input) -> tuple[Reply, ...]:
        return (Say(NUMBERS),) if said == Text(CRY) else ()

    def apologise(self, state: State) -> tuple[Reply, ...]:  # noqa: ARG002 the same for everybody
        return (Say("sorry"),)

    def slow_down(self, state: State) -> tuple[Reply, ...]:  # noqa: ARG002 nobody is told
        return ()

    def farewell(self, state: State) -> tuple[Reply, ...]:  # noqa: ARG002 the same for everybody
        return (Say("bye"),)

    def with_reports(self, reported: Mapping[str, tuple[str, ...]]) -> Conversation:  # noqa: ARG002 there are no offers
        return self


class Cards(Echo):
    """The same on cards: each is a message of its own, also where a messenger would join what is said."""

    def answer(self, state: State, said: Input) -> Turn:
        turn = super().answer(state, said)
        return replace(turn, replies=tuple(Card(reply.text, "") for reply in turn.replies if isinstance(reply, Say)))


class Single(Cards):
    """One card for each message, as a question has one card in a chat."""

    def answer(self, state: State, said: Input) -> Turn:
        turn = super().answer(state, said)
        return replace(turn, replies=turn.replies[:1])


def parts(number: int) -> int:
    """How many lines the stand-in answers to a message."""
    return 1 + number % MOST_PARTS


STAND_INS: Mapping[str, type[Echo]] = {"echo": Echo, "cards": Cards, "single": Single}


def real_conversation(folder: Path) -> Conversation:
    """The whole assistant on the shipped catalogs, always at the same hour, so that its answers can be foretold."""
    catalog, languages = load_catalog(today=NOW.date()), load_languages()
    dangers = (topic.id for topic in catalog.topics.topics.values() if topic.is_danger)
    tables = partial(topic_index, languages, folder), partial(language_model, languages, folder)
    understanding = Understanding(languages, dangers, *tables)
    return Conversation(Desk(catalog, understanding, NOW), lambda: NOW)


def telegram(api: str, hook: str = "", *, pace: str = "none") -> Channel:
    """Telegram as `nahbei serve` builds it. `hook`: where updates are brought to; `pace` "none": no speed limits."""
    from bot.channels.telegram import Telegram  # noqa: PLC0415 other victims start faster without it
    from bot.channels.telegram.pace import Pace  # noqa: PLC0415
    from bot.channels.telegram.profile import Profile  # noqa: PLC0415
    from bot.channels.telegram.webhook import Webhook  # noqa: PLC0415

    address = urlsplit(hook)
    webhook = Webhook(hook, address.hostname or "", address.port or 0, SecretStr(SECRET)) if hook else None
    limits = Pace(ENDLESS, ENDLESS) if pace == "none" else Pace()
    return Telegram(
        SecretStr(TOKEN),
        Profile({"de": "Hilfe"}, {"de": "Hilfe"}, {"de": (("start", "Anfang"),)}),
        api=api,
        webhook=webhook,
        pace=limits,
    )


def dying_at(point: str, passage: int) -> Callable[[str], None]:
    """End the process, without any goodbye, when it passes a point for the n-th time."""
    passed: Counter[str] = Counter()

    def at(here: str) -> None:
        passed[here] += 1
        if here == point and passed[here] >= passage:
            os.kill(os.getpid(), signal.SIGKILL)

    return at


def watching(file: Path) -> Callable[[str], None]:
    """Write down now and then how many tasks there are: it cannot be seen from outside."""
    passed: Counter[str] = Counter()

    def at(here: str) -> None:
        passed[here] += 1
        if here == "after_mark" and passed[here] % WATCHED_EVERY == 0:
            with suppress(RuntimeError):  # not in the event loop
                file.write_text(str(len(asyncio.all_tasks())), "ascii")

    return at


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--socket", type=Path, help="where a gateway finds the service")
    parser.add_argument("--telegram", metavar="URL", help="of a Bot API server; then there is no gateway")
    parser.add_argument("--hook", default="", metavar="URL", help="where that server brings updates to")
    parser.add_argument("--pace", choices=("usual", "none"), default="none", help="Telegram's speed limits")
    parser.add_argument("--url", help="of a PostgreSQL database; without it SQLite in the data folder")
    parser.add_argument("--conversation", choices=(*STAND_INS, "real"), default="echo")
    parser.add_argument("--limits", choices=tuple(LIMITS), default="eager")
    parser.add_argument("--health", default="", metavar="HOST:PORT")
    parser.add_argument("--die-at", metavar="POINT")
    parser.add_argument("--passage", type=int, default=1)
    parser.add_argument("--watch", type=Path, metavar="FILE")
    chosen = parser.parse_args()
    set_up_logs(sys.stderr)
    settings = Settings(
        data_dir=chosen.data,
        database_url=SecretStr(chosen.url) if chosen.url else None,
        health_listen=chosen.health,
    )
    stand_in = STAND_INS.get(chosen.conversation)
    conversation = stand_in() if stand_in else real_conversation(chosen.data)
    way = (
        telegram(chosen.telegram, chosen.hook, pace=chosen.pace)
        if chosen.telegram
        else Gateway(chosen.socket or chosen.data / "socket")
    )
    at = watching(chosen.watch) if chosen.watch else dying_at(chosen.die_at or "", chosen.passage)
    asyncio.run(serve(settings, conversation, [way], limits=LIMITS[chosen.limits], at=at))


if __name__ == "__main__":
    main()
