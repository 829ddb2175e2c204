"""The second machine's own door: tells the first one that it stands by, and everybody else that this is not the office."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from muster.conf import pair, tls

SAY = "This is the second machine; it stands by. 这是备用机，正在待命。\n"


def open_door(address: str, home: Path, key: str, epoch: Callable[[], int]) -> ThreadingHTTPServer:
    """Listen where this machine will answer after a takeover. Error: OSError when the port is taken."""

    class Door(BaseHTTPRequestHandler):
        timeout = 5.0

        def do_GET(self) -> None:
            known = pair.key_fits(pair.Pair(key, 0, ""), self.headers.get(pair.HEADER, ""))
            if self.path == "/standby/state/" and known:
                self._answer(200, "application/json", json.dumps({"role": "second", "epoch": epoch()}))
            else:
                self._answer(503, "text/plain; charset=utf-8", SAY)

        def _answer(self, status: int, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, *_: object) -> None:
            """Nothing is logged: the first machine asks every other second."""

    parts = urlsplit(address)
    host = "127.0.0.1" if parts.scheme == "http" else ""
    server = ThreadingHTTPServer((host, parts.port or (443 if parts.scheme == "https" else 80)), Door)
    if parts.scheme == "https":
        served = tls.files(home)
        if served is None:
            server.server_close()
            raise OSError(2, "no certificate has come from the first machine", str(tls.folder(home)))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*served)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="door", daemon=True).start()
    return server
