"""Hall's condition: subsets, flow and plain matching agree."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.planning import flow
from muster.planning.hall import FEW, MANY_SUBSETS, counts_of, shortage, shortage_of_flow
from muster.planning.shortfall import restrict
from tests.planning.makers import hall_missing, matching_fills


@st.composite
def crowds(draw):
    """(types, need, counts) with the empty type first, and the people of each turnout as rows of lines."""
    lines = draw(st.integers(1, 4))
    kinds = draw(st.lists(st.integers(0, 2**lines - 1), min_size=1, max_size=6, unique=True))
    kinds = [0, *[kind for kind in kinds if kind]]
    types = np.array([[kind >> line & 1 for line in range(lines)] for kind in kinds], bool)
    need = np.array(draw(st.lists(st.integers(1, 3), min_size=lines, max_size=lines)))
    turnouts = draw(st.integers(1, 4))
    rows = st.lists(st.integers(0, 3), min_size=turnouts, max_size=turnouts)
    return types, need, np.array([draw(rows) for _ in kinds])


def present(types, counts, turnout):
    return [row.tolist() for kind, row in enumerate(types) for _ in range(counts[kind, turnout])]


@given(crowds())
@settings(max_examples=150)
def test_subsets_and_flow_say_what_trying_every_set_says(crowd):
    types, need, counts = crowd
    for found in (shortage(types, need, counts), shortage_of_flow(types, need, counts)):
        for turnout in range(counts.shape[1]):
            missing, chosen = hall_missing(present(types, counts, turnout), need.tolist())
            assert found.missing[turnout] == missing
            if missing:
                at = found.failing.tolist().index(turnout)
                assert set(np.flatnonzero(found.short[at]).tolist()) == chosen


@given(crowds())
def test_nothing_is_missing_exactly_where_a_matching_exists(crowd):
    types, need, counts = crowd
    found = shortage(types, need, counts)
    for turnout in range(counts.shape[1]):
        assert (found.missing[turnout] == 0) == matching_fills(present(types, counts, turnout), need.tolist())


@given(crowds())
def test_seen_by_some_lines_only_the_others_need_nobody(crowd):
    types, need, counts = crowd
    lines = np.arange(len(need))[::2]
    kinds, together = restrict(types, counts, lines)
    assert (together.sum(axis=0) == counts.sum(axis=0)).all()
    found = shortage(kinds, need[lines], together)
    for turnout in range(counts.shape[1]):
        able = [[row[line] for line in lines] for row in present(types, counts, turnout)]
        assert found.missing[turnout] == hall_missing(able, need[lines].tolist())[0]


@pytest.mark.parametrize("supply", [1, 4, 6])
def test_taking_people_in_order_first_changes_no_answer(supply):
    rng = np.random.default_rng(supply)
    types = np.unique(np.vstack([np.zeros(MANY_SUBSETS, bool), rng.random((30, MANY_SUBSETS)) < 0.25]), axis=0)
    need = rng.integers(2, 6, MANY_SUBSETS)
    counts = rng.integers(0, supply, (len(types), 2 * FEW))
    found, flowing = shortage(types, need, counts), shortage_of_flow(types, need, counts)
    assert len(found.failing) > 0
    assert (found.missing == flowing.missing).all()
    assert (found.failing == flowing.failing).all()
    assert (found.short == flowing.short).all()


def test_where_everything_is_filled_in_order_nothing_is_left_to_test():
    lines = MANY_SUBSETS
    types = np.vstack([np.zeros(lines, bool), np.eye(lines, dtype=bool)])
    found = shortage(types, np.ones(lines, int), np.full((lines + 1, FEW), 2))
    assert found.missing.tolist() == [0] * FEW
    assert found.failing.shape == (0,)
    assert found.short.shape == (0, lines)


def test_more_than_twelve_lines_go_by_flow():
    types = np.vstack([np.zeros(13, bool), np.eye(13, dtype=bool)])
    counts = np.ones((14, 2), int)
    counts[3, 1] = 0
    found = shortage(types, np.ones(13, int), counts)
    assert found.missing.tolist() == [0, 1]
    assert np.flatnonzero(found.short[0]).tolist() == [2]


def test_flow_in_several_batches_is_flow_in_one(monkeypatch):
    rng = np.random.default_rng(0)
    types, need = np.vstack([np.zeros(3, bool), rng.random((4, 3)) < 0.6]), np.array([2, 2, 1])
    counts = rng.integers(0, 3, (5, 40))
    whole = shortage_of_flow(types, need, counts)
    monkeypatch.setattr(flow, "BATCH_NODES", 24)
    parts = shortage_of_flow(types, need, counts)
    assert (whole.missing == parts.missing).all()
    assert (whole.short == parts.short).all()


def test_huge_counts_do_not_overflow():
    types = np.array([[False], [True]])
    found = shortage(types, np.array([40_000]), np.array([[0, 0], [39_999, 70_000]]))
    assert found.missing.tolist() == [1, 0]


def test_counting_types():
    types = np.array([[0, 1], [1, 1], [2, 0]])
    assert counts_of(types, 4).tolist() == [[1, 1], [1, 2], [1, 0], [0, 0]]
    with pytest.raises(ValueError, match=r"."):
        counts_of(np.array([[5]]), 3)
