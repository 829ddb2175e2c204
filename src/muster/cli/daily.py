"""`muster daily`: the sheet of a morning for other programs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from muster.cli.output import check_writable, write_json
from muster.core.errors import InvalidInput

app = typer.Typer()


@app.command()
def daily(
    json_to: Annotated[str, typer.Option("--json", metavar="OUT|-", help="Where the sheet goes, - for stdout.")],
    day: Annotated[
        str, typer.Option(metavar="YYYY-MM-DD", help="The sheet as it was made; else the state of now.")
    ] = "",
) -> None:
    """The strength and duty sheet as JSON, without names of members; changes nothing."""
    check_writable(json_to)
    from muster.conf.setup import setup_django

    setup_django()
    from muster.apps.desk.daily import facts, reads
    from muster.jobs import clock

    if not day:
        write_json(json_to, facts.gather(clock.now()))
        return
    try:
        wanted = date.fromisoformat(day)
    except ValueError as error:
        raise InvalidInput("file.day", text=day) from error
    sheet = reads.sheet_of(wanted)
    write_json(json_to, {"day": day, "sha256": sheet.digest, **sheet.content})
