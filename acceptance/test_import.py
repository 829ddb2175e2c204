"""`muster import people` on the shared roster, twice over, and on a hundred thousand rows within its memory."""

import json
import os
import subprocess
import sys
import time
from datetime import date

import openpyxl
import pytest
from tools.bench.big_roster import write

from acceptance.ground import QUICK, ROSTER, checked_roster, expected_roster, scenarios

EXPECTED = expected_roster()
WORDS = ("import", "people", str(ROSTER), "--datum", EXPECTED["datum"], "--as-of", EXPECTED["as_of"], "--json", "-")
PARTS = ("rows", "accepted", "rejected", "fixed", "warnings")
COUNTS = """
from muster.apps.people.models import Holding, Member, Unit
from muster.journal.models import Entry
print(Member.objects.count(), Holding.objects.count(), Unit.objects.count(), Entry.objects.count())
"""
MANY = 1_000 if QUICK else 100_000
MOST_BYTES = 2**30
MOST_SECONDS = 150


def counts(home):
    return [int(word) for word in home.python(COUNTS).split()]


def test_a_dry_run_says_everything_and_writes_nothing(home, tmp_path):
    report = tmp_path / "refused.xlsx"
    done = home.muster(*WORDS, "--dry-run", "--report", str(report))
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert {part: told[part] for part in PARTS} == {part: EXPECTED[part] for part in PARTS}
    assert counts(home)[0] == 0
    rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(report).worksheets[0].iter_rows()]
    head = next(row for row in rows if "公民身份号码" in row)
    say = head.index("说明")
    refused = rows[rows.index(head) + 1 :]
    assert len(refused) == len(EXPECTED["rejected"])
    assert all(row[say] for row in refused)


def test_the_good_rows_go_in_and_a_repeat_doubles_nobody(home):
    first = home.muster(*WORDS)
    before = counts(home)
    assert before[0] == EXPECTED["accepted"]
    assert before[2] == 1 + sum(EXPECTED["units"].values())  # the office itself
    second = home.muster(*WORDS)
    assert (first.returncode, second.returncode) == (0, 0)
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert counts(home)[:3] == before[:3]
    assert home.muster("check", "journal").returncode == 0


@pytest.fixture
def many(tmp_path):
    """A workbook of MANY people."""
    _, result = checked_roster()
    names = {row["id"]: row["zh"] for row in scenarios()["capabilities"]}
    write(tmp_path / "many.xlsx", result.accepted, names, MANY)
    return tmp_path / "many.xlsx"


def test_a_hundred_thousand_rows_fit_into_time_and_memory(home, many, tmp_path):
    out = tmp_path / "many.json"
    words = ["import", "people", str(many), "--datum", "wgs84", "--as-of", str(date(2026, 11, 23)), "--json", str(out)]
    began = time.monotonic()
    process = subprocess.Popen([sys.executable, "-m", "muster.cli.main", *words], env=home.env)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert used.ru_maxrss * 1024 < MOST_BYTES
    assert time.monotonic() - began <= MOST_SECONDS
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["rows"], told["accepted"], told["rejected"]) == (MANY, MANY, {})
    assert counts(home)[0] == MANY
