"""After an erasure: what was overwritten must not be readable in the files of the database either.

SQLite zeroes what it overwrites (secure_delete), but its log still holds the page as it was, until it is written back and
cut. PostgreSQL leaves the old row in its page until the table is written anew. Both need a moment without other readers;
a marker in the data folder says that it is still to be done, and the import lane tries until it is.
"""

from __future__ import annotations

from pathlib import Path

import structlog
from django.conf import settings
from django.db import OperationalError, connection

MARKER = "erasure.pending"
PATIENCE_MS = 2_000
# Tables in which something about a person stood in clear; what was sealed is not readable in an old page.
TABLES = (
    "people_member",
    "people_holding",
    "people_awaynotice",
    "people_contact",
    "people_consent",
    "people_importrun",
    "access_account",
    "auth_user",
    "channels_inmessage",
    "incidents_rollcallanswer",
)

log = structlog.get_logger(__name__)


def _marker() -> Path:
    return Path(settings.HOME) / MARKER


def wipe() -> bool:
    """Clean the database's files now; call outside of transactions. False: others were in the way, the lane tries again."""
    marker = _marker()
    marker.touch(mode=0o600)
    clean = _wipe_sqlite() if connection.vendor == "sqlite" else _wipe_postgres()
    if clean:
        marker.unlink(missing_ok=True)
    else:
        log.warning("erasure.wipe_postponed")
    return clean


def step() -> bool:
    """The lane's part: finish what was left over. True when it did."""
    return _marker().exists() and wipe()


def _wipe_sqlite() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        usual = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE_MS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={usual}")
    return not busy


def _wipe_postgres() -> bool:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {PATIENCE_MS}")
        try:
            for table in TABLES:
                cursor.execute("VACUUM (FULL) " + quote(table))
        except OperationalError:
            return False
        finally:
            cursor.execute("SET lock_timeout = 0")
    return True
