"""`nahbei serve`: every configured channel under one supervisor, until a signal ends it in order."""

import asyncio
import fcntl
import gc
import os
import resource
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from pydantic import SecretStr

from bot.channels.base import Channel, Closing
from bot.channels.gateway import Gateway
from bot.config import Settings
from bot.conversation import Conversation
from bot.health import health_app
from bot.i18n import Languages
from bot.keys import load_keys
from bot.logs import where
from bot.marker import Marker
from bot.renewal import Build, Renewal
from bot.sending import is_cancelled
from bot.service import Limits, Service, nowhere
from bot.store.founding import found_apart
from bot.store.opening import FILE, open_database
from bot.upkeep import Upkeep

log = structlog.get_logger()

BERLIN = ZoneInfo("Europe/Berlin")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before a channel that ended is started again
CLOSING = 2.0  # seconds that a database has to finish at the end
MOST_PROCESSES = 64  # on one machine, sharing one PostgreSQL database


def today() -> date:
    """The day on which families count, wherever the server stands."""
    return datetime.now(BERLIN).date()


def channels(settings: Settings, languages: Languages) -> list[Channel]:
    """The channels that the settings name.

    Raises:
        ValueError: there is none, or a setting that belongs to another one is missing.
    """
    found: list[Channel] = []
    if settings.telegram_token:
        found.append(_telegram(settings, settings.telegram_token, languages))
    if settings.matrix_homeserver:
        found.append(_matrix(settings, settings.matrix_homeserver, languages))
    if settings.gateway_socket:
        found.append(Gateway(settings.gateway_socket))
    if not found:
        raise ValueError("no channel is configured; `nahbei doctor` says what is missing")
    return found


def _telegram(settings: Settings, token: SecretStr, languages: Languages) -> Channel:
    from bot.channels.telegram import Telegram  # noqa: PLC0415 takes a while to load, and only Telegram needs it
    from bot.channels.telegram.profile import profile_in  # noqa: PLC0415
    from bot.channels.telegram.webhook import Webhook  # noqa: PLC0415

    webhook = None
    if settings.telegram_webhook_url:
        if not settings.telegram_webhook_secret:
            raise ValueError("NAHBEI_TELEGRAM_WEBHOOK_URL needs NAHBEI_TELEGRAM_WEBHOOK_SECRET: 32 random letters")
        host, _, port = settings.telegram_webhook_listen.rpartition(":")
        webhook = Webhook(settings.telegram_webhook_url, host.strip("[]"), int(port), settings.telegram_webhook_secret)
    return Telegram(
        token,
        profile_in(languages),
        api=settings.telegram_api_url,
        webhook=webhook,
        stays_in_groups=settings.telegram_groups == "link",
    )


def _matrix(settings: Settings, homeserver: str, languages: Languages) -> Channel:
    try:
        from bot.channels.matrix import Account, Matrix  # noqa: PLC0415 takes a while to load, and only Matrix needs it
        from bot.channels.matrix.store import FILE as STORE  # noqa: PLC0415
        from bot.channels.matrix.typed import typed_wording  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise ValueError("for Matrix install the extra: pip install 'nahbei[matrix]'") from error
    password, token = settings.matrix_password, settings.matrix_access_token
    is_set_up = (settings.data_dir / "matrix" / STORE).exists()
    if not token and not (settings.matrix_user and password) and not is_set_up:
        raise ValueError(
            "NAHBEI_MATRIX_HOMESERVER needs NAHBEI_MATRIX_USER and NAHBEI_MATRIX_PASSWORD, "
            "or NAHBEI_MATRIX_ACCESS_TOKEN, or `nahbei matrix setup` once"
        )
    return Matrix(
        Account(homeserver, settings.matrix_user, password, token, settings.matrix_device_id),
        settings.data_dir / "matrix",
        partial(load_keys, settings.keys, create=False),
        servers=settings.matrix_allow_servers,
        buttons=settings.matrix_buttons,
        typed=typed_wording(languages.translator(language.tag) for language in languages),
    )


def found(settings: Settings) -> None:
    """Make an installation's own database, where there is none yet, outside of the process that will serve."""
    os.umask(0o077)
    if settings.database_url is None:
        with _alone(settings.data_dir, alone=True):
            found_apart(settings.data_dir, settings.keys)


