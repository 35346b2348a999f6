"""One message read for everything it may say."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.i18n import Languages
from bot.understanding.age import PREGNANCY, Age
from bot.understanding.reading import Slot, Understanding, Understood
from bot.understanding.topic import Guess, TopicGuesses
from catalog.catalog import Catalog
from catalog.topics import Topics

SLOTS: tuple[Slot, ...] = ("language", "child", "topic", "place", "results")
CHARACTERS = st.characters(exclude_categories=["Cs"])  # as in test_age.py


Read = Callable[..., Understood]


def reader(understanding: Understanding, catalog: Catalog) -> Read:
    """Read as the conversation does."""

    def read(text: str, asked: Slot = "topic", lang: str | None = "de") -> Understood:
        return understanding.read(text, lang, catalog.places, asked, understanding.concern(text, lang))

    return read


@pytest.fixture
def read(understanding: Understanding, catalog: Catalog) -> Read:
    return reader(understanding, catalog)


def danger(understanding: Understanding, text: str, lang: str | None = "de") -> str | None:
    return understanding.danger(text, lang, understanding.concern(text, lang))


def test_one_sentence_answers_several_questions(read: Read) -> None:
    said = read("mein Sohn, 3 Jahre, spricht noch nicht, wir wohnen in 00103", "child")
    assert said.ages == (Age(36, 47),)
    assert said.topics.best == "speech-development"
    assert said.place.places[0].district == "Nordweide"


@pytest.mark.parametrize(
    ("lang", "text", "topic"),
    [
        (
            "de",
            "guten Tag, unsere Tochter ist 5, sie schläft nachts nicht, wir wohnen in Görlitz",
            "baby-sleep-feeding",
        ),
        ("en", "my boy is 9, we live in Leipzig, he gets bullied at school", "bullying"),
        ("tr", "oğlum 8 yaşında okulda zorbalık görüyor leipzigde oturuyoruz", "bullying"),
        ("ar", "ابني عمره 9 سنين، الاولاد يتنمروا عليه بالمدرسة، ساكنين بلايبزيغ", "bullying"),
        ("uk", "синові 9 років, його цькують у школі, живемо в Лейпцигу", "bullying"),
    ],
)
def test_a_concern_is_heard_beside_an_age_and_a_place(read: Read, lang: str, text: str, topic: str) -> None:
    said = read(text, "child", lang)
    assert said.topics.best == topic
    assert said.ages
    assert said.place.places[0].name in {"Görlitz", "Leipzig"}


@pytest.mark.parametrize("text", ["3 Jahre", "3", "schwanger", "mein Sohn ist 3", "3 und 5 Jahre"])
def test_an_age_alone_is_no_concern(read: Read, text: str) -> None:
    said = read(text, "child")
    assert said.ages
    assert said.topics == TopicGuesses()
    assert said.place.places == ()


@pytest.mark.parametrize("text", ["Beispielhafen", "wir wohnen in Beispielhafen", "00103", "00103 Beispielhafen"])
def test_a_place_alone_is_no_concern_and_no_age(read: Read, text: str) -> None:
    said = read(text, "place")
    assert said.place.places[0].name == "Beispielhafen"
    assert said.topics == TopicGuesses()
    assert said.ages == ()


def test_a_concern_answered_to_another_question_is_heard_too(read: Read) -> None:
    assert read("wir suchen einen Kitaplatz", "child").topics.best == "childcare-place"
    assert read("wir suchen einen Kitaplatz", "place").topics.best == "childcare-place"


@pytest.mark.parametrize("text", ["danke", "hallo", "ja", "ok danke", "hm", "?", "", "👍", "merci"])
def test_small_talk_is_nothing_said(read: Read, text: str) -> None:
    assert not read(text, "child")
    assert not read(text, "results")


def test_a_bare_number_is_an_age_only_where_the_age_was_asked(read: Read) -> None:
    assert read("8", "child").ages == (Age(96, 107),)
    assert read("8", "place").ages == ()


def test_a_misspelt_town_is_a_place_only_where_the_place_was_asked(read: Read) -> None:
    assert read("Beispilhafen", "place").place.places[0].name == "Beispielhafen"
    assert read("Beispilhafen", "child").place.places == ()


def test_parents_mix_languages(read: Read) -> None:
    assert read("oğlum 3 Jahre alt", "child", "tr").ages == (Age(36, 47),)
    assert read("ich bin hamile", "child", "de").ages == (PREGNANCY,)
    assert read("wir suchen Kitaplatz", "topic", "ar").topics.best == "childcare-place"


def test_the_language_on_the_screen_is_read_first(understanding: Understanding) -> None:
    """ "on" is ten in Turkish and a small word in English."""
    assert understanding.ages("on", "tr", asked=True) == (Age(120, 131),)
    assert understanding.ages("on", "en", asked=True) == ()


def test_the_language_is_guessed_only_where_it_was_asked(read: Read) -> None:
    assert read("мій син не спить", "language", None).language.lang == "uk"
    assert read("мій син не спить", "child", "de").language.lang == "de"


def test_a_long_message_is_read_to_its_end_and_no_further_than_a_messenger_allows(read: Read) -> None:
    assert read("mein Sohn ist 3 Jahre alt" + " bla" * 50_000, "child").ages == (Age(36, 47),)
    assert read("bla " * 900 + "mein Sohn ist 3 Jahre alt", "child").ages == (Age(36, 47),)
    assert read("bla " * 2000 + "mein Sohn ist 3 Jahre alt", "child").ages == ()


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("zurück", "back"),
        ("ZURÜCK!", "back"),
        ("zurueck", "back"),
        ("back", "back"),
        ("geri", "back"),
        ("von vorn", "start"),
        ("mehr", "more"),
        ("hilfe", "help"),
        ("sos", "danger"),
        ("I don't know", "skip"),
        ("Ich weiß nicht...", "skip"),
        ("ich will zurück nach Hamburg", None),
        ("Hilfe mit dem Antrag", None),
        ("", None),
        ("👶", None),
        ("zurück " * 2000, None),
    ],
)
def test_a_whole_message_can_be_a_command_in_any_language(
    understanding: Understanding, text: str, command: str | None
) -> None:
    assert understanding.command(text) == command


def test_every_language_can_delete_everything(understanding: Understanding, languages: Languages) -> None:
    for language in languages:
        words = language.data("words")["commands"]["delete"]
        assert {understanding.command(str(word)) for word in words} == {"delete"}, language.tag


@pytest.mark.parametrize(
    ("text", "lang", "topic"),
    [
        ("mein Mann schlägt mich", "de", "domestic-violence"),
        ("mein Mann schlägt mich", "tr", "domestic-violence"),
        ("mein Mann schlägt mich", None, "domestic-violence"),
        ("MEIN MANN SCHLÄGT MICH!!!", "de", "domestic-violence"),
        ("my baby is not breathing, 3 months, we live in 00103", "en", "acute-illness"),
    ],
)
def test_danger_is_heard_whatever_language_is_on_the_screen(
    understanding: Understanding, text: str, lang: str | None, topic: str
) -> None:
    assert danger(understanding, text, lang) == topic


@pytest.mark.parametrize(
    "text",
    [
        "wir suchen einen Kitaplatz",
        "mein Baby schreit viel",
        "mein Sohn schläft nicht durch",
        "wo gibt es einen Deutschkurs",
        "3 Jahre",
        "Beispielhafen",
        "danke",
        "kann ich hier anonym bleiben",
        "is this kept secret?",
        "bu gizli mi kalıyor",
        "",
    ],
)
def test_an_everyday_message_is_no_danger(understanding: Understanding, text: str) -> None:
    assert danger(understanding, text) is None


def test_of_two_dangers_the_one_that_the_words_are_nearest_to_is_answered(understanding: Understanding) -> None:
    text = "mein Mann schlägt mich und mein Kind hat Tabletten geschluckt"
    nearest = TopicGuesses((Guess("poisoning", 2.0), Guess("domestic-violence", 1.9)), confident=True, nearness=0.9)
    other = TopicGuesses((Guess("crying-baby", 2.0), Guess("poisoning", 1.9)), confident=True, nearness=0.9)
    assert understanding.danger(text, "de", nearest) == "poisoning"
    assert understanding.danger(text, "de", other) in {"poisoning", "domestic-violence"}


@pytest.mark.parametrize(
    ("harmless", "nearness", "expected"),
    [(1.0, 0.9, "suicidal-thoughts"), (1.75, 0.9, None), (1.0, 0.2, None), (1.0, 0.5, None)],
)
def test_words_near_a_danger_are_enough_when_clearly_nearer_than_to_anything_harmless(
    understanding: Understanding, harmless: float, nearness: float, expected: str | None
) -> None:
    """The second net: no pattern in "…" , only what the everyday words point to."""
    guesses = TopicGuesses((Guess("suicidal-thoughts", 2.0), Guess("crying-baby", harmless)), nearness=nearness)
    assert understanding.danger("…", "de", guesses) == expected


def test_two_dangers_that_are_equally_near_are_still_danger(understanding: Understanding) -> None:
    guesses = TopicGuesses(
        (Guess("child-in-danger", 2.0), Guess("domestic-violence", 1.99), Guess("crying-baby", 1.0)), nearness=0.9
    )
    assert understanding.danger("…", "de", guesses) == "child-in-danger"


def test_no_words_of_concern_are_no_guess(understanding: Understanding) -> None:
    assert understanding.concern("", "de") == TopicGuesses()
    assert understanding.concern("und mit der", "de") == TopicGuesses()
    assert understanding.concern("xyzzy", "de") == TopicGuesses()


@given(
    text=st.text(CHARACTERS, max_size=80),
    asked=st.sampled_from(SLOTS),
    lang=st.sampled_from(["de", "de-simple", "en", "tr", "ar", "uk", None]),
)
def test_no_message_breaks_the_reading(
    understanding: Understanding, catalog: Catalog, topics: Topics, text: str, asked: Slot, lang: str | None
) -> None:
    said = reader(understanding, catalog)(text, asked, lang)
    assert all(-9 <= age.min_months <= age.max_months <= 323 for age in said.ages)
    assert {guess.topic for guess in said.topics.guesses} <= set(topics.topics)
    found = danger(understanding, text, lang)
    assert found is None or topics.topics[found].is_danger


@given(
    parts=st.permutations(
        ["meine Tochter ist 8 Monate", "sie schreit jede Nacht, Schreibaby", "wir wohnen in 00103 Beispielhafen"]
    )
)
def test_the_order_of_what_is_said_does_not_matter(
    understanding: Understanding, catalog: Catalog, parts: list[str]
) -> None:
    said = reader(understanding, catalog)(". ".join(parts))
    assert said.ages == (Age(8, 8),)
    assert said.topics.best == "crying-baby"
    assert said.place.places[0].plz == "00103"
