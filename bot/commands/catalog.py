"""`nahbei catalog …`: what a coordinator does with the catalog."""

import click

from bot.commands.group import CommandGroup

COMMANDS = {
    "template": "bot.commands.catalog_template:template_command",
    "check": "bot.commands.catalog_check:check_command",
    "duplicates": "bot.commands.catalog_check:duplicates_command",
    "diff": "bot.commands.catalog_publish:diff_command",
    "publish": "bot.commands.catalog_publish:publish_command",
    "rollback": "bot.commands.catalog_publish:rollback_command",
    "history": "bot.commands.catalog_publish:history_command",
    "watch": "bot.commands.catalog_publish:watch_command",
    "stale": "bot.commands.catalog_stale:stale_command",
    "confirm": "bot.commands.catalog_stale:confirm_command",
    "import": "bot.commands.catalog_exchange:import_command",
    "export": "bot.commands.catalog_exchange:export_command",
    "geocode": "bot.commands.catalog_exchange:geocode_command",
    "coverage": "bot.commands.catalog_coverage:coverage_command",
    "challenge": "bot.commands.catalog_coverage:challenge",
}


@click.group("catalog", cls=CommandGroup, parts=COMMANDS)
def catalog() -> None:
    """Make, check and publish the catalog of offers."""
