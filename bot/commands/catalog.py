"""`nahbei catalog …`: what a coordinator does with the catalog."""

import click

from bot.commands import catalog_check, catalog_coverage, catalog_exchange, catalog_publish


@click.group("catalog")
def catalog() -> None:
    """Make, check and publish the catalog of offers."""


for command in (
    *catalog_check.COMMANDS,
    *catalog_publish.COMMANDS,
    *catalog_exchange.COMMANDS,
    *catalog_coverage.COMMANDS,
):
    catalog.add_command(command)
