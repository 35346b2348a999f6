"""What families write beside the questions is known by a few words, and takes nothing away from what they tell."""

import pytest

from bot.i18n import Languages
from bot.understanding.asides import HEAD, Asides, Wordlist, phrases_of
from bot.understanding.reading import Understanding

PHRASES = [("thanks", "danke*"), ("privacy", "wer liest"), ("weary", "kann nicht mehr")]


@pytest.fixture
def asides() -> Asides:
    return Asides(PHRASES, ["hier", "sehr", "ich"])


def test_the_words_of_a_phrase_stand_near_one_another_in_any_order(asides: Asides) -> None:
    assert "privacy" in asides.find("liest hier wer mit?")
    assert "privacy" not in asides.find("wer hat das Buch vom Kinderarzt gesehen, aus dem sie immer liest")
    assert "privacy" not in asides.find("wer ist da?")


def test_what_else_is_said_is_kept_apart(asides: Asides) -> None:
    assert asides.find("danke sehr")["thanks"].rest == ""
    assert asides.find("danke, sie schläft nicht")["thanks"].rest == "sie schlaft nicht"


def test_one_message_may_ask_for_several_things(asides: Asides) -> None:
    assert set(asides.find("Dankeschön! Wer liest hier? Ich kann nicht mehr")) == {"thanks", "privacy", "weary"}


@pytest.mark.parametrize(("text", "name"), [("😭😭", "weary"), ("❤️", "thanks"), ("👍🏽", "agree"), ("👋", "hello")])
def test_pictures_alone_say_something_too(asides: Asides, text: str, name: str) -> None:
    assert list(asides.find(text)) == [name]
    assert not asides.find(f"{text} schläft")


def test_beginnings_of_words_are_listed_by_as_many_letters_as_they_have(languages: Languages) -> None:
    """A shorter one would never be found."""
    for language in languages:
        data = language.data("words")
        words = [word for _, text in phrases_of(data["asides"]) for word in text.split() if word.endswith("*")]
        assert not [word for word in words if len(word.rstrip("*")) < HEAD], language.tag
        assert not [word for word in words if not Asides([("x", word)], []).find(word.rstrip("*"))], language.tag


def test_words_and_their_beginnings_are_known_as_they_sound() -> None:
    words = Wordlist(["kein*", "Straße"])
    assert all(word in words for word in ("keine", "kain" * 0 + "keinen", "strasse"))
    assert "klein" not in words


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(
            ("herzlichen dank euch", "thanks"),
            ("thanks so much for your help", "thanks"),
            ("الله يسلم ايديكم شكرا", "thanks"),
        ),
        *(("çok çok teşekkürler", "thanks"), ("щиро дякую за допомогу", "thanks"), ("shukran kteer", "thanks")),
        *(("antwortet hier ein computer?", "robot"), ("am I talking to a bot?", "robot"), ("ти бот?", "robot")),
        *(("insan mısınız", "robot"), ("انت انسان ولا روبوت", "robot")),
        *(("ich will lieber mit nem menschen sprechen", "person"), ("can i speak to somebody please", "person")),
        *(("biriyle konuşmak istiyorum", "person"), ("بدي احكي مع شخص", "person"), ("куда можно позвонить", "person")),
        *(("wer bekommt meine daten", "privacy"), ("can anyone read this", "privacy"), ("هل هذا سري", "privacy")),
        *(("yazdıklarımı kim görüyor", "privacy"), ("хтось це бачить крім вас?", "privacy")),
        *(("irgendwo hier in der gegend", "nearby"), ("buraya yakın olsun", "nearby"), ("بمنطقتي", "nearby")),
        *(("in my neighborhood", "nearby"), ("десь поблизу", "nearby")),
        *(
            ("bin mit den nerven am ende", "weary"),
            ("I just cant go on like this", "weary"),
            ("ana ta3bane ktir", "weary"),
        ),
        *(("artık hiç gücüm kalmadı", "weary"), ("مرهقة جدا ولا أنام", "weary"), ("сил больше нет", "weary")),
    ],
)
def test_families_ask_in_words_of_their_own(understanding: Understanding, text: str, name: str) -> None:
    assert name in understanding.asides(text)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        *(
            ("deutsch bitte", "de"),
            ("can we speak english?", "en"),
            ("auf arabisch bitte", "ar"),
            ("بالعربي لو سمحت", "ar"),
        ),
        *(("kannst du türkisch", "tr"), ("українською будь ласка", "uk"), ("lieber in einfacher sprache", "de-simple")),
    ],
)
def test_a_language_is_changed_by_naming_it(understanding: Understanding, text: str, tag: str) -> None:
    assert understanding.named_language(text) == tag


@pytest.mark.parametrize(
    "text", ["ich will deutsch lernen", "mein Sohn spricht nur arabisch", "nicht deutsch", "almanca kursu", "😭", ""]
)
def test_a_language_that_somebody_speaks_of_is_not_chosen(understanding: Understanding, text: str) -> None:
    assert understanding.named_language(text) is None
