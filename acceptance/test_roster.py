"""The roster of the shared data gives exactly the verdicts that were written down for it."""

import pytest

from acceptance.ground import checked_roster, expected_roster


@pytest.fixture(scope="module")
def expected():
    return expected_roster()


@pytest.fixture(scope="module")
def checked():
    return checked_roster()


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
