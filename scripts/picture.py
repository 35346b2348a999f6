"""Make docs/conversation.svg: a real conversation, held by the program itself, drawn as in a messenger."""

import textwrap
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from html import escape
from pathlib import Path

from bot.dialogue.engine import respond
from bot.dialogue.model import Answers, Ask, Card, Choice, Input, State, Text
from bot.i18n import Translator, load_languages
from bot.understanding.reading import Understanding
from bot.vocabulary import topic_index
from catalog.catalog import load_catalog

TARGET = Path(__file__).parent.parent / "docs" / "conversation.svg"
NOW = datetime(2026, 11, 23, 10)  # noqa: DTZ001 local time without zone
CHATS: tuple[tuple[str, tuple[Input, ...]], ...] = (
    ("de", (Text("mein Baby 5 Monate schreit jede Nacht stundenlang"), Text("00103"))),
    ("ar", (Text("ابني عمره 3 سنين وما بيحكي"), Text("00103"))),
)
WIDTH, LINE, CHARACTERS, CARD_LINES, OPTIONS = 400, 19, 50, 12, 3
FONTS = "system-ui, Noto Sans, Noto Sans Arabic, Noto Color Emoji, sans-serif"


@dataclass(frozen=True)
class Bubble:
    text: str
    mine: bool
    rtl: bool
    buttons: tuple[str, ...] = ()

    @property
    def lines(self) -> list[str]:
        return [
            part
            for line in self.text.splitlines()
            for part in textwrap.wrap(line, CHARACTERS - (8 if self.mine else 0)) or [""]
        ]

    @property
    def height(self) -> int:
        return LINE * len(self.lines) + 20 + 34 * len(self.buttons)


def main() -> None:
    catalog = load_catalog(today=date(2026, 11, 23))
    languages = load_languages()
    dangers = (topic.id for topic in catalog.topics.topics.values() if topic.is_danger)
    understanding = Understanding(languages, dangers, partial(topic_index, languages))
    columns = []
    for lang, inputs in CHATS:
        text = languages.translator(lang)
        state, bubbles = State(Answers(step="child", lang=lang)), list[Bubble]()
        for said in inputs:
            turn = respond(state, said, catalog=catalog, understanding=understanding, text=text, now=NOW)
            bubbles += [Bubble(_words(said, text), mine=True, rtl=text.language.direction == "rtl")]
            bubbles += _answer(turn.replies, text)
            state = turn.state
        columns.append(bubbles)
    TARGET.write_text(_svg(columns), "utf-8")
    print(f"{TARGET.name}: {TARGET.stat().st_size / 1024:.0f} KB")


def _words(said: Input, text: Translator) -> str:
    if isinstance(said, Choice):
        return text.label("topics", said.option.removeprefix("topic:"))
    return said.text if isinstance(said, Text) else ""


def _answer(replies: Iterable[object], text: Translator) -> Iterable[Bubble]:
    """The first card stands for all; of the buttons the first few are drawn."""
    rtl, cards = text.language.direction == "rtl", 0
    for reply in replies:
        if isinstance(reply, Card):
            cards += 1
            if cards == 1:
                shown = [line for line in reply.text.splitlines() if not line.startswith(("✉️", "🌐", "🔎"))]
                yield Bubble("\n".join(shown[:CARD_LINES]), mine=False, rtl=rtl)
        elif isinstance(reply, Ask):
            answers = reply.options[: len(reply.options) - reply.steering][:OPTIONS]
            yield Bubble(reply.text, mine=False, rtl=rtl, buttons=tuple(o.label for o in (*answers, reply.options[-1])))
        else:
            yield Bubble(getattr(reply, "text", ""), mine=False, rtl=rtl)


def _svg(columns: list[list[Bubble]]) -> str:
    height = max(sum(b.height + 10 for b in bubbles) for bubbles in columns) + 30
    width = (WIDTH + 30) * len(columns) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        f'<g font-family="{FONTS}" font-size="14">',
        f'<rect width="{width}" height="{height}" rx="16" fill="#e9efe8"/>',
    ]
    for column, bubbles in enumerate(columns):
        y = 15
        for bubble in bubbles:
            parts += _drawn(bubble, 15 + column * (WIDTH + 30), y)
            y += bubble.height + 10
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _drawn(bubble: Bubble, x: int, y: int) -> Iterable[str]:
    left = x + 60 if bubble.mine else x
    wide = WIDTH - 60 if bubble.mine else WIDTH
    yield f'<rect x="{left}" y="{y}" width="{wide}" height="{bubble.height}" rx="12" fill="{"#d3f3c0" if bubble.mine else "#fff"}"/>'
    for number, line in enumerate(bubble.lines):
        at = left + wide - 12 if bubble.rtl else left + 12
        direction = 'direction="rtl" ' if bubble.rtl else ""
        yield f'<text x="{at}" y="{y + 24 + number * LINE}" {direction}fill="#1c2a1c">{escape(_visible(line))}</text>'
    base = y + LINE * len(bubble.lines) + 16
    for number, label in enumerate(bubble.buttons):
        top = base + number * 34
        yield f'<rect x="{x + 8}" y="{top}" width="{WIDTH - 16}" height="28" rx="8" fill="#eef6ff" stroke="#9cc3ee"/>'
        yield (
            f'<text x="{x + WIDTH / 2}" y="{top + 19}" text-anchor="middle" fill="#1f5c99">{escape(_visible(label))}</text>'
        )


def _visible(text: str) -> str:
    """Keep direction marks (the viewer needs them), drop other control characters."""
    return "".join(c for c in text if unicodedata.category(c) != "Cc")


if __name__ == "__main__":
    main()
