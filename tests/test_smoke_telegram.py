"""What is asked of the real Telegram before a release is asked of the fake one with every change."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from scripts.smoke_telegram import run
from tests.telegram.chats import Person
from tests.telegram.fake import TOKEN, Fake

CHECKED = 9


def smoked(
    capsys: pytest.CaptureFixture[str],
    before: Callable[[Fake, Person], object] = lambda *_: None,
    *,
    asks: bool = False,
) -> tuple[bool, str, Fake, Person]:
    async def play() -> tuple[bool, Fake, Person]:
        async with Fake() as fake:
            user = fake.user()
            user.start()
            done = before(fake, user)
            if isinstance(done, Awaitable):
                await done
            return await run(TOKEN, fake.url, None if asks else user.id), fake, user

    went_well, fake, user = asyncio.run(play())
    return went_well, capsys.readouterr().out, fake, user


def test_it_says_what_it_checked_and_leaves_the_chat_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    menu = [{"command": "hilfe", "description": "Hilfe"}]

    def before(fake: Fake, user: Person) -> None:
        fake.world.commands[f"chat {user.id}", ""] = menu

    went_well, said, fake, user = smoked(capsys, before)
    assert went_well
    assert said.count("✅") == said.count("\n") == CHECKED
    assert user.screen == []
    assert user.keys == []
    assert fake.world.commands[f"chat {user.id}", ""] == menu
    assert fake.updates.waiting, "what somebody wrote is still there"


def test_without_a_chat_it_takes_whoever_writes(capsys: pytest.CaptureFixture[str]) -> None:
    went_well, said, fake, _ = smoked(capsys, asks=True)
    assert went_well
    assert said.count("✅") == CHECKED
    assert fake.updates.waiting, "what somebody wrote is still there"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (lambda fake, _: setattr(fake, "is_revoked", True), "❌ InvalidToken"),
        (lambda fake, _: fake.fail("setMyCommands", 400), "❌ BadRequest"),
        (lambda fake, _: fake.fail("sendMessage", 403), "❌ GoneError"),
        (lambda fake, _: fake.fail("editMessageText", 400), "❌ SmokeError: the question was not changed in place"),
        (lambda fake, _: fake.fail("sendVenue", 429, retry_after=3), "❌ UnsentError"),
        (lambda fake, _: fake.close_door(), "❌ UndoneError"),
    ],
)
def test_it_says_what_is_not_as_it_should_be_and_never_the_token(
    before: Callable[[Fake, Person], object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    went_well, printed, _, user = smoked(capsys, before)
    assert not went_well
    assert said in printed
    assert TOKEN not in printed
    assert user.screen == [], "what was sent is deleted again"
