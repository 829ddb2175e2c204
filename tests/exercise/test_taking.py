"""Who plays whom: one member per phone, one phone per member, and never phone and crowd for the same one."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from muster.exercise.taking import Taking

CROWD = [f"TY{n:06d}" for n in range(150)]
OTHER_PROCESS = """
import sys
from pathlib import Path
from muster.exercise.taking import Taking
for n in range(25):
    print(Taking(Path(sys.argv[1])).take(7, f"{sys.argv[2]}-{n}", [f"TY{n:06d}" for n in range(150)]))
"""


@pytest.fixture
def taking(tmp_path: Path) -> Taking:
    return Taking(tmp_path)


def test_a_phone_gets_the_first_who_is_free_and_keeps_him(taking: Taking) -> None:
    assert taking.take(7, "red", CROWD) == CROWD[0]
    assert taking.take(7, "blue", CROWD) == CROWD[1]
    assert taking.take(7, "red", CROWD[5:]) == CROWD[0]
    assert taking.member_of(7, "blue") == CROWD[1]
    assert taking.taken(7) == CROWD[:2]


def test_another_exercise_is_another_game(taking: Taking) -> None:
    taking.take(7, "red", CROWD)
    assert taking.member_of(8, "red") == ""
    assert taking.take(8, "blue", CROWD) == CROWD[0]


def test_when_nobody_is_left_nobody_is_given(taking: Taking) -> None:
    taking.take(7, "red", CROWD[:1])
    assert not taking.has_free(7, CROWD[:1])
    assert taking.take(7, "blue", CROWD[:1]) == ""
    assert taking.member_of(7, "blue") == ""
    assert taking.has_free(7, CROWD[:2])


def test_the_crowd_leaves_out_whom_a_phone_has_and_keeps_whom_it_has_named(taking: Taking) -> None:
    taking.take(7, "red", CROWD)
    assert taking.speak(7, CROWD[:3]) == CROWD[:1]
    assert taking.take(7, "blue", CROWD) == CROWD[3]
    assert taking.speak(7, CROWD[2:5]) == [CROWD[3]]
    assert taking.speak(7, []) == []


def test_a_hundred_phones_at_once_get_a_hundred_members(taking: Taking, tmp_path: Path) -> None:
    command = [sys.executable, "-c", OTHER_PROCESS, str(tmp_path)]
    others = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("a", "b")]
    with ThreadPoolExecutor(25) as pool:
        mine = list(pool.map(lambda n: taking.take(7, f"phone-{n}", CROWD), range(50)))
    theirs = [line for each in others for line in each.communicate(timeout=60)[0].split()]
    given = mine + theirs
    assert len(given) == len(set(given)) == 100
    assert sorted(given) == CROWD[:100]
