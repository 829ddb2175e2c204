"""What all acceptance checks stand on: the shared data, the length of the run, the command in a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from muster.codecs.roster import RosterRules, check_roster, find_roster
from muster.codecs.roster_model import RosterResult
from muster.codecs.units_list import KnownUnits, read_units, units_sheet_name
from muster.codecs.workbook import open_workbook

SHARED = Path(os.environ.get("MUSTER_SHARED", "../shared")).resolve()
QUICK = os.environ.get("MUSTER_QUICK", "") not in ("", "0")
ROSTER, HISTORY = SHARED / "data" / "roster.xlsx", SHARED / "data" / "callout_history.csv"
MAKE_INSTANCE, CERTIFY = SHARED / "bench" / "make_instance.py", SHARED / "bench" / "certify.py"


def expected_roster() -> dict[str, Any]:
    return json.loads((SHARED / "data" / "roster.expected.json").read_text(encoding="utf-8"))


def scenarios() -> Mapping[str, Any]:
    return yaml.safe_load((SHARED / "scenarios" / "scenarios.yaml").read_text(encoding="utf-8"))


def capability_names() -> dict[str, str]:
    """Capability -> its Chinese name."""
    return {row["id"]: row["zh"] for row in scenarios()["capabilities"]}


def checked_roster() -> tuple[KnownUnits, RosterResult]:
    """The shared roster checked by the codecs alone."""
    expected = expected_roster()
    book = open_workbook(ROSTER.read_bytes())
    table = find_roster(book)
    units = KnownUnits.of(read_units(book, units_sheet_name(book, table.sheet.name)))
    names = {item[key]: item["id"] for item in scenarios()["capabilities"] for key in ("zh", "en")}
    rules = RosterRules(units, names, expected["datum"], date.fromisoformat(expected["as_of"]))
    return units, check_roster(table, rules)


def script(path: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run a program of the shared folder, which knows nothing of Muster."""
    command = [sys.executable, str(path), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def one_sentence(done: subprocess.CompletedProcess[str]) -> bool:
    """Whether a refusal is told as it should be: one line on stderr, nothing on stdout."""
    return done.stdout == "" and len(done.stderr.strip().splitlines()) == 1 and "Traceback" not in done.stderr
