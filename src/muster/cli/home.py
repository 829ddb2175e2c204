"""`muster init` and `muster check`: set up the data folder, look whether it is whole."""

from __future__ import annotations

from typing import Annotated

import typer

from muster.cli.output import check_writable, write_json

app = typer.Typer()
check = typer.Typer(help="Look whether things are whole.", no_args_is_help=True)
app.add_typer(check, name="check")

ADDRESS = "http://127.0.0.1:8000"


@app.command()
def init(address: Annotated[str, typer.Option(help="Where the system will answer; for the link.")] = ADDRESS) -> None:
    """Set up the data folder (MUSTER_HOME, ./var by default); safe to repeat.

    Prints a one-time link, valid for 24 hours, with which the first administrator sets a password."""
    from muster.conf.setup import setup_django

    setup_django()
    from muster.conf.first_start import first_administrator, link_was_made, prepare

    prepare()
    again = link_was_made()
    token = first_administrator()
    if token is None:
        typer.echo("Ready. The administrator has a password already.")
    else:
        typer.echo("Ready. First administrator: login name admin, one-time link (24 hours):")
        typer.echo(f"{address.rstrip('/')}/first/{token}/")
        if again:
            typer.echo("Any link printed before is void now; only this one opens.")


@check.command()
def journal(
    json_to: Annotated[str, typer.Option("--json", metavar="OUT|-", help="Result as JSON, - for stdout.")] = "",
) -> None:
    """Read the whole journal again; exit code 1 when anything was changed, taken out, cut off or reordered."""
    check_writable(json_to)
    from muster.conf.setup import setup_django

    setup_django()
    from muster.journal.verify import verify_all

    reports = list(verify_all())
    whole = all(report.holds for report in reports)
    if json_to:
        streams = [
            {"stream": r.stream, "entries": r.count, "unmarked": r.unmarked, "holds": r.holds, "faults": r.faults}
            for r in reports
        ]
        write_json(json_to, {"holds": whole, "streams": streams})
    if json_to != "-":
        for report in reports:
            faults = ", ".join(f"{code} at {seq}" for code, seq in report.faults)
            typer.echo(f"{report.stream}: {report.count} entries, {'whole' if report.holds else 'BROKEN: ' + faults}")
        typer.echo("The journal is whole." if whole else "The journal is broken.")
    raise typer.Exit(0 if whole else 1)
