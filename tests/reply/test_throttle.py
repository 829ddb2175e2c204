"""The limit on wrong guesses."""

from __future__ import annotations

from muster.jobs import throttle
from muster.jobs.throttle import Throttle


class Hands:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_the_limit_holds_within_the_window_and_opens_after_it() -> None:
    hands = Hands()
    guard = Throttle(3, 10, hands)
    for _ in range(3):
        assert not guard.full("a")
        guard.count("a")
        hands.seconds += 1
    assert guard.full("a")
    assert not guard.full("b")
    hands.seconds = 9.9
    assert guard.full("a")
    hands.seconds = 10
    assert not guard.full("a")
    guard.count("a")
    assert guard.full("a") is (hands.seconds - 1 < 10)


def test_memory_stays_bounded_under_a_flood(monkeypatch: object) -> None:
    monkeypatch.setattr(throttle, "MOST_KEYS", 5)
    guard = Throttle(1, 10, Hands())
    for n in range(50):
        guard.count(f"k{n}")
    assert (guard.full("k49"), guard.full("k0")) == (True, False)
    guard.count("k49")
    assert guard.full("k45")
    guard.clear()
    assert not guard.full("k49")
