"""Rosters through the command: the shared one exactly as written down, and one of 100,000 rows in time and memory."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from tests.people.makers import HEADERS, UNITS, id_of, person
from tests.server import Home

from acceptance.ground import QUICK, ROSTER, SHARED, expected_roster, one_sentence

ROWS = 10_000 if QUICK else 100_000
MOST_SECONDS, MOST_BYTES = 150.0, 10**9
ROSTER_SECONDS = 10.0
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
    began = time.monotonic()
    done = take(home, "--json", "-", "--report", str(tmp_path / "refused.xlsx"))
    seconds = time.monotonic() - began
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found == {part: told[part] for part in ("rows", "accepted", "rejected", "fixed", "warnings")}
    members, _, *units = counts(home)
    assert members == told["accepted"]
    assert units == [told["units"][kind] for kind in ("towns", "villages", "teams")]
    assert seconds <= ROSTER_SECONDS  # start of the program and making of the tables included
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


def large_roster(path: Path, rows: int) -> int:
    """Writes a workbook of `rows` people; every hundredth has a fault. Returns how many are good."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("花名册")
    sheet.append(["应急后备队伍花名册"])
    sheet.append(["填表说明"])
    sheet.append(list(HEADERS))
    skills = ("综合应急", "综合应急、抗洪抢险", "交通疏导、信息员", "秩序引导", "综合应急、医疗救护")
    for number in range(1, rows + 1):
        row = person(number, 公民身份号码=id_of(number % 9_000, number) if number < 9_000 else _id(number))
        row |= {"专业特长": skills[number % 5], "工作单位": f"第{number % 200}工厂", "经度": 113 + number % 997 / 9_000}
        if number % 5 == 4:
            row |= {"证书1名称": "医疗救护", "证书1编号": f"ZS{number}", "证书1有效期至": "2029-06-30"}
        if number % 100 == 0:
            row["姓名"] = None
        sheet.append([row.get(name) for name in HEADERS])
    listed = book.create_sheet("单位表")
    for values in (("镇(街道)", "村(社区)"), *UNITS):
        listed.append(list(values))
    book.save(path)
    return rows - rows // 100


def _id(number: int) -> str:
    """ID numbers beyond the days of a life: the serial takes the rest."""
    from muster.codecs.idnumber import check_character

    day, serial = divmod(number, 500)
    first = f"4302111{960 + day % 40}{1 + day % 12:02d}{1 + day // 40 % 28:02d}{serial * 2 + 1:03d}"
    return first + check_character(first)


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
    good = large_roster(path, ROWS)
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
