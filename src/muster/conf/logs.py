"""Structured logs to stderr, one JSON line each; no form bodies and no personal fields are ever logged."""

from __future__ import annotations

import logging
import re
import traceback
from types import TracebackType

import structlog

from muster.web.routes import hide_path

HIDDEN = "…"
# PostgreSQL tells whole rows there.
_ROWS = re.compile(r"^(?:DETAIL|CONTEXT|HINT):.*\n?", re.MULTILINE)
# Phone, ID and certificate numbers; keys and tokens; names of people and of what they wrote.
_PRIVATE = re.compile(r"\d{5,}[\dXx]?|\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{16,}|[\u3400-\u9fff\U00020000-\U000323af]+")


def plain_traceback(
    exc_info: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
) -> str:
    """Where it happened and what it was; figures, keys and Chinese words in messages are left out, values of variables
    are never in it."""
    return _PRIVATE.sub(HIDDEN, _ROWS.sub("", "".join(traceback.format_exception(*exc_info)))).rstrip()


def configure(settings: dict[str, str]) -> None:
    """LOGGING_CONFIG hook: `settings` is LOGGING from the settings module."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(plain_traceback),  # also for the loggers of the standard library
    ]
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(ensure_ascii=False), foreign_pre_chain=shared
        )
    )
    handler.addFilter(hide_path)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.get("level", "INFO"))
    logging.getLogger("django.request").setLevel(logging.ERROR)
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
