"""What Telegram brings becomes what the dialogue understands, or nothing at all."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update as TelegramUpdate

from bot.channels.telegram.layout import lay_out
from bot.channels.telegram.updates import Address, Event, Received, read, stays
from bot.dialogue.model import Ask, Choice, Command, Input, Location, Option, Text
from tests.telegram.chats import Person
from tests.telegram.fake import Fake

BOT = "nahbei_test_bot"


def received(fake: Fake, keyboards: set[int] | None = None) -> Received | None:
    """The last update, as the channel reads it."""
    content = list(fake.updates.waiting.values())[-1].content
    return read(TelegramUpdate.de_json(content, None), BOT, keyboards or set())


def said(does: Callable[[Person], object]) -> Input | None:
    fake = Fake()
    does(fake.user())
    found = received(fake)
    return found.update.said if found and found.update else None


def pressed(option: str, *, location: str = "") -> Received:
    """What comes when somebody presses a button that the layout has made."""
    fake = Fake()
    user = fake.user()
    user.start()
    [call, *_] = lay_out([Ask("?", (Option(option, "Ja"),), 0, location)])
    row = {"inline_keyboard": call["rows"]}
    fake.world.send_message({"chat_id": user.id, "text": "?", "reply_markup": row})
    user.press("Ja")
    found = received(fake)
    assert found
    return found


def address(found: Received | None) -> Address:
    assert found
    assert found.update
    return Address.from_json(found.update.address)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hallo", Text("hallo")),
        ("/start", Command("start")),
        ("/start k42-tr", Command("start", "k42-tr")),
        ("/START@nahbei_test_bot  k42 ", Command("start", "k42")),
        ("/help", Command("help")),
        ("/danger@nahbei_test_bot", Command("danger")),
        ("/hilfe", Text("hilfe")),
        ("/danger he hits me", Text("danger he hits me")),
        ("/ ich will nicht mehr leben", Text(" ich will nicht mehr leben")),
        ("/", Text("")),
        ("📍\u2060 Ort senden", Command("place")),
        ("📍 Görlitz", Text("📍 Görlitz")),
    ],
)
def test_commands_are_ours_and_everything_else_is_text(text: str, meant: Input) -> None:
    assert said(lambda user: user.say(text)) == meant


@pytest.mark.parametrize("name", ["start", "help", "language", "danger", "privacy", "delete"])
def test_every_command_of_the_menu_is_known(name: str) -> None:
    assert said(lambda user: user.say(f"/{name}")) == Command(name)


@pytest.mark.parametrize(
    ("does", "meant"),
    [
        (Person.voice, Command("voice")),
        (Person.photo, Command("picture")),
        (Person.sticker, Command("picture")),
        (Person.document, Command("picture")),
        (Person.contact, Command("picture")),
        (lambda user: user.photo("Mein Kind schläft nicht"), Text("Mein Kind schläft nicht")),
        (lambda user: user.share(51.123456, 14.987654), Location(51.123, 14.988)),
        (
            lambda user: user.service_message(message_auto_delete_timer_changed={"message_auto_delete_time": 86400}),
            None,
        ),
        (lambda user: user.service_message(delete_chat_photo=True), None),
    ],
)
@pytest.mark.filterwarnings("ignore::telegram.warnings.PTBDeprecationWarning")  # PTB's own, for a timer
def test_whatever_is_sent_is_understood_as_something(does: Callable[[Person], object], meant: Input | None) -> None:
    assert said(does) == meant


def test_a_text_can_be_deleted_later_and_comes_from_somewhere() -> None:
    fake = Fake()
    user = fake.user()
    number = user.say("hallo")
    found = received(fake)
    assert found
    assert found.update
    assert (found.update.id, found.update.chat) == (str(number), str(user.id))
    assert found.update.refs == (str(next(iter(user.messages))),)
    assert address(found) == Address(user.id, typed=True)
    assert address(received(fake, {user.id})).keyboard


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz:@1-", min_size=1, max_size=62), st.sampled_from(["", "📍"]))
def test_a_button_brings_back_what_it_was_made_of(option: str, location: str) -> None:
    found = pressed(option, location=location)
    assert found.update
    assert found.update.said == Choice(option)
    assert address(found).keyboard == bool(location)
    assert found.query


def test_a_pressed_question_makes_room_and_a_card_stays() -> None:
    assert address(pressed("child:yes")).pressed
    assert address(pressed("feedback:a")).pressed is None
    assert address(pressed("map:a")).pressed is None
    assert stays("map:abc")
    assert not stays("maps:abc")


def test_a_message_that_is_gone_cannot_make_room() -> None:
    fake = Fake()
    user = fake.user()
    user.start()
    fake.world.send_message({"chat_id": user.id, "text": "?"})
    [message] = user.screen
    user.messages.clear()
    user.press_data("1:child:yes", message)
    assert address(received(fake)).pressed is None


def test_buttons_of_another_version_mean_nothing_that_harms() -> None:
    fake = Fake()
    user = fake.user()
    user.start()
    fake.world.send_message({"chat_id": user.id, "text": "?"})
    for data in ("0:child:yes", "child:yes", ":", "1", "2:x", "\u202e"):
        user.press_data(data, user.screen[0])
        found = received(fake)
        assert found
        assert found.update
        assert found.update.said == Choice(data)


def test_who_blocks_has_left_and_who_comes_back_has_nothing_to_say() -> None:
    fake = Fake()
    user = fake.user()
    user.start()
    user.block()
    assert received(fake) == Received(user.id, event=Event.LEFT)
    user.unblock()
    assert received(fake) is None


def test_groups_are_seen_and_never_answered_like_a_family() -> None:
    fake = Fake()
    user, group = fake.user(), fake.group()
    group.add_bot(user)
    assert received(fake) == Received(group.id, event=Event.GROUP)
    group.say(user, "Wir streiten uns")
    assert received(fake) == Received(group.id, event=Event.GROUP)
    group.say(user, "Und @Nahbei_Test_Bot?")
    assert received(fake) == Received(group.id, event=Event.GROUP, mentioned=True)
    group.remove_bot(user)
    assert received(fake) is None


@pytest.mark.parametrize(
    "content",
    [
        {"update_id": 1},
        {"update_id": 1, "edited_message": {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}}},
        {"update_id": 1, "poll_answer": {"poll_id": "1", "option_ids": [], "option_persistent_ids": []}},
        {"update_id": 1, "something_new": {"a": 1}},
        {
            "update_id": 1,
            "callback_query": {"id": "1", "from": {"id": 1, "is_bot": False, "first_name": "A"}, "chat_instance": "1"},
        },
    ],
)
def test_what_does_not_concern_us_is_nothing(content: dict[str, Any]) -> None:
    assert read(TelegramUpdate.de_json(content, None), BOT) is None


def test_nothing_of_a_family_stands_in_what_is_printed() -> None:
    fake = Fake()
    fake.user("Aylin").say("geheim 0171")
    assert "geheim" not in repr(received(fake))