async def serve(
    settings: Settings,
    conversation: Conversation,
    ways: Sequence[Channel],
    *,
    build: Build | None = None,
    limits: Limits = Limits(),
    at: Callable[[str], None] = nowhere,
) -> None:
    """Run until SIGTERM or SIGINT. `build` makes a catalog of what is published; without it the first one stays.

    Raises:
        ValueError, OSError: something is missing or wrong; the message says what to do.
    """
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold what families have just written
    url = settings.database_url.get_secret_value() if settings.database_url else None
    with _alone(settings.data_dir, alone=url is None) as number:
        keys = load_keys(settings.keys, create=not _has_database(settings))
        database = open_database(keys, settings.data_dir, url)
        marker = Marker(settings.data_dir / f"answering-{number}")
        service = Service(
            database, keys, conversation, ways, today=today, limits=limits, marker=marker, warmed_up=_keep, at=at
        )
        renew = Renewal(service, database, build).look if build else None
        upkeep = Upkeep(service, database, needed=settings.reports, today=today, renew=renew)
        try:
            await _until_signal(settings, service, upkeep, ways)
        finally:
            await asyncio.to_thread(database.close, CLOSING)
            marker.close()


def _keep() -> None:
    """What is warm stays: to look through it for garbage would hold up a family for a tenth of a second."""
    gc.collect()
    gc.freeze()


async def _until_signal(settings: Settings, service: Service, upkeep: Upkeep, ways: Sequence[Channel]) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    loop.set_exception_handler(_log_uncaught)
    working = asyncio.create_task(service.run())
    keeping = asyncio.create_task(upkeep.run())
    waiting = asyncio.create_task(ended.wait())
    receiving = [asyncio.create_task(supervise(way, service)) for way in ways]
    try:
        async with _health(settings, service, ways, working):
            log.info("started", count=len(ways))
            await asyncio.wait({waiting, working, keeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        log.info("ending")
        await _cancelled(keeping, waiting)
        await service.stop()  # while the channels can still deliver
        await _cancelled(*receiving, working)
        await asyncio.gather(*(way.close() for way in ways if isinstance(way, Closing)), return_exceptions=True)
    if not working.cancelled():
        working.result()


async def _cancelled(*tasks: "asyncio.Task[object]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def supervise(channel: Channel, service: Service, first_pause: float = FIRST_PAUSE) -> None:
    """Keep one channel running; its failures are its own."""
    pause = first_pause
    while True:
        started = asyncio.get_running_loop().time()
        try:
            await channel.run(service)
            log.error("channel_ended", channel=channel.name)
        except (Exception, asyncio.CancelledError) as error:  # whatever it is: the other channels go on
            if is_cancelled():
                raise
            log.error("channel_failed", channel=channel.name, error=where(error))
        service.metrics.restarts.labels(channel.name).inc()
        if asyncio.get_running_loop().time() - started > LONGEST_PAUSE:
            pause = first_pause
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


@asynccontextmanager
async def _health(
    settings: Settings, service: Service, ways: Sequence[Channel], working: "asyncio.Task[None]"
) -> AsyncIterator[None]:
    if not settings.health_listen:
        yield
        return

    def state() -> Mapping[str, bool]:
        wells = {way.name: way.is_well() for way in ways}
        for name, is_well in wells.items():
            service.metrics.channel_up.labels(name).set(is_well)
        return {"database": service.metrics.is_database_up(), "conversation": not working.done(), **wells}

    host, _, port = settings.health_listen.rpartition(":")
    runner = web.AppRunner(health_app(service.metrics, state), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
        yield
    finally:
        await runner.cleanup()


def _log_uncaught(_: asyncio.AbstractEventLoop, context: Mapping[str, object]) -> None:
    error = context.get("exception")
    log.error("uncaught", error=where(error) if isinstance(error, BaseException) else None)


@contextmanager
def _alone(folder: Path, *, alone: bool) -> Iterator[int]:
    """Take a number among the processes of this data folder; the only one where `alone`. A dead process holds none."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number in range(1 if alone else MOST_PROCESSES):
        with (folder / f"process-{number}.lock").open("w") as lock:
            if _locked(lock):
                yield number
                return
    raise ValueError(f"nahbei serve is already running on {folder}")


def _locked(lock: TextIO) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _has_database(settings: Settings) -> bool:
    return settings.database_url is None and (settings.data_dir / FILE).exists()
