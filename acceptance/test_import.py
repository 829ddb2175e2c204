"""Rosters through the command: the shared one exactly as written down, and one of 100,000 rows in time and memory."""

import json
import os
import subprocess
import sys

import pytest
from openpyxl import load_workbook
from tests.server import Home
from tools.bench.big_roster import write

from acceptance.ground import QUICK, ROSTER, SHARED, capability_names, checked_roster, expected_roster, one_sentence

ROWS = 10_000 if QUICK else 100_000
MOST_SECONDS, MOST_BYTES = 150.0, 10**9
COUNT = """
from muster.apps.people.models import Holding, Member, Unit
units = [Unit.objects.filter(kind=kind).count() for kind in ("town", "village", "team")]
print(Member.objects.count(), Holding.objects.count(), *units)
"""


def take(home: Home, *words: str, seconds: float = 300) -> subprocess.CompletedProcess[str]:
    told = expected_roster()
    return home.muster(
        "import", "people", str(ROSTER), "--datum", told["datum"], "--as-of", told["as_of"], *words, seconds=seconds
    )


def counts(home: Home) -> list[int]:
    return list(map(int, home.python(COUNT).split()))


def test_the_shared_roster_is_taken_over_exactly_as_written_down(home, tmp_path):
    told = expected_roster()
    done = take(home, "--json", "-", "--report", str(tmp_path / "refused.xlsx"))
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found == {part: told[part] for part in ("rows", "accepted", "rejected", "fixed", "warnings")}
    members, _, *units = counts(home)
    assert members == told["accepted"]
    assert units == [told["units"][kind] for kind in ("towns", "villages", "teams")]
    rows = list(load_workbook(tmp_path / "refused.xlsx").worksheets[0].iter_rows(values_only=True))
    assert "说明" in rows[2]
    assert len(rows) - 3 == len(told["rejected"])


def test_a_dry_run_leaves_no_trace_and_a_repeat_doubles_nobody(home):
    dry = take(home, "--dry-run", "--json", "-")
    assert counts(home) == [0, 0, 0, 0, 0]
    first = take(home, "--json", "-")
    once = counts(home)
    again = take(home, "--json", "-")
    assert dry.stdout == first.stdout == again.stdout
    assert counts(home) == once


def test_the_journal_of_an_import_is_whole(enrolled):
    assert enrolled.muster("check", "journal").returncode == 0


@pytest.mark.parametrize("words", [["--datum", "mars"], ["--datum", "wgs84", "--as-of", "yesterday"]])
def test_wrong_use_is_told_in_one_sentence(home, words):
    done = home.muster("import", "people", str(ROSTER), *words)
    assert done.returncode == 2
    assert one_sentence(done)


def test_what_is_no_roster_is_told_in_one_sentence(home):
    done = home.muster("import", "people", str(SHARED / "data" / "README.md"), "--datum", "wgs84")
    assert done.returncode == 2
    assert one_sentence(done)


# --- many rows ---


MEASURED = """
import resource, subprocess, sys, time
began = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(done.returncode, time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def measured(home: Home, *words: str) -> tuple[int, float, int]:
    """(exit code, seconds, most bytes in memory) of a command."""
    command = [sys.executable, "-c", MEASURED, sys.executable, "-m", "muster.cli.main", *words]
    done = subprocess.run(command, env=home.env, capture_output=True, text=True, timeout=1200, check=True)
    code, seconds, most = done.stdout.split()
    return int(code), float(seconds), int(most)


def test_a_hundred_thousand_rows_are_taken_over_in_time_and_memory(home, tmp_path, record_property):
    path, out = tmp_path / "large.xlsx", tmp_path / "out.json"
    good = write(path, checked_roster()[1].accepted, capability_names(), ROWS)
    home.init()
    code, seconds, most = measured(
        home, "import", "people", str(path), "--datum", "wgs84", "--as-of", "2026-11-23", "--json", str(out)
    )
    record_property("seconds", seconds)
    record_property("megabytes", most / 1e6)
    sys.stderr.write(f"\n{ROWS} rows: {seconds:.1f} s, {most / 1e6:.0f} MB on {os.cpu_count()} processors\n")
    assert code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["rows"], found["accepted"]) == (ROWS, good)
    assert counts(home)[0] == good
    assert seconds <= MOST_SECONDS
    assert most <= MOST_BYTES
