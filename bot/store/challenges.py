"""Gaps that somebody has taken on: a coordinator's own words, about the town and never about a family."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, inspect, select, text

from bot.gaps import Challenge
from bot.store.tables import challenges

BERLIN = ZoneInfo("Europe/Berlin")  # in which a day is meant

_ADD = text("""
    INSERT INTO challenges (number, topic_group, phase, municipality, district, owner, due)
    VALUES ((SELECT coalesce(max(number), 0) + 1 FROM challenges), :group, :phase, :municipality, :district, :owner, :due)
    RETURNING number""")
_FINISH = text("UPDATE challenges SET done_at = :now WHERE number = :number AND done_at IS NULL")


def add(connection: Connection, challenge: Challenge) -> Challenge:
    """Write a new challenge down; its number is given here."""
    if connection.dialect.name == "postgresql":  # numbers count up one by one; SQLite has one writer anyway
        connection.execute(text("LOCK TABLE challenges IN SHARE ROW EXCLUSIVE MODE"))
    number = connection.execute(_ADD, {**vars(challenge), "due": challenge.due.isoformat()}).scalar_one()
    return replace(challenge, number=number)


def finish(connection: Connection, number: int, now: float) -> bool:
    """Mark a challenge as done. False: there is none of this number that is still open."""
    return connection.execute(_FINISH, {"number": number, "now": now}).rowcount == 1


def listed(connection: Connection) -> Sequence[Challenge]:
    """All challenges, the next one due first; what is done stands at the end. None in a database of an earlier nahbei."""
    if not inspect(connection).has_table(challenges.name):
        return []
    rows = connection.execute(select(challenges).order_by(challenges.c.due, challenges.c.number))
    read = [
        Challenge(number, group, phase, municipality, district, owner, date.fromisoformat(due), _day(done_at))
        for number, group, phase, municipality, district, owner, due, done_at in rows
    ]
    return sorted(read, key=lambda challenge: challenge.done_on is not None)


def _day(moment: float | None) -> date | None:
    return None if moment is None else datetime.fromtimestamp(moment, BERLIN).date()
