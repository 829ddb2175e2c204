"""Response levels under any sequence of orders: in force is the last order of a named person who may give it, nothing else.

The oracle is a list of its own, kept by the words of the rule and not by the program.
"""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from muster.access.rights import RIGHTS, Right
from muster.apps.command.actions import orders
from muster.apps.command.fold import fold
from muster.apps.command.models import LevelOrder
from muster.apps.command.reads.clocks import alarms, level_history
from muster.apps.incidents.jobs import solve_step
from muster.core.errors import MusterError
from muster.journal.models import Entry
from tests.command.conftest import Scene

pytestmark = pytest.mark.django_db
LEVELS = ("", "I", "II", "III", "IV")
ANYTHING = (*LEVELS, *LEVELS, "V", "red", " ", "0")
REASONS = ("水位超警戒", "增援到场", "险情解除", " ", "")
WHO = ("head", "commander", "duty", "town_officer", "auditor")
STEPS = 60


@pytest.mark.parametrize("seed", [3, 17, 2026])
def test_whatever_is_tried_the_level_in_force_is_the_last_one_rightly_ordered(scene: Scene, seed: int) -> None:
    rng, told = random.Random(seed), list[tuple[str, str]]()
    for _ in range(STEPS):
        actor, level = getattr(scene.office, rng.choice(WHO)), rng.choice(ANYTHING)
        reason, in_force = rng.choice(REASONS), told[-1][0] if told else ""
        may = Right.SET_LEVEL in RIGHTS[actor.role]
        right = may and level in LEVELS and level != in_force and bool(reason.strip())
        try:
            orders.order_level(actor, scene.pk, level, reason)
        except MusterError:
            assert not right, (actor.role, level, reason, in_force)
        else:
            assert right, (actor.role, level, reason, in_force)
            told.append((level, actor.ref))
        scene.office.clock.forward(rng.uniform(0, 90))
        solve_step()  # time and solves go by: no level comes or goes by them
        assert alarms(scene.incident, scene.office.clock.at).level == (told[-1][0] if told else "")
    assert told, "the walk did order some"
    rows = LevelOrder.objects.filter(incident=scene.incident).order_by("pk")
    assert [(row.level, row.ordered_by) for row in rows] == told
    assert all(one[0] != other[0] for one, other in pairwise(told)), "each order changes something"
    stream = Entry.objects.filter(stream__name=scene.incident.stream).order_by("seq")
    assert fold(stream).level == told[-1][0]
    assert [entry.payload["level"] for entry in stream if entry.action == "level.ordered"] == [one for one, _ in told]
    assert [order.ordered_by for order, _name in level_history(scene.incident)] == [by for _, by in reversed(told)]
