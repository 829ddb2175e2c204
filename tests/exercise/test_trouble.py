"""What goes wrong on purpose: the gateway fails in its four ways, places lose their network, bridges are shut."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import numpy as np
import pytest

from muster.apps.channels.signing import headers
from muster.exercise.crowd import Called, Crowd
from muster.exercise.district.make import make_district
from muster.exercise.district.roads import road_km
from muster.exercise.gateway import Gateway, Text, _Server
from muster.exercise.scenario import load_scenario
from muster.exercise.trouble import SLOW_SECONDS, Trouble
from muster.exercise.truth.behaviour import Say

KEY = "ab" * 32
BRIDGES = ("泰山路大桥", "马家河大桥")
PHONES = [f"+86199{number:08d}" for number in range(2000)]


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    opened = Gateway(KEY)
    yield opened
    opened.close()


def post(gateway: Gateway, path: str, raw: object, key: str = KEY) -> httpx.Response:
    body = json.dumps(raw).encode()
    signed = headers(key, "exercise", int(time.time()), body)
    return httpx.post(f"{gateway.url}{path}", content=body, headers=signed, trust_env=False)


def send(gateway: Gateway, number: int) -> int:
    raw = {"id": f"m{number}", "to": PHONES[number], "text": "【演练】集结", "exercise": True}
    return post(gateway, "/messages", raw).status_code


@dataclass
class System:
    """Where the gateway hands in: keeps what it was brought."""

    brought: list[tuple[str, list[dict[str, str]]]]
    url: str


@pytest.fixture
def system() -> Iterator[System]:
    brought: list[tuple[str, list[dict[str, str]]]] = []

    def take(path: str, _sent: dict[str, str], body: bytes) -> tuple[int, bytes]:
        brought.append((path.rsplit("/", 1)[1], json.loads(body)))
        return 200, b"{}"

    server = _Server(take, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield System(brought, f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


# --- the gateway --------------------------------------------------------------------------------------------


def test_the_panel_asks_and_changes_and_is_never_told_a_phone(gateway: Gateway) -> None:
    assert post(gateway, "/trouble", {}).json() == {"mode": "whole", "places": [], "closed": []}
    told = post(gateway, "/trouble", {"mode": "slow", "cut_off": {"O/T1": PHONES[:2]}, "closed": ["桥"]})
    assert told.json() == {"mode": "slow", "places": ["O/T1"], "closed": ["桥"]}
    assert PHONES[0] not in told.text
    assert gateway.trouble.cuts_off(PHONES[1])
    post(gateway, "/trouble", {"bring_back": ["O/T1"], "mode": "whole"})
    assert gateway.trouble == Trouble(closed=("桥",))


@pytest.mark.parametrize("raw", [{"mode": "fast"}, ["down"], {"cut_off": ["O/T1"]}, {"closed": 3}, "down"])
def test_an_order_that_is_none_changes_nothing(gateway: Gateway, raw: object) -> None:
    assert post(gateway, "/trouble", raw).status_code == 400
    assert gateway.trouble == Trouble()


def test_nobody_without_the_key_breaks_anything(gateway: Gateway) -> None:
    assert post(gateway, "/trouble", {"mode": "down"}, key="cd" * 32).status_code == 400
    assert gateway.trouble == Trouble()


def test_a_gateway_that_is_down_takes_nothing_and_brings_in_what_waited_when_it_is_mended(
    gateway: Gateway, system: System
) -> None:
    gateway.trouble = Trouble("down")
    assert send(gateway, 1) == 503
    assert gateway.everything() == []
    gateway.hand_in(system.url, "inbound", [{"id": "a", "from": PHONES[1], "text": "1"}])
    assert system.brought == []
    gateway.trouble = Trouble()
    gateway.hand_in_held(system.url)
    gateway.hand_in_held(system.url)
    assert system.brought == [("inbound", [{"id": "a", "from": PHONES[1], "text": "1"}])]
    assert send(gateway, 1) == 202


def test_a_losing_gateway_takes_all_and_loses_about_thirty_of_a_hundred(gateway: Gateway) -> None:
    gateway.trouble = Trouble("lossy")
    assert {send(gateway, number) for number in range(60)} == {202}
    arrived = {text.to for text in gateway.collect()}
    assert len(gateway.everything()) == 60
    assert arrived == {phone for phone in PHONES[:60] if not gateway.trouble.loses(phone)}
    share = sum(gateway.trouble.loses(phone) for phone in PHONES) / len(PHONES)
    assert share == pytest.approx(0.30, abs=0.03)


def test_a_lying_gateway_reports_what_it_never_delivers(gateway: Gateway, system: System) -> None:
    gateway.trouble = Trouble("lying")
    assert send(gateway, 3) == 202
    assert gateway.collect() == []
    gateway.hand_in_held(system.url)
    assert system.brought == [("reports", [{"id": "m3", "status": "delivered", "detail": ""}])]


def test_a_slow_gateway_takes_its_time(gateway: Gateway) -> None:
    gateway.trouble = Trouble("slow")
    began = time.monotonic()
    assert send(gateway, 4) == 202
    assert time.monotonic() - began >= SLOW_SECONDS
    assert [text.id for text in gateway.collect()] == ["m4"]


def test_a_place_without_network_gets_nothing_and_no_report_whatever_the_gateway_says(
    gateway: Gateway, system: System
) -> None:
    for mode in ("whole", "lying"):
        gateway.trouble = Trouble(mode, places=(("O/T1/V1", (PHONES[5],)),))
        assert send(gateway, 5) == 202
        assert gateway.collect() == []
    gateway.hand_in_held(system.url)
    assert system.brought == []
    gateway.trouble = Trouble(places=(("O/T1/V1", (PHONES[5],)),))
    send(gateway, 6)
    assert [text.to for text in gateway.collect()] == [PHONES[6]]


# --- bridges and people -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def district() -> Any:
    return make_district()


@pytest.fixture
def crowd(district: Any) -> Crowd:
    return Crowd(district, load_scenario("S1"), seed=1)


def test_closed_bridges_make_ways_longer_and_both_together_end_them(district: Any) -> None:
    people = district.people
    lon, lat = [p.lon for p in people], [p.lat for p in people]
    to = (113.0801, 27.8243)  # muster point A, north of the stream
    whole = np.array(road_km(district.seed, lon, lat, to))
    one = np.array(road_km(district.seed, lon, lat, to, BRIDGES[1:]))
    none = np.array(road_km(district.seed, lon, lat, to, BRIDGES))
    assert (one >= whole - 1e-9).all()
    assert (one > whole + 0.5).sum() > 80
    assert 1000 < np.isinf(none).sum() < 2000
    assert np.allclose(none[np.isfinite(none)], one[np.isfinite(none)], atol=3)


def call(crowd: Crowd, minutes: float) -> list[Called]:
    """Everybody of the district is called to muster point A."""
    for person in crowd.district.people:
        if person.phone:
            crowd.hear(Text(f"x{person.number}", person.phone, "【演练】到A集结，回1能来，回2不能", True), minutes)
    return list(crowd.called.values())


def test_who_has_not_set_out_goes_round_and_who_is_on_the_road_has_crossed(crowd: Crowd) -> None:
    called = call(crowd, 0.0)
    before = {known.person.number: known.arrives for known in called}
    crowd.close_bridges(BRIDGES[1:], 9.0)
    later = [known for known in called if known.arrives != before[known.person.number]]
    assert len(later) > 50
    for known in later:
        assert known.conduct.sets_out is not None
        assert known.conduct.sets_out > 9.0
        assert known.arrives > before[known.person.number]
    arrived = {e.person.number: e.minutes for e in crowd.until(500.0) if e.kind == "arrive"}
    assert arrived == {known.person.number: known.arrives for known in called if known.arrives is not None}


def test_who_has_no_way_left_says_so_and_never_comes(crowd: Crowd) -> None:
    called = call(crowd, 0.0)
    crowd.until(5.0)
    crowd.close_bridges(BRIDGES, 5.0)
    stuck = {known.person.number for known in called if known.stuck}
    assert len(stuck) > 100
    events = crowd.until(500.0)
    assert not stuck & {event.person.number for event in events if event.kind == "arrive"}
    words = [event.word.say for event in events if event.word and event.person.number in stuck]
    assert Say.ACCEPT not in words
    said_yes = {k.person.number for k in called if k.stuck and any(w.minutes <= 5.0 for w in k.conduct.words)}
    assert said_yes <= {event.person.number for event in events if event.word and event.word.say is Say.DECLINE}
    crowd.close_bridges((), 6.0)
    assert {known.person.number for known in called if known.stuck} == stuck  # they have said no


def test_a_called_person_without_a_way_refuses_at_once(crowd: Crowd) -> None:
    crowd.close_bridges(BRIDGES, 0.0)
    called = call(crowd, 0.0)
    plans = [known.conduct for known in called]
    far = [plan for plan in plans if plan.delivered and plan.arrives is None]
    assert len(far) > 500
    coming = [plan for plan in plans if any(word.say is Say.ACCEPT for word in plan.words)]
    assert len(coming) > 300  # those on this side of the water
