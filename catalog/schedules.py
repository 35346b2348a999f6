"""Days of the week as calendars and HSDS write them (RFC 5545)."""

from datetime import date

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKS_IN_EVERY_MONTH = 4


def weekday_of_month(day: date) -> str:
    """ "2TU" for a second Tuesday; a fifth one is the last: "-1TU"."""
    number = (day.day - 1) // 7 + 1
    return f"{number if number <= WEEKS_IN_EVERY_MONTH else -1}{DAYS[day.weekday()]}"
