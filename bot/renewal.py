"""A new version of the catalog, taken while families chat: built beside, put in its place between two answers."""

import asyncio
from collections.abc import Callable

import structlog

from bot.logs import where
from bot.service import Service
from bot.store.database import Database
from catalog import db
from catalog.catalog import Catalog
from catalog.versions import Published

log = structlog.get_logger()

Build = Callable[[Published, Catalog], Catalog]  # out of what is published, and the catalog before it


class Renewal:
    """Keeps one service on the newest version. An answer sees one catalog from its beginning to its end."""

    def __init__(self, service: Service, database: Database, build: Build) -> None:
        current = service.conversation.desk.catalog
        service.metrics.catalog_version.set(current.version.number if current.version else 0)
        self._service = service
        self._database = database
        self._build = build
        self._stamp = current.stamp

    async def look(self) -> None:
        """See whether there is something new.

        Raises:
            UnavailableError: the database is away.
        """
        if await self._database.do(db.stamp) == self._stamp:
            return
        if published := await self._database.do(db.newest):
            await self._take(published)

    async def _take(self, published: Published) -> None:
        """Take it over. What cannot be used is said once, and the old catalog stays."""
        self._stamp, number = published.stamp, published.version.number
        try:
            catalog = await asyncio.to_thread(self._built, published)
        except Exception as error:  # noqa: BLE001 whatever it is, families are answered from the old one
            log.error("catalog_refused", version=number, error=where(error))
            return
        self._service.conversation = self._service.conversation.with_catalog(catalog)
        self._service.metrics.catalog_version.set(number)
        log.info("catalog_taken", version=number, count=len(catalog.index.offers))

    def _built(self, published: Published) -> Catalog:
        conversation = self._service.conversation
        catalog = self._build(published, conversation.desk.catalog)
        catalog.warm_up(conversation.clock().date())
        return catalog
