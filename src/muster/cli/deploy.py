"""Commands of the computer department: releases, and what a deployment needs."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from muster.cli import home
from muster.cli.output import check_writable, write_json
from muster.core.errors import InvalidInput, Unreadable

app = typer.Typer()
deploy = typer.Typer(help="What the operating system needs to run Muster.", no_args_is_help=True)
app.add_typer(deploy, name="deploy")

Prefix = Annotated[Path | None, typer.Option("--prefix", metavar="DIR", help="The installation; this one by default.")]


@app.command()
def switch(version: Annotated[str, typer.Argument(help="A release that is laid.")], prefix: Prefix = None) -> None:
    """Use another release from now on: the data are backed up, brought up to it, and put back if that fails.

    Muster must be stopped meanwhile."""
    from muster.conf import releases

    here = releases.Installation(prefix)
    first = not here.current
    said = releases.switch(here, version)
    typer.echo(f"Muster {version} is in use now; the data are in {here.home}.")
    typer.echo(said.strip() if first else f"Start it again. The way back: {here.prefix}/bin/muster rollback")


@app.command()
def rollback(
    prefix: Prefix = None,
    yes: Annotated[bool, typer.Option("--yes", help="What was entered since may be set aside.")] = False,
) -> None:
    """Back to the release before, with the data from before the upgrade. Today's data are kept in a folder.

    Muster must be stopped meanwhile."""
    from muster.conf import releases

    here = releases.Installation(prefix)
    last = releases.last_switch(here)
    if not yes:
        typer.echo(
            f"{last.old} comes back with the data of {last.at}. What was entered since is set aside, not deleted,"
        )
        typer.echo("but the old program will not show it. If that is meant, say it again with --yes.")
        raise typer.Exit(1)
    kept = releases.rollback(here)
    typer.echo(f"Muster {last.old} is in use again, with the data of {last.at}. Set aside: {kept}. Start it again.")


@app.command()
def releases(prefix: Prefix = None) -> None:
    """List the releases that are laid; the one in use is marked."""
    from muster.conf.releases import Installation

    here = Installation(prefix)
    for version in here.versions():
        typer.echo(f"{'*' if version == here.current else ' '} {version}")


@app.command()
def upgrade(
    bundle: Annotated[Path, typer.Argument(help="muster-VERSION-PROCESSOR.tar")],
    prefix: Prefix = None,
    only_lay: Annotated[bool, typer.Option("--only-lay", help="Lay it beside; switch later.")] = False,
) -> None:
    """Take a newer bundle: it is checked against the key of the first installation before anything in it is run."""
    from muster.conf import bundle_check
    from muster.conf.releases import Installation

    here = Installation(prefix)
    if not bundle.is_file():
        raise Unreadable("file.missing", path=bundle)
    with tempfile.TemporaryDirectory(dir=here.prefix, prefix=".bundle-") as scratch:
        folder = _unpacked(bundle, Path(scratch))
        try:
            key = bundle_check.public_key((here.prefix / "bundle.key").read_text(encoding="ascii"))
            bundle_check.check(folder, key)
        except bundle_check.BundleError as error:
            raise InvalidInput("bundle.refused", said=str(error)) from error
        words = ["sh", str(folder / "install.sh"), "--prefix", str(here.prefix), *(["--only-lay"] if only_lay else [])]
        sys.stdout.flush()
        raise typer.Exit(subprocess.run(words, check=False).returncode)


def _unpacked(bundle: Path, into: Path) -> Path:
    """The one folder inside. Names that lead elsewhere are refused by the standard library's data filter."""
    try:
        with tarfile.open(bundle, "r:") as archive:
            archive.extractall(into, filter="data")
    except (tarfile.TarError, EOFError) as error:
        raise Unreadable("bundle.unreadable", path=bundle) from error
    folders = [path for path in into.iterdir() if path.is_dir()]
    if len(folders) != 1:
        raise Unreadable("bundle.unreadable", path=bundle)
    return folders[0]


@home.check.command("deploy")
def check_deploy(
    json_to: Annotated[str, typer.Option("--json", metavar="OUT|-", help="Result as JSON, - for stdout.")] = "",
    port: Annotated[int, typer.Option(help="The port Muster is meant to answer at.")] = 8000,
) -> None:
    """Look whether this installation is as it should be; says what to do. Exit code 1 when something is wrong."""
    check_writable(json_to)
    from muster.conf.setup import setup_django

    setup_django()
    from django.utils import translation

    from muster.conf import check_words, checks

    found = [*checks.look(), *checks.ports(port)]
    wrong = [each for each in found if each.level == "wrong"]
    with translation.override(language()):
        said = [(each, *check_words.say(each)) for each in found]
    if json_to:
        rows = [{"code": f.code, "level": f.level, "what": what, "do": to_do} for f, what, to_do in said]
        write_json(json_to, {"holds": not wrong, "findings": rows})
    if json_to != "-":
        sign = {"wrong": "✗", "advice": "·", "good": "✓"}
        for finding, what, to_do in said:
            typer.echo(f"{sign[finding.level]} {what}" + (f"\n    → {to_do}" if to_do else ""))
    raise typer.Exit(1 if wrong else 0)


def language() -> str:
    """The terminal's: Chinese where LANG says so."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if spoken.startswith("zh") else "en"


@deploy.command()
def units(
    into: Annotated[Path, typer.Argument(help="Folder to write to, for instance /etc/systemd/system.")],
    prefix: Prefix = None,
    user: Annotated[str, typer.Option(help="User that owns the data.")] = "muster",
    port: Annotated[int, typer.Option(help="Port to answer at.")] = 8443,
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "0.0.0.0",
) -> None:
    """Write the service units: muster.service for the first machine, muster-standby.service for the second."""
    from muster.conf.releases import Installation
    from muster.conf.units import write_units

    for path in write_units(into, Installation(prefix).prefix, user=user, host=host, port=port):
        typer.echo(str(path))
    typer.echo("First machine: systemctl enable --now muster. Second: systemctl enable --now muster-standby.")
