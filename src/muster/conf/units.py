"""Service units for systemd, closed as far as the program can bear."""

from __future__ import annotations

from pathlib import Path

from muster.core.errors import Unreadable

UNIT = """\
[Unit]
Description={description}
After=network-online.target time-sync.target
Wants=network-online.target
StartLimitIntervalSec=0
{conflict}
[Service]
User={user}
EnvironmentFile={prefix}/muster.env
ExecStart={prefix}/current/bin/muster {command}
Restart=always
RestartSec=5
TimeoutStopSec=20
UMask=0077
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=full
{more}
[Install]
WantedBy=multi-user.target
"""
# Ports below 1024 without root; a second machine's door needs the same.
LOW_PORT = "AmbientCapabilities=CAP_NET_BIND_SERVICE\n"


def write_units(into: Path, prefix: Path, *, user: str, host: str, port: int) -> list[Path]:
    """muster.service and muster-standby.service, the one stopping the other. Errors: OSError, Unreadable "units.no_folder"."""
    if not into.is_dir():  # not made here: a mistyped name would hide the units from systemd
        raise Unreadable("units.no_folder", path=str(into))
    low = LOW_PORT if port < 1024 else ""
    kinds = {
        "muster.service": {
            "description": "Muster, readiness and emergency command",
            "command": f"up --host {host} --port {port}",
            "conflict": "Conflicts=muster-standby.service\n",
            "more": low,
        },
        "muster-standby.service": {
            "description": "Muster, second machine following the first",
            "command": "standby",
            "conflict": "Conflicts=muster.service\n",
            "more": low,
        },
    }
    made = []
    for name, values in kinds.items():
        path = into / name
        path.write_text(UNIT.format(prefix=prefix, user=user, **values), encoding="utf-8")
        made.append(path)
    return made
