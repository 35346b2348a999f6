"""`nahbei doctor`: what is well, what is missing, and what to do about it."""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, time
from typing import Literal

from pydantic import SecretStr
from rich.table import Table

from bot.config import Settings
from bot.i18n import load_languages
from bot.keys import load_keys
from bot.serve import BERLIN, channels
from bot.store import retention
from bot.store.database import Database, UnavailableError
from bot.store.opening import FILE, open_database
from catalog.catalog import Catalog

Verdict = Literal["ok", "warning", "missing"]
LITTLE_SPACE = 200 * 2**20  # bytes
EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)  # before this program was written: a clock that was never set
CLOCK_SECONDS = 60
OLD_TABLE = timedelta(days=400)


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report. `advice` says what to do."""

    about: str
    verdict: Verdict
    text: str
    advice: str = ""


def examine(
    settings: Settings, load: Callable[[], Catalog], today: date, *, little: int = LITTLE_SPACE
) -> Iterator[Finding]:
    """Look at everything that `nahbei serve` needs. Never raises; changes nothing but an empty database into a new one.

    `little`: so many bytes are too few for the data folder.
    """
    yield from _folder(settings.data_dir, little)
    yield from _database(settings)
    yield from _catalog(settings, load, today)
    yield from _channels(settings)


def _folder(folder: Path, little: int) -> Iterator[Finding]:
    about = "data folder"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield Finding(about, "missing", f"{folder}: {error.strerror}", "set NAHBEI_DATA_DIR to a folder of this user")
        return
    if not os.access(folder, os.W_OK):
        yield Finding(about, "missing", f"{folder} cannot be written", "give this user the right to write there")
    elif free < little:
        yield Finding(about, "warning", f"{folder}: only {free // 2**20} MB are free", "make room on this disk")
    else:
        yield Finding(about, "ok", str(folder))


def _database(settings: Settings) -> Iterator[Finding]:
    url = settings.database_url.get_secret_value() if settings.database_url else None
    is_new = url is None and not (settings.data_dir / FILE).exists()
    try:
        keys = load_keys(settings.keys, create=is_new or url is not None)
        yield Finding("keys", "ok", f"{settings.keys} (keep a copy elsewhere, never beside the backups)")
        database = open_database(keys, settings.data_dir, url)
    except (ValueError, OSError) as error:
        yield Finding("database", "missing", str(error), "nothing is lost; mend this and run nahbei doctor again")
        return
    try:
        waiting = database.run(retention.backlog)
        kind = "PostgreSQL" if url else f"{settings.data_dir / FILE}, encrypted"
        yield Finding("database", "ok", f"{kind}; {waiting.unanswered} messages and {waiting.undelivered} answers wait")
        yield _clock(database.now())
    except UnavailableError as error:
        yield Finding(
            "database", "missing", f"cannot be written ({error})", "is the disk full, or another process stuck?"
        )
    finally:
        database.close()


def _clock(there: float) -> Finding:
    if datetime.now(UTC) < EARLIEST:
        return Finding(
            "clock", "missing", f"it says {datetime.now(UTC):%Y-%m-%d}", "switch on time synchronisation (NTP)"
        )
    if abs(there - time()) > CLOCK_SECONDS:
        text = f"the database's differs by {there - time():.0f} s"
        return Finding("clock", "warning", text, "switch on time synchronisation (NTP) on both machines")
    return Finding("clock", "ok", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")


def _catalog(settings: Settings, load: Callable[[], Catalog], today: date) -> Iterator[Finding]:
    started = monotonic()
    try:
        catalog = load()
    except (ValueError, OSError) as error:
        yield Finding("catalog", "missing", str(error), "set NAHBEI_CATALOG to a catalog that can be read")
        return
    offers = [offer for offer in catalog.index.offers if not offer.example and not offer.helpline]
    if settings.catalog is None and catalog.version is None:
        text, advice = (
            "only what ships: helplines and an invented town",
            "set NAHBEI_CATALOG to the catalog of your town",
        )
        yield Finding("catalog", "warning", text, advice)
    else:
        old = sum(1 for offer in offers if _days(offer.verified_on, today) > settings.old_days)
        hidden = sum(1 for offer in offers if _days(offer.verified_on, today) > settings.hidden_days)
        text = f"{len(offers)} offers in {monotonic() - started:.1f} s; {old} not checked for {settings.old_days} days"
        advice = f"{hidden} of them are not shown any more: nahbei catalog stale" if hidden else ""
        yield Finding("catalog", "warning" if old else "ok", f"{_origin(settings, catalog, today)}: {text}", advice)
    if settings.catalog and catalog.version:
        unused = f"NAHBEI_CATALOG ({settings.catalog}) is not used: what is published counts"
        yield Finding("catalog", "warning", unused, "delete the setting")
    if catalog.problems:
        first = str(catalog.problems[0])
        yield Finding(
            "catalog", "warning", f"{len(catalog.problems)} problems, the first: {first}", "mend them in the catalog"
        )
    yield _places(settings, today)


def _origin(settings: Settings, catalog: Catalog, today: date) -> str:
    """Which catalog families are answered from, and how old it is."""
    version = catalog.version
    if version is None:
        return str(settings.catalog)
    published = datetime.fromtimestamp(version.at, BERLIN)
    days = (today - published.date()).days
    age = f"{days} days ago" if days else "today"
    return f"version {version.number}, published {published:%Y-%m-%d %H:%M} ({age}) by {version.who or 'nobody named'}"


def _places(settings: Settings, today: date) -> Finding:
    table = settings.places or settings.data_dir / "post_codes.csv"
    if not table.exists():
        advice = "nahbei places update installs all German post codes"
        return Finding("places", "warning", "towns only, post codes by region", advice)
    made = datetime.fromtimestamp(table.stat().st_mtime, UTC).date()
    if today - made > OLD_TABLE:
        return Finding("places", "warning", f"{table} is from {made:%Y-%m}", "nahbei places update")
    return Finding("places", "ok", str(table))


def _channels(settings: Settings) -> Iterator[Finding]:
    places = {
        "telegram": settings.telegram_webhook_url or settings.telegram_api_url,
        "matrix": settings.matrix_homeserver,
        "gateway": settings.gateway_socket,
    }
    try:
        found = channels(settings, load_languages())
    except (ValueError, OSError) as error:
        yield Finding("channels", "missing", str(error), "nahbei serve does not start without it")
    else:
        for channel in found:
            yield Finding(channel.name, "ok", str(places.get(channel.name, "")))
        if settings.telegram_token:
            yield from _telegram(settings, settings.telegram_token)
        if settings.matrix_homeserver:
            yield from _matrix(settings, settings.matrix_homeserver)
        if not found:
            advice = "set NAHBEI_TELEGRAM_TOKEN, NAHBEI_MATRIX_HOMESERVER or NAHBEI_GATEWAY_SOCKET"
            yield Finding("channels", "missing", "none is configured", f"{advice}; nahbei chat needs none")
    yield Finding("health", "ok", settings.health_listen or "switched off")


def _telegram(settings: Settings, token: SecretStr) -> Iterator[Finding]:
    """Whether the bot in Telegram can serve."""
    from bot.channels.telegram.checkup import Sign, check_up  # noqa: PLC0415 takes a while to load, as Matrix does

    async def signs() -> list[Sign]:
        return [sign async for sign in check_up(token, settings.telegram_api_url, settings.telegram_webhook_url)]

    for sign in asyncio.run(signs()):
        verdict: Verdict = "missing" if sign.is_grave else "warning" if sign.advice else "ok"
        yield Finding(sign.about, verdict, sign.text, sign.advice)


def _matrix(settings: Settings, homeserver: str) -> Iterator[Finding]:
    """Whether the assistant's account in Matrix can serve."""
    from bot.channels.matrix import PURPOSE  # noqa: PLC0415 takes a while to load, and only Matrix needs it
    from bot.channels.matrix.checkup import check_up  # noqa: PLC0415

    async def signs() -> list[Finding]:
        key = load_keys(settings.keys, create=False).secret(PURPOSE).hex()
        checked = check_up(homeserver, settings.data_dir / "matrix", key)
        return [Finding(s.about, "missing" if s.advice else "ok", s.text, s.advice) async for s in checked]

    try:
        yield from asyncio.run(signs())
    except ValueError as error:
        yield Finding("matrix login", "missing", str(error), "put the keys back")


