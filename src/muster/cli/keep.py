"""`muster backup` and `muster restore`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The backup to write; must not exist yet.")]) -> None:
    """Write everything into one file: database, keys and journal marks. The system may run meanwhile.

    The file holds the keys and is not encrypted: keep it where only the keeper of the keys can read it."""
    from muster.conf.setup import setup_django

    setup_django()
    from muster.conf.backup import make_backup

    rows = make_backup(file)
    typer.echo(f"{file}: {rows} rows. The file holds the keys (mode 0600, not encrypted): lock it away.")


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A backup.")],
    into: Annotated[Path, typer.Option("--into", metavar="DIR", help="The new data folder; absent or empty.")],
) -> None:
    """Bring a backup back into an empty folder (and an empty database, if MUSTER_DATABASE_URL names one).

    The journal is checked afterwards; exit code 1 when it is broken."""
    from muster.conf.unpack import unpack

    manifest = unpack(file, into)
    os.environ["MUSTER_HOME"] = str(into.resolve())
    from muster.conf.setup import setup_django

    setup_django()
    from muster.conf.backup import fill_database

    rows = fill_database(into, manifest)
    from muster.journal.verify import verify_all

    broken = [report.stream for report in verify_all() if not report.holds]
    if broken:
        typer.echo(f"Restored {rows} rows, but the journal is broken: {', '.join(broken)}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"Restored {rows} rows into {into}; the journal is whole. Start with MUSTER_HOME={into} muster up.")
