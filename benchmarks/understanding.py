"""How often the understanding is right, on messages by somebody who had not seen the vocabulary.

python -m benchmarks.understanding [dev|test]. The *.dev.* files may be looked at while building; the *.test.* files may not.
"""

import json
import sys
from datetime import date, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.dialogue.engine import respond
from bot.dialogue.model import Answers, State, Text
from bot.evaluate import Score, evaluate
from bot.i18n import load_languages
from bot.jsonlines import Desk
from bot.understanding.reading import Understanding
from bot.vocabulary import topic_index
from catalog.catalog import load_catalog

DATA = Path(__file__).parent / "data"
PLACES = Path(__file__).parent.parent.parent / "shared" / "data" / "places"
LANGUAGES = ("de", "en", "tr", "ar", "uk")
GOALS = {
    "topic": (80, 90),
    "age": (95, 95),
    "place": (95, 95),
    "danger": (99, 99),
    "no danger": (97, 97),
    "oblique danger": (99, 99),
    "near danger": (97, 97),
    "language": (0, 0),
}
BREATH = {  # everything at once, as families write it; the same frame around every message about a topic
    "de": "hallo, meine tochter ist 4, {}, wir wohnen in Dresden",
    "en": "hello, my daughter is 4, {}, we live in Dresden",
    "tr": "merhaba, kızım 4 yaşında, {}, Dresden'de oturuyoruz",
    "ar": "مرحبا بنتي عمرها 4 سنين، {}، ساكنين بدريسدن",
    "uk": "добрий день, доньці 4 роки, {}, живемо в Дрездені",
}
PLEA = {
    "de": "ich brauche hilfe, {}",
    "en": "i need help, {}",
    "tr": "yardıma ihtiyacım var, {}",
    "ar": "أحتاج مساعدة، {}",
    "uk": "мені потрібна допомога, {}",
}
FRAMES = {"topic beside age and place": BREATH, "topic beside a plea": PLEA}
GOALS |= dict.fromkeys(FRAMES, (0, 0))

OBLIQUE = {"danger": "oblique danger", "no danger": "near danger"}  # a set of its own, for it is much harder


def main() -> None:
    which = sys.argv[1] if len(sys.argv) > 1 else "test"
    places = PLACES if PLACES.is_dir() else None
    catalog = load_catalog(today=date(2026, 11, 23), places=places)
    dangers = (topic.id for topic in catalog.topics.topics.values() if topic.is_danger)
    languages = load_languages()
    desk = Desk(catalog, Understanding(languages, dangers, partial(topic_index, languages)), datetime(2026, 11, 23, 10))  # noqa: DTZ001 local time
    scores: dict[tuple[str, str], Score] = {}
    for file in sorted(DATA.glob(f"*.{which}.*.jsonl")):
        found = evaluate(desk, file.read_text("utf-8").splitlines())
        renamed = OBLIQUE if file.name.startswith("oblique.") else {}
        scores |= {(renamed.get(slot, slot), lang): score for (slot, lang), score in found.items()}
    for what, frames in FRAMES.items():
        scores |= {(what, lang): beside(desk, which, lang, frames[lang]) for lang in LANGUAGES}
    Console().print(table(scores, which, with_table=places is not None))


def beside(desk: Desk, which: str, lang: str, frame: str) -> Score:
    """The same messages about a topic in one breath with something else, at the first question; a danger counts as said."""
    first = three = 0
    messages = [json.loads(line) for line in (DATA / f"topic.{which}.{lang}.jsonl").read_text("utf-8").splitlines()]
    text = desk.understanding.languages.translator(lang)
    for message in messages:
        turn = respond(
            State(Answers(step="child", lang=lang)),
            Text(frame.format(message["text"])),
            catalog=desk.catalog,
            understanding=desk.understanding,
            text=text,
            now=desk.now,
        )
        answers = turn.state.answers
        said = [turn.danger, *(topic for topic, _ in answers.topics), *answers.suggested]
        heard = [topic for topic in said if topic][:3]
        first += heard[:1] != [] and heard[0] in message["expect"]
        three += any(topic in message["expect"] for topic in heard)
    return Score(len(messages), first, three)


def table(scores: dict[tuple[str, str], Score], which: str, *, with_table: bool) -> Table:
    note = "with" if with_table else "without"
    shown = Table(
        "what", *LANGUAGES, "goal", title=f"right at once / in the first three, % ({which}, {note} post-code table)"
    )
    for slot, (first, three) in GOALS.items():
        row = [scores.get((slot, lang)) for lang in LANGUAGES]
        if any(row):
            shown.add_row(slot, *(_cell(score) for score in row), f"{first} / {three}" if first else "")
    return shown


def _cell(score: Score | None) -> str:
    if score is None:
        return "-"
    return f"{100 * score.first / score.count:.1f} / {100 * score.three / score.count:.1f}"


if __name__ == "__main__":
    main()
