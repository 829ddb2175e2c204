"""Forty seeds of scenario S1: every assertion holds, and the chance stated at first approval is not refuted.

MUSTER_SEEDS cuts the run down, for example MUSTER_SEEDS=1-3.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path


def test_what_is_promised_at_first_approval_is_kept_as_often_as_promised(tmp_path: Path) -> None:
    seeds = os.environ.get("MUSTER_SEEDS", "1-40")
    out = tmp_path / "seeds.json"
    command = [sys.executable, "-m", "muster.cli.main", "exercise", "S1", "--seeds", seeds, "--json", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert out.exists(), done.stderr
    body = json.loads(out.read_text(encoding="utf-8"))
    assert body["broken_seeds"] == []
    assert body["missed_without_warning"] == 0
    assert body["refuted"] is False
    assert body["passed"] is True
    assert done.returncode == 0
