"""Where addresses are, as a server said once, kept in the database. Each function is part of one transaction.

The addresses are those of offers; no row is about a family.
"""

from datetime import date

from sqlalchemy import Column, Connection, Double, MetaData, Table, Text, func, inspect, select, text

from catalog.geocoding import Known, Position

metadata = MetaData()

positions = Table(
    "positions",  # addresses of offers, once asked
    metadata,
    Column("address", Text, primary_key=True),  # in one spelling
    Column("lat", Double),  # empty: the server does not know it
    Column("lon", Double),
    Column("asked_on", Text, nullable=False),
)

_REMEMBER = text("""
    INSERT INTO positions (address, lat, lon, asked_on) VALUES (:address, :lat, :lon, :asked_on)
    ON CONFLICT (address) DO UPDATE SET lat = excluded.lat, lon = excluded.lon, asked_on = excluded.asked_on""")


def known(connection: Connection) -> Known:
    """Everything that was asked so far; nothing in a database of an earlier nahbei."""
    if not inspect(connection).has_table(positions.name):
        return {}
    rows = connection.execute(select(positions.c.address, positions.c.lat, positions.c.lon))
    return {address: None if lat is None else Position(lat, lon) for address, lat, lon in rows}


def count(connection: Connection) -> int:
    """How many addresses are found; 0 in a database of an earlier nahbei."""
    if not inspect(connection).has_table(positions.name):
        return 0
    return connection.execute(select(func.count(positions.c.lat))).scalar_one()


def remember(connection: Connection, found: Known, on: date) -> None:
    """Keep answers, also that there was none."""
    for address, position in found.items():
        lat, lon = position or (None, None)
        connection.execute(_REMEMBER, {"address": address, "lat": lat, "lon": lon, "asked_on": on.isoformat()})
