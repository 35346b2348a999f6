"""What is said besides the questions: thanks, greetings, a plain cry for help, a voice message, "who are you?"."""

from bot.dialogue.danger import numbers_line
from bot.dialogue.model import Reply, Say
from bot.dialogue.steps.base import Scene


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
    return ()


def introduction(scene: Scene) -> tuple[Reply, ...]:
    text = scene.text.gettext(
        "I look for help for families near you. I ask how old your child is, what is on your mind and where you live. "
        "I do not need your name. With /delete I forget everything."
    )
    return Say(text), numbers_line(scene)
