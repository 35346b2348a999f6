"""`nahbei places`: look a place up, or get the table of German post codes."""

from pathlib import Path

import click

from bot.commands.base import opened
from bot.commands.options import catalog_option, clear_errors
from bot.config import Settings


@click.group()
def places() -> None:
    """Towns and post codes: look one up, or get the table of German post codes."""


@places.command("find")
@click.argument("text", nargs=-1, required=True)
@click.option("--lang", metavar="TAG", help="The language in which the place is named.")
@catalog_option
def places_find(text: tuple[str, ...], lang: str | None, catalog: Path | None) -> None:
    """Show what a place name or post code is understood as."""
    with clear_errors():
        desk = opened(catalog, None)
        found = desk.understanding.place(" ".join(text), lang, desk.catalog.places, asked=True)
        if not found.places:
            raise ValueError(f"no place found for {' '.join(text)!r}; `nahbei places update` installs all post codes")
    for place in found.places:
        note = "approximate" if place.approximate else "invented example" if place.example else ""
        name = f"{place.district} ({place.name})" if place.district else place.name
        parts = (place.plz, name, place.county, f"{place.lat:.4f}, {place.lon:.4f}", note)
        click.echo(" · ".join(part for part in parts if part))
    if found.ambiguous or not found.exact:
        click.echo("The assistant would ask back here.")


@places.command("update")
@click.option("--url", help="Where GeoNames' post codes lie (a DE.zip). Default: the operator's setting or GeoNames.")
@click.option("--sha256", help="The checksum that the file must have.")
def places_update(url: str | None, sha256: str | None) -> None:
    """Download German post codes from GeoNames (CC BY 4.0) into the data folder, with a progress bar."""
    from bot.postcodes import update  # noqa: PLC0415 the only command that uses the network

    with clear_errors():
        target, rows = update(Settings().data_dir, url, sha256)
    click.echo(f"{rows} post codes in {target}. They are used from now on. Data: GeoNames, CC BY 4.0.")
