from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channels.conftest import GatewayProcess


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[GatewayProcess]:
    """A gateway in a process of its own, which writes down all it is given."""
    process = GatewayProcess(tmp_path / "gateway.jsonl")
    yield process
    process.stop()
