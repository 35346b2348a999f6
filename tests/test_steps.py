"""Each question: what it asks, what it takes as an answer, how it is skipped and asked again."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.model import Answers, Ask, Card, Location, Option, Reply, Say
from bot.dialogue.steps.base import PAGE, Scene, Step, next_page, page_start, paged
from bot.dialogue.steps.child import MOST_CHILDREN, ChildStep
from bot.dialogue.steps.language import LanguageStep
from bot.dialogue.steps.place import PlaceStep
from bot.dialogue.steps.results import AT_ONCE, ResultsStep, find
from bot.dialogue.steps.topic import TopicStep
from bot.i18n import Languages
from bot.understanding.age import Age
from bot.understanding.language import LanguageGuess
from bot.understanding.reading import Understanding, Understood
from bot.understanding.topic import Guess, TopicGuesses
from catalog.catalog import Catalog
from catalog.places import Found, Place
from tests.conftest import NOW, Chat

LANGUAGE, CHILD, TOPIC, PLACE, RESULTS = LanguageStep(), ChildStep(), TopicStep(), PlaceStep(), ResultsStep()
STEPS: tuple[Step, ...] = (LANGUAGE, CHILD, TOPIC, PLACE, RESULTS)
GERMAN = Answers(step="topic", lang="de")
BABY, KITA = Age(0, 11), Age(36, 71)
HARBOUR = Place("Beispielhafen", 54.45, 6.60, state="DE-NI", county="Beispielkreis", own=True, example=True)


@pytest.fixture(scope="session")
def scene(catalog: Catalog, understanding: Understanding, languages: Languages) -> Scene:
    return Scene(catalog, understanding, languages.translator("de"), NOW)


def asked(replies: tuple[Reply, ...]) -> Ask:
    last = replies[-1]
    assert isinstance(last, Ask)
    return last


def ids(replies: tuple[Reply, ...]) -> list[str]:
    """Return the options that answer, without those that steer."""
    ask = asked(replies)
    return [option.id for option in ask.options[: len(ask.options) - ask.steering]]


def guesses(*topics: str, confident: bool = False, nearness: float = 0.5) -> Understood:
    scored = tuple(Guess(topic, 1.0 - 0.1 * rank) for rank, topic in enumerate(topics))
    return Understood(topics=TopicGuesses(scored, confident, nearness))


# Language


def test_before_a_language_is_chosen_the_question_greets_in_all_of_them(chat: Callable[..., Chat]) -> None:
    talk = chat()
    for hello in ("Hallo!", "Hello!", "Merhaba!", "مرحبًا!", "Вітаємо!"):
        assert talk.texts.count(hello) == 1
    assert ids(talk.turn.replies) == [f"lang:{tag}" for tag in ("de", "de-simple", "ar", "en", "tr", "uk")]


def test_whoever_skips_the_language_is_spoken_to_in_plain_german(chat: Callable[..., Chat]) -> None:
    talk = chat()
    talk.tap("nav:skip")
    assert (talk.answers.lang, talk.answers.step) == ("de-simple", "child")


def test_a_language_that_is_not_spoken_here_is_no_choice(scene: Scene) -> None:
    assert LANGUAGE.choose(Answers(), "lang:xx", scene) is None
    assert LANGUAGE.choose(Answers(), "lang:", scene) is None


def test_the_language_is_taken_from_a_sentence_only_when_sure_and_only_while_it_is_open(scene: Scene) -> None:
    sure, unsure = Understood(language=LanguageGuess("tr", 0.99)), Understood(language=LanguageGuess("tr", 0.01))
    taken = LANGUAGE.take(Answers(), sure, scene)
    assert taken is not None
    assert taken.answers.lang == "tr"
    assert LANGUAGE.take(Answers(), unsure, scene) is None
    assert LANGUAGE.take(GERMAN, sure, scene) is None
    assert LANGUAGE.take(Answers(), Understood(), scene) is None


def test_changing_the_language_keeps_the_answers_and_asks_in_the_new_one(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("age:age_3_6")
    talk.command("language")
    assert "In welcher Sprache sollen wir schreiben?" in talk.texts
    talk.tap("lang:en")
    assert (talk.answers.lang, talk.answers.children, talk.answers.step) == ("en", (KITA,), "topic")
    assert "What is on your mind?" in talk.texts


# Child


def test_one_tap_answers_for_one_child(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("age:age_3_6")
    assert (talk.answers.children, talk.answers.step) == ((KITA,), "topic")


def test_several_children_are_ticked_unticked_and_then_done(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("children:several")
    talk.tap("age:age_3_6")
    talk.tap("age:age_0_1")
    ticked = [option.id for option in asked(talk.turn.replies).options if option.label.startswith("☑️")]
    assert ticked == ["age:age_0_1", "age:age_3_6"]
    talk.tap("age:age_3_6")
    assert talk.answers.children == (BABY,)
    talk.tap("children:done")
    assert (talk.answers.step, talk.answers.screen) == ("topic", "")


def test_done_without_any_age_asks_for_one(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("children:several")
    turn = talk.tap("children:done")
    assert turn.replies[0] == Say("Bitte tippen Sie zuerst mindestens ein Alter an.")
    assert talk.answers.step == "child"


def test_a_written_age_is_added_to_those_that_were_ticked(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("children:several")
    talk.tap("age:age_0_1")
    talk.say("und 7 Jahre")
    assert talk.answers.children == (BABY, Age(84, 95))
    assert "👍 Verstanden: unter 1 Jahr und 7 Jahre" in talk.texts


def test_a_written_age_replaces_the_one_before_where_one_child_is_asked_for(scene: Scene) -> None:
    taken = CHILD.take(replace(GERMAN, children=(BABY,)), Understood(ages=(KITA,)), scene)
    assert taken is not None
    assert taken.answers.children == (KITA,)


def test_not_more_than_eight_children_are_kept(scene: Scene) -> None:
    taken = CHILD.take(GERMAN, Understood(ages=tuple(Age(n, n) for n in range(12, 240, 12))), scene)
    assert taken is not None
    assert len(taken.answers.children) == MOST_CHILDREN == 8


def test_an_age_that_nobody_offers_is_no_choice(scene: Scene) -> None:
    for option in ("age:age_99", "age:", "children:", "children:age_3_6"):
        assert CHILD.choose(GERMAN, option, scene) is None


def test_whoever_does_not_tell_the_age_is_asked_again_only_on_purpose(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("nav:skip")
    assert (talk.answers.step, talk.answers.skipped) == ("topic", ("child",))
    talk.tap("change:child")
    assert talk.answers.step == "child"
    talk.tap("age:age_3_6")
    assert (talk.answers.children, talk.answers.skipped) == ((KITA,), ())


# Topic


def test_only_groups_that_concern_the_childs_age_are_shown(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("age:age_3_6")
    assert "group:pregnancy_birth" not in ids(talk.turn.replies)
    other = chat("de")
    other.tap("age:pregnancy")
    assert ids(other.turn.replies)[0] == "group:pregnancy_birth"


@pytest.mark.parametrize(
    "age", ["pregnancy", "age_0_1", "age_1_3", "age_3_6", "age_6_10", "age_10_14", "youth_14_plus"]
)
def test_every_topic_of_an_age_is_reached_by_buttons_and_no_screen_has_more_than_eight(scene: Scene, age: str) -> None:
    phase = scene.catalog.topics.phases[age]
    child = Age(phase.first_month, phase.last_month)
    topics = scene.catalog.topics
    wanted = {f"topic:{t.id}" for t in topics.topics.values() if topics.suits(t, (child,))}
    reached: set[str] = set()
    screens, seen = [""], set()
    while screens:
        screen = screens.pop()
        seen.add(screen)
        options = ids(TOPIC.ask(replace(GERMAN, children=(child,), screen=screen), scene))
        assert 1 <= len(options) <= PAGE + 1
        reached |= {option for option in options if option.startswith("topic:")}
        screens += [option for option in options if not option.startswith("topic:") and option not in seen]
    assert reached == wanted


@pytest.mark.parametrize("screen", ["groups:700", "group:parenting:700", "group:parenting:x", "groups:-1", "groups:٣"])
def test_an_odd_page_is_the_first_page(scene: Scene, screen: str) -> None:
    first = "group:parenting" if screen.startswith("group:") else ""
    shown = TOPIC.ask(replace(GERMAN, screen=screen), scene)
    assert shown == TOPIC.ask(replace(GERMAN, screen=first), scene)


def test_a_clear_concern_is_acted_on_and_an_unclear_one_is_asked_back_with_three_buttons(scene: Scene) -> None:
    clear = TOPIC.take(GERMAN, guesses("debts", "crying-baby", confident=True), scene)
    assert clear is not None
    assert clear.answers.topics == (("debts", 1.0), ("crying-baby", 0.35))
    assert TOPIC.summary(clear.answers, scene) == "Schulden"
    unclear = TOPIC.take(GERMAN, guesses("crying-baby", "parenting-advice", "screen-time", "sports-clubs"), scene)
    assert unclear is not None
    assert unclear.answers.suggested == ("crying-baby", "parenting-advice", "screen-time")
    assert unclear.answers.topics == ()
    assert ids(TOPIC.ask(unclear.answers, scene)) == [
        "topic:crying-baby",
        "topic:parenting-advice",
        "topic:screen-time",
        "groups:0",
    ]


def test_after_the_best_guess_comes_what_can_concern_a_child_of_this_age(scene: Scene) -> None:
    pregnant_only = guesses("pregnancy-advice", "parenting-advice", "screen-time")
    taken = TOPIC.take(replace(GERMAN, children=(KITA,)), pregnant_only, scene)
    assert taken is not None
    assert taken.answers.suggested == ("pregnancy-advice", "parenting-advice", "screen-time")
    four = guesses("parenting-advice", "pregnancy-advice", "screen-time", "tantrums-defiance")
    taken = TOPIC.take(replace(GERMAN, children=(KITA,)), four, scene)
    assert taken is not None
    assert taken.answers.suggested == ("parenting-advice", "screen-time", "tantrums-defiance")


def test_where_a_suggestion_is_a_danger_the_numbers_are_named_at_once_unless_nothing_is_near(scene: Scene) -> None:
    near = TOPIC.take(GERMAN, guesses("domestic-violence", "parenting-advice", nearness=0.30), scene)
    far = TOPIC.take(GERMAN, guesses("domestic-violence", "parenting-advice", nearness=0.29), scene)
    harmless = TOPIC.take(GERMAN, guesses("parenting-advice", "screen-time"), scene)
    assert near is not None
    assert far is not None
    assert harmless is not None
    warning = Say("Wenn jetzt jemand in Gefahr ist: Rufen Sie 112 oder 110 an, oder tippen Sie auf 🆘.")
    assert near.replies == (warning,)
    assert far.replies == ()
    assert harmless.replies == ()


def test_none_of_these_leads_to_all_groups(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("nav:skip")
    talk.say("Stress zu Hause")
    assert len(talk.answers.suggested) == 3
    talk.tap("groups:0")
    assert talk.answers.step == "topic"
    assert not talk.answers.suggested
    assert ids(talk.turn.replies)[-1] == "groups:7"


def test_a_topic_or_group_that_is_gone_is_no_choice(scene: Scene) -> None:
    for option in ("topic:gone", "topic:", "group:gone", "group:gone:7", "group:"):
        assert TOPIC.choose(GERMAN, option, scene) is None


def test_a_topic_is_summed_up_with_the_name_on_its_button(scene: Scene) -> None:
    answers = replace(GERMAN, topics=(("debts", 1.0), ("crying-baby", 0.5)))
    labels = [scene.text.label("topics", topic) for topic in ("debts", "crying-baby")]
    assert TOPIC.summary(answers, scene) == ", ".join(labels)


# Place


def test_several_towns_of_one_name_are_asked_with_their_states(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("nav:skip")
    talk.tap("topic:debts")
    talk.say("Neustadt")
    assert talk.answers.place is None
    assert 2 <= len(talk.answers.candidates) <= 5
    assert "📍 Neustadt an der Weinstraße (Rheinland-Pfalz)" in [o.label for o in asked(talk.turn.replies).options]
    talk.tap("place:1")
    assert talk.answers.place is not None
    assert talk.answers.place.name == "Neustadt am Rübenberge"
    assert (talk.answers.candidates, talk.answers.step) == ((), "results")


def test_a_misspelt_town_is_asked_back_and_never_guessed(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("nav:skip")
    talk.tap("topic:debts")
    talk.say("Beispielhafn")
    assert [place.name for place in talk.answers.candidates] == ["Beispielhafen"]
    assert talk.answers.step == "place"
    talk.tap("place:other")
    assert (talk.answers.candidates, talk.answers.place, talk.answers.step) == ((), None, "place")
    assert "Wo wohnen Sie?" in talk.texts


def test_a_place_that_was_not_offered_is_no_choice(scene: Scene) -> None:
    answers = replace(GERMAN, candidates=(HARBOUR,))
    for option in ("place:1", "place:-1", "place:00", "place:x", "place:", "place:٠"):
        assert PLACE.choose(answers, option, scene) is None
    assert PLACE.choose(GERMAN, "place:0", scene) is None


@given(lat=st.floats(47.0, 55.5), lon=st.floats(5.5, 15.5))
def test_a_shared_position_is_kept_only_to_about_a_kilometre(scene: Scene, lat: float, lon: float) -> None:
    taken = PLACE.locate(GERMAN, Location(lat, lon), scene)
    assert taken is not None
    place = taken.answers.place
    assert place is not None
    assert (place.lat, place.lon) == (round(lat, 2), round(lon, 2))
    assert place.plz is None or place.own


@pytest.mark.parametrize(
    "where", [(48.85, 2.35), (46.99, 10.0), (55.51, 10.0), (51.0, 15.51), (0.0, 0.0), (51.0, -9.0)]
)
def test_a_position_outside_germany_is_told_and_not_kept(scene: Scene, where: tuple[float, float]) -> None:
    taken = PLACE.locate(GERMAN, Location(*where), scene)
    assert taken is not None
    assert taken.answers == GERMAN
    assert taken.replies == (Say("Dieser Ort liegt nicht in Deutschland. Ich kenne nur Hilfe in Deutschland."),)


def test_only_what_matching_needs_of_a_place_is_kept(scene: Scene) -> None:
    town = replace(HARBOUR, aliases=("Hafen", "Port"), post_codes=("00101", "00102", "00103"))
    taken = PLACE.take(GERMAN, Understood(place=Found((town,))), scene)
    assert taken is not None
    assert taken.answers.place == HARBOUR
    single = PLACE.take(GERMAN, Understood(place=Found((replace(town, post_codes=("00103",)),))), scene)
    assert single is not None
    assert single.answers.place == replace(HARBOUR, post_codes=("00103",))


def test_the_question_for_the_place_welcomes_a_shared_position(scene: Scene) -> None:
    assert asked(PLACE.ask(GERMAN, scene)).location == "📍 Meinen Standort senden"
    assert asked(PLACE.ask(replace(GERMAN, candidates=(HARBOUR,)), scene)).location == "📍 Meinen Standort senden"


@pytest.mark.parametrize("step", [LANGUAGE, CHILD, TOPIC, RESULTS], ids=lambda step: step.name)
def test_no_other_question_asks_for_a_position(scene: Scene, step: Step) -> None:
    assert asked(step.ask(GERMAN, scene)).location == ""


# Results


def test_results_come_in_pages_of_five_without_a_card_twice(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("nav:skip")
    talk.tap("nav:skip")
    talk.say("Beispielhafen")
    seen: list[str] = []
    for _ in range(10):
        cards = [reply.offer for reply in talk.turn.replies if isinstance(reply, Card)]
        assert 1 <= len(cards) <= AT_ONCE
        seen += cards
        if "results:more" not in ids(talk.turn.replies):
            break
        talk.tap("results:more")
    assert len(seen) == len(set(seen)) > AT_ONCE
    assert "Das ist alles, was ich gefunden habe." in talk.texts


def test_more_after_the_last_card_means_nothing(scene: Scene) -> None:
    answers = Answers(step="results", lang="de", topics=(("crying-baby", 1.0),), place=HARBOUR)
    total = len(find(answers, scene))
    assert total > AT_ONCE
    assert RESULTS.choose(answers, "results:more", scene) is not None
    assert RESULTS.choose(replace(answers, shown=total - AT_ONCE), "results:more", scene) is None
    assert RESULTS.choose(answers, "results:fewer", scene) is None


def test_who_told_neither_age_topic_nor_place_still_gets_help(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    for _ in range(3):
        talk.tap("nav:skip")
    assert talk.answers.step == "results"
    assert [reply for reply in talk.turn.replies if isinstance(reply, Card)]


def test_without_a_topic_pregnant_women_get_advice_on_pregnancy_and_others_a_meeting_place(scene: Scene) -> None:
    pregnant = find(Answers(lang="de", children=(Age(-9, -1),), place=HARBOUR), scene)
    others = find(Answers(lang="de", children=(KITA,), place=HARBOUR), scene)
    assert "pregnancy-advice" in pregnant[0].offer.topics
    assert "parents-meeting" in others[0].offer.topics


def test_whenever_the_search_goes_further_it_is_said_before_the_card(chat: Callable[..., Chat]) -> None:
    talk = chat("de")
    talk.tap("age:age_3_6")
    talk.tap("topic:sports-clubs")
    turn = talk.say("Görlitz")
    card = next(n for n, reply in enumerate(turn.replies) if isinstance(reply, Card))
    assert turn.replies[card - 1] == Say("Hier kennt man weitere Hilfen und sucht mit Ihnen zusammen:")


def test_what_several_families_say_of_an_offer_stands_on_its_card(scene: Scene) -> None:
    answers = Answers(step="results", lang="de", topics=(("crying-baby", 1.0),), place=HARBOUR)
    first = find(answers, scene)[0].offer
    warned = replace(scene, catalog=replace(scene.catalog, reported={first.id: ("closed",)}))
    cards = [reply for reply in RESULTS.ask(answers, warned) if isinstance(reply, Card)]
    assert [card.offer for card in cards if "Mehrere Familien sagen" in card.text] == [first.id]


# All questions


@given(option=st.text(max_size=70))
def test_no_button_from_anywhere_ever_stops_a_question(scene: Scene, option: str) -> None:
    for step in STEPS:
        for prefix in step.prefixes:
            taken = step.choose(GERMAN, f"{prefix}:{option}", scene)
            assert taken is None or taken.answers != GERMAN or taken.replies or step.name in {"place", "language"}


def test_an_empty_sentence_answers_no_question(scene: Scene) -> None:
    assert [step.take(GERMAN, Understood(), scene) for step in STEPS] == [None] * 5


def test_a_skipped_question_is_answered_until_it_is_asked_again(scene: Scene) -> None:
    for step in (CHILD, TOPIC, PLACE):
        taken = step.skip(GERMAN, scene)
        assert taken is not None
        assert step.is_answered(taken.answers)
        assert not step.is_answered(step.clear(taken.answers))
        assert step.summary(taken.answers, scene) is None


@given(written=st.text(max_size=6))
def test_the_page_on_a_button_is_a_small_number_or_the_first(written: str) -> None:
    assert 0 <= page_start(written) <= 999
    assert page_start(written) in (0, int(written) if written.isascii() and written.isdigit() else 0)


@given(total=st.integers(0, 60))
def test_turning_pages_shows_every_option_and_comes_back_to_the_first(total: int) -> None:
    options = [Option(f"topic:{n}", str(n)) for n in range(total)]
    more = Option("groups:7", "Mehr")
    shown: list[Option] = []
    first, turns = 0, 0
    while turns == 0 or (first and total > PAGE + 1):
        page = paged(options, first, more)
        assert len(page) <= PAGE + 1
        shown += [option for option in page if option != more]
        first, turns = next_page(first, total), turns + 1
    assert shown == options
