"""An offer as a card: everything a family must know to go there, in its own language, without markup."""

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

from bot.dialogue import wording
from bot.dialogue.model import Card, Option, Pin
from bot.i18n import Translator
from catalog.model import Cost, Occasion, Offer, Site
from catalog.places import Place
from catalog.search import Hit, nearest_on_map, on_map, short_key

MAP, FEEDBACK = "map", "feedback"  # what the ids of a card's buttons begin with
ON_CARDS = frozenset({MAP, FEEDBACK})
DATES_SHOWN = 3
HALF_A_YEAR = timedelta(days=183)  # dates farther away carry their year
WEEKS_IN_EVERY_MONTH = 4


def card(hit: Hit, now: datetime, text: Translator, reported: Collection[str] = ()) -> Card:
    """Lay an offer out. What is only known in German is marked as German; what families `reported` stands on top."""
    lines = [line for line in _lines(hit, now, text, reported) if line]
    return Card("\n".join(lines), hit.offer.id, tuple(_options(hit, text)), "📤 " + text.pgettext("button", "Share"))


def _options(hit: Hit, text: Translator) -> Iterator[Option]:
    """Helplines ship with the program and are checked there; everything else is asked about."""
    key = short_key(hit.offer.id)
    if on_map(hit.site):
        yield Option(f"{MAP}:{key}", "🗺️ " + text.pgettext("button", "Show on the map"))
    if not hit.offer.helpline:
        yield Option(f"{FEEDBACK}:{key}", "💬 " + text.pgettext("button", "How was it?"))


def pin(offer: Offer, place: Place | None, text: Translator) -> Pin | None:
    """Where an offer is, for somebody from `place`; None when no map may show it."""
    site = nearest_on_map(offer, place)
    if site is None or site.lat is None or site.lon is None:
        return None
    return Pin(title(offer, text), site.lat, site.lon, _address(site))


def _lines(hit: Hit, now: datetime, text: Translator, reported: Collection[str]) -> Iterator[str | None]:
    _, offer = text.gettext, hit.offer
    if offer.example:
        yield "⚠️ " + _("Example, not a real offer")
    yield f"🔹 {title(offer, text)}"
    yield from _warnings(reported, text)
    yield _what(offer, text)
    yield _provider(offer, text)
    yield _summary(offer, text)
    yield "👶 " + wording.age_line(offer.age_from, offer.age_to, text)
    yield "💬 " + _languages(offer, text)
    yield "📍 " + _where(hit, text)
    yield from _when(hit, now, text)
    if offer.cost:
        yield "💶 " + _cost(offer.cost, text)
    if offer.access:
        yield "🚪 " + _access(offer, text)
    yield from _contact(offer, text)
    if offer.documents:
        bring = text.list(text.label("documents", document) for document in offer.documents)
        yield "🎒 " + _("Please bring: {things}", things=bring)
    if offer.next_step:
        yield "➡️ " + text.label("next_steps", offer.next_step)
    yield "✅ " + _("Shown because: {reasons}", reasons=" · ".join(wording.short_reasons(hit, now, text)))
    yield _checked(hit, now, text)


def title(offer: Offer, text: Translator) -> str:
    translation = offer.translations.get(text.tag)
    return translation.title if translation else offer.title


def _warnings(reported: Collection[str], text: Translator) -> Iterator[str]:
    _ = text.gettext
    said = {
        "closed": _("Several families say: it is closed. Please call before you go."),
        "wrong_number": _("Several families say: the phone number is wrong. If you can, write or go there instead."),
        "full": _("Several families say: it is full. Please ask for a place before you go."),
        "wrong_language": _("Several families say: nobody there spoke their language. Please ask before you go."),
    }
    return ("⚠️ " + sentence for remark, sentence in said.items() if remark in reported)


def _what(offer: Offer, text: Translator) -> str | None:
    if offer.helpline:
        name = text.label("helplines", offer.helpline)
        return name[:1].upper() + name[1:]
    return text.label("offer_types", offer.offer_type)


def _provider(offer: Offer, text: Translator) -> str | None:
    _ = text.gettext
    if offer.helpline:
        return None
    staffing = {
        "pro": _("professionals"),
        "volunteer": _("volunteers"),
        "mixed": _("professionals and volunteers"),
        None: "",
    }[offer.staffing]
    return "👥 " + " · ".join(part for part in (text.quoted(offer.provider), staffing) if part)


def _summary(offer: Offer, text: Translator) -> str | None:
    translation = offer.translations.get(text.tag)
    if translation and translation.summary:
        mark = "" if translation.by == "human" else " " + text.gettext("(translated by machine)")
        return translation.summary + mark
    if not offer.summary:
        return None
    if text.is_german:
        return offer.summary
    return text.gettext("In German: {text}", text=offer.summary)


def _languages(offer: Offer, text: Translator) -> str:
    spoken = text.list(text.language_name(tag) for tag in offer.languages)
    if offer.interpreter == "yes":
        return text.gettext("{languages}, and others with an interpreter", languages=spoken)
    if offer.interpreter == "on_request":
        return text.gettext("{languages}; please ask for an interpreter", languages=spoken)
    return spoken


