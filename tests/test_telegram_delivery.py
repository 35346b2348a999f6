"""Nothing is lost between Telegram and the database, whatever breaks, and nothing that breaks for one stops others."""

import asyncio
import io
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Update, Work
from bot.channels.telegram import Telegram
from bot.dialogue.model import Text
from bot.keys import Keys
from bot.store import delivery, retention
from bot.store.database import UnavailableError
from tests.logged import logged
from tests.postbox import Postbox
from tests.postbox import message as update
from tests.serving import Echo
from tests.telegram.chats import Person
from tests.telegram.fake import TOKEN, Fake
from tests.telegram.running import LIMITS, Running, channel_to, running, until

Scenario = Callable[[Running], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture
def play(keys: Keys, tmp_path: Path, empty_file: Path) -> Play:
    """Play a scenario with a conversation that only counts."""
    shutil.copy(empty_file, tmp_path)

    async def life(scenario: Scenario, others: Sequence[Postbox], before: Callable[[Fake], Awaitable[None]]) -> None:
        async with Fake() as fake:
            await before(fake)
            async with running(Echo(), keys, tmp_path, fake, others=others) as bot:
                await scenario(bot)

    async def nothing(_: Fake) -> None:
        return

    def play(scenario: Scenario, *others: Postbox, before: Callable[[Fake], Awaitable[None]] = nothing) -> None:
        asyncio.run(life(scenario, others, before))

    return play


def texts(user: Person) -> list[str]:
    return [message.text for message in user.screen]


class Book:
    """Where updates are written down, at once or not at all."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.cursors: list[str] = []
        self.open = asyncio.Event()
        self.is_away = False
        self.cannot_forget = False

    async def accept(self, channel: str, updates: Sequence[Update], cursor: str | None = None) -> None:
        assert channel == "telegram"
        await self.open.wait()
        if self.is_away:
            raise UnavailableError
        self.written += [update.said.text for update in updates if isinstance(update.said, Text)]
        self.cursors += [cursor] if cursor else []

    async def cursor(self, channel: str) -> str | None:
        assert channel == "telegram"
        return self.cursors[-1] if self.cursors else None

    async def leave(self, channel: str, chat: str) -> None:
        assert channel == "telegram"
        if self.cannot_forget:
            raise UnavailableError
        self.written.append(f"forgotten {chat}")

    async def waits(self, channel: str, chat: str) -> bool:
        raise AssertionError(channel, chat)

    async def lead(self, channel: str, work: Work) -> None:
        assert channel == "telegram"
        await work()


@asynccontextmanager
async def receiving(fake: Fake, book: Book) -> AsyncIterator[Telegram]:
    channel = channel_to(fake)
    task = asyncio.create_task(channel.run(book))
    try:
        yield channel
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await channel.close()


# ---- what comes in


def test_an_update_is_confirmed_only_when_it_is_stored() -> None:
    async def scenario() -> None:
        async with Fake() as fake:
            book, user = Book(), fake.user()
            async with receiving(fake, book):
                number = user.say("hallo")
                await until(lambda: len(fake.calls("getUpdates")) == 1)
                assert number in fake.updates.waiting
                book.open.set()
                await until(lambda: not fake.updates.waiting)
            assert (book.written, book.cursors) == (["hallo"], [str(number + 1)])

    asyncio.run(scenario())


def test_what_could_not_be_stored_comes_again() -> None:
    async def scenario() -> None:
        async with Fake() as fake:
            book, user = Book(), fake.user()
            book.open.set()
            book.is_away = True
            async with receiving(fake, book) as channel:
                user.say("hallo")
                await until(lambda: len(fake.calls("getUpdates")) == 1)
                assert fake.updates.waiting
                book.is_away = False
                await until(lambda: not fake.updates.waiting)
                assert channel.is_well()
            assert book.written == ["hallo"]

    asyncio.run(scenario())


def test_a_start_goes_on_where_the_one_before_had_read_to() -> None:
    async def scenario() -> None:
        async with Fake() as fake:
            book, user = Book(), fake.user()
            book.open.set()
            for text in ("eins", "zwei"):
                user.say(text)
                async with receiving(fake, book):
                    await until(lambda text=text: text in book.written)  # type: ignore[misc]
            assert book.written == ["eins", "zwei"]

    asyncio.run(scenario())


def test_who_left_is_forgotten_and_what_follows_is_kept_and_others_wait_for_nobody() -> None:
    async def scenario() -> None:
        async with Fake() as fake:
            book, user, other = Book(), fake.user(), fake.user()
            book.open.set()
            book.cannot_forget = True
            user.say("vorher")
            user.block()
            user.unblock()
            user.say("nachher")
            other.say("andere")
            async with receiving(fake, book):
                await until(lambda: "andere" in book.written)
                assert fake.updates.waiting, "it comes again until it is forgotten"
                book.cannot_forget = False
                await until(lambda: not fake.updates.waiting)
            mine = book.written[book.written.index(f"forgotten {user.id}") :]
            assert mine == [f"forgotten {user.id}", "nachher"]
            assert book.written.count("nachher") == 1

    asyncio.run(scenario())


def test_who_blocks_and_comes_back_between_two_polls_is_answered(play: Play) -> None:
    people: list[Person] = []

    async def before(fake: Fake) -> None:
        user = fake.user()
        people.append(user)
        user.say("vorher")
        user.block()
        user.unblock()
        user.say("nachher")

    async def scenario(bot: Running) -> None:
        await bot.settle()
        assert texts(people[0])[-1] == "1: nachher", "and what was before is forgotten"

    play(scenario, before=before)


def test_a_channel_is_well_as_soon_as_it_listens() -> None:
    async def scenario() -> None:
        async with Fake() as fake, receiving(fake, Book()) as channel:
            assert not channel.is_well()
            await until(lambda: fake.updates.is_polled)
            assert channel.is_well()

    asyncio.run(scenario())


def test_an_update_that_nobody_can_read_holds_up_nothing() -> None:
    async def scenario() -> None:
        async with Fake() as fake:
            book, user = Book(), fake.user()
            book.open.set()
            unreadable: list[dict[str, object]] = [{"message_id": 1}, {"date": "x", "chat": 5}, {"date": []}]
            for message in unreadable:
                fake.bring("message", message, queue="chat 1")
            user.say("hallo")
            with capture_logs() as logs:
                async with receiving(fake, book):
                    await until(lambda: not fake.updates.waiting)
            assert book.written == ["hallo"]
            assert [line["event"] for line in logs].count("update_unreadable") == 3

    asyncio.run(scenario())


def test_what_was_stored_but_not_confirmed_has_one_effect(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        await bot.hear(user.say, "hallo")
        user.say("nochmal")
        again = dict(bot.fake.updates.waiting)
        await bot.settle()
        for _ in range(5):
            bot.fake.updates.waiting.update(again)
            await bot.channel._receiver.take_in([one.content for one in again.values()], bot.service)  # noqa: SLF001
        bot.fake.updates.waiting.clear()
        await bot.settle()
        assert texts(user) == ["1: hallo", "2: nochmal"]

    play(scenario)


def test_a_cursor_of_another_server_does_not_hide_what_comes(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        await bot.database.do(delivery.accept, [], 0.0, ("telegram", str(bot.fake.updates.last_id + 10_000)))
        await bot.hear(user.say, "hallo")
        assert texts(user) == ["1: hallo"]

    play(scenario)


# ---- what breaks on the way in


def test_a_second_instance_is_an_alarm_and_no_end(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        with capture_logs() as logs:
            bot.fake.fail("getUpdates", 409)
            await bot.hear(user.say, "eins")
            await bot.hear(user.say, "zwei")
        assert texts(user) == ["1: eins", "2: zwei"]
        assert {"event": "second_instance", "channel": "telegram", "log_level": "error"} in logs

    play(scenario)


@pytest.mark.parametrize("how", [500, 502, "cut", "lost", "garbage"])
def test_a_poll_that_failed_is_made_again(how: int | str, play: Play) -> None:
    async def before(fake: Fake) -> None:
        fake.fail("getUpdates", how)

    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        await bot.hear(user.say, "hallo")
        assert texts(user) == ["1: hallo"]

    play(scenario, before=before)


def test_a_revoked_token_is_an_alarm_and_other_channels_live(play: Play) -> None:
    postbox = Postbox()

    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        await bot.hear(user.say, "hallo")
        assert bot.channel.is_well()
        with capture_logs() as logs:
            bot.fake.is_revoked = True
            bot.fake.updates.end_poll("the token was revoked")
            await until(lambda: not bot.channel.is_well())
            await bot.service.accept("postbox", [update(1, "a", "hallo")])
            await until(lambda: postbox.arrived("a") == ["1: hallo"])
        assert "token_refused" in [line["event"] for line in logs if line["log_level"] == "error"]
        bot.fake.is_revoked = False
        await bot.hear(user.say, "wieder da")
        assert texts(user)[-1] == "2: wieder da"
        assert bot.channel.is_well()

    play(scenario, postbox)


def test_a_server_that_cannot_be_reached_at_the_start_is_found_later(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        user.say("hallo")
        await asyncio.sleep(0.1)
        assert not bot.channel.is_well()
        await bot.fake.open_door()
        await until(lambda: texts(user) == ["1: hallo"])
        assert bot.channel.is_well()

    play(scenario, before=Fake.close_door)


def test_what_is_written_during_an_outage_is_answered_after_it(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        await bot.hear(user.say, "eins")
        await bot.fake.close_door()
        user.say("zwei")
        await asyncio.sleep(0.1)
        await bot.fake.open_door()
        await until(lambda: texts(user) == ["1: eins", "2: zwei"])

    play(scenario)


# ---- what breaks on the way out


def test_who_is_told_to_wait_keeps_nobody_else_waiting(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        slow, others = bot.fake.user(), [bot.fake.user() for _ in range(5)]
        bot.fake.fail("sendMessage", 429, retry_after=600, chat=slow.id)
        slow.say("hallo")
        await until(lambda: bool(bot.fake.calls("sendMessage", chat=slow)))
        for n in range(3):
            for other in others:
                other.say(f"{n}")
        await until(lambda: all(len(texts(other)) == 3 for other in others))
        assert len(bot.fake.calls("sendMessage", chat=slow)) == 1

    play(scenario)


def test_after_the_wait_the_answer_comes(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        bot.fake.fail("sendMessage", 429, retry_after=1)
        await bot.hear(user.say, "hallo")
        assert texts(user) == ["1: hallo"]

    play(scenario)


@pytest.mark.parametrize(("how", "times", "copies"), [(500, 4, 1), ("cut", 1, 1), ("lost", 1, 2), ("lost", 9, 2)])
def test_an_answer_is_sent_again_as_often_as_is_right(how: int | str, times: int, copies: int, play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        bot.fake.fail("sendMessage", how, times=times)
        await bot.hear(user.say, "eins")
        bot.fake.heal()
        await bot.hear(user.say, "zwei")
        assert texts(user) == [*["1: eins"] * copies, "2: zwei"]

    play(scenario)


def test_an_answer_that_hangs_is_sent_once_more_and_then_the_chat_goes_on(keys: Keys, tmp_path: Path) -> None:
    limits = replace(LIMITS, patience=replace(LIMITS.patience, send=0.2))

    async def life() -> None:
        async with Fake() as fake, running(Echo(), keys, tmp_path, fake, limits=limits) as bot:
            user, other = fake.user(), fake.user()
            fake.fail("sendMessage", "slow", seconds=60, times=9, chat=user.id)
            user.say("eins")
            await until(lambda: len(user.screen) == 1)
            other.say("andere")
            await until(lambda: texts(other) == ["1: andere"])
            await until(lambda: len(user.screen) == 2)
            fake.heal()
            user.say("zwei")
            await until(lambda: len(user.screen) == 3)
            assert texts(user) == ["1: eins", "1: eins", "2: zwei"]
            assert bot.channel.is_well()

    asyncio.run(life())


def test_nothing_is_lost_where_a_third_of_all_calls_fail(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        people = [bot.fake.user() for _ in range(30)]
        for how in (429, 500, "lost"):
            bot.fake.fail("sendMessage", how, share=0.12, times=1e9)
        for n in range(12):
            for person in people:
                person.say(f"{n}")
        await bot.settle()
        wanted = [f"{n + 1}: {n}" for n in range(12)]
        failed = Counter(request.status for request in bot.fake.calls("sendMessage"))
        assert failed.total() - failed[200] > 100
        for person in people:
            assert list(dict.fromkeys(texts(person))) == wanted, "in order, and nothing is missing"
        assert sum(len(texts(person)) for person in people) <= 360 + failed[0]

    play(scenario)


def test_answers_on_their_way_arrive_when_receiving_has_ended(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        bot.fake.fail("sendMessage", "slow", seconds=0.2)
        user.say("hallo")
        await until(lambda: bool(user.screen))
        bot.receiving.cancel()
        await bot.service.stop()
        assert (await bot.database.do(retention.backlog)).undelivered == 0, "or else it would come twice"

    play(scenario)


def test_what_telegram_cannot_delete_does_not_keep_it_from_deleting_the_rest(play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user()
        await bot.hear(user.say, "alt")
        bot.fake.pass_time(49 * 3600)
        for n in range(3):
            await bot.hear(user.say, f"{n}")
        bot.fake.fail("deleteMessages", 429, retry_after=1)
        await bot.hear(user.say, "/delete")
        kept = [message.text for message in user.messages.values()]
        assert kept == ["alt", "1: alt", "deleted\n\nhello again"]

    play(scenario)


# ---- what stands in the logs


@pytest.fixture
def logs() -> Iterator[io.StringIO]:
    with logged() as stream:
        yield stream


def test_no_token_no_text_and_no_chat_stands_in_the_logs(logs: io.StringIO, play: Play) -> None:
    async def scenario(bot: Running) -> None:
        user = bot.fake.user("Geheimname")
        for how in (400, 429, 500, "lost"):
            bot.fake.fail("sendMessage", how, retry_after=1)
            bot.fake.fail("answerCallbackQuery", how)
            bot.fake.fail("getUpdates", how)
            await bot.hear(user.say, "boom geheim" if how == 400 else "geheim")
        bot.fake.is_revoked = True
        bot.fake.updates.end_poll("the token was revoked")
        await until(lambda: not bot.channel.is_well())
        assert str(user.id) not in logs.getvalue()

    play(scenario)
    written = logs.getvalue()
    assert "token_refused" in written
    assert "poll_failed" in written
    assert not [secret for secret in (TOKEN, TOKEN.partition(":")[2], "geheim", "Geheimname") if secret in written]
