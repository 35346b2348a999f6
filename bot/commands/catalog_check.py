"""`nahbei catalog check` and its kin: what is wrong in a catalog, and where."""

import click

COMMANDS: tuple[click.Command, ...] = ()
