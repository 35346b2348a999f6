"""How ages, distances, hours and reasons are said."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from bot.i18n import Translator
from bot.understanding.age import Age
from catalog.hours import Opening, week
from catalog.model import ADULT_YEARS, PREGNANCY_START
from catalog.places import Place
from catalog.search import Hit, Reason

YEARS_FROM = 24  # months from which an age is said in years


def child_age(age: Age, text: Translator) -> str:
    """One child's age: "3 years", "18 months", "in pregnancy", "6 to 9 years"."""
    low, high = age
    if low < 0:
        return text.gettext("pregnancy")
    if low == high:
        if low == 0:
            return text.gettext("under 1 month")
        if low >= YEARS_FROM and low % 12 == 0:
            return text.ngettext("{n} year", "{n} years", low // 12)
        if low >= YEARS_FROM and low % 12 == 6:  # noqa: PLR2004 half a year
            return text.gettext("{number} years", number=text.number(low / 12))
        return text.ngettext("{n} month", "{n} months", low)
    first, last = low // 12, high // 12
    if first == last:
        if first == 0:
            return text.gettext("under 1 year")
        return text.ngettext("{n} year", "{n} years", first)
    return text.gettext("{first} to {last} years", first=first, last=last)


def age_span(low: int, high: int, text: Translator) -> str:
    """For whom an offer is: "0–2 years", "3–6 years", "from 14 years on", "every age". Whole phrases, so that every
    language can bend its words."""
    open_start, open_end = low <= PREGNANCY_START, high >= ADULT_YEARS * 12 - 12
    if open_start and open_end:
        return text.gettext("for every age")
    if high <= 0 and low < 0:
        return text.gettext("pregnancy")
    if open_end and low >= 0:
        return _from(low, text)
    n = high if high < YEARS_FROM else high // 12
    if low < 0:
        return _from_pregnancy(n, text, in_months=high < YEARS_FROM)
    if low == high and high < YEARS_FROM:
        return text.ngettext("{n} month", "{n} months", n)
    if high < YEARS_FROM:
        return text.ngettext("{low}–{n} month", "{low}–{n} months", n, low=low)
    if 0 < low < YEARS_FROM and low % 12:
        return text.ngettext("{low} months to {n} year", "{low} months to {n} years", n, low=low)
    if low // 12 == n:
        return text.ngettext("{n} year", "{n} years", n)
    return text.ngettext("{low}–{n} year", "{low}–{n} years", n, low=low // 12)


def age_line(low: int, high: int, text: Translator) -> str:
    """ "Age: 3–6 years", or "for every age"."""
    span = age_span(low, high, text)
    return span if span == text.gettext("for every age") else text.gettext("Age: {age}", age=span)


def _from(low: int, text: Translator) -> str:
    if low == 0:
        return text.gettext("for every age")
    if low < YEARS_FROM and low % 12:
        return text.ngettext("from {n} month on", "from {n} months on", low)
    return text.ngettext("from {n} year on", "from {n} years on", low // 12)


def _from_pregnancy(n: int, text: Translator, *, in_months: bool) -> str:
    if in_months:
        return text.ngettext("pregnancy up to {n} month", "pregnancy up to {n} months", n)
    return text.ngettext("pregnancy up to {n} year", "pregnancy up to {n} years", n)


def place_name(place: Place, text: Translator) -> str:
    """ "Köln", "Hafenviertel (Beispielhafen)", "02826 Görlitz"; says when only the region is known."""
    name = f"{place.district} ({place.name})" if place.district else place.name
    if place.plz and not place.district:
        name = f"{place.plz} {name}".strip()
    if place.approximate:
        return text.gettext("near {place}", place=name)
    return name or text.gettext("your position")


def distance(kilometres: float, text: Translator) -> str:
    """Rounded as honestly as a post code allows: half kilometres near, whole ones far."""
    if kilometres < 1:
        return text.gettext("less than 1 km")
    rounded = round(kilometres * 2) / 2 if kilometres < 5 else round(kilometres)  # noqa: PLR2004
    return text.gettext("about {number} km", number=text.number(rounded))


def opening(state: Opening, now: datetime, text: Translator) -> str:
    if state.always:
        return text.gettext("open day and night")
    if state.is_open and state.until:
        return text.gettext("open now until {time}", time=text.clock(state.until))
    if state.is_open:
        return text.gettext("open now")
    if state.opens is None:
        return text.gettext("closed now")
    if state.opens.date() == now.date():
        return text.gettext("closed now, opens today at {time}", time=text.clock(state.opens))
    if state.opens.date() == now.date() + timedelta(days=1):
        return text.gettext("closed now, opens tomorrow at {time}", time=text.clock(state.opens))
    return text.gettext(
        "closed now, opens {day} at {time}", day=text.day(state.opens.date()), time=text.clock(state.opens)
    )


def weekly_hours(expression: str, now: datetime, text: Translator) -> str:
    """ "Mon, Wed 09:00–12:00; Thu 14:00–17:00" in the family's language."""
    monday = now.date() - timedelta(days=now.weekday())
    lines = []
    for days, spans in week(expression, monday):
        times = text.comma.join(f"{text.clock(start)}–{_closing(end, text)}" for start, end in spans)
        lines.append(f"{_days(days, text)} {times}")
    return text.semicolon.join(lines)


def _closing(end: datetime, text: Translator) -> str:
    return "24:00" if end.hour == end.minute == 0 else text.clock(end)


def _days(days: tuple[date, ...], text: Translator) -> str:
    one_run = len(days) > 2 and days[-1] - days[0] == timedelta(days=len(days) - 1)  # noqa: PLR2004 two are no run
    if one_run:
        return f"{text.weekday(days[0])}–{text.weekday(days[-1])}"
    return text.comma.join(text.weekday(day) for day in days)


ON_CARD = frozenset({"topic", "language", "interpreter", "distance", "area", "remote", "open"})


def short_reasons(hit: Hit, now: datetime, text: Translator) -> list[str]:
    """The reasons that decided, without what the card says anyway."""
    return [phrase for reason in hit.reasons if reason.code in ON_CARD and (phrase := _reason(reason, now, text))]


def reasons(hit: Hit, now: datetime, text: Translator) -> list[str]:
    """Why an offer is shown, one short phrase for each reason."""
    return [phrase for reason in hit.reasons if (phrase := _reason(reason, now, text))]


def _reason(reason: Reason, now: datetime, text: Translator) -> str | None:
    match reason.code:
        case "topic":
            return text.label("topics", reason.value)
        case "age":
            return age_line(reason.value[0], reason.value[1], text)
        case "language" if reason.value == "de":
            return None  # everywhere in Germany
        case "language":
            return text.gettext("{language} is spoken", language=text.language_name(reason.value))
        case "interpreter":
            return text.gettext("with interpreter") if reason.value == "yes" else text.gettext("interpreter on request")
        case "distance":
            return distance(reason.value, text)
        case "area":
            return text.gettext("for people from {place}", place=reason.value)
        case "remote":
            return text.gettext("by phone") if reason.value == "phone" else text.gettext("online")
        case "open":
            return opening(reason.value, now, text)
        case "free":
            return text.gettext("free of charge")
        case "checked":
            return text.gettext("checked in {month}", month=text.month(reason.value))
        case "old":
            return text.gettext("last checked in {month}, please call first", month=text.month(reason.value))
    return None


def listed(items: Iterable[str], text: Translator) -> str:
    return text.list(list(items))
