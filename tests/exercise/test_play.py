"""The clock of a run: where it stops, how it moves, and that nothing is solved while things are moved."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from muster.core.errors import InvalidInput
from muster.exercise.crowd import Crowd
from muster.exercise.demo import pace_of, steady_pace_of
from muster.exercise.desk import Desk, read_pay
from muster.exercise.district.make import make_district
from muster.exercise.hand import ClockHand
from muster.exercise.play import DUE_MINUTES, FULL_SPEED, Play
from muster.exercise.scenario import load_scenario
from muster.exercise.trouble import Trouble
from muster.jobs import clock

SCENARIO = load_scenario("S1")


@pytest.fixture
def home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    (tmp_path / clock.MARKER).touch()
    return tmp_path


@pytest.fixture
def play(home: Path) -> Play:
    crowd = Crowd(make_district(5, 100), SCENARIO, seed=1)
    hand = ClockHand(home, SCENARIO.at(0), 0.0)
    gateway: Any = None  # no message is sent here
    return Play(SCENARIO, crowd, Desk("http://127.0.0.1:9", {}), gateway, hand, FULL_SPEED, lambda *_: None)


def stops(play: Play) -> list[float]:
    """The minutes of a run in which nothing happens but the desk's own acts."""
    found, minute = [], 0.0
    while play._acts:
        minute = play._next_minute(minute)
        play.approved = minute >= 2.0
        while play._acts and play._acts[0][0] <= minute:
            play._acts.pop(0)
        found.append(minute)
    return found


def test_the_clock_stops_at_every_due_time_and_at_every_act_of_the_desk(play: Play) -> None:
    seen = stops(play)
    desk = [SCENARIO.desk[name] for name in ("approve", "roll_call", "stand_down", "leave", "close")]
    assert {*DUE_MINUTES, *desk} <= set(seen)
    assert seen == sorted(set(seen))
    assert len(seen) < 60


def test_quiet_stretches_are_skipped(play: Play) -> None:
    seen = [minute for minute in stops(play) if minute > 65]
    assert seen == [SCENARIO.desk[name] for name in ("roll_call", "stand_down", "leave", "close")]


def test_every_process_of_the_home_reads_the_time_the_hand_points_at(home: Path) -> None:
    hand = ClockHand(home, SCENARIO.at(0), 0.0)
    assert clock.now() == SCENARIO.at(0)
    hand.set(SCENARIO.at(5), hold=True)
    assert (clock.now(), clock.speed(), clock.is_held()) == (SCENARIO.at(5), 0.0, True)
    hand.hold(False)
    assert (clock.now(), clock.is_held()) == (SCENARIO.at(5), False)


def test_a_running_clock_runs_at_its_speed_and_is_never_held(home: Path) -> None:
    hand = ClockHand(home, SCENARIO.at(0), 600.0)
    first = clock.now()
    hand.hold(True)
    assert not clock.is_held()
    assert clock.speed() == 600.0
    assert timedelta(0) <= first - SCENARIO.at(0) < timedelta(hours=1)
    assert json.loads((home / clock.FILE).read_text(encoding="ascii"))["speed"] == 600.0


def test_a_real_home_is_never_held(settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    ClockHand(tmp_path, SCENARIO.at(0), 0.0).set(SCENARIO.at(1), hold=True)
    assert not clock.is_held()
    assert clock.speed() == 1.0


def test_paces_are_read_as_they_are_written() -> None:
    assert pace_of("max") == steady_pace_of("max") == FULL_SPEED
    assert (pace_of("20").speed, pace_of("20").live_until) == (20.0, 10.0)
    assert steady_pace_of("5").live_until > 10_000
    for wrong in ("", "fast", "0", "-1", "5000", "nan"):
        with pytest.raises(InvalidInput):
            pace_of(wrong)


def test_a_pay_sheet_is_read_by_its_heads() -> None:
    from io import BytesIO

    import openpyxl

    book = openpyxl.Workbook()
    for row in (
        ["演练 · 补贴"], [], ["队员编号", "姓名", "天数", "金额（元）"], ["TY100001", "李", 1, 200], ["TY100002", "王", 0, 0],
        ["合计", None, 1, 200],
    ):  # fmt: skip
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    paid, days = read_pay(out.getvalue())
    assert {number: int(amount) for number, amount in paid.items()} == {"TY100001": 200, "TY100002": 0}
    assert days == {"TY100001": 1, "TY100002": 0}


class _Phones:
    """Phones that have taken some members; keeps what it was asked."""

    def __init__(self, taken: set[str]) -> None:
        self.taken, self.asked = taken, []

    def silent_among(self, incident: int, numbers: list[str]) -> set[str]:
        self.asked += numbers
        return self.taken & set(numbers)


def quiet_gateway() -> Any:
    """A gateway of which nothing is broken and that has nothing to hand in."""
    silent = {"trouble": Trouble(), "collect": lambda self: [], "hand_in_held": lambda self, base: None}
    return type("Quiet", (), silent)()


def test_before_anybody_speaks_the_phones_are_asked(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    from muster.exercise.gateway import Text
    from tests.exercise.test_crowd import CALL

    people = [p for p in play.crowd.district.people if p.phone]
    for person in people:
        play.crowd.hear(Text(f"id-{person.number}", person.phone, CALL, True), 2.0)
    phones: Any = _Phones({p.number for p in people[::3]})
    play.phones = phones
    spoken: list[str] = []
    monkeypatch.setattr(
        play, "_members_act", lambda events: spoken.extend(e.person.number for e in events if e.kind != "report")
    )
    monkeypatch.setattr(play, "_wait_idle", lambda **_: {"proposed": 0, "releasable": 0})
    monkeypatch.setattr(play, "_look", lambda _minute: None)
    play.gateway = quiet_gateway()
    play._acts.clear()
    for minute in (3.0, 6.0, 30.0):
        play._tick(minute)
    assert spoken
    assert set(spoken) <= set(phones.asked)
    assert not set(spoken) & phones.taken
    assert phones.taken & set(phones.asked)


def test_the_desk_gets_no_answer_from_whom_a_phone_has_taken(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    number = next(p.number for p in play.crowd.district.people)
    phones: Any = _Phones({number})
    play.phones, play._calls, play.gateway = phones, [number], quiet_gateway()
    entered: list[str] = []
    monkeypatch.setattr(Desk, "enter", lambda self, who, word: entered.append(who))
    play._telephone(10.0)
    assert (phones.asked, entered) == ([number], [])


def test_the_commander_calls_ever_more_people_in_vain_only_once_in_a_row(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed: list[float] = []
    monkeypatch.setattr(play, "desk", SimpleNamespace(call_list=list))
    said = {"proposed": 682, "releasable": 0, "weak": 682}

    def decide(minute: float, **changes: int) -> bool:
        play.desk.approve = lambda: pressed.append(minute) or True
        return play._decide(minute, said | changes)

    assert decide(3.0)
    assert not decide(6.0)
    assert not decide(9.0)
    assert decide(12.0, weak=0)
    assert decide(15.0)
    assert not decide(18.0)
    assert pressed == [3.0, 12.0, 15.0]
