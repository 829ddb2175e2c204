"""`muster recover`: lets the only administrator of his kind in again, at the machine itself."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

from muster.cli.home import ADDRESS

app = typer.Typer()


@app.command()
def recover(
    login: Annotated[str, typer.Argument(help="Login name of the administrator who is locked out.")],
    reason: Annotated[str, typer.Option(help="Why, in a few words; it stands in the journal.")],
    address: Annotated[str, typer.Option(help="Where the system answers; for the link.")] = ADDRESS,
) -> None:
    """Let the only security administrator, or the only system administrator, in again who lost password or second factor.

    Prints a one-time link, valid for 24 hours. His password, second factors and sessions are void from now on, and the
    journal says who sat at the machine and why. Refused while a second one of his kind can do it on his page."""
    from muster.conf.setup import setup_django

    setup_django()
    from muster.access.recovery import actions

    token = actions.recover(login, operator=_operator(), reason=reason)
    typer.echo("Password, second factors and sessions of this account are void. One-time link (24 hours):")
    typer.echo(f"{address.rstrip('/')}/first/{token}/")
    typer.echo("It stands in the journal, under accounts and logins; tell the auditor.")


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user without an entry in the system's list
        return "?"
