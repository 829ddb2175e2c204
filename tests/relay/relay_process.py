"""A relay as a process of its own, on a loopback address that is not the core's."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from tests.server import wait_until

HOST = "127.0.0.2"


class RelayProcess:
    """`muster relay run` on a folder; `start` again after `kill` takes the same port."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder, self.words, self.port = folder, words, 0
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MUSTER_", "DJANGO_"))}
        self.env = {**kept, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "src")}
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "muster.cli.main", "relay", "run", str(self.folder), "--host", HOST]
        self.process = subprocess.Popen(
            [*command, "--port", str(self.port), *self.words],
            env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 60)
        found = re.search(r"(https?://[^/]+):(\d+)/", self.process.stdout.readline() if ready else "")
        assert found, self.process.stderr.read() if self.process.poll() is not None else "no address"
        self.url, self.port = f"{found.group(1)}:{found.group(2)}", int(found.group(2))
        wait_until(self.answers)

    def answers(self) -> bool:
        assert self.process.poll() is None, self.process.stderr.read()
        try:
            return httpx.get(f"{self.url}/healthz", trust_env=False, timeout=2, verify=False).text == "ok\n"
        except httpx.TransportError:
            return False

    def pids(self) -> list[int]:
        """The server and its worker."""
        found = [self.process.pid]
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
            if parent == self.process.pid:
                found.append(int(folder.name))
        return found

    def sockets(self) -> set[tuple[str, str, str]]:
        """(local address, remote address, state) of its TCP sockets, as the kernel writes them."""
        own = set()
        for pid in self.pids():
            for link in Path(f"/proc/{pid}/fd").iterdir():
                try:
                    own.add(os.readlink(link))
                except FileNotFoundError:
                    continue
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        return {(row[1], row[2], row[3]) for row in rows if f"socket:[{row[9]}]" in own}

    def kill(self) -> None:
        """Kill -9 of everything it is."""
        for pid in self.pids():
            os.kill(pid, signal.SIGKILL)
        self.process.communicate(timeout=30)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        return self.process.returncode
