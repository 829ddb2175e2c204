"""Setting data aside and putting other data in their place; nothing is ever deleted here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from muster.conf.real_time import stamp
from muster.conf.unpack import DATABASE, SMALL_FILES

DATA_FILES = (*SMALL_FILES, DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm")
SECOND = "standby"  # the folder that makes a data folder that of a second machine, until it has taken over


def is_second_machine(home: Path) -> bool:
    return (home / SECOND).is_dir()


def exchange(home: Path, fresh: Path, after: str) -> Path:
    """The files of `fresh` take the places of those in `home`, which are kept in the folder returned."""
    kept = home / f"set-aside-{after}-{stamp()}"
    kept.mkdir(mode=0o700)
    for name in DATA_FILES:
        if (home / name).exists():
            (home / name).rename(kept / name)
    for name in DATA_FILES:
        if (fresh / name).exists():
            (fresh / name).rename(home / name)
    fresh.rmdir()
    return kept


@contextmanager
def empty_database(url: str, after: str) -> Iterator[None]:
    """An empty database under the name of the used one: PostgreSQL's schema is renamed, and named back on failure."""
    if not url:
        yield
        return
    import psycopg

    kept = "set_aside_" + re.sub(r"\W", "_", f"{after}_{stamp()}")
    with psycopg.connect(url, autocommit=False) as link:
        link.execute("ALTER SCHEMA public RENAME TO " + kept)
        link.execute("CREATE SCHEMA public")
    done = False
    try:
        yield
        done = True
    finally:
        if not done:
            with psycopg.connect(url) as link:
                link.execute("DROP SCHEMA public CASCADE")
                link.execute("ALTER SCHEMA " + kept + " RENAME TO public")
