"""The command `nahbei`: puts its commands together, nothing else."""

import click

from bot.commands import catalog, matrix, places, running, talking
from bot.commands.base import OneLineErrors


@click.group(cls=OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nahbei")
def main() -> None:
    """Nahbei helps families find support close by, in their own language.

    Try it first in the terminal: nahbei chat
    """


COMMANDS = (
    talking.chat,
    talking.understand_command,
    talking.match_command,
    talking.evaluate_command,
    places.places,
    catalog.catalog,
    matrix.matrix,
    running.serve_command,
    running.doctor_command,
    running.demand_command,
    running.feedback,
    running.backup_command,
    running.restore_command,
)
for command in COMMANDS:
    main.add_command(command)

if __name__ == "__main__":
    main()
