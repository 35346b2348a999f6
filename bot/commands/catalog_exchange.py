"""`nahbei catalog import` and `export`: catalogs from and for other programs."""

import click

COMMANDS: tuple[click.Command, ...] = ()
