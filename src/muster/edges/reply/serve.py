"""Starting the relay: one per folder, one per port, behind the same server program as the office's own pages."""

from __future__ import annotations

import fcntl
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from muster.core.errors import Conflict, InvalidInput
from muster.edges.reply.keys import FILE, INBOX, load
from muster.jobs.family import PARENT_VARIABLE

APPLICATION = "muster.edges.reply.asgi:application"


def serve(
    folder: Path,
    host: str,
    port: int,
    *,
    behind_proxy: bool,
    tls: tuple[Path, Path] | None,
    announce: Callable[[str], None],
) -> NoReturn:
    """Become the server. `tls`: certificate and key. The lock goes along and ends with the process.

    Errors: Unreadable "relay.no_keys", Conflict "relay.running", InvalidInput "relay.port_taken".
    """
    load(folder)
    (folder / INBOX).mkdir(mode=0o700, exist_ok=True)
    lock(folder)
    found = _port(host, port)
    shown = f"[{host}]" if ":" in host else host
    announce(f"{'https' if tls else 'http'}://{shown}:{found}/")
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", host, "--port", str(found)]
    command += ["--workers", "1", "--workers-kill-timeout", "5", "--log-level", "warning", "--no-ws"]
    if tls:
        command += ["--ssl-certificate", str(tls[0]), "--ssl-keyfile", str(tls[1])]
    manner = {"MUSTER_RELAY_FOLDER": str(folder.resolve()), "MUSTER_RELAY_BEHIND_PROXY": str(int(behind_proxy))}
    os.execve(sys.executable, [*command, APPLICATION], {**os.environ, **manner, PARENT_VARIABLE: "1"})


def lock(folder: Path) -> None:
    """Error: Conflict "relay.running" while another relay runs on this folder."""
    handle = os.open(folder / FILE, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise Conflict("relay.running", path=str(folder)) from error
    os.set_inheritable(handle, True)  # it lives on in the server


def _port(host: str, wanted: int) -> int:
    """`wanted`, or a free one for 0; the server itself would share a port without a word."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
            probe.listen(1)
        except OSError as error:
            raise InvalidInput("relay.port_taken", port=wanted) from error
        return int(probe.getsockname()[1])
