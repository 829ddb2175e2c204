"""Addresses as logs may show them: addresses carry reply links, one-time links and member numbers."""

from __future__ import annotations

import logging

from django.http import HttpRequest

UNMATCHED = "unmatched"


def route(request: HttpRequest) -> str:
    """The pattern of the address that was asked for, without what stood in its places."""
    match = getattr(request, "resolver_match", None)
    return str(match.route) if match else UNMATCHED


def hide_path(record: logging.LogRecord) -> bool:
    """A filter for log records that other code makes about a request: its route instead of its address."""
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest) and isinstance(record.args, tuple):
        record.args = tuple(route(request) if arg == request.path else arg for arg in record.args)
    return True
