"""What all commands share: the catalog that the settings name, the moment, the database for a moment."""

from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.config import Settings
from bot.i18n import Languages, load_languages
from bot.moments import parse_moment
from bot.store import FILE
from catalog.catalog import Catalog, load_catalog, published_catalog
from catalog.search import Freshness
from catalog.versions import Published

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.jsonlines import Desk
    from bot.keys import Keys
    from bot.store.database import Database
    from bot.understanding.reading import Understanding

BERLIN = ZoneInfo("Europe/Berlin")


def opened(catalog: Path | None, today: str | None, languages: Languages | None = None) -> "Desk":
    """Load catalogs, places and, where they are not there yet, languages, as the settings and options say.

    The catalog is the one that is named, else the one that is published, else NAHBEI_CATALOG, else what ships.
    """
    from bot.jsonlines import Desk  # noqa: PLC0415 most commands of a coordinator talk to nobody

    settings = Settings()
    now = moment(today)
    published = None if catalog else newest(settings)
    chosen = catalog or settings.catalog
    paths = [chosen] if chosen else []
    freshness = Freshness(settings.old_days, settings.hidden_days)
    loaded = (
        built(settings, published)
        if published
        else load_catalog(paths, today=now.date(), places=places_table(settings), freshness=freshness)
    )
    return Desk(loaded, _understanding(languages or load_languages(), loaded, settings.data_dir), now)


def built(settings: Settings, published: Published, earlier: Catalog | None = None) -> Catalog:
    """The catalog that is published, with the places and limits of the settings."""
    freshness = Freshness(settings.old_days, settings.hidden_days)
    return published_catalog(published, places=places_table(settings), freshness=freshness, earlier=earlier)


def places_table(settings: Settings) -> Path | None:
    table = settings.data_dir / "post_codes.csv"
    return settings.places or (table if table.is_file() else None)


def moment(today: str | None) -> datetime:
    """The moment that an option names, or now; local time without zone."""
    return parse_moment(today) if today else datetime.now(BERLIN).replace(tzinfo=None)


def newest(settings: Settings) -> Published | None:
    """What is published in this installation. Where there is no database yet, none is made."""
    if settings.database_url is None and not (settings.data_dir / FILE).exists():
        return None
    from bot.keys import load_keys  # noqa: PLC0415 most chats in a terminal need no database
    from bot.store.opening import look  # noqa: PLC0415
    from catalog import db  # noqa: PLC0415

    url = settings.database_url.get_secret_value() if settings.database_url else None
    key = None if url else load_keys(settings.keys, create=False).database
    return look(key, settings.data_dir, url, lambda there: db.newest(there) if db.has_tables(there) else None)


def _understanding(languages: Languages, catalog: Catalog, folder: Path) -> "Understanding":
    from bot.understanding.reading import Understanding  # noqa: PLC0415 see above
    from bot.vocabulary import language_model, topic_index  # noqa: PLC0415 the same

    dangers = (topic.id for topic in catalog.topics.topics.values() if topic.is_danger)
    tables = partial(topic_index, languages, folder), partial(language_model, languages, folder)
    return Understanding(languages, dangers, *tables)


def known(languages: Languages, lang: str) -> str:
    tag = languages.negotiate(lang)
    if tag is None:
        raise ValueError(f"unknown language {lang!r}; there are {', '.join(languages.by_tag)}")
    return tag


@contextmanager
def opened_database(settings: Settings, *, fresh: bool = False) -> "Iterator[tuple[Database, Keys]]":
    """The database of this installation, for a moment; a service may be running beside."""
    from bot.keys import load_keys  # noqa: PLC0415 a chat in the terminal stores nothing
    from bot.store.database import UnavailableError  # noqa: PLC0415
    from bot.store.opening import open_database  # noqa: PLC0415

    url = settings.database_url.get_secret_value() if settings.database_url else None
    keys = load_keys(settings.keys, create=fresh)
    database = open_database(keys, settings.data_dir, url)
    try:
        yield database, keys
    except UnavailableError as error:
        raise OSError(f"the database cannot be read or written now ({error}); nothing has changed") from error
    finally:
        database.close()
