"""Whatever somebody writes, the answer is kind, in their language, and the question comes again."""

from collections.abc import Callable

import pytest

from bot.dialogue.model import Ask, Card, Forget, Say
from bot.i18n import Languages
from tests.conftest import Chat

Talks = Callable[..., Chat]
WEARY = {
    "de": ("ich kann bald nicht mehr", "bin total erschöpft und heule nur noch", "mir fehlt die kraft, alles zu viel"),
    "de-simple": ("ich bin sehr müde", "ich kein kraft mehr"),
    "en": ("I am so exhausted by all this", "i have no strength left", "completely worn out, no energy"),
    "tr": ("dayanacak halim kalmadı", "yoruldum artık", "cok yorgunum bittim"),
    "ar": ("والله ما عاد عندي طاقة", "تعبت كتير", "ana ta3bane ktir"),
    "uk": ("не знаю що робити вже сил нема", "устала, больше не могу", "руки опускаються просто"),
}
STEPS = {"child": (), "topic": ("3",), "place": ("3", "topic:tantrums-defiance")}


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in WEARY.items() for text in texts])
@pytest.mark.parametrize("step", STEPS)
def test_somebody_without_strength_is_heard_at_every_question(chat: Talks, lang: str, text: str, step: str) -> None:
    talk = chat(lang)
    for said in STEPS[step]:
        talk.tap(said) if ":" in said else talk.say(said)
    known = talk.answers.topics
    warm, *_ = talk.say(text).replies
    assert isinstance(warm, Say)
    assert warm.text.startswith("🫂")
    assert warm.helplines
    assert isinstance(talk.turn.replies[-1], Ask)
    assert talk.answers.topics[0][0] in {"parent-exhaustion", *(topic for topic, _ in known)}


def test_tears_are_heard_and_are_no_concern_yet(chat: Talks) -> None:
    talk = chat("de")
    assert talk.say("😭😭").replies[0].text.startswith("🫂")
    assert not talk.answers.topics


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        *(("de", "könnten sie das bitte alles löschen"), ("de", "bitte lösch meine nachrichten wieder")),
        *(("de-simple", "bitte alles löschen danke"), ("en", "could you erase all of this please")),
        *(("en", "I want you to delete what I told you"), ("tr", "lütfen yazdıklarımı silin")),
        *(("ar", "لو سمحت احذفي كل شي"), ("uk", "видаліть будь ласка мої повідомлення")),
    ],
)
def test_who_asks_for_it_in_own_words_is_forgotten(chat: Talks, lang: str, text: str) -> None:
    talk = chat(lang)
    talk.say("3")
    talk.say(text)
    assert Forget() in talk.turn.effects
    assert not talk.answers.children


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        *(("de", "mein ex löscht dauernd alle nachrichten"), ("de", "sie drohen immer, alles zu löschen")),
        *(("en", "my daughter keeps deleting her chat"), ("en", "my sister wants to delete all photos")),
        *(("tr", "oğlum bütün mesajlarını siliyor"), ("ar", "ابني عم يمسح كل رسائله")),
        *(
            ("uk", "син видаляє всі повідомлення"),
            ("de", "meine tochter will alles löschen"),
            ("en", "she will delete it all"),
        ),
        *(("tr", "babam her şeyi silmek istiyor"), ("ar", "جوزي بدو حذف كل شي"), ("uk", "він хоче видалити все")),
    ],
)
def test_nothing_is_forgotten_because_a_story_speaks_of_deleting(chat: Talks, lang: str, text: str) -> None:
    talk = chat(lang)
    talk.say("3")
    talk.say(text)
    assert Forget() not in talk.turn.effects
    assert talk.answers.children


@pytest.mark.parametrize(
    ("lang", "text", "mark"),
    [
        *(("de", "bist du ein roboter oder ein mensch", "🤖"), ("uk", "ти бот?", "🤖"), ("ar", "انت روبوت؟", "🤖")),
        *(("en", "can i speak to somebody please", "🤝"), ("tr", "biriyle konuşmak istiyorum", "🤝")),
        *(("de", "was liest hier eigentlich wer mit", "🔒"), ("tr", "yazdıklarımı kim okuyor", "🔒")),
        *(("de", "so eine scheiße hier", "🤝"), ("en", "you stupid bot", "🤝"), ("uk", "тупий бот", "🤝")),
        *(("en", "many thanks dear", "💚"), ("ar", "الف شكر", "💚"), ("uk", "спасибо большое вам", "💚")),
    ],
)
def test_questions_to_the_assistant_are_answered_and_the_question_stays(
    chat: Talks, lang: str, text: str, mark: str
) -> None:
    talk = chat(lang)
    before = talk.answers
    answer, *_, ask = talk.say(text).replies
    assert answer.text.startswith(mark)
    assert isinstance(ask, Ask)
    assert talk.answers == before


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "drei Jahre, vielen Dank"),
        ("tr", "4 yaşında teşekkürler"),
        ("uk", "3 рочки дякую"),
        ("ar", "شكرا، 5 سنين"),
    ],
)
def test_an_answer_with_thanks_is_an_answer(chat: Talks, lang: str, text: str) -> None:
    talk = chat(lang)
    talk.say(text)
    assert talk.answers.children
    talk.tap("topic:tantrums-defiance")
    talk.say("Beispielhafen danke")
    assert talk.answers.place


