"""Two processes appending to the same stream at once: no gap, no fork, no lost mark."""

from __future__ import annotations

import subprocess
import sys

import pytest

from muster.journal.models import Stream
from muster.journal.verify import verify_all

EACH = 60
PROGRAM = f"""
from muster.conf.setup import setup_django
setup_django()
from datetime import UTC, datetime
from django.db import connection
from muster.journal import heads
from muster.journal.actions import append
for number in range({EACH}):
    append("people", "done", actor="system", at=datetime.now(UTC), payload={{"n": number}})
    if number % 20 == 0:
        heads.compact()
"""


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_two_processes_write_one_chain(child_env: dict[str, str]) -> None:
    running = [subprocess.Popen([sys.executable, "-c", PROGRAM], env=child_env) for _ in range(2)]
    assert [process.wait(timeout=60) for process in running] == [0, 0]
    assert Stream.objects.get(name="people").count == 2 * EACH
    (report,) = verify_all()
    assert (report.count, report.unmarked, report.faults) == (2 * EACH, 0, [])
