"""The command `nahbei`: puts its commands together, nothing else."""

import click

from bot.commands.group import CommandGroup

COMMANDS = {
    "chat": "bot.commands.talking:chat",
    "understand": "bot.commands.talking:understand_command",
    "match": "bot.commands.talking:match_command",
    "evaluate": "bot.commands.talking:evaluate_command",
    "places": "bot.commands.places:places",
    "catalog": "bot.commands.catalog:catalog",
    "matrix": "bot.commands.matrix:matrix",
    "serve": "bot.commands.running:serve_command",
    "doctor": "bot.commands.running:doctor_command",
    "demand": "bot.commands.running:demand_command",
    "feedback": "bot.commands.running:feedback",
    "backup": "bot.commands.running:backup_command",
    "restore": "bot.commands.running:restore_command",
}


@click.group(cls=CommandGroup, parts=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nahbei")
def main() -> None:
    """Nahbei helps families find support close by, in their own language.

    Try it first in the terminal: nahbei chat
    """


if __name__ == "__main__":
    main()
