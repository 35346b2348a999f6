"""How long a family waits: one whole turn (understand, match, render), and the first prompt of the terminal."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from time import perf_counter, process_time

import numpy as np
from rich.console import Console
from rich.table import Table

from bot.channels.console import as_json
from bot.dialogue.engine import respond
from bot.dialogue.model import Answers, Choice, Input, Location, State, Text
from bot.i18n import load_languages
from bot.understanding.reading import Understanding
from bot.vocabulary import topic_index
from catalog.catalog import load_catalog

DATA = Path(__file__).parent / "data"
LANGUAGES = ("de", "en", "tr", "ar", "uk")
NOW = datetime(2026, 11, 23, 10)  # noqa: DTZ001 local time without zone
PROMPTS = 9


def main() -> None:
    shown = Table("what", "median", "99 of 100", "most", "goal")
    waited, worked = np.array(list(turn_times())).T * 1000
    for name, turns, goal in (("one turn, ms", waited, "p99 ≤ 10"), ("its CPU, ms", worked, "")):
        most = f"{turns.max():.2f}"
        shown.add_row(name, f"{np.median(turns):.2f}", f"{np.percentile(turns, 99):.2f}", most, goal)
    prompts = np.array([first_prompt() for _ in range(PROMPTS)])
    shown.add_row("first prompt of `nahbei chat`, s", f"{np.median(prompts):.2f}", "", f"{prompts.max():.2f}", "≤ 1")
    Console().print(shown)


def turn_times() -> Iterator[tuple[float, float]]:
    """Waited and worked, in seconds: every dev message as a first message, then a button, a position and the results, on the shipped catalogs."""
    catalog = load_catalog(today=date(2026, 11, 23))
    languages = load_languages()
    understanding = Understanding(
        languages, (t.id for t in catalog.topics.topics.values() if t.is_danger), partial(topic_index, languages)
    )
    understanding.warm_up()
    catalog.warm_up(NOW.date())
    for lang in LANGUAGES:
        text = understanding.languages.translator(lang)
        for line in (DATA / f"topic.dev.{lang}.jsonl").read_text("utf-8").splitlines():
            state = State(Answers(step="child", lang=lang))
            said: list[Input] = [Text(json.loads(line)["text"]), Choice("age:age_3_6"), Location(54.45, 6.6)]
            for message in [*said, Text("Beispielhafen"), Choice("results:more")]:
                start, worked = perf_counter(), process_time()
                turn = respond(state, message, catalog=catalog, understanding=understanding, text=text, now=NOW)
                as_json(None, turn)
                yield perf_counter() - start, process_time() - worked
                state = State.from_json(turn.state.to_json())


def first_prompt() -> float:
    command = [sys.executable, "-m", "bot.cli", "chat"]
    start = perf_counter()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 our own command
        assert process.stdout  # noqa: S101 for the type checker
        process.stdout.readline()
        waited = perf_counter() - start
        process.terminate()
    return waited


if __name__ == "__main__":
    main()
