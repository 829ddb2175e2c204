"""An SMS gateway as a process of its own that can be slow, broken, lying or refusing. Run: python gateway_process.py LOG [PORT]

Prints its port. Every message it takes in goes to LOG, one JSON line each, before it answers. POST /behave changes how it
answers: {"status": 202, "body": {...}, "delay_seconds": 0, "hang_up": false}.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

behaviour: dict[str, object] = {
    "status": 202,
    "body": {"accepted": True},
    "delay_seconds": 0.0,
    "hang_up": False,
    "trickle_seconds": 0.0,
    "head_drops": 0,
}
lock = threading.Lock()


class Gateway(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    log_path = ""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/behave":
            behaviour.update(json.loads(body))
            self._answer(200, {})
            return
        with lock, open(self.log_path, "a", encoding="utf-8") as log:
            signed = {"time": self.headers["X-Muster-Time"], "signature": self.headers["X-Muster-Signature"]}
            log.write(json.dumps({**json.loads(body), "raw": body.decode(), "path": self.path, **signed}) + "\n")
        time.sleep(float(behaviour["delay_seconds"]))
        if behaviour["hang_up"]:
            self.close_connection = True
            return
        self._answer(int(behaviour["status"]), behaviour["body"])

    def _answer(self, status: int, body: object) -> None:
        text = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        for _ in range(int(behaviour["head_drops"]) if self.path != "/behave" else 0):
            time.sleep(0.1)
            self.wfile.write(b"H")
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        for start in range(0, len(text), 1 if behaviour["trickle_seconds"] else len(text)):
            time.sleep(float(behaviour["trickle_seconds"]))
            self.wfile.write(text[start : start + 1] if behaviour["trickle_seconds"] else text)

    def log_message(self, *args: object) -> None:
        """Quiet."""


if __name__ == "__main__":
    Gateway.log_path = sys.argv[1]
    ThreadingHTTPServer.handle_error = lambda self, request, address: None  # a killed sender breaks its connections
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 0), Gateway)
    print(server.server_port, flush=True)
    server.serve_forever()
