"""`nahbei catalog coverage`: what there is, for whom and where, and what is missing."""

import click

COMMANDS: tuple[click.Command, ...] = ()
