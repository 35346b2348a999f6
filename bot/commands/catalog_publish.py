"""`nahbei catalog publish` and its kin: versions of the catalog that a running bot answers from."""

import click

COMMANDS: tuple[click.Command, ...] = ()
