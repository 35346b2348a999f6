"""Counting without remembering who: demand by month, and what families say about offers.

A chat counts once a week for the same thing. The mark for that is a digest under a secret of the week; when the week is
over, the secret and all marks go.
"""

import hmac
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from hashlib import sha256

from sqlalchemy import Connection

from bot.demand import Cell, Row, publish
from bot.dialogue.model import Count, Remark, Report
from bot.store.statement import Statement
from bot.store.tables import CELL

SECRET_BYTES = 32
KEPT_WEEKS = 13  # reports older than a quarter say little

_SECRET = Statement("SELECT secret FROM weeks WHERE week = :week")
_NEW_SECRET = Statement("INSERT INTO weeks (week, secret) VALUES (:week, :secret) ON CONFLICT DO NOTHING")
_MARK = Statement("INSERT INTO marks (digest, chat, week) VALUES (:digest, :chat, :week) ON CONFLICT DO NOTHING")
_UNMARK = Statement("DELETE FROM marks WHERE chat = :chat")
_CELLS = ", ".join(CELL)
_COUNT = Statement(f"""
    INSERT INTO demand (month, {_CELLS}, n) VALUES (:month, {", ".join(f":{name}" for name in CELL)}, 1)
    ON CONFLICT (month, {_CELLS}) DO UPDATE SET n = demand.n + 1""")  # noqa: S608 our own column names
_REPORT = Statement("""
    INSERT INTO reports (offer, remark, week, n) VALUES (:offer, :remark, :week, 1)
    ON CONFLICT (offer, remark, week) DO UPDATE SET n = reports.n + 1""")


def week_of(day: date) -> str:
    """ "2026-W47": the ISO week."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def count(connection: Connection, chat: bytes, counted: Count, today: date) -> bool:
    """Count what a family looked for, or whether it helped. False: this chat was counted for it this week."""
    kind = "help" if counted.outcome in {"helped", "not_helped"} else "need"
    if not _first_this_week(connection, chat, f"{kind} {counted.topic}", today):
        return False
    cell = {
        "county": counted.county,
        "municipality": counted.municipality,
        "district": counted.district,
        "topic_group": counted.group,
        "band": counted.band,
        "lang": counted.lang,
        "outcome": counted.outcome,
    }
    _COUNT.run(connection, {"month": f"{today:%Y-%m}", **cell})
    return True


def report(connection: Connection, chat: bytes, reported: Report, today: date) -> bool:
    """Count what a family says about an offer. False: this chat has said something about it this week."""
    if not _first_this_week(connection, chat, f"offer {reported.offer}", today):
        return False
    _REPORT.run(connection, {"offer": reported.offer, "remark": reported.remark, "week": week_of(today)})
    return True


def unmark(connection: Connection, chat: bytes, today: date) -> None:
    """Erase a chat's marks. Whoever asks for it and comes back is counted anew: erasure weighs more."""
    secret = _SECRET.value(connection, {"week": week_of(today)})
    if secret is not None:
        _UNMARK.run(connection, {"chat": _digest(secret, chat)})


def _first_this_week(connection: Connection, chat: bytes, kind: str, today: date) -> bool:
    week = {"week": week_of(today)}
    _NEW_SECRET.run(connection, {**week, "secret": secrets.token_bytes(SECRET_BYTES)})
    secret = _SECRET.value(connection, week)
    mark = {**week, "digest": _digest(secret, chat + kind.encode()), "chat": _digest(secret, chat)}
    return _MARK.run(connection, mark) == 1


def _digest(secret: bytes, message: bytes) -> bytes:
    return hmac.digest(secret, message, sha256)[:16]


_PAST_WEEKS = Statement("DELETE FROM weeks WHERE week <> :week")
_PAST_MARKS = Statement("DELETE FROM marks WHERE week <> :week")
_OPEN_MONTHS = Statement("SELECT DISTINCT month FROM demand WHERE month < :month ORDER BY month")
_CLOSED = Statement("SELECT 1 FROM published WHERE month = :month LIMIT 1")
_TAKE_OUT = Statement(f"DELETE FROM demand WHERE month = :month RETURNING {_CELLS}, n")  # noqa: S608 our own column names
_PUBLISH = Statement(f"""
    INSERT INTO published (month, {_CELLS}, n)
    VALUES (:month, {", ".join(f":{name}" for name in CELL)}, :n)""")  # noqa: S608 our own column names
_OLD_REPORTS = Statement("DELETE FROM reports WHERE week < :week")


def turn_over(connection: Connection, today: date) -> list[str]:
    """End what is over: last week's marks, last month's exact counts. Returns the months that were published now."""
    for statement in (_PAST_WEEKS, _PAST_MARKS):
        statement.run(connection, {"week": week_of(today)})
    _OLD_REPORTS.run(connection, {"week": week_of(today - timedelta(weeks=KEPT_WEEKS))})
    months = _OPEN_MONTHS.rows(connection, {"month": f"{today:%Y-%m}"})
    return [month for (month,) in months if _close(connection, month)]


def _close(connection: Connection, month: str) -> bool:
    """Publish a month once; what comes late to a month that is closed is not published, for the difference would tell.

    The counts are taken out before anybody looks whether it is closed: of two processes one finds them gone.
    """
    counts: Counter[Cell] = Counter()
    for *cell, n in _TAKE_OUT.rows(connection, {"month": month}):
        counts[Cell(*cell)] += n
    if not counts or _CLOSED.value(connection, {"month": month}):
        return False
    rows = publish(counts) or (Row(Cell(*[""] * len(CELL)), 0),)
    _PUBLISH.each(connection, [_row(month, row) for row in rows])
    return True


def _row(month: str, row: Row) -> dict[str, object]:
    cell = row.cell
    values = (cell.county, cell.municipality, cell.district, cell.group, cell.band, cell.lang, cell.outcome)
    return {"month": month, **dict(zip(CELL, values, strict=True)), "n": row.n}


_PUBLISHED = Statement(f"SELECT month, {_CELLS}, n FROM published ORDER BY month, id")  # noqa: S608 our own column names


def published(connection: Connection) -> Mapping[str, tuple[Row, ...]]:
    """Closed months, oldest first, and what was published of them (a month may have nothing to say)."""
    months: dict[str, tuple[Row, ...]] = {}
    for month, *cell, n in _PUBLISHED.rows(connection):
        rows = months.setdefault(month, ())
        months[month] = (*rows, Row(Cell(*cell), n)) if n else rows
    return months


_REPORTED = Statement(
    "SELECT offer, remark, sum(n), max(week) FROM reports GROUP BY offer, remark ORDER BY offer, remark"
)
_CLEAR = Statement("DELETE FROM reports WHERE offer = :offer")


def reported(connection: Connection) -> list[tuple[str, Remark, int, str]]:
    """What was said about offers: offer, remark, how many, in which week last."""
    return [(offer, remark, int(n), week) for offer, remark, n, week in _REPORTED.rows(connection)]


def clear_reports(connection: Connection, offers: Iterable[str]) -> int:
    """A coordinator has looked after these offers: what was said before no longer counts."""
    return sum(_CLEAR.run(connection, {"offer": offer}) for offer in offers)


def warnings(said: Iterable[tuple[str, Remark, int, str]], needed: int) -> dict[str, tuple[str, ...]]:
    """Offers about which at least `needed` families say the same, and what they say."""
    marked: dict[str, tuple[str, ...]] = {}
    for offer, remark, n, _ in said:
        if n >= needed and remark != "helped":
            marked[offer] = (*marked.get(offer, ()), remark)
    return marked
