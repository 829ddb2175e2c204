"""`muster map`: the road network of the district, from OpenStreetMap; base maps and layers for its maps."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from muster.cli.output import on_terminal
from muster.core.errors import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

app = typer.Typer(help="The roads that times go over, base maps, and layers on them.", no_args_is_help=True)


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


@app.command("import")
def import_base(
    file: Annotated[Path, typer.Argument(help="A base map: a PMTiles archive of version 3.")],
    name: Annotated[str, typer.Option(help="Its name on the map; the archive's own where none is given.")] = "",
    datum: Annotated[str, typer.Option(help="wgs84, or gcj02 for pictures of a service that uses it.")] = "wgs84",
    heights: Annotated[
        str,
        typer.Option(help="It holds heights for the hill shade: terrarium or mapbox. Seldom needed: archives say so."),
    ] = "",
) -> None:
    """Take a base map into use: vector tiles, pictures, or heights for the hill shade. Replaces the one of its kind."""
    _start()
    from muster.access.rights import SYSTEM
    from muster.apps.maps.actions import import_base as take_over

    row = take_over(SYSTEM, file, name=name, datum=datum, encoding=heights)
    what = {"base-vector": "vector tiles", "base-raster": "pictures", "hillshade": "heights for the hill shade"}[
        row.kind
    ]
    west, south, east, north = row.bounds
    typer.echo(f"{row.name} is in use: {what}, zoom {row.min_zoom} to {row.max_zoom}, {row.bytes / 2**20:,.1f} MB,")
    typer.echo(f"from {west:.3f}, {south:.3f} to {east:.3f}, {north:.3f}.")


@app.command("bases")
def bases() -> None:
    """Which base maps are in use."""
    _start()
    from muster.apps.maps.reads import current_bases

    rows = current_bases()
    for row in rows:
        typer.echo(f"{row.pk}  {row.kind:<12} {row.name}  ({row.source}, {row.bytes / 2**20:,.1f} MB)")
    if not rows:
        typer.echo("No base map is in use; maps are drawn over the district's own layers.")


@app.command("forget")
def forget_base(number: Annotated[int, typer.Argument(help="The number that `muster map bases` shows.")]) -> None:
    """Take a base map out of use and remove its file."""
    _start()
    from muster.access.rights import SYSTEM
    from muster.apps.maps.actions import forget_base as drop

    typer.echo(f"{drop(SYSTEM, number).name} is out of use.")


@app.command("import-layer")
def import_layer(
    file: Annotated[Path, typer.Argument(help="GeoJSON, GPX, KML or KMZ.")],
    datum: Annotated[str, typer.Option(help="Its coordinates: wgs84, gcj02 or bd09. There is no default.")],
    name: Annotated[str, typer.Option(help="Its name on the map; the file's own where none is given.")] = "",
) -> None:
    """Put a layer of points, lines and areas on the maps of the office."""
    from muster.codecs.features import MOST_BYTES
    from muster.core.errors import InvalidInput

    try:
        if file.stat().st_size > MOST_BYTES:
            raise InvalidInput("layers.too_big", most=MOST_BYTES // 2**20)
        data = file.read_bytes()
    except OSError as error:
        raise Unreadable("file.missing", path=file) from error
    _start()
    from muster.access.rights import SYSTEM
    from muster.apps.maps.actions import add_overlay

    done = add_overlay(SYSTEM, data, file.name, name=name, datum=datum)
    typer.echo(f"{done.layer.name} is on the map: {done.layer.count:,} features.")
    if done.left_out:
        typer.echo(f"{done.left_out:,} shapes have too few points and are left out.", err=True)
