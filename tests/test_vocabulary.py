"""The index of everyday words on disk: the same guesses as a fresh one, and never a reason not to start."""

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from bot.arrays import map_arrays, write_arrays
from bot.i18n import Languages, load_languages
from bot.understanding.language import LanguageModel
from bot.understanding.topic import Entry, TopicIndex
from bot.vocabulary import entries, keep, language_model, topic_index

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


def kept(folder: Path, kind: str = "topics-") -> list[Path]:
    return sorted(folder.glob(f"{kind}*"))


def same_guesses(one: TopicIndex, other: TopicIndex) -> bool:
    return all(one.guess(text, lang) == other.guess(text, lang) for text in ASKED for lang in ("de", None))


@pytest.fixture
def data(tmp_path: Path, words: Path) -> Path:
    """The folder of an installation that has the language model already, for building it takes longer than all else."""
    folder = tmp_path / "data"
    folder.mkdir()
    (model,) = words.glob("languages-*")
    (folder / model.name).symlink_to(model)
    return folder


def test_the_words_are_the_phrases_and_the_names_on_the_buttons(tmp_path: Path) -> None:
    found = list(entries(words(tmp_path)))
    assert len(found) == 12
    assert Entry("crying-baby", "de", "Schreibaby") in found
    assert Entry("debts", "de", "Schulden und Mahnungen") in found
    assert not any("Hebamme" in entry.text for entry in found), "kinds of offers are not concerns"


def test_the_index_is_kept_in_one_folder_and_the_kept_one_guesses_like_a_fresh_one(tmp_path: Path, data: Path) -> None:
    languages = words(tmp_path)
    fresh, built = topic_index(languages), topic_index(languages, data)
    (folder,) = kept(data)
    read = topic_index(languages, data)
    assert kept(data) == [folder]
    assert same_guesses(fresh, built)
    assert same_guesses(fresh, read)
    assert fresh.guess("er schläft nachts nicht", "de").best == "sleep"
    assert (read.topics, read.languages, len(read.words)) == (fresh.topics, fresh.languages, len(fresh.words))
    assert read.knows("schreibaby")


def test_the_kept_folder_is_really_what_is_read_and_it_is_not_written_again(tmp_path: Path, data: Path) -> None:
    languages = words(tmp_path)
    keep(languages, data)
    (folder,) = kept(data)
    names = np.array(["crying-baby", "debts", "sleep", "kept-on-disk"])
    write_arrays({**map_arrays(folder), "topics": names}, folder)
    written = sorted(folder.iterdir())
    assert topic_index(languages, data).topics == names.tolist()
    assert sorted(folder.iterdir()) == written


def test_without_a_folder_nothing_is_written(tmp_path: Path) -> None:
    topic_index(words(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["locales"]


def test_the_folder_is_made_where_it_is_missing(tmp_path: Path) -> None:
    topic_index(words(tmp_path), tmp_path / "a" / "b")
    assert len(kept(tmp_path / "a" / "b")) == 1


@pytest.mark.parametrize("damage", ["nothing", "text", "a flipped byte", "a file is missing"])
def test_a_broken_folder_is_built_again(tmp_path: Path, data: Path, damage: str) -> None:
    languages = words(tmp_path)
    fresh = topic_index(languages)
    keep(languages, data)  # nothing is mapped from the file that is damaged in its place
    (folder,) = kept(data)
    names = sorted(file.name for file in folder.iterdir())
    (file,) = folder.glob("entries_of_gram.values-*")
    whole = file.read_bytes()
    if damage == "a file is missing":
        file.unlink()
    else:
        flipped = whole[:-1] + bytes([whole[-1] ^ 0xFF])
        file.write_bytes({"nothing": b"", "text": b"words"}.get(damage, flipped))
    assert same_guesses(topic_index(languages, data), fresh)
    assert kept(data) == [folder]
    assert sorted(file.name for file in folder.iterdir()) == names
    assert file.read_bytes() == whole


def test_a_file_never_runs_code_when_it_is_read(tmp_path: Path, data: Path) -> None:
    languages = words(tmp_path)
    keep(languages, data)
    fresh = topic_index(languages)
    (folder,) = kept(data)
    touched = tmp_path / "touched"
    raw = io.BytesIO()
    np.save(raw, np.array([_Touch(touched)], dtype=object), allow_pickle=True)
    (folder / f"topics-{zlib.crc32(raw.getvalue()):08x}.npy").write_bytes(raw.getvalue())
    assert same_guesses(topic_index(languages, data), fresh)
    assert not touched.exists()


def test_what_was_looked_up_can_be_let_go_and_is_there_again(tmp_path: Path, data: Path) -> None:
    languages = words(tmp_path)
    keep(languages, data)
    index, fresh = topic_index(languages, data), topic_index(languages)
    assert same_guesses(index, fresh)
    index.let_go()
    assert same_guesses(index, fresh)


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
def test_a_changed_word_makes_a_new_file_and_removes_the_old(
    tmp_path: Path, data: Path, phrases: str, labels: str
) -> None:
    keep(words(tmp_path), data)
    (old,) = kept(data)
    changed = words(tmp_path, phrases, labels)
    index = topic_index(changed, data)
    (new,) = kept(data)
    assert new != old
    assert same_guesses(index, topic_index(changed))


def test_other_files_in_the_folder_are_left_alone(tmp_path: Path, data: Path) -> None:
    for name in ("post_codes.csv", "topics.npz", "notes-topics-old.npz"):
        (data / name).write_text("the operator's", "utf-8")
    keep(words(tmp_path), data)
    names = [path.name for path in data.iterdir()]
    assert {"post_codes.csv", "topics.npz", "notes-topics-old.npz"} < set(names)


def test_the_language_model_is_unpacked_once_and_ranks_as_its_own_package_does(tmp_path: Path) -> None:
    languages = words(tmp_path)
    keep(languages, tmp_path / "data")
    assert len(kept(tmp_path / "data", "languages-")) == 1
    model, shipped = language_model(languages, tmp_path / "data"), LanguageModel.shipped()
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    for text in ("ich und nicht", "merhaba, nasılsınız", "шукаю садочок", "JESTEM Z POLSKI", "日本", "👶", ""):
        assert model.rank(text) == shipped.rank(text) == pytest.approx(dict(identifier.rank(text)))


class _Touch:
    """What somebody with bad intentions might leave in a pickle."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.path,)
