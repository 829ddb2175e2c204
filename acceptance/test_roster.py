"""The roster of the shared data gives exactly the verdicts that were written down for it."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
import yaml

from muster.codecs.roster import RosterRules, check_roster, find_roster
from muster.codecs.units_list import KnownUnits, read_units, units_sheet_name
from muster.codecs.workbook import open_workbook

SHARED = Path(os.environ.get("MUSTER_SHARED", "../shared"))


@pytest.fixture(scope="module")
def expected():
    return json.loads((SHARED / "data" / "roster.expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def checked(expected):
    book = open_workbook((SHARED / "data" / "roster.xlsx").read_bytes())
    table = find_roster(book)
    units = KnownUnits.of(read_units(book, units_sheet_name(book, table.sheet.name)))
    scenarios = yaml.safe_load((SHARED / "scenarios" / "scenarios.yaml").read_text(encoding="utf-8"))
    names = {item[key]: item["id"] for item in scenarios["capabilities"] for key in ("zh", "en")}
    rules = RosterRules(units, names, expected["datum"], date.fromisoformat(expected["as_of"]))
    return units, check_roster(table, rules)


@pytest.mark.parametrize("part", ["rows", "accepted", "rejected", "fixed", "warnings"])
def test_the_verdicts_are_the_expected_ones(checked, expected, part):
    assert checked[1].as_json()[part] == expected[part]


def test_the_units_are_the_expected_ones(checked, expected):
    units, result = checked
    counts = {"towns": len(units.towns), "villages": len(units.places), "teams": len(result.new_teams)}
    assert counts == expected["units"]


def test_every_home_lies_in_the_district(checked):
    for row in checked[1].accepted:
        assert 112.95 <= row.lon <= 113.16
        assert 27.60 <= row.lat <= 27.90
