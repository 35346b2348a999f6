"""What is said when somebody may be hurt: a calm sentence, whom to call now, and the way on.

Needs neither the offers nor a database: texts and helplines ship with the program.
"""

from bot.dialogue import wording
from bot.dialogue.model import Ask, Option, Reply, Say
from bot.dialogue.steps.base import PAGE, Scene, next_page
from catalog.helplines import EMERGENCY_NUMBERS, POISON_CENTRE, Helpline
from catalog.places import Place

LINES_SHOWN = 6
LISTENING = 2  # lines for somebody who is not in danger
ANY_DANGER = (
    "notruf-112",
    "notruf-110",
    "telefonseelsorge",
    "hilfetelefon-frauen",
    "elterntelefon",
    "kinder-jugendtelefon",
)
IN_LANGUAGE = {"uk": ("helpline-ukraine", "doweria"), "ru": ("doweria", "helpline-ukraine"), "tr": ("mutes",)} | {
    "ar": ("mutes",)
}
WATCHED = ("domestic-violence", "forced-marriage-fgm", "sexual-abuse", "confidential-birth", "child-in-danger")
MENU = (  # what cannot wait a minute comes first
    *("acute-illness", "poisoning", "suicidal-thoughts", "domestic-violence", "child-in-danger", "missing-child"),
    *("sexual-abuse", "fear-of-hurting-child", "forced-marriage-fgm", "confidential-birth"),
)
MIND = ("suicidal-thoughts", "fear-of-hurting-child", "child-in-danger")  # topics for which any listening ear helps


def danger_replies(topic: str, scene: Scene, place: Place | None) -> tuple[Reply, ...]:
    """Answer a danger that was read or chosen: numbers first, then the offer to look for help nearby."""
    _ = scene.text.gettext
    lines = _lines(topic, scene, place)
    parts = [scene.text.label("calm", topic), *(_line(line, scene, place) for line in lines)]
    if topic in WATCHED:
        parts.append("🗑️ " + _("I keep nothing of this. If somebody else may look at your phone: /delete"))
    parts.append(_last_checked(lines, scene))
    options = (
        Option(f"danger:near:{topic}", _("Find help near me")),
        Option("danger:on", _("Go on with the questions")),
    )
    return (
        Say("\n\n".join(parts), tuple(line.id for line in lines)),
        Ask(_("What would help you now?"), options),
    )


def numbers_line(scene: Scene) -> Reply:
    """The two numbers in one line, for where a danger is possible but not said."""
    return Say(scene.text.gettext("If somebody is in danger right now: call 112 or 110, or tap 🆘."))


def listening_lines(text: str, scene: Scene) -> Say:
    """Who listens to parents: what is open now and speaks their language first."""
    ids = ("elterntelefon", "telefonseelsorge", *IN_LANGUAGE.get(scene.text.tag.split("-")[0], ()))
    lines = _chosen(ids, scene, None)[:LISTENING]
    return Say("\n\n".join([text, *(_line(line, scene, None) for line in lines)]), tuple(line.id for line in lines))


def danger_menu(scene: Scene, first: int = 0) -> tuple[Reply, ...]:
    """Answer the 🆘 button: the numbers that always help, then what it is about."""
    _ = scene.text.gettext
    lines = _chosen(ANY_DANGER, scene, None)
    parts = [_("If somebody is in danger right now, call."), *(_line(line, scene, None) for line in lines)]
    dangers = {topic.id: topic for topic in scene.catalog.topics.topics.values() if topic.is_danger}
    topics = [
        dangers[name] for name in sorted(dangers, key=lambda name: MENU.index(name) if name in MENU else len(MENU))
    ]
    first = first if first < len(topics) else 0
    shown = topics[first : first + PAGE]
    options = [Option(f"danger:topic:{t.id}", f"{t.emoji} {scene.text.label('topics', t.id)}") for t in shown]
    rest = next_page(first, len(topics))
    options.append(Option(f"danger:menu:{rest}", "⬇️ " + scene.text.pgettext("button", "More")))
    return (
        Say("\n\n".join([*parts, _last_checked(lines, scene)]), tuple(line.id for line in lines)),
        Ask(_("What is it about? You can also write it in your own words."), tuple(options)),
    )


def helplines_for(topic: str, scene: Scene, place: Place | None) -> tuple[Helpline, ...]:
    """Lines of a topic: open now first, those that speak the language before the others."""
    return _lines(topic, scene, place)


def _lines(topic: str, scene: Scene, place: Place | None) -> tuple[Helpline, ...]:
    known = scene.catalog.topics.topics.get(topic)
    ids = [*(known.helplines if known else EMERGENCY_NUMBERS)]
    if topic in MIND:
        ids += IN_LANGUAGE.get(scene.text.tag.split("-")[0], ())
    return _chosen(tuple(ids), scene, place)[:LINES_SHOWN]


def _chosen(ids: tuple[str, ...], scene: Scene, place: Place | None) -> tuple[Helpline, ...]:
    lang = scene.text.tag
    return scene.catalog.helplines.choose(ids, lang, scene.now, place.state if place else None)


def _line(line: Helpline, scene: Scene, place: Place | None) -> str:
    """One helpline: its number, what it is, whether it is open, whether it speaks the language."""
    text = scene.text
    _ = text.gettext
    if line.id == POISON_CENTRE:
        return _poison_centres(scene, place)
    head = f"📞 {text.quoted(line.display)}" if line.display else f"🌐 {line.web}"
    facts = [] if line.is_emergency_number else [text.quoted(line.name)]
    state = line.opening(scene.now)
    if state:
        facts.append(wording.opening(state, scene.now, text))
    if line.tariff == "free":
        facts.append(_("free of charge"))
    if line.anonymous:
        facts.append(_("you need not say your name"))
    facts.append(_language_fact(line, scene))
    return f"{head} – {text.label('helplines', line.id)}\n{' · '.join(fact for fact in facts if fact)}"


def _language_fact(line: Helpline, scene: Scene) -> str:
    text, lang = scene.text, scene.text.tag.split("-")[0]
    if line.is_emergency_number:
        return ""
    name = text.language_name(lang)
    spoken = line.speaks(text.tag)
    if spoken == 2:  # noqa: PLR2004 spoken
        return "" if lang == "de" else text.gettext("{language} is spoken", language=name)
    if spoken == 1:
        return text.gettext("ask for {language}", language=name)
    return text.gettext("in {language}", language=text.list(text.language_name(tag) for tag in line.languages[:2]))


def _poison_centres(scene: Scene, place: Place | None) -> str:
    """The centre of the family's state; where the state is not known, all of them."""
    centres = scene.catalog.helplines.poison_centres
    state = place.state if place and place.state in centres else None
    by_number: dict[str, list[str]] = {}
    for centre in [centres[state]] if state else centres.values():
        by_number.setdefault(centre.display, []).append(scene.text.label("states", centre.state))
    numbers = [f"📞 {scene.text.quoted(number)} – {scene.text.list(states)}" for number, states in by_number.items()]
    return "\n".join([f"☎️ {scene.text.label('helplines', POISON_CENTRE)}:", *numbers])


def _last_checked(lines: tuple[Helpline, ...], scene: Scene) -> str:
    checked = min((line.checked_on for line in lines), default=scene.now.date())
    return "🔎 " + scene.text.gettext("These numbers were last checked in {month}.", month=scene.text.month(checked))
