"""`muster map`: the road network of the district, from OpenStreetMap."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.output import on_terminal
from muster.core.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(help="The roads that times go over.", no_args_is_help=True)


def _start() -> None:
    """Django, and the tables where this data folder is new."""
    from muster.conf.setup import setup_django

    setup_django()
    from muster.conf.first_start import is_ready, prepare

    if not is_ready():
        prepare()


def _progress() -> Callable[[int], None] | None:
    """A counting line on a terminal, nothing elsewhere."""
    if not on_terminal():
        return None

    def show(done: int) -> None:
        sys.stderr.write(f"\r{done:,} roads")
        sys.stderr.flush()

    return show


@app.command("import-roads")
def import_roads(
    file: Annotated[Path, typer.Argument(help="An extract of OpenStreetMap: .osm.pbf.")],
    datum: Annotated[
        str, typer.Option(help="OpenStreetMap is wgs84. Only for a file somebody has converted: gcj02 or bd09.")
    ] = "wgs84",
) -> None:
    """Take the roads of an extract into use: journeys go over them, round closures. Replaces the roads before."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Unreadable("file.missing", path=file) from error
    _start()
    from muster.access.rights import SYSTEM
    from muster.apps.maps.actions import import_roads as take_over

    progress = _progress()
    done = take_over(SYSTEM, data, file.name, datum=datum, progress=progress)
    if progress is not None:
        sys.stderr.write("\n")
    row = done.network
    typer.echo(f"{done.ways:,} roads, {row.km:,.0f} km, {row.nodes:,} nodes, {row.edges:,} edges are in use.")
    if done.shifted:
        typer.echo(
            "Warning: homes lie far from these roads, but beside them in GCJ-02. If the file is not WGS-84, import it "
            "again with --datum gcj02.",
            err=True,
        )


@app.command("forget-roads")
def forget_roads() -> None:
    """Take the roads out of use: times go by distance again."""
    _start()
    from muster.access.rights import SYSTEM
    from muster.apps.maps.actions import forget_roads as drop

    drop(SYSTEM)
    typer.echo("The roads are out of use; times go by distance.")
