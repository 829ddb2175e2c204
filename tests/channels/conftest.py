from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from muster.apps.channels.sender import Sender


class GatewayProcess:
    """Handle of a running gateway: where it is, what it saw, how it behaves."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.port = 0
        self.start()

    def start(self) -> None:
        """Start it, again on the same port when it ran before."""
        program = str(Path(__file__).with_name("gateway_process.py"))
        self.process = subprocess.Popen(
            [sys.executable, program, str(self.log), str(self.port)], stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}"

    def behave(self, **how: object) -> None:
        httpx.post(f"{self.url}/behave", json=how, trust_env=False).raise_for_status()

    def seen(self) -> list[dict[str, object]]:
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def start_gateway(tmp_path: Path) -> Iterator[Callable[[str], GatewayProcess]]:
    running: list[GatewayProcess] = []

    def start(name: str) -> GatewayProcess:
        running.append(GatewayProcess(tmp_path / f"{name}.jsonl"))
        return running[-1]

    yield start
    for gateway in running:
        gateway.stop()


@pytest.fixture
def gateway(start_gateway: Callable[[str], GatewayProcess]) -> GatewayProcess:
    return start_gateway("gateway")


@pytest.fixture
def sender() -> Iterator[Sender]:
    made = Sender()
    yield made
    made.close()
