"""Who of those present fills which post. Pure: people arrive one by one and posts are re-dealt where that helps.

One arrival fills one post (DESIGN §4). When the lines a newcomer could serve are full, somebody on one of them may move
to another line he also serves: an augmenting path over the lines (at most as many steps as lines), so the number of filled
posts is always the most possible for the people present. Of the free lines that can be reached so the first is taken:
lines are numbered by due time, so what is due first is filled first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping

Person = Hashable


def deal(
    able: Mapping[Person, frozenset[int]], posted: Mapping[Person, int], room: Mapping[int, int], newcomer: Person
) -> dict[Person, int]:
    """Changes of post that seat `newcomer`: {person: line}, empty when every way is full.

    able: lines each person present can serve; posted: present posts; room: heads each line needs.
    """
    filled = dict.fromkeys(room, 0)
    for line in posted.values():
        filled[line] = filled.get(line, 0) + 1
    came: dict[int, tuple[Person, int | None]] = {
        line: (newcomer, None) for line in sorted(able[newcomer]) if line in room
    }
    queue = deque(came)
    free: list[int] = []
    while queue:
        line = queue.popleft()
        if filled[line] < room[line]:
            free.append(line)
            continue
        for person, other in _movers(able, posted, line):
            if other in room and other not in came:
                came[other] = (person, line)
                queue.append(other)
    return _trace(came, min(free)) if free else {}


def _movers(able: Mapping[Person, frozenset[int]], posted: Mapping[Person, int], line: int) -> list[tuple[Person, int]]:
    return [(person, other) for person, held in posted.items() if held == line for other in sorted(able[person])]


def _trace(came: Mapping[int, tuple[Person, int | None]], line: int) -> dict[Person, int]:
    changes: dict[Person, int] = {}
    at: int | None = line
    while at is not None:
        person, before = came[at]
        changes[person] = at
        at = before
    return changes