@pytest.mark.parametrize(
    ("lang", "text"),
    [("de", "irgendwo hier in der gegend"), ("en", "near my home"), ("tr", "bize yakın"), ("ar", "قريب من بيتي")],
)
def test_near_me_is_answered_with_what_is_needed_to_find_it(chat: Talks, lang: str, text: str) -> None:
    talk = chat(lang)
    talk.say("3")
    talk.tap("topic:tantrums-defiance")
    near = talk.say(text).replies[0].text
    assert talk.answers.place is None
    assert near != talk.say("qwertz").replies[0].text


def test_what_follows_thanks_is_not_lost(chat: Talks) -> None:
    talk = chat("de")
    talk.say("danke, mein Sohn ist 4 und spricht nicht")
    assert talk.answers.children
    assert talk.answers.topics[0][0] == "speech-development"


def test_a_language_that_nobody_speaks_here_leads_to_those_that_are_spoken(chat: Talks) -> None:
    for text in ("по русски можно?", "auf russisch bitte", "farsi please", "kürtçe"):
        talk = chat("en")
        assert talk.say(text).replies[0].text.startswith("🌍"), text
        assert talk.answers.step == "language"


def test_a_worry_at_the_question_for_the_place_is_heard_though_it_stays_unclear(chat: Talks) -> None:
    talk = chat("de")
    talk.say("3")
    talk.tap("topic:tantrums-defiance")
    answer, ask = talk.say("im kindergarten sagen alle dass er so anders ist als die anderen jungs").replies
    assert isinstance(ask, Ask)
    assert "nicht verstanden" not in answer.text


@pytest.mark.parametrize(
    "text", ["banane 🍌", "lol", "I love you", "vielen lieben", "нічого", "банан", "elma 🍎", "hm kiraz"]
)
def test_one_word_of_a_longer_phrase_is_no_concern_where_none_was_asked_for(chat: Talks, text: str) -> None:
    talk = chat("de")
    talk.say(text)
    assert not talk.answers.topics
    assert not talk.answers.suggested


@pytest.mark.parametrize(
    ("lang", "text", "topic"),
    [
        *(("de", "kitaplatz", "childcare-place"), ("de", "sie schläft nicht", "baby-sleep-feeding")),
        *(("ar", "محتاجة قابلة", "midwife-birth-prep"), ("tr", "konuşmuyor", "speech-development")),
        *(("uk", "син не спить", "baby-sleep-feeding"), ("en", "we need a midwife", "midwife-birth-prep")),
    ],
)
def test_a_concern_in_a_word_or_two_is_heard_at_another_question(chat: Talks, lang: str, text: str, topic: str) -> None:
    talk = chat(lang)
    talk.say(text)
    assert talk.answers.topics[0][0] == topic


def test_an_age_or_a_place_is_corrected_in_passing(chat: Talks) -> None:
    talk = chat("de")
    talk.say("3")
    talk.say("nein, 4 nicht 3")
    assert [child.min_months for child in talk.answers.children] == [48]
    talk.tap("topic:tantrums-defiance")
    talk.say("Altstadt")
    talk.say("falsch, Nordweide")
    assert talk.answers.place is not None
    assert talk.answers.place.district == "Nordweide"


def test_a_voice_message_before_a_language_is_chosen_is_answered_without_words(chat: Talks) -> None:
    assert "✍️" in chat().command("voice").replies[0].text


def test_a_long_story_is_read_to_its_end_and_clause_by_clause(chat: Talks) -> None:
    talk = chat("de")
    story = "Wir sind vor einer Weile hergezogen, mein Mann ist viel unterwegs, und mir wächst manches über den Kopf. "
    talk.say(story * 12 + "Unser Sohn ist 7, er will morgens nicht in die Schule, wir haben auch Schulden, 00103")
    assert talk.answers.children
    assert talk.answers.place is not None
    assert {"school-trouble", "debts"} <= {*talk.answers.suggested, *(topic for topic, _ in talk.answers.topics)}


@pytest.mark.parametrize("number", ["112", "110!", "١١٢"])
def test_whoever_writes_the_number_to_call_sees_what_the_danger_button_shows(
    chat: Talks, languages: Languages, number: str
) -> None:
    for language in languages:
        talk, tapped = chat(language.tag), chat(language.tag)
        talk.say(number)
        tapped.tap("nav:danger")
        assert talk.turn == tapped.turn, language.tag


