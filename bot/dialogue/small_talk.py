"""What is said besides the questions: thanks, greetings, a plain cry for help, a voice message, "who are you?"."""

from bot.dialogue.danger import numbers_line
from bot.dialogue.model import Reply, Say
from bot.dialogue.steps.base import Scene

WRITE_OR_TAP = "🙉 🎤 ❌   ✍️ ✅   👇 ✅"  # said before there is a language to say it in


def small_talk(name: str, scene: Scene) -> tuple[Reply, ...]:
    _ = scene.text.gettext
    if name == "thanks":
        return (Say("💚 " + _("You are welcome. All the best for you and your family!")),)
    if name == "plea":
        return (
            Say("🤝 " + _("It is good that you ask. We look for help together, step by step.")),
            numbers_line(scene),
        )
    if name == "voice":
        return (Say("🙉 " + _("I cannot listen to voice messages. Please write a few words, or tap a button.")),)
    if name == "picture":
        return (Say("🙈 " + _("I cannot look at pictures or files. Please write a few words, or tap a button.")),)
    if name == "unreadable":
        text = _(
            "I cannot read your last message: it is locked for me. Please write it once more. "
            "If that does not help, start a new chat with me."
        )
        return (Say("🔐 " + text),)
    return ()


def introduction(scene: Scene) -> tuple[Reply, ...]:
    text = scene.text.gettext(
        "I look for help for families near you. I ask how old your child is, what is on your mind and where you live. "
        "I do not need your name. With /delete I forget everything."
    )
    more = scene.text.gettext("With /privacy you can read what I keep, and who can read along.")
    return Say(f"{text} {more}"), numbers_line(scene)


def privacy(scene: Scene) -> tuple[Reply, ...]:
    """What is kept, and who else can read it, in a few plain sentences."""
    _ = scene.text.gettext
    kept = _(
        "I keep your answers for 24 hours after your last message: your language, the age of your child, your concern "
        "and roughly where you live. I keep neither your name nor the words you write. With /delete everything is "
        "deleted at once."
    )
    counted = _("For the municipality I count how often families look for a topic. Nobody can see there who you are.")
    read_along = _(
        "If you write to me in Telegram, Telegram can read along. In Matrix nobody else can read along. "
        "If you call an office, that call does not go through this chat."
    )
    return (Say(f"🔒 {kept}\n\n{counted}\n\n{read_along}"),)
