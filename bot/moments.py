"""The moment that somebody names instead of now, on a command line or in a file."""

from datetime import date, datetime, time

NOON = time(12)
YEARS = range(1990, 2100)  # in which a conversation can take place


def parse_moment(text: str) -> datetime:
    """Read "2026-11-22" (then it is noon) or "2026-11-22T21:30".

    Raises:
        ValueError: with an example of the right form.
    """
    try:
        has_time = "T" in text or " " in text.strip()
        moment = datetime.fromisoformat(text) if has_time else datetime.combine(date.fromisoformat(text), NOON)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date such as 2026-11-22") from error
    if moment.year not in YEARS:
        raise ValueError(f"{text!r} is too far away: use a year from {YEARS.start} to {YEARS.stop - 1}")
    return moment.replace(tzinfo=None)
