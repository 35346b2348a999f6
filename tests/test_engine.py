"""What must hold in every conversation, whatever somebody sends."""

from collections.abc import Callable
from datetime import datetime

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
    Say,
    State,
    Text,
)
from bot.jsonlines import Desk
from catalog.search import short_key
from tests.conftest import NOW, Chat

KEY = short_key("parents-cafe-harbour")
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
)
INPUTS: st.SearchStrategy[Input] = st.one_of(
    TEXTS.map(Text),
    IDS.map(Choice),
    st.text(max_size=80).map(Choice),
    st.sampled_from([*COMMANDS, "unknown"]).map(Command),
    st.builds(Location, st.floats(-90, 90), st.floats(-180, 180)),
)


@given(said=st.lists(INPUTS, max_size=8))
def test_any_input_in_any_state_gets_an_answer(desk: Desk, said: list[Input]) -> None:
    talk = Chat(desk)
    for message in said:
        turn = talk._on(message)  # noqa: SLF001 the tests' own class
        assert turn.replies
        assert isinstance(turn.replies[-1], Ask), "the last thing is always a way on"
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
        ask = talk._on(message).replies[-1]  # noqa: SLF001 the tests' own class
        assert isinstance(ask, Ask)
        assert "nav:danger" in {option.id for option in ask.options}


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
