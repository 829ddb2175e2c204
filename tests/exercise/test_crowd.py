"""Phones that ring: who hears a call acts on it, who is told to stay away does, but for the stubborn and the nearly arrived."""

from __future__ import annotations

import pytest

from muster.exercise.crowd import Crowd, Event
from muster.exercise.district.make import make_district
from muster.exercise.gateway import Text
from muster.exercise.scenario import load_scenario

CALL = "【演练】集结：变电所周边火灾。15:20前到B栗雨园区东门，岗位灭火辅助。能来回1，来不了回2。 或点 http://h/r/abcdefghijklmnop1234"
STAY = "【演练】变电所周边火灾：人已够，谢谢您，不用来了，请留在原处。"


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(make_district(5, 400), load_scenario("S1"), seed=3)


def called(crowd: Crowd, at: float = 2.0) -> list[str]:
    people = [p for p in crowd.district.people if p.phone]
    for person in people:
        crowd.hear(Text(f"id-{person.number}", person.phone, CALL, True), at)
    return [p.number for p in people]


def everything(crowd: Crowd) -> list[Event]:
    return crowd.until(1e6)


def test_every_message_is_reported_on_and_most_are_delivered(crowd: Crowd) -> None:
    numbers = called(crowd)
    reports = [e for e in everything(crowd) if e.kind == "report"]
    assert len(reports) == len(numbers)
    assert sum(e.good for e in reports) > 0.85 * len(numbers)


def test_events_come_in_the_order_of_time(crowd: Crowd) -> None:
    called(crowd)
    minutes = [e.minutes for e in everything(crowd)]
    assert minutes == sorted(minutes)
    assert minutes[0] > 2.0


def test_the_second_copy_of_a_call_changes_nothing(crowd: Crowd) -> None:
    called(crowd)
    before = len(crowd._queue)
    called(crowd, at=3.0)
    assert len(crowd._queue) == before


def test_who_is_told_to_stay_away_stays_unless_stubborn_or_nearly_there(crowd: Crowd) -> None:
    called(crowd)
    crowd.until(20.0)
    waiting = {n: k for n, k in crowd.called.items() if k.came is None and k.arrives is not None}
    for known in waiting.values():
        crowd.hear(Text(f"off-{known.person.number}", known.person.phone, STAY, True), 20.0)
    everything(crowd)
    for known in waiting.values():
        nearly = known.conduct.arrives is not None and known.since + known.conduct.arrives - 20.0 < 3.0
        assert (known.came is not None) == (known.conduct.stubborn or nearly)
    assert any(known.came is None for known in waiting.values())


def test_who_came_is_counted_once(crowd: Crowd) -> None:
    called(crowd)
    arrivals = [e.person.number for e in everything(crowd) if e.kind == "arrive"]
    assert len(arrivals) == len(set(arrivals))
    assert set(crowd.came()) == set(arrivals)


def test_the_desk_can_telephone_somebody_without_a_mobile(crowd: Crowd) -> None:
    person = next(p for p in crowd.district.people if not p.phone)
    first = crowd.ring(person.number, 5.0)
    assert crowd.ring(person.number, 6.0) == first
    assert not [e for e in everything(crowd) if e.kind in ("text", "page")]


def test_equal_seeds_give_equal_days(crowd: Crowd) -> None:
    other = Crowd(make_district(5, 400), load_scenario("S1"), seed=3)
    called(crowd)
    called(other)
    assert everything(crowd) == everything(other)
    assert [crowd.words_of(e) for e in everything(crowd)] == [other.words_of(e) for e in everything(other)]


def test_somebody_far_from_the_named_muster_point_arrives_later(crowd: Crowd) -> None:
    person = crowd.district.people[0]
    near = crowd._distance(person, "到B栗雨")
    assert crowd._distance(person, "no point named") <= near
    assert crowd._distance(person, "请尽快到Z某处") == crowd._distance(person, "")


def test_who_is_taken_by_a_phone_neither_answers_nor_comes(crowd: Crowd) -> None:
    numbers = called(crowd)
    acting = {
        e.person.number for e in everything(Crowd(crowd.district, crowd.scenario, crowd.seed)) if e.kind != "report"
    }
    assert not acting  # another crowd of the same people has heard nothing
    crowd.taken = set(numbers[::2])
    events = everything(crowd)
    spoke = {e.person.number for e in events if e.kind != "report"}
    assert spoke
    assert not spoke & crowd.taken
    assert not set(crowd.came()) & crowd.taken
    assert crowd.taken <= {e.person.number for e in events if e.kind == "report"}  # the network still reports
    assert all(crowd.ring(number, 30.0) is None for number in crowd.taken)


def test_who_is_about_to_act_is_known_beforehand(crowd: Crowd) -> None:
    called(crowd)
    for minute in (4.0, 9.0, 1e6):
        expected = set(crowd.about_to_act(minute))
        done = {e.person.number for e in crowd.until(minute) if e.kind != "report"}
        assert done
        assert done <= expected  # who was told off may stay away after all
