"""`muster certs`: HTTPS with the office's own authority or with a given certificate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from muster.conf import tls
from muster.conf.home import home_path
from muster.conf.real_time import utc_now
from muster.jobs import lock

certs = typer.Typer(help="HTTPS: the office's own authority, or a given certificate.", no_args_is_help=True)
app = typer.Typer()
app.add_typer(certs, name="certs")


def _say(shown: tls.Shown) -> None:
    typer.echo(f"For {', '.join(shown.names)}; by {shown.issuer}")
    typer.echo(f"Valid until {shown.not_after:%Y-%m-%d %H:%M} UTC ({shown.days_left(utc_now())} days)")
    typer.echo(f"SHA-256 {shown.sha256}")


def _say_when() -> None:
    """From when on browsers see it: what runs by HTTPS shows it at once, what runs plain stays plain until its next start."""
    running = lock.address(home_path())
    if running.startswith("https://"):
        typer.echo(f"Muster runs at {running}; it shows this certificate in a few seconds.")
    elif running:
        typer.echo(f"Muster runs at {running}; start it anew (muster up) so that it answers by HTTPS.")
    else:
        typer.echo("The next `muster up` answers by HTTPS.")


@certs.command("make-ca")
def make_ca(name: Annotated[str, typer.Option(help="Name that browsers show.")] = "Muster") -> None:
    """Make an authority of the office's own, good for ten years. Its ca.pem goes onto every desk and phone."""
    shown = tls.make_ca(home_path(), name, utc_now())
    typer.echo(f"Made {tls.folder(home_path()) / 'ca.pem'}: have every desk trust it. SHA-256 {shown.sha256}")
    typer.echo("Next: muster certs issue HOST ...")


@certs.command()
def issue(names: Annotated[list[str], typer.Argument(help="Host names and addresses people type.")]) -> None:
    """Issue the web server's certificate with the own authority; a Muster that runs with HTTPS shows it at once."""
    _say(tls.issue(home_path(), names, utc_now()))
    _say_when()


@certs.command()
def renew() -> None:
    """Issue anew for the same names (Muster does so by itself 30 days before the end)."""
    _say(tls.renew(home_path(), utc_now()))
    _say_when()


@certs.command()
def use(
    certificate: Annotated[Path, typer.Argument(help="PEM with the chain.")],
    key: Annotated[Path, typer.Argument(help="PEM without a password.")],
) -> None:
    """Use a certificate that somebody else issued; a Muster that runs with HTTPS shows it at once."""
    _say(tls.use(home_path(), certificate, key, utc_now()))
    _say_when()


@certs.command()
def show() -> None:
    """Say which certificate is in use and until when; exit code 1 when it ends within 30 days."""
    shown = tls.show(home_path())
    _say(shown)
    raise typer.Exit(1 if shown.days_left(utc_now()) < tls.WARN_DAYS else 0)
