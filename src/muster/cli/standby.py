"""`muster pair`, `muster standby`, `muster takeover`: a warm second machine."""

from __future__ import annotations

import os
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.output import check_writable
from muster.cli.run import stop_on_signals
from muster.conf import follow, pair
from muster.conf.home import home_path
from muster.conf.real_time import utc_now

app = typer.Typer()
CHECK_DOOR_SECONDS = 5.0


@app.command("pair")
def make_pair(
    file: Annotated[Path, typer.Argument(help="The invitation to write; carry it to the second machine by hand.")],
    first: Annotated[str, typer.Option(help="https:// address of this machine.")],
    second: Annotated[str, typer.Option(help="https:// address of the second one, before and after a takeover.")],
) -> None:
    """On the first machine: make an invitation for a second one. It opens everything: delete it afterwards."""
    check_writable(file)
    pair.invite(home_path(), first, second, file)
    typer.echo(f"{file}: carry it to the second machine; there: muster standby --from {file.name}")
    typer.echo("Muster here watches the second machine from its next start on.")


@app.command()
def standby(
    invited: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="Invitation; the first time only.")
    ] = None,
) -> None:
    """On the second machine: follow the first one until `muster takeover`, holding a copy at most seconds old."""
    from muster.jobs.lock import HomeLock

    home = home_path()
    if invited is not None:
        follow.join(home, invited)
    stop = stop_on_signals()
    from muster.cli.main import sentence

    follower = follow.Follower(home, say=_say, explain=sentence)
    lock = HomeLock(home)
    lock.take("following the first machine")
    threading.Thread(target=_keep_door, args=(follower, stop), name="keep-door", daemon=True).start()
    try:
        follower.run(stop)
    finally:
        lock.free()


def _say(sentence: str) -> None:
    sys.stdout.write(f"{utc_now():%Y-%m-%d %H:%M:%S}Z {sentence}\n")
    sys.stdout.flush()


def _keep_door(follower: follow.Follower, stop: threading.Event) -> None:
    """Open the door as soon as there is a certificate to show (it comes with the first copy)."""
    from muster.conf.standby_door import open_door

    while not stop.is_set():
        state = follow.read_state(follower.home)
        if state is not None:
            try:
                files = follow.folder(follower.home) / "files"
                open_door(follower.invitation.second, files, follower.invitation.key, lambda: _epoch(follower.home))
            except OSError as error:
                _say(f"The first machine can not ask this one: {follower.invitation.second}: {error}")
                stop.wait(follow.SAY_AGAIN_SECONDS)
                continue
            return
        stop.wait(0.2)


def _epoch(home: Path) -> int:
    state = follow.read_state(home)
    return state.epoch if state else 0


@app.command()
def takeover(
    although_it_answers: Annotated[
        bool, typer.Option(help="Take over though the first machine answers; it stops.")
    ] = False,
    up: Annotated[bool, typer.Option("--up", help="Start at once, as `muster up` would.")] = False,
    port: Annotated[int, typer.Option(help="With --up.")] = 8000,
    host: Annotated[str, typer.Option(help="With --up.")] = "127.0.0.1",
) -> None:
    """On the second machine: become the one that runs the office, with the copy it holds. The first one is shut out."""
    home = home_path()
    state = follow.take_over(home, although_it_answers=although_it_answers)
    age = (utc_now() - datetime.fromisoformat(state.at)).total_seconds()
    _say(
        f"TAKEN OVER with the data of {state.first_at} (the first machine's clock); the last copy came {age:.0f} s ago."
    )
    if state.clock_is_wrong:
        _say(follow.clock_sentence(state.offset_seconds))
    if not up:
        _say("Start it now: muster up")
        return
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "muster.cli.main", "up", "--port", str(port), "--host", host])
