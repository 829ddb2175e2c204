"""Logs of the relay: one JSON line each on stderr. No address of a link, no answer and no client is ever logged."""

from __future__ import annotations

import sys

import structlog


def to_stderr() -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
