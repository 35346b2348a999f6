"""Published versions of the catalog in the database, and what was confirmed since. Each function is part of one transaction.

No row is about a family: offers, who published them, who checked them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import Column, Connection, Double, Integer, LargeBinary, MetaData, Table, Text, inspect, select, text

from catalog import positions
from catalog.versions import Confirmation, Packed, Published, Stamp, Version

KEPT = 100  # versions; the oldest goes when a newer one comes

metadata = MetaData()

versions = Table(
    "catalog_versions",  # every published catalog, whole
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", Double, nullable=False),
    Column("who", Text, nullable=False),  # who published it, in their own words
    Column("note", Text, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("offers", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

confirmations = Table(
    "confirmations",  # offers that somebody has checked since
    metadata,
    Column("offer", Text, primary_key=True),
    Column("n", Integer, nullable=False),  # counts up, so that a running bot notices
    Column("verified_on", Text, nullable=False),
    Column("verified_by", Text, nullable=False),
)

_LINE = (versions.c.number, versions.c.at, versions.c.who, versions.c.note, versions.c.checksum, versions.c.offers)
_STAMP = text("""
    SELECT (SELECT coalesce(max(number), 0) FROM catalog_versions), (SELECT coalesce(max(n), 0) FROM confirmations)""")
_DROP_OLD = text("DELETE FROM catalog_versions WHERE number <= :number")
_CONFIRM = text("""
    INSERT INTO confirmations (offer, n, verified_on, verified_by)
    VALUES (:offer, (SELECT coalesce(max(n), 0) + 1 FROM confirmations), :verified_on, :verified_by)
    ON CONFLICT (offer) DO UPDATE
    SET n = excluded.n, verified_on = excluded.verified_on, verified_by = excluded.verified_by""")


class OutdatedError(Exception):
    """Somebody else has published since the difference was looked at."""


def has_tables(connection: Connection) -> bool:
    """False in a database of an earlier nahbei: nothing can be published there yet."""
    return inspect(connection).has_table(versions.name)


def stamp(connection: Connection) -> Stamp:
    """What is published now; asked every second, so it reads no content."""
    version, confirmation = connection.execute(_STAMP).one()
    return Stamp(version, confirmation, positions.count(connection))


def history(connection: Connection) -> Sequence[Version]:
    """All versions that are kept, the newest first."""
    rows = connection.execute(select(*_LINE).order_by(versions.c.number.desc()))
    return [Version(*row) for row in rows]


def content(connection: Connection, number: int) -> Packed:
    """The content of one version.

    Raises:
        NoResultFound: it is not kept (any more).
    """
    columns = (versions.c.content, versions.c.checksum, versions.c.offers)
    return Packed(*connection.execute(select(*columns).where(versions.c.number == number)).one())


def newest(connection: Connection) -> Published | None:
    """What is published now, or None. The stamp is read first: what changes meanwhile is noticed the next time."""
    at = stamp(connection)
    row = connection.execute(select(*_LINE, versions.c.content).where(versions.c.number == at.version)).one_or_none()
    if row is None:
        return None
    return Published(at, Version(*row[:-1]), row[-1], confirmed(connection), positions.known(connection))


def publish(connection: Connection, packed: Packed, *, who: str, note: str, now: float, base: int) -> Version:
    """Store a new version on top of version `base` (0: the first). Where it is there already, nothing happens.

    Raises:
        OutdatedError: another version than `base` is the newest now.
    """
    _alone(connection)
    there = next(iter(history(connection)), None)
    if there and there.checksum == packed.checksum:
        return there
    if (there.number if there else 0) != base:
        raise OutdatedError
    made = Version(base + 1, now, who, note, packed.checksum, packed.offers)
    connection.execute(versions.insert().values(**vars(made), content=packed.data))
    connection.execute(_DROP_OLD, {"number": made.number - KEPT})
    return made


def confirm(connection: Connection, offers: Iterable[str], *, on: date, by: str) -> None:
    """Write down that somebody has checked these offers on a day."""
    _alone(connection)
    for offer in offers:
        connection.execute(_CONFIRM, {"offer": offer, "verified_on": on.isoformat(), "verified_by": by})


def confirmed(connection: Connection) -> Mapping[str, Confirmation]:
    """What was confirmed last of each offer, by id."""
    columns = (confirmations.c.offer, confirmations.c.verified_on, confirmations.c.verified_by)
    return {offer: Confirmation(date.fromisoformat(on), by) for offer, on, by in connection.execute(select(*columns))}


def _alone(connection: Connection) -> None:
    """Numbers count up one by one: on PostgreSQL other writers wait, readers do not. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE catalog_versions IN SHARE ROW EXCLUSIVE MODE"))