FOUND = {
    "de": ("und wie viel kostet sowas?", "hat das morgen offen", "bitte noch andere zeigen", "da nimmt keiner ab"),
    "de-simple": ("was kostet hier", "wann offen", "bitte noch andere", "da geht keiner ran"),
    "en": ("what would it cost me", "are they open tomorrow?", "any others?", "sorry, wrong number"),
    "tr": ("ücretsiz mi acaba", "yarın açık mı", "başka önerin var mı", "telefona çıkmıyorlar"),
    "ar": ("هاد مجاني؟", "كيف بوصل لعندهم", "في غيرها لو سمحت", "الرقم غلط"),
    "uk": ("а скільки коштує", "як доїхати?", "є ще варіанти?", "не беруть трубку"),
}


@pytest.mark.parametrize("lang", FOUND)
def test_questions_about_what_was_found_are_answered_and_it_stays_found(chat: Talks, lang: str) -> None:
    cost, way, more, unreachable = FOUND[lang]
    talk = chat(lang)
    for said in ("3", "topic:tantrums-defiance", "Beispielhafen"):
        talk.tap(said) if ":" in said else talk.say(said)
    found = talk.answers
    first = talk.turn.replies
    for said in (cost, way):
        answer, ask = talk.say(said).replies
        assert "💶" in answer.text
        assert isinstance(ask, Ask)
    assert talk.say(unreachable).replies[0].text.startswith("📵")
    assert talk.answers == found
    assert any(isinstance(reply, Card) and reply not in first for reply in talk.say(more).replies)
    assert talk.answers.topics == found.topics


def test_such_words_are_nothing_of_the_kind_before_anything_was_found(chat: Talks) -> None:
    talk = chat("de")
    assert "💶" not in talk.say("was kostet das").replies[0].text


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        *(("de", "an wen kann ich mich wenden?"), ("de", "ich will hilfe aber weis nich wo anfang")),
        *(("de-simple", "ich will hilfe aber weis nich wo anfang"), ("en", "I really dont know where to start")),
        *(("tr", "nereden başlayacağımı bilmiyorum"), ("ar", "ما بعرف من وين ابدا")),
        ("uk", "не знаю з чого почати, потрібна допомога"),
    ],
)
@pytest.mark.parametrize("step", STEPS)
def test_who_does_not_know_where_to_begin_is_taken_by_the_hand(chat: Talks, lang: str, text: str, step: str) -> None:
    talk = chat(lang)
    for said in STEPS[step]:
        talk.tap(said) if ":" in said else talk.say(said)
    before = talk.answers
    warm, *_ = talk.say(text).replies
    assert warm.text.startswith("🤝")
    assert talk.answers == before


@pytest.mark.parametrize(
    ("lang", "text", "topic"),
    [
        ("de", "ich brauche hilfe, mein sohn stottert", "speech-development"),
        ("de", "Ich brauche Hilfe bei den Hausaufgaben", "homework-tutoring"),
        ("tr", "yardım istiyorum çocuğum gece uyumuyor", "baby-sleep-feeding"),
        ("ar", "احتاج مساعدة ابني ما بيحكي", "speech-development"),
        ("uk", "мені потрібна допомога, дитина не говорить", "speech-development"),
    ],
)
def test_a_concern_beside_a_plea_is_heard(chat: Talks, lang: str, text: str, topic: str) -> None:
    talk = chat(lang)
    talk.say(text)
    assert [found for found, _ in talk.answers.topics][:1] == [topic]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("de", "meine freundin hat gesagt ich soll hier mal schreiben"),
        ("de", "das jugendamt hat mir diesen kontakt gegeben"),
        ("de", "eigentlich wollte ich nur mal schauen was das hier ist"),
        ("en", "My neighbour told me to write here"),
        ("tr", "komşum bana buraya yazmamı söyledi"),
        ("ar", "جارتي قالت لي اكتب هون"),
        ("uk", "мені сусідка порадила сюди написати"),
    ],
)
def test_who_was_sent_here_is_told_what_this_is_and_raises_no_alarm(chat: Talks, lang: str, text: str) -> None:
    talk = chat(lang)
    hello = talk.say("/help").replies[0]
    assert talk.say(text).replies[0] == hello
    assert not talk.answers.topics
    assert not talk.answers.suggested


def test_who_was_sent_here_and_is_beaten_is_heard(chat: Talks) -> None:
    talk = chat("de")
    assert talk.say("meine freundin hat gesagt ich soll hier schreiben, mein mann schlägt mich").danger


@pytest.mark.parametrize(
    ("lang", "text", "topic"),
    [
        ("ar", "سجلت بنتي بعشر Kitas وكلهم قالو ما في محل", "childcare-place"),
        ("uk", "Я вже просто без сил, не сплю, кричу на всіх, треба якась передишка", "parent-exhaustion"),
    ],
)
def test_a_worry_at_the_first_question_is_asked_back_and_not_only_thanked_for(
    chat: Talks, lang: str, text: str, topic: str
) -> None:
    talk = chat(lang)
    talk.say(text)
    assert topic in {*talk.answers.suggested, *(found for found, _ in talk.answers.topics)}
