"""`muster up` and `muster worker`: the running system."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from muster.core.errors import InvalidInput

app = typer.Typer()


def stop_on_signals() -> threading.Event:
    """An event that SIGTERM, SIGINT and SIGHUP set."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop


@app.command()
def up(
    port: Annotated[int, typer.Option(help="Port to answer at; 0 takes a free one.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen at; this machine only by default.")] = "127.0.0.1",
    alone: Annotated[bool, typer.Option("--alone", help="Send although the second machine can not be asked.")] = False,
) -> None:
    """Run the system: web server and background lanes, restarted when they fail, until Ctrl-C or SIGTERM."""
    from muster.conf.setup import setup_django

    setup_django()
    from muster.conf.first_start import administrator_waits
    from muster.conf.running import Running

    stop = stop_on_signals()
    running = Running(host=host, port=port, alone=alone)

    def announce(address: str) -> None:
        typer.echo(f"Muster answers at {address}")
        if administrator_waits():
            typer.echo("No administrator has set a password yet; the link from muster init leads to the address named")
            typer.echo(f"there. One that leads here: muster init --address {address}")
        if running.pair.held:
            typer.echo(
                f"NOTHING IS SENT: the second machine ({running.pair.peer}) does not answer, so it is not known whether"
            )
            typer.echo(
                "it has taken over. Sending begins when it answers. If it is surely off: stop, then muster up --alone"
            )

    running.run(stop, announce=announce)


@app.command()
def worker(lane: Annotated[str, typer.Option(help="send, solve or import.")]) -> None:
    """Run one background lane (started by `muster up`)."""
    from muster.conf.setup import setup_django

    setup_django()
    from muster.jobs import lanes

    if lane not in lanes.PLACES:
        raise InvalidInput("lane.unknown", name=lane, known=", ".join(lanes.PLACES))
    found = lanes.find(lane)
    if found is None:
        raise InvalidInput("lane.unknown", name=lane, known=", ".join(lanes.PLACES))
    lanes.run(found, stop_on_signals())
