"""One Cookie header however many the browser sends: over HTTP/2 each cookie may travel in a header field of its own.

RFC 9113, section 8.2.3: before such fields are passed on they are joined with "; ". The framework joins repeated headers
with a comma, which is right for every other header and loses all cookies but the first.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from muster.conf.line_up import App, Receive, Send


class CookieCrumbs:
    """An ASGI application in front of `app`: joins the crumbs of the Cookie header."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        crumbs = [value for name, value in scope.get("headers", ()) if name == b"cookie"]
        if len(crumbs) > 1:
            others = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
            scope = {**scope, "headers": [*others, (b"cookie", b"; ".join(crumbs))]}
        await self._app(scope, receive, send)
