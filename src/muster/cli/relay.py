"""`muster relay`: the reply relay outside the closed network, its keys, and signed files across a one-way gate."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.output import check_writable, write_json
from muster.cli.relay_words import status_lines
from muster.core.errors import InvalidInput, MusterError, Unreadable

app = typer.Typer(
    help="The reply relay: members' answers by link, without opening the office's network.", no_args_is_help=True
)

Folder = Annotated[
    Path, typer.Argument(help="The relay's own folder, made by `muster relay keys`.", show_default=False)
]
Files = Annotated[Path, typer.Argument(help="Folder of the files that are carried.", show_default=False)]
Json = Annotated[str, typer.Option("--json", metavar="OUT|-", help="Result as JSON, - for stdout.")]


@app.command()
def keys(
    folder: Annotated[
        Path, typer.Argument(help="New folder to be carried to the relay's machine.", show_default=False)
    ],
    language: Annotated[str, typer.Option(help="zh or en, for phones that ask for neither.")] = "zh",
) -> None:
    """At the office: make keys for this system and its relay. A relay with older keys is not listened to any more."""
    from muster.edges.reply.keys import FILE, INBOX, RelayKeys, to_text
    from muster.edges.reply.store import write_whole

    if language not in ("zh", "en"):
        raise InvalidInput("relay.language", language=language)
    if (folder / FILE).exists():
        raise InvalidInput("file.exists", path=str(folder / FILE))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_writable(folder / FILE)
    _django()
    from muster.apps.channels.actions import make_relay_keys

    own, core = make_relay_keys("system")
    (folder / INBOX).mkdir(mode=0o700, exist_ok=True)
    write_whole(folder / FILE, to_text(RelayKeys(own=own, core=core, language=language)).encode())
    typer.echo(f"Carry {folder} to the relay's machine and start it there: muster relay run {folder.name}")
    typer.echo("Then set MUSTER_RELAY_URL and MUSTER_PUBLIC_URL here, start Muster anew, and delete this copy.")


@app.command()
def run(
    folder: Folder,
    port: Annotated[int, typer.Option(help="Port to answer at; 0 takes a free one.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen at; this machine only by default.")] = "127.0.0.1",
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="Another server stands before it and sets X-Forwarded-For.")
    ] = False,
    certificate: Annotated[
        Path | None, typer.Option(help="TLS certificate (PEM), with --key.", show_default=False)
    ] = None,
    key: Annotated[Path | None, typer.Option(help="Its private key (PKCS#8).", show_default=False)] = None,
) -> None:
    """At the relay: answer members' phones until Ctrl-C or SIGTERM."""
    from muster.edges.reply.serve import serve

    for path in (certificate, key):
        if path is not None and not path.is_file():
            raise Unreadable("file.missing", path=str(path))
    if (certificate is None) != (key is None):
        raise InvalidInput("relay.half_tls")
    tls = (certificate, key) if certificate and key else None
    serve(
        folder,
        host,
        port,
        behind_proxy=behind_proxy,
        tls=tls,
        announce=lambda at: typer.echo(f"The relay answers at {at}"),
    )


@app.command()
def take(folder: Folder, files: Files) -> None:
    """At the relay: take page files from the office; the running relay shows them within a second."""
    from muster.edges.reply.files import take_pages

    taken, bad = take_pages(folder, files)
    typer.echo(f"Page files taken: {taken}.")
    _end(bad)


@app.command()
def answers(
    folder: Folder,
    files: Files,
    since: Annotated[int, typer.Option(help="Write answers from this number on once more.", show_default=False)] = 0,
) -> None:
    """At the relay: write the answers that no file holds yet, to be carried to the office."""
    from muster.edges.reply.files import write_answers

    _make(files)
    written = write_answers(folder, files, since, datetime.now(UTC))
    for name, count in written:
        typer.echo(f"{name}: {count} answers")
    if not written:
        typer.echo("No new answers.")


@app.command("export")
def export_pages(files: Files) -> None:
    """At the office: write all pages as one signed file, to be carried to the relay. Each file replaces those before it."""
    _make(files)
    _django()
    from muster.apps.incidents.relay_files import export

    path, pages = export(files)
    typer.echo(f"{path.name}: {pages} pages")


@app.command("import")
def import_answers(files: Files, json_to: Json = "") -> None:
    """At the office: take the answers in the files. Doubles are counted and left out, gaps named, damaged files refused.

    Exit code 1 when a file was refused or answers are missing."""
    check_writable(json_to)
    if not files.is_dir():
        raise Unreadable("file.missing", path=str(files))
    _django()
    from muster.apps.incidents.relay_files import import_files

    done = import_files(files)
    if json_to:
        write_json(json_to, done.as_json())
    if json_to != "-":
        for line in done.lines():
            typer.echo(line)
    raise typer.Exit(1 if done.damaged or done.missing else 0)


@app.command()
def status(
    json_to: Json = "",
    seen: Annotated[bool, typer.Option("--seen", help="Forget refused and missing answers.")] = False,
) -> None:
    """At the office: whether the relay is heard, how far its clock is off, what was refused or is missing."""
    check_writable(json_to)
    _django()
    from muster.apps.channels.actions import forget_relay_faults
    from muster.apps.channels.relay_reads import relay_link, relay_state

    link, state = relay_link(), relay_state()
    body = {
        "trouble": state.trouble,
        "heard_at": link.heard_at.isoformat() if link and link.heard_at else None,
        "clock_ahead_seconds": link.ahead_seconds if link else None,
        "taken_seq": link.taken_seq if link else None,
        "missing": link.missing if link else [],
        "refused": link.refused if link else 0,
        "last_error": link.trouble if link else "",
    }
    if seen:
        forget_relay_faults()
    if json_to:
        write_json(json_to, body)
    if json_to != "-":
        for line in status_lines(body):
            typer.echo(line)
    raise typer.Exit(1 if state.trouble else 0)


def _end(bad: list[tuple[str, MusterError]]) -> None:
    from muster.cli.main import sentence

    for name, error in bad:
        typer.echo(f"{name}: {sentence(error)}", err=True)
    if bad:
        raise typer.Exit(1)


def _make(folder: Path) -> None:
    """The folder, refused before any work is done when nothing can be written there."""
    folder.mkdir(parents=True, exist_ok=True)
    check_writable(folder / "x")


def _django() -> None:
    os.environ.setdefault("MUSTER_LOG", "ERROR")
    from muster.conf.setup import setup_django

    setup_django()