def _days(verified_on: date | None, today: date) -> int:
    return (today - verified_on).days if verified_on else 0


MARKS = {"ok": "✅", "warning": "⚠️", "missing": "❌"}


def findings_table(findings: Iterable[Finding]) -> Table:
    """The report, one line a finding."""
    table = Table("", "what", "finding", "what to do", box=None)
    for finding in findings:
        table.add_row(MARKS[finding.verdict], finding.about, finding.text, finding.advice)
    return table


KEPT_FOR = {
    "conversations": "24 hours after the last message",
    "chats at work": "until answered, at most 1 hour",
    "messages unanswered": "until answered, at most 1 hour",
    "answers undelivered": "until delivered, at most 1 hour",
    "updates seen": "48 hours; says nothing about who",
    "messages to delete": "48 hours; numbers of messages, sealed",
    "messages set aside": "7 days; where it failed, no text",
    "marks of this week": "until the week is over",
    "demand not published": "until the month is over",
    "demand published": "for good; never below ten",
    "reports about offers": "13 weeks; offers only",
    "catalogs published": "the newest 100; no families",
    "offers confirmed": "for good; no families",
    "gaps taken on": "52 weeks after they are done; no families",
    "addresses of offers": "for good; no families",
}


def inventory_table(database: Database) -> Table:
    """What is stored at this moment: how much, since when, for how long."""
    table = Table("what", "rows", "oldest", "kept", title="Stored at this moment")
    for name, kept in database.run(retention.inventory).items():
        oldest = "" if kept.oldest is None else f"{datetime.fromtimestamp(kept.oldest, UTC):%Y-%m-%d %H:%M} UTC"
        table.add_row(name, str(kept.rows), oldest, KEPT_FOR[name])
    return table
