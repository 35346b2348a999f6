"""What must hold in every conversation, whatever somebody sends."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.engine import COMMANDS
from bot.dialogue.model import (
    MAX_OPTION_ID,
    MAX_TEXT,
    Ask,
    Card,
    Choice,
    Command,
    Count,
    Forget,
    Input,
    Location,
    Pin,
    Say,
    State,
    Text,
    Turn,
)
from bot.i18n import Languages, load_languages
from bot.jsonlines import Desk
from catalog.search import short_key
from tests.conftest import NOW, Chat

KEY = short_key("parents-cafe-harbour")
TAGS = [language.tag for language in load_languages()]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "",
            " ",
            "👶",
            "🆘",
            "[voice message]",
            "3",
            "anderthalb",
            "سنتين",
            "02826",
            "Berlin",
            "мій син не спить",
            "\x00",
            "A" * 1500,
        ]
    ),
)
IDS = st.sampled_from(
    [
        "lang:tr",
        "lang:xx",
        "age:age_3_6",
        "children:several",
        "children:done",
        "group:parenting",
        "group:protection:7",
        "groups:7",
    ]
    + [
        "topic:crying-baby",
        "topic:domestic-violence",
        "topic:none",
        "place:0",
        "place:99",
        "place:other",
        "results:more",
    ]
    + [
        "change:child",
        "change:results",
        "danger:menu:7",
        "danger:near:poisoning",
        "danger:near:x",
        "danger:on",
        "nav:back",
    ]
    + ["nav:skip", "nav:start", "nav:change", "nav:danger", "", ":", "group:parenting:x", "danger:menu:99999999999"]
    + [f"feedback:{KEY}", f"remark:{KEY}:closed", f"remark:{KEY}:helped", "feedback:gone", f"remark:{KEY}:fun"]
    + [f"map:{KEY}", "map:gone", "map:", "map"]
)
INPUTS: st.SearchStrategy[Input] = st.one_of(
    TEXTS.map(Text),
    IDS.map(Choice),
    st.text(max_size=80).map(Choice),
    st.builds(Command, st.sampled_from([*COMMANDS, "unknown", "löschen"]), st.just("") | TEXTS),
    st.builds(Location, st.floats(-90, 90), st.floats(-180, 180)),
)


def is_way_on(turn: Turn) -> bool:
    return isinstance(turn.replies[-1], Ask)


def is_pin(turn: Turn) -> bool:
    """Whether only a map is shown; the question before it stays."""
    return len(turn.replies) == 1 and isinstance(turn.replies[0], Pin)


def ids(turn: Turn) -> set[str]:
    last = turn.replies[-1]
    assert isinstance(last, Ask)
    return {option.id for option in last.options}


@given(said=st.lists(INPUTS, max_size=8))
def test_any_input_in_any_state_gets_an_answer(desk: Desk, said: list[Input]) -> None:
    talk = Chat(desk)
    for message in said:
        turn = talk._on(message)  # noqa: SLF001 the tests' own class
        assert is_way_on(turn) or is_pin(turn)
        for reply in turn.replies:
            assert reply.text.strip()
            assert len(reply.text) <= MAX_TEXT
            for option in reply.options if isinstance(reply, Ask | Card) else ():
                assert len(option.id.encode()) <= MAX_OPTION_ID
                assert option.label.strip()


@given(said=st.lists(INPUTS, max_size=6))
def test_start_again_always_works(desk: Desk, said: list[Input]) -> None:
    talk = Chat(desk)
    for message in said:
        talk._on(message)  # noqa: SLF001 the tests' own class
    lang = talk.answers.lang
    turn = talk.command("start")
    assert turn.state.answers.lang == lang
    assert (turn.state.answers.children, turn.state.answers.topics, turn.state.answers.place) == ((), (), None)
    assert turn.state.answers.step == ("child" if lang else "language")


@given(said=st.lists(INPUTS, max_size=6))
def test_delete_always_forgets_everything(desk: Desk, said: list[Input]) -> None:
    talk = Chat(desk)
    for message in said:
        talk._on(message)  # noqa: SLF001 the tests' own class
    turn = talk.command("delete")
    assert turn.state == State()
    assert Forget() in turn.effects


@given(said=st.lists(INPUTS, max_size=5))
def test_the_danger_button_is_on_every_screen(desk: Desk, said: list[Input]) -> None:
    talk = Chat(desk)
    for message in said:
        turn = talk._on(message)  # noqa: SLF001 the tests' own class
        assert is_pin(turn) or "nav:danger" in ids(turn)


@given(said=st.lists(IDS.map(Choice), max_size=6))
def test_back_undoes_the_last_step(desk: Desk, said: list[Input]) -> None:
    talk = Chat(desk, "de")
    for message in said:
        before = talk.turn.state
        after = talk._on(message).state  # noqa: SLF001 the tests' own class
        if after != before and after.past and len(after.past) > len(before.past):
            back = talk.command("back").state
            assert back.answers.children == before.answers.children
            assert back.answers.topics == before.answers.topics
            assert back.answers.step == before.answers.step
            talk.command("start")


def test_the_same_message_at_the_same_moment_gets_the_same_answer(chat: Callable[..., Chat]) -> None:
    first, second = chat("de"), chat("de")
    assert first.say("mein Sohn 3 Jahre spricht nicht, 00103") == second.say("mein Sohn 3 Jahre spricht nicht, 00103")


def test_one_sentence_answers_several_questions(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.say("meine Tochter 8 Monate schreit die ganze Nacht, Schreibaby, wir wohnen in 00103")
    assert talk.answers.step == "results"
    assert talk.answers.children == ((8, 8),)
    assert talk.answers.topics[0][0] == "crying-baby"
    assert talk.answers.place is not None
    assert talk.answers.place.district == "Nordweide"


def test_danger_comes_before_everything_and_nothing_of_it_is_kept(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    before = talk.turn.state
    turn = talk.say("mein Mann schlägt mich, ich habe 2 Kinder 3 und 5, wir wohnen in Görlitz")
    assert turn.danger == "domestic-violence"
    assert turn.state == before
    assert isinstance(turn.replies[0], Say)
    assert turn.replies[0].helplines[0] == "notruf-110"
    assert "116 016" in turn.replies[0].text


def test_danger_is_heard_before_a_language_is_chosen(chat: Callable[..., Chat]) -> None:
    turn = chat().say("ich will nicht mehr leben")
    assert turn.danger == "suicidal-thoughts"
    assert "112" in turn.replies[0].text


def test_at_night_open_lines_stand_before_closed_ones(chat: Callable[..., Chat]) -> None:
    night = datetime(2026, 11, 22, 23, 30)  # noqa: DTZ001 local time without zone
    turn = chat("de", night).say("ich habe Angst dass ich meinem Baby etwas antue")
    said = turn.replies[0]
    assert isinstance(said, Say)
    assert said.helplines.index("telefonseelsorge") < said.helplines.index("elterntelefon")


def test_a_line_that_speaks_the_language_stands_before_the_others(chat: Callable[..., Chat]) -> None:
    said = chat("uk").tap("danger:topic:suicidal-thoughts").replies[0]
    assert isinstance(said, Say)
    assert said.helplines.index("doweria") < said.helplines.index("telefonseelsorge")


def test_a_hundred_thousand_characters_are_answered_kindly(chat: Callable[..., Chat]) -> None:
    turn = chat("de").say("bla " * 25_000)
    assert isinstance(turn.replies[-1], Ask)


def test_no_more_than_five_cards_at_once(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.say("6 Jahre")
    talk.tap("topic:sports-clubs")
    turn = talk.say("Beispielhafen")
    cards = [reply for reply in turn.replies if isinstance(reply, Card)]
    assert 1 <= len(cards) <= 5
    more = talk.tap("results:more")
    following = [reply.offer for reply in more.replies if isinstance(reply, Card)]
    assert not set(following) & {card.offer for card in cards}


def test_a_real_town_never_sees_an_invented_offer(chat: Callable[..., Chat]) -> None:
    for topic in ("crying-baby", "sports-clubs", "speech-development", "german-course"):
        talk = chat("de")
        talk.say("3 Jahre")
        talk.tap(f"topic:{topic}")
        turn = talk.say("Görlitz")
        cards = [reply for reply in turn.replies if isinstance(reply, Card)]
        assert cards, "never an empty answer"
        assert all(card.offer.startswith("helpline-") for card in cards)


def test_changing_one_answer_keeps_the_others(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.say("3 Jahre")
    talk.tap("topic:speech-development")
    talk.say("00103")
    talk.tap("nav:change")
    talk.tap("change:child")
    talk.say("7 Jahre")
    assert talk.answers.step == "results"
    assert talk.answers.children == ((84, 95),)
    assert talk.answers.topics == (("speech-development", 1.0),)


def test_today_is_only_what_is_handed_in(chat: Callable[..., Chat]) -> None:
    talk = chat("de", NOW)
    assert "23. Nov" in talk.texts or talk.texts


def counts(talk: Chat) -> list[Count]:
    return [effect for effect in talk.turn.effects if isinstance(effect, Count)]


def test_whoever_reaches_the_results_by_writing_is_counted_once(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.say("meine Tochter 8 Monate schreit die ganze Nacht, Schreibaby, wir wohnen in Görlitz")
    assert counts(talk) == [Count("nothing", "crying-baby", "baby_toddler", "age_0_1", "de", "Görlitz")]


def test_whoever_reaches_the_results_by_buttons_or_a_position_is_counted_once(chat: Callable[..., Chat]) -> None:
    for last in ("nav:skip", None):
        talk = chat("uk")
        talk.tap("age:age_3_6")
        assert counts(talk) == []
        talk.tap("topic:debts")
        assert counts(talk) == []
        talk.tap(last) if last else talk.share(51.155, 14.988)
        (count,) = counts(talk)
        assert (count.topic, count.band, count.lang) == ("debts", "age_3_6", "uk")
        assert count.municipality == ("" if last else "Görlitz")


def test_looking_at_the_results_again_is_not_counted_again(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.say("3 Jahre")
    talk.tap("topic:debts")
    talk.say("Görlitz")
    assert counts(talk)
    for again in ("results:more", "nav:danger", "danger:on", "change:child", "nav:back"):
        talk.tap(again)
        assert counts(talk) == [], again
    assert [reply for reply in talk.turn.replies if isinstance(reply, Card)]
    for words in ("Görlitz", "danke", "xyzzy qwrtz"):
        talk.say(words)
        assert counts(talk) == [], words


def test_another_concern_or_place_is_counted_as_a_new_search(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.say("3 Jahre")
    talk.tap("topic:debts")
    talk.say("Görlitz")
    talk.say("Hamburg")
    assert [count.municipality for count in counts(talk)] == ["Hamburg"]
    talk.tap("change:topic")
    assert counts(talk) == []
    talk.tap("topic:german-course")
    assert [count.topic for count in counts(talk)] == ["german-course"]


def test_an_answer_written_where_one_can_be_changed_leads_to_its_results(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.say("3 Jahre")
    talk.tap("topic:debts")
    talk.say("Görlitz")
    talk.tap("nav:change")
    assert counts(talk) == []
    turn = talk.say("Hamburg")
    assert [reply for reply in turn.replies if isinstance(reply, Card)]
    assert [count.municipality for count in counts(talk)] == ["Hamburg"]


def test_what_the_example_town_and_danger_bring_is_never_counted(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.say("mein Sohn 3 Jahre spricht nicht, 00103")
    assert talk.answers.step == "results"
    assert talk.turn.effects == ()
    other = chat("de")
    other.say("mein Mann schlägt mich")
    other.tap("danger:near:domestic-violence")
    other.say("Görlitz")
    assert other.answers.step == "results"
    assert other.turn.effects == ()


@given(said=st.lists(INPUTS, max_size=6))
def test_a_search_is_counted_only_where_its_first_results_are_shown(desk: Desk, said: list[Input]) -> None:
    talk = Chat(desk)
    for message in said:
        turn = talk._on(message)  # noqa: SLF001 the tests' own class
        searches = [count for count in counts(talk) if count.outcome in {"found", "widened", "nothing"}]
        assert len(searches) <= 1
        if searches:
            assert (turn.state.answers.step, turn.state.answers.shown) == ("results", 0)
            assert turn.state.answers.topics[0][0] == searches[0].topic


def results(chat: Callable[..., Chat]) -> Chat:
    """Return a chat that shows cards in the example town."""
    talk = chat("de")
    talk.tap("age:age_3_6")
    talk.tap("topic:parents-meeting")
    talk.say("Beispielhafen")
    return talk


def map_buttons(turn: Turn) -> list[tuple[Card, str]]:
    cards = [reply for reply in turn.replies if isinstance(reply, Card)]
    return [(card, option.id) for card in cards for option in card.options if option.id.startswith("map:")]


def test_the_map_shows_where_an_offer_is_and_nothing_else_changes(chat: Callable[..., Chat]) -> None:
    talk = results(chat)
    before = talk.turn
    buttons = map_buttons(before)
    assert len(buttons) == 5
    for card, button in buttons:
        turn = talk.tap(button)
        (pin,) = turn.replies
        assert isinstance(pin, Pin)
        assert pin.text in card.text
        assert pin.address in card.text
        assert (turn.state, turn.effects, turn.danger) == (before.state, (), None)
    expected = results(chat).tap("results:more").replies
    assert talk.tap("results:more").replies == expected, "the question before the map is still valid"


def test_the_map_leaves_the_question_of_another_card_open(chat: Callable[..., Chat]) -> None:
    talk = results(chat)
    button = map_buttons(talk.turn)[0][1]
    talk.tap(f"feedback:{KEY}")
    assert is_pin(talk.tap(button))
    assert talk.turn.state.feedback == KEY
    assert talk.tap(f"remark:{KEY}:full").effects


def test_the_map_works_in_a_new_conversation_too(chat: Callable[..., Chat]) -> None:
    button = map_buttons(results(chat).turn)[0][1]
    talk = chat()
    assert is_pin(talk.tap(button))
    assert talk.turn.state == State()


@given(rest=st.one_of(st.text(max_size=60), st.text(max_size=20).map(lambda end: f"{KEY}{end}")))
def test_a_map_button_shows_a_map_or_asks_again_whatever_it_carries(desk: Desk, rest: str) -> None:
    talk = Chat(desk, "de")
    before = talk.turn.state
    turn = talk.tap(f"map:{rest}")
    assert is_pin(turn) == (rest == KEY)
    assert is_pin(turn) or "nav:danger" in ids(turn)
    assert (turn.state, turn.effects) == (before, ())


def test_a_hidden_house_never_gets_on_the_map(desk: Desk) -> None:
    hidden = [offer for offer in desk.catalog.index.offers if all(site.kind != "place" for site in offer.sites)]
    assert any(site.kind == "hidden" for offer in hidden for site in offer.sites)
    talk = Chat(desk, "de")
    for offer in hidden:
        assert not is_pin(talk.tap(f"map:{short_key(offer.id)}"))


@pytest.mark.parametrize("tag", TAGS)
def test_whoever_asks_is_told_what_is_kept_and_who_can_read_along(
    chat: Callable[..., Chat], languages: Languages, tag: str
) -> None:
    for said in ("privacy", *languages.by_tag[tag].data("words")["commands"]["privacy"]):
        talk = chat(tag)
        talk.tap("age:age_3_6")
        before = talk.turn
        turn = talk.say(str(said))
        told = turn.replies[0].text
        for fact in ("24", "/delete", "Matrix"):
            assert fact in told, said
        assert "Telegram" in told or "تيليغرام" in told
        assert turn.state == before.state
        assert turn.replies[-1] == before.replies[-1]
    assert chat(tag).command("privacy").replies[0].text == told


def test_what_is_kept_can_be_read_before_a_language_is_chosen(chat: Callable[..., Chat]) -> None:
    turn = chat().command("privacy")
    assert "24 Stunden" in turn.replies[0].text
    assert "lang:ar" in ids(turn)


@pytest.mark.parametrize("tag", TAGS)
def test_help_says_where_to_read_what_is_kept(chat: Callable[..., Chat], tag: str) -> None:
    told = chat(tag).command("help").replies[0].text
    assert "/privacy" in told
    assert "/delete" in told


@pytest.mark.parametrize("tag", TAGS)
def test_pictures_and_files_get_a_kind_answer_and_the_question_again(
    chat: Callable[..., Chat], languages: Languages, tag: str
) -> None:
    sorry = "I cannot look at pictures or files. Please write a few words, or tap a button."
    talk = chat(tag)
    before = talk.turn
    turn = talk.command("picture")
    assert turn.replies[0] == Say("🙈 " + languages.translator(tag).gettext(sorry))
    assert turn.replies[-1] == before.replies[-1]
    assert turn.state == before.state


@pytest.mark.parametrize("name", [*COMMANDS, "löschen", "unknown", "mein"])
def test_danger_is_heard_behind_every_command(chat: Callable[..., Chat], name: str) -> None:
    turn = chat("de")._on(Command(name, "ich will nicht mehr leben"))  # noqa: SLF001 the tests' own class
    assert turn.danger == "suicidal-thoughts"
    assert Forget() not in turn.effects


def test_a_command_may_be_a_word_of_any_language_and_may_be_followed_by_others(chat: Callable[..., Chat]) -> None:
    for command in (Command("löschen"), Command("sil"), Command("delete", "please"), Command("löschen", "bitte")):
        talk = chat("de")
        assert talk._on(command).effects == (Forget(),), command  # noqa: SLF001 the tests' own class


def test_words_behind_a_slash_that_is_no_command_are_read_as_a_text(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk._on(Command("meine", "Tochter ist 3 Jahre alt"))  # noqa: SLF001 the tests' own class
    assert talk.answers.children == ((36, 47),)
    before = talk.turn.state
    assert talk._on(Command("settings")).state == before  # noqa: SLF001 the tests' own class


@pytest.mark.parametrize("blank", ["", "  ", "\n", "…", "... ."])
@pytest.mark.parametrize("lang", [None, "de", "uk"])
def test_silence_is_asked_again_without_a_word_of_blame(
    chat: Callable[..., Chat], lang: str | None, blank: str
) -> None:
    talk = chat(lang)
    before = talk.turn
    talk.say(blank)
    assert talk.turn.state == before.state
    assert [reply for reply in talk.turn.replies if isinstance(reply, Say)] == []
    assert talk.turn.replies[-1] == before.replies[-1]
