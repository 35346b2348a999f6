"""Bots that answer every message with one word, for benchmarks/echoes.py: ours, and others to compare it with.

python -m benchmarks.echo_bots BOT --api URL --data FOLDER. Each imports its own libraries only, so that aiogram can live in an
environment that has nothing else.
"""

from argparse import ArgumentParser
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from telegram import Update

    from bot.conversation import Conversation

TOKEN = "123456:AAFakeTokenOfTheBenchmarks-0123456789_ab"  # noqa: S105 of no bot at all
AT_ONCE = 64  # updates that a bot of PTB works on, as many as our chats


def nahbei(api: str, folder: Path) -> None:
    """The service as `nahbei serve` builds it, with a conversation of one word."""
    from benchmarks.throughput import Nod  # noqa: PLC0415 each bot imports its own

    _serve(api, folder, Nod())


def assistant(api: str, folder: Path) -> None:
    """The whole assistant."""
    from benchmarks.victim import real_conversation  # noqa: PLC0415

    _serve(api, folder, real_conversation(folder))


def _serve(api: str, folder: Path, conversation: "Conversation") -> None:
    import asyncio  # noqa: PLC0415

    from benchmarks.victim import LIMITS, telegram  # noqa: PLC0415
    from bot.config import Settings  # noqa: PLC0415
    from bot.serve import serve  # noqa: PLC0415

    settings = Settings(data_dir=folder, health_listen="")
    asyncio.run(serve(settings, conversation, [telegram(api)], limits=LIMITS["eager"]))


def bare(api: str, folder: Path) -> None:
    """PTB with our transport; each message is stored as ours are, before it is confirmed, answered and let go: three commits."""
    from benchmarks.echo_store import Store  # noqa: PLC0415

    store = Store(folder)

    async def echo(update: "Update", _: object) -> None:
        message = update.effective_message
        if message:
            arrival = await store.accept(update.update_id, message.chat_id, message.text or "")
            await store.answer(arrival, "ok")
            sent = await message.get_bot().send_message(message.chat_id, "ok")
            await store.mark(arrival, sent.message_id)

    _run(api, echo, ours=True)


def bare_taking_in(api: str, folder: Path) -> None:
    """The same, but what is answered and delivered is not written down: one commit."""
    from benchmarks.echo_store import Store  # noqa: PLC0415

    store = Store(folder)

    async def echo(update: "Update", _: object) -> None:
        message = update.effective_message
        if message:
            await store.accept(update.update_id, message.chat_id, message.text or "")
            await message.get_bot().send_message(message.chat_id, "ok")

    _run(api, echo, ours=True)


def bare_without_store(api: str, _: Path) -> None:
    """PTB with our transport, and no memory."""
    _echo(api, ours=True)


def ptb(api: str, _: Path) -> None:
    """PTB as it comes."""
    _echo(api, ours=False)


def _echo(api: str, *, ours: bool) -> None:
    async def echo(update: "Update", _: object) -> None:
        if update.effective_message:
            await update.effective_message.get_bot().send_message(update.effective_message.chat_id, "ok")

    _run(api, echo, ours=ours)


def _run(api: str, echo: Callable[["Update", Any], Coroutine[Any, Any, None]], *, ours: bool) -> None:
    from telegram import Update  # noqa: PLC0415
    from telegram.ext import ApplicationBuilder, TypeHandler  # noqa: PLC0415

    builder = ApplicationBuilder().token(TOKEN).base_url(f"{api}/bot")
    if ours:
        from bot.channels.telegram.transport import Transport  # noqa: PLC0415

        builder = builder.request(Transport()).get_updates_request(Transport(limit=2)).concurrent_updates(AT_ONCE)
    application = builder.build()
    application.add_handler(TypeHandler(Update, echo))
    application.run_polling()


def aiogram(api: str, _: Path) -> None:
    """Aiogram as it comes."""
    import asyncio  # noqa: PLC0415

    from aiogram import Bot, Dispatcher, types  # type: ignore[import-not-found]  # noqa: PLC0415 not in our environment
    from aiogram.client.session.aiohttp import AiohttpSession  # type: ignore[import-not-found]  # noqa: PLC0415
    from aiogram.client.telegram import TelegramAPIServer  # type: ignore[import-not-found]  # noqa: PLC0415

    async def echo(message: types.Message) -> None:
        await message.answer("ok")

    dispatcher = Dispatcher()
    dispatcher.message()(echo)
    bot = Bot(TOKEN, session=AiohttpSession(api=TelegramAPIServer.from_base(api)))
    asyncio.run(dispatcher.start_polling(bot))


BOTS: Mapping[str, Callable[[str, Path], None]] = {
    "nahbei": nahbei,
    "bare": bare,
    "bare_taking_in": bare_taking_in,
    "bare_without_store": bare_without_store,
    "ptb": ptb,
    "aiogram": aiogram,
    "assistant": assistant,
}


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("bot", choices=tuple(BOTS))
    parser.add_argument("--api", required=True)
    parser.add_argument("--data", type=Path, required=True)
    chosen = parser.parse_args()
    BOTS[chosen.bot](chosen.api, chosen.data)


if __name__ == "__main__":
    main()
