"""The shared history of callouts: taken over row by row, and the response model forecasts what it has not seen."""

import json
from collections import Counter

import pytest

from acceptance.backtest import brier, enrolled_numbers, forecasts, history, log_loss, rows
from acceptance.ground import HISTORY, QUICK
from muster.planning.response_check import check

TRAINING = 20  # callouts that only teach
PLAIN_BRIER, PLAIN_LOG = 0.2205, 0.632  # a plain partially pooled logistic model on the same split
POOLED_BRIER, POOLED_LOG = 0.2263, 0.645  # one rate for everybody
COUNT = """
from muster.apps.service.models import PastAlert, ResponseModelRow
print(PastAlert.objects.count(), ResponseModelRow.objects.count())
"""


def test_rows_of_unknown_members_are_counted_and_left_out(enrolled):
    known, told = enrolled_numbers(), rows()
    unknown = sum(row["member_no"] not in known for row in told)
    assert unknown > 0
    expected = {"rows": len(told), "accepted": len(told) - unknown, "rejected": {"unknown_member": unknown}}
    first = enrolled.muster("import", "history", str(HISTORY), "--json", "-", seconds=300)
    assert (first.returncode, first.stderr) == (0, "")
    assert json.loads(first.stdout) == expected
    stored, models = map(int, enrolled.python(COUNT).split())
    assert (stored, models) == (expected["accepted"], 1)
    again = enrolled.muster("import", "history", str(HISTORY), "--json", "-", seconds=300)
    assert json.loads(again.stdout) == expected
    assert int(enrolled.python(COUNT).split()[0]) == stored  # taken over twice, stored once


def test_into_an_empty_home_every_row_is_of_an_unknown_member(home):
    done = home.muster("import", "history", str(HISTORY), "--json", "-")
    assert done.returncode == 0
    told = rows()
    assert json.loads(done.stdout) == {"rows": len(told), "accepted": 0, "rejected": {"unknown_member": len(told)}}


@pytest.fixture(scope="module")
def past():
    return history()


def test_the_split_is_the_one_the_known_figures_were_measured_on(past):
    per_callout = Counter(past.callout[past.delivered].tolist())
    assert len(per_callout) == 60
    assert min(per_callout.values()) > 0


def test_the_response_model_forecasts_at_least_as_well_as_a_plain_one(past):
    """Quick: every tenth callout, held against the pooled rate on the same alerts; else all, against known figures."""
    callouts = range(TRAINING, 60, 10) if QUICK else range(TRAINING, 60)
    said = forecasts(past, callouts)
    pooled = brier(said.pooled, said.accepted), log_loss(said.pooled, said.accepted)
    if QUICK:
        assert brier(said.chance, said.accepted) < pooled[0]
        assert log_loss(said.chance, said.accepted) < pooled[1]
        return
    assert pooled == pytest.approx((POOLED_BRIER, POOLED_LOG), abs=0.0005)  # the split itself is right
    assert brier(said.chance, said.accepted) <= PLAIN_BRIER
    assert log_loss(said.chance, said.accepted) <= PLAIN_LOG


def test_the_reliability_curve_lies_in_its_band_and_callouts_turn_out_as_widely_as_stated(past):
    """Quick: eight models instead of forty. The narrow band, of people who answer alone, is passed as well."""
    found = check(past, TRAINING, fits=8 if QUICK else None)
    assert (found.callouts, found.trained_on) == (60 - TRAINING, TRAINING)
    assert found.inside
    assert all(one.low_alone <= one.happened <= one.high_alone for one in found.bins)
    assert found.brier < found.brier_pooled
    # 90 % intervals: of 40 callouts 31 to 40 inside have a chance above 99 %
    assert 31 <= found.turnouts_inside <= 40
