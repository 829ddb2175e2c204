"""Signed files where no connection is allowed: page files laid into the inbox, answers taken out as files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import structlog

from muster.codecs.relay import MOST_MESSAGE_BYTES, Push, unpack
from muster.core.errors import Conflict, MusterError, Unreadable
from muster.edges.reply.keys import INBOX, SUFFIX
from muster.edges.reply.store import Store

log = structlog.get_logger(__name__)


def read_message(path: Path) -> bytes:
    """The bytes of a file. Error: Unreadable "relay.form" for one that is far too long."""
    if path.stat().st_size > MOST_MESSAGE_BYTES:
        raise Unreadable("relay.form")
    return path.read_bytes()


def take_inbox(folder: Path, core_key: str, store: Store, now_seconds: float) -> Iterator[Push]:
    """Take the page files that lie in the inbox, oldest first. What is not the core's is put aside as *.refused; a file
    older than what is known already is only removed."""
    for path in sorted((folder / INBOX).glob(f"*{SUFFIX}")):
        try:
            push = unpack("push", read_message(path), core_key, Push)
            store.push(push, now_seconds)
        except Conflict:
            log.info("relay.file_known", file=path.name)
        except MusterError as error:
            log.error("relay.file_refused", file=path.name, code=error.code)
            path.replace(path.with_suffix(".refused"))
            continue
        except OSError as error:  # not readable or the disk is full: left for the next try
            log.error("relay.file_not_taken", file=path.name, reason=error.strerror)
            continue
        else:
            yield push
        path.unlink(missing_ok=True)