def _where(hit: Hit, text: Translator) -> str:
    _, site = text.gettext, hit.site
    match site.kind:
        case "hidden":
            return _("The address is secret, for your safety. Please call.")
        case "home_visit":
            return _("Somebody comes to your home.")
        case "online":
            return _("online")
        case "phone":
            return _("by phone")
    parts = [text.quoted(_address(site))]
    if any(reason.code == "distance" for reason in hit.reasons) and hit.distance_km is not None:
        parts.insert(0, _distance(hit.distance_km, site, text))
    if site.wheelchair == "yes":
        parts.append(_("wheelchair and pram can get in"))
    return " · ".join(parts)


def _distance(kilometres: float, site: Site, text: Translator) -> str:
    distance = wording.distance(kilometres, text)
    if site.approximate and site.post_code:
        middle = text.quoted(site.post_code)
        return text.gettext("{distance} to the middle of {post_code}", distance=distance, post_code=middle)
    return distance


def _address(site: Site) -> str:
    town = f"{site.post_code or ''} {site.municipality}".strip()
    address = ", ".join(part for part in (site.name, site.address, town) if part)
    return f"{address} ({site.district})" if site.district else address


def _when(hit: Hit, now: datetime, text: Translator) -> Iterator[str]:
    offer = hit.offer
    if offer.opening_hours and hit.opening:
        state = wording.opening(hit.opening, now, text)
        hours = "" if hit.opening.always else f" ({text.quoted(wording.weekly_hours(offer.opening_hours, now, text))})"
        yield f"🕒 {state}{hours}"
    dates = [_date(occasion, now, text) for occasion in offer.dates]
    for line in [line for line in dates if line][:DATES_SHOWN]:
        yield f"📅 {line}"
    if offer.capacity == "waiting_list":
        yield "⏳ " + text.gettext("There is a waiting list. Asking is still worth it.")
    if offer.capacity == "full":
        yield "⏳ " + text.gettext("Full at the moment. Please ask when there is a place again.")


def _date(occasion: Occasion, now: datetime, text: Translator) -> str | None:
    day = _next_day(occasion, now)
    if day is None:
        return None
    times = "–".join(filter(None, (occasion.starts, occasion.ends)))
    when = f"{text.day(day, with_year=day - now.date() > HALF_A_YEAR)} {times}".strip()
    if occasion.repeat == "weekly":
        return text.gettext("every week, next on {date}", date=when)
    if occasion.repeat == "monthly":
        return text.gettext("every month, next on {date}", date=when)
    return when


def _next_day(occasion: Occasion, now: datetime) -> date | None:
    """The next date that is not over. Monthly means the same weekday: the second Tuesday of every month."""
    over = occasion.ends is not None and now.strftime("%H:%M") >= occasion.ends
    earliest = now.date() + timedelta(days=1) if over else now.date()
    if occasion.repeat is None:
        return occasion.day if occasion.day >= earliest else None
    start = datetime.combine(occasion.day, datetime.min.time())
    week = (occasion.day.day - 1) // 7 + 1
    same_weekday = weekday(occasion.day.weekday(), week if week <= WEEKS_IN_EVERY_MONTH else -1)
    rule = (
        rrule(WEEKLY, dtstart=start)
        if occasion.repeat == "weekly"
        else rrule(MONTHLY, dtstart=start, byweekday=same_weekday)
    )
    following = rule.after(datetime.combine(earliest, datetime.min.time()), inc=True)
    day = following.date() if following else None
    return None if day is None or (occasion.until and day > occasion.until) else day


def _cost(cost: Cost, text: Translator) -> str:
    _ = text.gettext
    if cost.free:
        return _("free of charge")
    amount = _("it costs something, please ask")
    if cost.amount is not None:
        money = text.money(cost.amount)
        amount = {
            "once": money,
            "hour": _("{money} an hour", money=money),
            "day": _("{money} a day", money=money),
            "month": _("{money} a month", money=money),
            "session": _("{money} each time", money=money),
            "course": _("{money} for the whole course", money=money),
            "call": _("{money} a call", money=money),
        }[cost.per]
    elif cost.per == "call":
        amount = _("the call costs as much as a normal call")
    extras = [
        *([_("less, or nothing, if you have little money")] if cost.reduced else []),
        *([_("paid by “Bildung und Teilhabe” (BuT)")] if cost.covered_by_but else []),
    ]
    return " · ".join([amount, *extras])


def _access(offer: Offer, text: Translator) -> str:
    _ = text.gettext
    ways = {
        "walk_in": _("without appointment"),
        "appointment": _("with appointment"),
        "referral": _("with a referral from a doctor or an office"),
    }
    parts = [ways[way] for way in offer.access]
    if {"walk_in", "appointment"} <= set(offer.access):
        parts = [_("with or without appointment")]
    if offer.anonymous:
        parts.append(_("you need not say your name"))
    return " · ".join(parts)


def _contact(offer: Offer, text: Translator) -> Iterator[str]:
    if offer.phone:
        yield f"📞 {text.quoted(offer.phone)}"
    if offer.email:
        yield f"✉️ {text.quoted(offer.email)}"
    if offer.web:
        yield f"🌐 {offer.web}"


def _checked(hit: Hit, now: datetime, text: Translator) -> str | None:
    if hit.offer.verified_on is None:
        return None
    month = text.month(min(hit.offer.verified_on, now.date()))
    if any(reason.code == "old" for reason in hit.reasons):
        return "⚠️ " + text.gettext(
            "These details are old: last checked in {month}. Please call before you go.", month=month
        )
    return "🔎 " + text.gettext("These details were checked in {month}.", month=month)
