"""The machine's own clock, for what belongs to the machine: backups, certificates, copies, releases. Never an exercise's."""

from __future__ import annotations

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Real UTC time."""
    return datetime.now(UTC)


def stamp() -> str:
    """Now, to the millisecond, as it stands in names of files."""
    return utc_now().strftime("%Y%m%dT%H%M%S%f")[:-3]
