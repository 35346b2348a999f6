"""`nahbei chat`, and the same understanding and matching line by line for scripts."""

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from threading import Thread

import click

from bot.commands.base import BERLIN, known, opened
from bot.commands.options import catalog_option, clear_errors, today_option
from bot.dialogue.engine import respond
from bot.dialogue.model import Answers, Command, Input, State, Text, Turn
from bot.jsonlines import Answer, answered, match, understand


@click.command()
@click.option("--lang", metavar="TAG", help="Begin in this language, such as de, de-simple, en, tr, ar, uk.")
@catalog_option
@today_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each turn.")
def chat(lang: str | None, catalog: Path | None, today: str | None, as_json: bool) -> None:  # noqa: FBT001 click's way
    """Talk in the terminal.

    A number picks that option, "@51.15,14.99" shares a position, anything else is text. /back, /start, /delete and
    /danger work everywhere. When the input is not a terminal, each line is one message.
    """
    from bot.channels import console  # noqa: PLC0415 only this command talks in the terminal

    with clear_errors():
        desk = opened(catalog, today)
        tag = known(desk.understanding.languages, lang) if lang else None
    for problem in desk.catalog.problems:
        click.echo(f"catalog: {problem}", err=True)
    text = desk.understanding.languages.translator(tag or "de-simple")
    state = State(Answers(step="child", lang=tag)) if tag else State()

    def turned(state: State, said: Input) -> Turn:
        now = desk.now if today else datetime.now(BERLIN).replace(tzinfo=None)
        turn = respond(state, said, catalog=desk.catalog, understanding=desk.understanding, text=text, now=now)
        return replace(turn, state=State.from_json(json.loads(json.dumps(turn.state.to_json()))))

    turn = screen = turned(state, Command("start"))
    click.echo(console.as_json(None, turn) if as_json else console.show(turn))
    warming = Thread(target=desk.warm_up, daemon=True)
    warming.start()
    for line in _lines(prompt=sys.stdin.isatty() and not as_json):
        said = console.parse(line, screen)
        if isinstance(said, Text):  # a button needs no vocabulary
            warming.join()
        turn = turned(turn.state, said)
        screen = console.numbered(screen, turn)
        click.echo(console.as_json(line, turn) if as_json else f"\n{console.show(turn)}")


def _lines(*, prompt: bool) -> Iterator[str]:
    """Lines of the standard input until its end; broken bytes become question marks, never an error."""
    while True:
        if prompt:
            click.echo("\n> ", nl=False)
        sys.stdout.flush()
        raw = sys.stdin.buffer.readline()
        if not raw:
            return
        yield raw.decode("utf-8", "replace").rstrip("\r\n")


def _answer_lines(answer: Answer, catalog: Path | None, today: str | None) -> None:
    with clear_errors():
        desk = opened(catalog, today)
    for line in answered(desk, _lines(prompt=False), answer):
        click.echo(line)


@click.command("understand")
@catalog_option
@today_option
def understand_command(catalog: Path | None, today: str | None) -> None:
    """Read ages, places, topics or languages out of text: JSON Lines in, JSON Lines out.

    \b
    {"id": 1, "slot": "age", "lang": "de", "text": "anderthalb"}
    {"id": 2, "slot": "place", "lang": "ar", "text": "برلين"}
    {"id": 3, "slot": "topic", "lang": "tr", "text": "çocuğum konuşmuyor"}
    {"id": 4, "slot": "language", "text": "мій син не спить"}
    """  # noqa: D301 click wants the real character
    _answer_lines(understand, catalog, today)


@click.command("match")
@catalog_option
@today_option
def match_command(catalog: Path | None, today: str | None) -> None:
    """Find offers and say why they fit: JSON Lines in, JSON Lines out.

    \b
    {"id": 1, "lang": "ar", "topics": ["crying-baby"], "children": [{"min_months": 3, "max_months": 3}],
     "place": "Beispielhafen", "today": "2026-11-22", "limit": 5}
    (each on one line; "text" may stand in place of "topics")
    """  # noqa: D301 click wants the real character
    _answer_lines(match, catalog, today)


@click.command("evaluate")
@click.argument("file", type=click.Path(path_type=Path))
@catalog_option
@today_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON Lines, not a table.")
def evaluate_command(file: Path, catalog: Path | None, today: str | None, as_json: bool) -> None:  # noqa: FBT001 click's way
    """Measure the understanding on FILE: the lines of `nahbei understand`, each with "expect"."""
    from rich.console import Console  # noqa: PLC0415 the other commands print no tables
    from rich.progress import track  # noqa: PLC0415

    from bot.evaluate import evaluate, table  # noqa: PLC0415

    with clear_errors():
        lines = file.read_text("utf-8").splitlines()
        desk = opened(catalog, today)
        screen = Console(stderr=True)
        scores = evaluate(desk, track(lines, "reading", console=screen, transient=True, disable=not screen.is_terminal))
    if as_json:
        for (slot, lang), score in sorted(scores.items()):
            click.echo(json.dumps(score.as_json(slot, lang), ensure_ascii=False))
    else:
        Console().print(table(scores))
