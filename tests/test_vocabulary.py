"""The index of everyday words on disk: the same guesses as a fresh one, and never a reason not to start."""

from pathlib import Path

import numpy as np
import pytest

from bot.i18n import Languages, load_languages
from bot.understanding.topic import Entry, TopicIndex, TopicTable
from bot.vocabulary import entries, topic_index

LANGUAGE = """
name: Deutsch
english: German
babel: de
direction: ltr
channel_codes: [de]
fallback: []
reviewed: true
"""
PHRASES = """
sleep: [mein Kind schläft nicht durch, einschlafen dauert Stunden, nachts immer wach]
crying-baby: [mein Baby schreit den ganzen Abend, Schreibaby, Koliken und Weinen]
speech-development: [mein Sohn spricht noch nicht, Sprachentwicklung, stottert beim Reden]
"""
LABELS = """
topics: {sleep: Schlaf, crying-baby: Schreien, debts: Schulden und Mahnungen}
offer_types: {midwife: Hebamme}
"""
ASKED = ("er schläft nachts nicht", "sie schreit abends", "stottern", "Schulden", "xyzzy", "", "👶")


def words(root: Path, phrases: str = PHRASES, labels: str = LABELS) -> Languages:
    """Write a small language and read it."""
    folder = root / "locales" / "de"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("language", LANGUAGE), ("phrases", phrases), ("labels", labels)):
        (folder / f"{name}.yaml").write_text(text, "utf-8")
    return load_languages(root / "locales")


def kept(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def same_guesses(one: TopicIndex, other: TopicIndex) -> bool:
    return all(one.guess(text, lang) == other.guess(text, lang) for text in ASKED for lang in ("de", None))


def test_the_words_are_the_phrases_and_the_names_on_the_buttons(tmp_path: Path) -> None:
    found = list(entries(words(tmp_path)))
    assert len(found) == 12
    assert Entry("crying-baby", "de", "Schreibaby") in found
    assert Entry("debts", "de", "Schulden und Mahnungen") in found
    assert not any("Hebamme" in entry.text for entry in found), "kinds of offers are not concerns"


def test_the_index_is_kept_in_one_file_and_the_kept_one_guesses_like_a_fresh_one(tmp_path: Path) -> None:
    languages = words(tmp_path)
    fresh, built = topic_index(languages), topic_index(languages, tmp_path / "data")
    (file,) = kept(tmp_path / "data")
    assert file.name.startswith("topics-")
    assert file.suffix == ".npz"
    read = topic_index(languages, tmp_path / "data")
    assert same_guesses(fresh, built)
    assert same_guesses(fresh, read)
    assert fresh.guess("er schläft nachts nicht", "de").best == "sleep"
    assert (read.topics, read.languages, read.words) == (fresh.topics, fresh.languages, fresh.words)
    assert read.knows("schreibaby")


def test_the_kept_file_is_really_what_is_read_and_it_is_not_written_again(tmp_path: Path) -> None:
    languages = words(tmp_path)
    topic_index(languages, tmp_path / "data")
    (file,) = kept(tmp_path / "data")
    other = TopicTable.of([Entry("kept-on-disk", "de", "mein Kind schläft nicht"), Entry("b", "de", "anderes")])
    with file.open("wb") as out:
        np.savez(out, **other._asdict())
    written = file.read_bytes()
    assert topic_index(languages, tmp_path / "data").topics == ["b", "kept-on-disk"]
    assert file.read_bytes() == written


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    topic_index(words(tmp_path))
    assert [path.name for path in kept(tmp_path)] == ["locales"]


def test_the_folder_is_made_where_it_is_missing(tmp_path: Path) -> None:
    topic_index(words(tmp_path), tmp_path / "a" / "b")
    assert len(kept(tmp_path / "a" / "b")) == 1


@pytest.mark.parametrize("damage", ["nothing", "text", "a flipped byte", "an array is missing"])
def test_a_broken_file_is_built_again(tmp_path: Path, damage: str) -> None:
    languages = words(tmp_path)
    fresh = topic_index(languages, tmp_path / "data")
    (file,) = kept(tmp_path / "data")
    whole = file.read_bytes()
    arrays = TopicTable.of(entries(languages))._asdict()
    del arrays["weights"]
    with file.open("wb") as out:
        if damage == "an array is missing":
            np.savez(out, **arrays)
        else:
            flipped = bytearray(whole)
            flipped[len(whole) // 2] ^= 0xFF
            out.write({"nothing": b"", "text": b"words"}.get(damage, bytes(flipped)))
    assert file.read_bytes() != whole
    assert same_guesses(topic_index(languages, tmp_path / "data"), fresh)
    assert kept(tmp_path / "data") == [file]
    with np.load(file, allow_pickle=False) as mended:
        assert set(mended.files) == set(TopicTable._fields)


def test_a_file_never_runs_code_when_it_is_read(tmp_path: Path) -> None:
    languages = words(tmp_path)
    fresh = topic_index(languages, tmp_path / "data")
    (file,) = kept(tmp_path / "data")
    touched = tmp_path / "touched"
    pickled = np.array([_Touch(touched)], dtype=object)
    arrays = TopicTable.of(entries(languages))._asdict() | {"topics": pickled}
    with file.open("wb") as out:
        np.savez(out, **arrays)
    assert same_guesses(topic_index(languages, tmp_path / "data"), fresh)
    assert not touched.exists()


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, not a folder", "utf-8")
    languages = words(tmp_path)
    assert same_guesses(topic_index(languages, tmp_path / "taken" / "data"), topic_index(languages))
    assert (tmp_path / "taken").read_text("utf-8") == "a file, not a folder"


@pytest.mark.parametrize(
    ("phrases", "labels"),
    [
        (PHRASES.replace("Schreibaby", "Schreikind"), LABELS),
        (PHRASES, LABELS.replace("Schlaf", "Einschlafen")),
        (PHRASES + "debts: [das Geld reicht nicht]\n", LABELS),
    ],
    ids=["a phrase", "a button", "a topic"],
)
def test_a_changed_word_makes_a_new_file_and_removes_the_old(tmp_path: Path, phrases: str, labels: str) -> None:
    topic_index(words(tmp_path), tmp_path / "data")
    (old,) = kept(tmp_path / "data")
    changed = words(tmp_path, phrases, labels)
    index = topic_index(changed, tmp_path / "data")
    (new,) = kept(tmp_path / "data")
    assert new != old
    assert same_guesses(index, topic_index(changed))


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for name in ("post_codes.csv", "topics.npz", "notes-topics-old.npz"):
        (tmp_path / "data" / name).write_text("the operator's", "utf-8")
    topic_index(words(tmp_path), tmp_path / "data")
    names = [path.name for path in kept(tmp_path / "data")]
    assert len(names) == 4
    assert {"post_codes.csv", "topics.npz", "notes-topics-old.npz"} < set(names)


class _Touch:
    """What somebody with bad intentions might leave in a pickle."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)
