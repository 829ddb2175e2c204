"""Structured logs to stderr, one JSON line each; no form bodies and no personal fields are ever logged."""

from __future__ import annotations

import logging

import structlog

from muster.web.routes import hide_path


def configure(settings: dict[str, str]) -> None:
    """LOGGING_CONFIG hook: `settings` is LOGGING from the settings module."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
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
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
