"""Database settings: SQLite under the data folder by default, PostgreSQL by MUSTER_DATABASE_URL."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

# synchronous=FULL: with NORMAL the last commits of a WAL database may be gone after a power cut, and replies must not be.
# secure_delete: what is deleted or overwritten is zeroed in the file, or an erased name could still be read in it.
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
    "PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000; "
    "PRAGMA secure_delete=ON;"
)


def database_settings(home: Path, url: str | None) -> dict[str, object]:
    """DATABASES['default'] for `url` (postgresql://user:pw@host:port/name?host=/socket) or for SQLite in `home`."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / "muster.sqlite3"),
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
        }
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/") or "postgres",
        "USER": unquote(parts.username or "postgres"),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0,
    }
