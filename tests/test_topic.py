"""What is on somebody's mind, from their own words."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.reading import Understanding
from bot.understanding.topic import Entry, TopicGuesses, TopicIndex, TopicTable, _highest
from catalog.topics import Topics

# Invented words that fill the vocabulary, so that the real ones are rare in it, as in a large one.
FILLING = ["".join(parts) for parts in product("bdgklmnprstvz", "aeiou", ["lfo", "ngu", "rki", "xpa"])]

VOCABULARY = [
    *(Entry("baby-sleep", "de", text) for text in ("baby schläft nicht", "wacht nachts auf", "einschlafen")),
    *(Entry("baby-sleep", "en", text) for text in ("baby does not sleep", "wakes at night", "bedtime")),
    *(Entry("baby-sleep", "uk", text) for text in ("дитина не спить", "прокидається вночі")),
    *(Entry("speech", "de", text) for text in ("spricht noch nicht", "logopädie", "stottert")),
    *(Entry("speech", "en", text) for text in ("does not talk yet", "speech therapy", "stutters")),
    *(Entry("speech", "uk", text) for text in ("дитина не говорить", "логопед")),
    *(Entry("daycare", "de", text) for text in ("kitaplatz", "tagesmutter gesucht", "kindergarten")),
    *(Entry("daycare", "en", text) for text in ("nursery place", "childminder", "kindergarten")),
    *(Entry("daycare", "uk", text) for text in ("садочок", "місце в садку")),
    *(Entry("poison", "de", text) for text in ("gift", "rohrreiniger")),
    *(Entry("birthday", "en", text) for text in ("gift", "birthday party")),
    *(Entry(f"filling-{i % 10}", "xx", f"{FILLING[i]} {FILLING[-i - 1]}") for i in range(100)),
]


@pytest.fixture(scope="module")
def index() -> TopicIndex:
    return TopicIndex(TopicTable.of(VOCABULARY))


@pytest.mark.parametrize(
    ("text", "lang", "topic"),
    [
        ("unser Baby schläft nicht", "de", "baby-sleep"),
        ("wir brauchen einen Kitaplatz", "de", "daycare"),
        ("mein Sohn stottert", "de", "speech"),
        ("she wakes up every night", "en", "baby-sleep"),
        ("looking for a childminder", "en", "daycare"),
        ("шукаємо садочок", "uk", "daycare"),
        ("порадьте логопеда", "uk", "speech"),
    ],
)
def test_everyday_words_lead_to_their_topic(index: TopicIndex, text: str, lang: str, topic: str) -> None:
    assert index.guess(text, lang).best == topic


@pytest.mark.parametrize("text", ["kittaplats", "KITAPLATZ", "Kita-Platz!", "kitaplaz", "kitapplatz gesuht"])
def test_misspelt_words_are_understood(index: TopicIndex, text: str) -> None:
    assert index.guess(text, "de").best == "daycare"


def test_words_in_latin_letters_find_the_other_script(index: TopicIndex) -> None:
    assert index.guess("sadochok", "uk").best == "daycare"
    assert index.guess("lohoped", "uk").best == "speech"


def test_one_word_with_two_meanings_is_read_in_the_given_language(index: TopicIndex) -> None:
    assert index.guess("gift", "de").best == "poison"
    assert index.guess("gift", "en").best == "birthday"


def test_the_language_is_a_hint_and_never_a_filter(index: TopicIndex) -> None:
    assert index.guess("kitaplatz", "uk").best == "daycare"
    assert index.guess("kitaplatz", None).best == "daycare"


def test_an_unknown_language_changes_nothing(index: TopicIndex) -> None:
    assert index.guess("kitaplatz gesucht", "tlh") == index.guess("kitaplatz gesucht", None)


def test_clear_words_are_acted_on_and_mixed_ones_are_asked_about(index: TopicIndex) -> None:
    clear, mixed = index.guess("kitaplatz", "de"), index.guess("kitaplatz stottert", "de")
    assert clear.confident
    assert not mixed.confident
    assert {guess.topic for guess in mixed.guesses[:2]} == {"daycare", "speech"}


def test_words_that_nobody_listed_are_never_acted_on(index: TopicIndex) -> None:
    guesses = index.guess("quantenphysik", "de")
    assert not guesses.confident
    assert guesses.nearness < 0.3


@pytest.mark.parametrize("text", ["", " ", "👶", "?!", "—"])
def test_no_words_are_no_topic(index: TopicIndex, text: str) -> None:
    assert index.guess(text, "de") == TopicGuesses()
    assert index.guess(text, "de").best is None


def test_the_best_topic_comes_first_and_no_more_than_asked_for(index: TopicIndex) -> None:
    guesses = index.guess("kitaplatz", "de", limit=3).guesses
    assert len(guesses) == 3
    assert [guess.score for guess in guesses] == sorted((guess.score for guess in guesses), reverse=True)


def test_the_exact_words_of_an_entry_are_as_near_as_can_be(index: TopicIndex) -> None:
    near, far = index.guess("логопед", "uk"), index.guess("логопед завтра понеділок", "uk")
    assert near.best == far.best == "speech"
    assert far.nearness < near.nearness <= 1.0


def test_the_words_of_the_vocabulary_are_known(index: TopicIndex) -> None:
    """A town of the same name as one of them needs more than its name in a sentence."""
    assert all(word in index.words for word in ("schlaft", "nicht", "kitaplatz", "садочок"))


@given(text=st.text(max_size=200), lang=st.sampled_from(["de", "en", "uk", "tlh", None]))
def test_any_text_gets_each_topic_at_most_once(index: TopicIndex, text: str, lang: str | None) -> None:
    result = index.guess(text, lang, limit=99)
    named = [guess.topic for guess in result.guesses]
    assert len(named) == len(set(named))
    assert set(named) <= set(index.topics)
    assert 0.0 <= result.nearness <= 1.0001
    assert result.confident <= bool(named)


@given(words=st.lists(st.sampled_from(["kitaplatz", "stottert", "wacht", "nachts", "gift"]), min_size=1, max_size=5))
def test_case_and_punctuation_change_nothing(index: TopicIndex, words: list[str]) -> None:
    assert index.guess(" ".join(words), "de") == index.guess("... " + ", ".join(words).upper() + "!", "de")


# A few clear messages on the vocabulary that ships.
CLEAR = {
    "de": {
        "unser Baby schreit jeden Abend stundenlang und lässt sich nicht beruhigen": "crying-baby",
        "wir finden keinen Kitaplatz": "childcare-place",
        "mein Sohn ist drei und spricht kaum ein Wort": "speech-development",
        "wo gibt es einen Deutschkurs mit Kinderbetreuung": "german-course",
        "mein Kind hängt den ganzen Tag am Tablet": "screen-time",
    },
    "en": {
        "our baby cries for hours every evening": "crying-baby",
        "my son is three and hardly speaks": "speech-development",
        "too much screen time, he only watches videos": "screen-time",
    },
    "tr": {"bebeğim sürekli ağlıyor": "crying-baby", "oğlum hâlâ konuşmuyor": "speech-development"},
    "ar": {"الرضيع يبكي طول الليل": "crying-baby", "أريد تعلم اللغة الألمانية": "german-course"},
    "uk": {"немовля постійно плаче": "crying-baby", "дитина в три роки майже не говорить": "speech-development"},
}


@pytest.mark.parametrize(
    ("lang", "text", "topic"), [(lang, text, topic) for lang, said in CLEAR.items() for text, topic in said.items()]
)
def test_a_clear_message_is_understood_with_the_shipped_words(
    understanding: Understanding, lang: str, text: str, topic: str
) -> None:
    assert understanding.topics.guess(text, lang).best == topic


def test_the_shipped_words_cover_every_topic(understanding: Understanding, topics: Topics) -> None:
    assert set(understanding.topics.topics) == set(topics.topics)


@given(
    scores=st.lists(st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.9]) | st.floats(0, 1), min_size=1, max_size=80),
    count=st.integers(1, 60),
)
def test_the_highest_of_few_are_the_highest_of_all(scores: list[float], count: int) -> None:
    best = sorted(scores, reverse=True)[:count]
    assert sorted(np.array(scores)[_highest(np.array(scores), count)].tolist(), reverse=True) == best
