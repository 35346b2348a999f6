"""A group of commands of which each is loaded when somebody calls it: no command waits for the libraries of another."""

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class CommandGroup(click.Group):
    """Knows where its commands are: the name of each, and "module:name" in that module. Its errors are one line."""

    def __init__(self, *args: Any, parts: Mapping[str, str], **extra: Any) -> None:
        super().__init__(*args, **extra)
        self._parts = parts

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._parts})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._parts:
            return super().get_command(ctx, cmd_name)
        module, _, name = self._parts[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Say an error without the usage around it."""
        try:
            return super().main(*args, **{**extra, "standalone_mode": False})
        except click.ClickException as error:
            click.echo(f"nahbei: {error.format_message()}", err=True)
            sys.exit(2)
        except click.Abort:
            sys.exit(130)
