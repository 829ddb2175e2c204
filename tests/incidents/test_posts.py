"""Dealing posts: the number of filled posts is always the most possible, whatever the order of arrival."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from muster.apps.incidents.posts import deal

LINES = st.integers(1, 4)


def most_possible(able: dict[int, frozenset[int]], room: dict[int, int]) -> int:
    posts = [line for line, heads in room.items() for _ in range(heads)]
    if not posts or not able:
        return 0
    fits = np.array([[line in lines for line in posts] for lines in able.values()])
    return int((maximum_bipartite_matching(csr_matrix(fits), perm_type="column") >= 0).sum())


@given(
    room=st.dictionaries(LINES, st.integers(1, 3), min_size=1, max_size=4),
    arrivals=st.lists(st.frozensets(LINES, max_size=4), max_size=12),
)
def test_people_arriving_one_by_one_fill_as_many_posts_as_a_maximum_matching(room, arrivals):
    able: dict[int, frozenset[int]] = {}
    posted: dict[int, int] = {}
    for person, lines in enumerate(arrivals):
        able[person] = lines
        posted |= deal(able, posted, room, person)
        assert len(posted) == most_possible(able, room)
        assert all(line in able[who] for who, line in posted.items())
        assert all(sum(held == line for held in posted.values()) <= heads for line, heads in room.items())


def test_somebody_with_two_skills_moves_to_make_room_for_a_newcomer_with_one():
    able = {"driver and medic": frozenset({1, 2}), "driver": frozenset({1})}
    assert deal(able, {"driver and medic": 1}, {1: 1, 2: 1}, "driver") == {"driver": 1, "driver and medic": 2}


def test_who_can_serve_nothing_gets_no_post():
    assert deal({"cook": frozenset()}, {}, {1: 5}, "cook") == {}


def test_what_is_due_first_is_filled_first():
    able = {"both": frozenset({1, 2})}
    assert deal(able, {}, {1: 1, 2: 1}, "both") == {"both": 1}
    moved = deal({"first": frozenset({1, 2}), "second": frozenset({2})}, {"first": 2}, {1: 1, 2: 1}, "second")
    assert moved == {"second": 2, "first": 1}
