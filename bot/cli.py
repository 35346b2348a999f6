"""The command `nahbei`: knows where its commands stand, nothing else."""

from importlib import import_module

import click

from bot.commands.base import OneLineErrors

COMMANDS = {
    "chat": "talking:chat",
    "understand": "talking:understand_command",
    "match": "talking:match_command",
    "evaluate": "talking:evaluate_command",
    "places": "places:places",
    "catalog": "catalog:catalog",
    "matrix": "matrix:matrix",
    "serve": "running:serve_command",
    "doctor": "running:doctor_command",
    "demand": "running:demand_command",
    "feedback": "running:feedback",
    "backup": "running:backup_command",
    "restore": "running:restore_command",
}


class Commands(OneLineErrors):
    """Loads a command when it is asked for: a service does not hold what makes spreadsheets and reports."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's names
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 the same
        if cmd_name not in COMMANDS:
            return None
        module, command = COMMANDS[cmd_name].split(":")
        found: click.Command = getattr(import_module(f"bot.commands.{module}"), command)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nahbei")
def main() -> None:
    """Nahbei helps families find support close by, in their own language.

    Try it first in the terminal: nahbei chat
    """


if __name__ == "__main__":
    main()
