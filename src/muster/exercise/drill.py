"""Exercises without their messages: the certified plan of the scenario, and what really becomes of its first wave.

`python -m muster.exercise.drill SEED PLANS DAYS` under MUSTER_HOME (an empty folder) makes an exercise home with the
district of SEED, and prints one line of JSON per plan, each lived through on DAYS days of each shape. Plan and
certificate are the system's own, from its tables; nothing is sent, nobody is replaced or released, and no web page
takes part: coverage.py says what that means.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from muster.conf.home import home_path
from muster.conf.setup import setup_django
from muster.core.geo import distance_km
from muster.core.units import PARTS_OF_DAY, part_of_day
from muster.exercise.crowd import Crowd
from muster.exercise.data import read
from muster.exercise.district.folk import PersonData
from muster.exercise.district.make import District, make_district
from muster.exercise.scenario import Scenario, load_scenario
from muster.exercise.truth.behaviour import conduct
from muster.exercise.truth.chance import stream
from muster.exercise.truth.day import Day
from muster.exercise.truth.nature import nature_of
from muster.exercise.truth.shapes import Shape, shaped_day
from muster.exercise.verdict import skills
from muster.jobs.clock import MARKER

if TYPE_CHECKING:
    from muster.apps.incidents.models import Callout, SolveRun

SPAN_MINUTES = 14 * 24 * 60  # exercises start anywhere in the fortnight after the district's own start
POINTS = 3  # people are told to come to the nearest of these
EARLIER = timedelta(hours=1)

Line = tuple[str, int, float]  # capability, people, minutes from T0
Called = tuple[PersonData, float, float]  # who, kilometres to his muster point, minute of the call


def make_home(district: District) -> None:
    """An exercise home with this district in the empty folder MUSTER_HOME."""
    (home_path() / MARKER).touch()
    setup_django()
    from muster.conf import first_start
    from muster.exercise.district.load import load_district
    from muster.jobs.clock import set_virtual

    first_start.prepare()
    set_virtual(district.start - EARLIER, 0.0)
    load_district(district)


def drill(district: District, scenario: Scenario, number: int, days: int) -> dict[str, Any]:
    """Plan `number` of the district, at another hour and another place each, on `days` days of each shape.

    `missing` gives the empty posts of each day by shape; a plan that could not be `certified` at its target is sent all
    the same, with the lower chance that is stated for it. Leaves the tables as they were.
    """
    from django.db import transaction

    rng = stream("drill", district.seed, number)
    t0 = district.start + timedelta(minutes=int(rng.integers(SPAN_MINUTES)))
    village = district.ground.villages[int(rng.integers(len(district.ground.villages)))]
    with transaction.atomic():
        callout, run, called = _certified(district, scenario, t0, (village.lon, village.lat))
        lines = [
            (n.capability.slug, n.people, float(n.due_minutes)) for n in callout.needs.select_related("capability")
        ]
        transaction.set_rollback(True)
    found: dict[str, Any] = {
        "district": district.seed, "plan": number, "part": PARTS_OF_DAY[part_of_day(t0)], "alerted": len(called),
        "certified": run.outcome == "plan", "stated_p": run.proposed_p_low, "missing": {},
    }  # fmt: skip
    towns = tuple(town["code"] for town in read("district")["towns"])
    for shape in Shape:
        found["missing"][shape.value] = []
        for luck in range(1, days + 1):
            seed = ("drill", district.seed, number, luck)
            came = arrivals(district, called, shaped_day(seed, towns, shape), part_of_day(t0), seed)
            found["missing"][shape.value].append(empty_posts(lines, came, t0))
    return found


def never() -> bool:
    """An answer may take as long as it takes: the same one on every machine."""
    return False


def _certified(
    district: District, scenario: Scenario, t0: datetime, spot: tuple[float, float]
) -> tuple[Callout, SolveRun, list[Called]]:
    """Open the scenario's incident at `spot`, solve it at the minute of approval; whom the plan calls, from where."""
    from muster.access.rights import SYSTEM
    from muster.apps.incidents.actions.opening import open_incident
    from muster.apps.incidents.problem import problem_for
    from muster.apps.incidents.solving import answer
    from muster.apps.people.models import Member
    from muster.apps.plans.models import MusterPoint, Plan
    from muster.jobs.clock import set_virtual

    set_virtual(t0, 0.0)
    incident = open_incident(
        SYSTEM, title=scenario.title, kind=scenario.kind, place=scenario.place, lon=spot[0], lat=spot[1],
        reporter=scenario.reporter, reporter_phone=scenario.reporter_phone, mode="exercise",
        plan=Plan.objects.get(kind=scenario.kind, site__slug=scenario.site),
    )  # fmt: skip
    points = sorted(MusterPoint.objects.all(), key=lambda point: distance_km(*spot, point.lon, point.lat))[:POINTS]
    incident.callout.muster_points.set(points)
    sent = scenario.desk["approve"]
    at = t0 + timedelta(minutes=sent)
    set_virtual(at, 0.0)
    run, bundle = answer(incident.callout, at, late=never), problem_for(incident.callout, at)
    place = {point.pk: point for point in points}
    ids = [member for member, _ in run.proposal]
    rows = np.searchsorted(bundle.member_ids, ids)
    numbers = dict(Member.objects.filter(pk__in=ids).values_list("pk", "number"))
    people = {person.number: person for person in district.people}
    crowd = Crowd(district, scenario, 0)  # the virtual members know their ways
    called, rung = [], 0
    for member, row in zip(ids, rows.tolist(), strict=True):
        person, point = people[numbers[member]], place[bundle.point_ids[row]]
        rung += not person.phone  # without a mobile he is rung up, one after the other
        minute = sent if person.phone else sent + rung / scenario.calls_per_minute
        called.append((person, crowd._distance(person, f"到{point.letter}"), minute))
    return incident.callout, run, called


def arrivals(
    district: District, called: Sequence[Called], day: Day, part: int, seed: object
) -> list[tuple[PersonData, float]]:
    """Who of those called stands at his muster point, at which minute from T0."""
    came = []
    for person, km, minute in called:
        nature = nature_of(district.seed, person.number, person.team or str(person.village), bool(person.team))
        done = conduct(
            seed, person.number, nature, day, part=part, town=district.ground.villages[person.village].town,
            distance_km=km, channel="sms" if person.phone else "voice",
        )  # fmt: skip
        if done.arrives is not None:
            came.append((person, minute + done.arrives))
    return came


def empty_posts(lines: Sequence[Line], came: Sequence[tuple[PersonData, float]], t0: datetime) -> int:
    """Posts that nobody fills in time, at best; one post each: a bipartite matching."""
    slots = [line for line in lines for _ in range(line[1])]
    able = [(skills(person, t0), minute) for person, minute in came]
    fits = [[capability in held and minute <= due for held, minute in able] for capability, _, due in lines]
    if not np.any(fits):
        return len(slots)
    graph = csr_array(np.repeat(np.array(fits, np.int8), [people for _, people, _ in lines], axis=0))
    return len(slots) - int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())


def main(words: Sequence[str]) -> None:
    """SEED PLANS DAYS."""
    seed, plans, days = map(int, words)
    district, scenario = make_district(seed), load_scenario("S1")
    make_home(district)
    for number in range(1, plans + 1):
        sys.stdout.write(json.dumps(drill(district, scenario, number, days), sort_keys=True) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
