"""State = fold(events): whatever is done, the incident's stream alone tells what the tables say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.access.models import Account
from muster.apps.command.actions import needs, orders, staff, tasks, zones
from muster.apps.command.fold import Folded, fold
from muster.apps.command.models import DangerState, EvacuationState, Level, RequestState, TaskState, Team
from muster.apps.command.reads.zones import newest
from muster.apps.incidents.models import Incident
from muster.core.errors import MusterError
from muster.journal.models import Entry
from tests.command.conftest import INSIDE, OUTSIDE, Scene

pytestmark = pytest.mark.django_db

ACTS = ("plan", "task", "read", "danger", "danger_step", "request", "request_step", "batch", "arrive", "zone", "hand", "team",
        "par", "disband", "board", "leave", "level", "report")  # fmt: skip


def of_tables(incident: Incident) -> Folded:
    """What the tables say, in the words of the fold."""
    moved = incident.evacuations.values_list("pk", "state")
    found = Folded(
        tasks=dict(incident.tasks.values_list("pk", "state")), dangers=dict(incident.dangers.values_list("pk", "state")),
        requests=dict(incident.requests.values_list("pk", "state")), batches=dict(moved),
        read=set(incident.tasks.exclude(read_at=None).values_list("pk", flat=True)), reports=incident.reports.count(),
    )  # fmt: skip
    for zone in incident.zones.all():
        last = newest(zone)
        found.zones[zone.pk] = last.kind if last else ""
    for held in incident.positions.filter(until=None).select_related("member"):
        found.positions[held.position] = f"member:{held.member.number}" if held.member else f"account:{held.account_id}"
    for team in incident.teams.filter(disbanded_at=None):
        members = frozenset(team.members.filter(until=None).values_list("member__number", flat=True))
        found.teams[team.pk] = (members, team.checked_at.isoformat())
    found.riding = dict(incident.ridings.filter(left_at=None).values_list("member__number", "vehicle"))
    order = incident.levels.last()
    found.level = order.level if order else ""
    return found


def do(scene: Scene, act: str, a: int, b: int) -> None:
    """One act, chosen by two numbers; what the rules refuse changes nothing."""
    head, pk, incident = scene.office.head, scene.pk, scene.incident
    who = scene.here[a % len(scene.here)].number

    def any_of(rows: object) -> int:
        keys = list(rows.order_by("pk").values_list("pk", flat=True))
        return keys[a % len(keys)] if keys else 0

    def counted(teams: QuerySet[Team], wrong: int) -> int:
        """How many the team that `any_of` takes says it is: one too many at every third report."""
        team = teams.filter(pk=any_of(teams)).first()
        return team.members.filter(until=None).count() + (wrong % 3 == 2) if team else 0

    at, standing = scene.office.clock.at, incident.teams.filter(disbanded_at=None)
    confirmations = ["power_isolated", "airspace_approved", "closed_again"]
    ways = {
        "plan": lambda: tasks.plan_task(head, pk, tasks.TaskInput("任务", assignee=who, place=INSIDE if b % 2 else OUTSIDE)),
        "task": lambda: tasks.move_task(head, pk, any_of(incident.tasks), TaskState.values[b % 9], "理由"),
        "read": lambda: tasks.confirm_read(head, pk, any_of(incident.tasks.exclude(state__in=["planned", "approved"])), "radio"),
        "danger": lambda: needs.find_danger(head, pk, "管涌", "堤段", "照片"),
        "danger_step": lambda: needs.move_danger(head, pk, any_of(incident.dangers), DangerState.values[b % 4], "说明"),
        "request": lambda: needs.request_resource(head, pk, needs.Wish("supply", "沙袋", b, "东侧")),
        "request_step": lambda: needs.move_request(head, pk, any_of(incident.requests), RequestState.values[b % 5], "仓库"),
        "batch": lambda: needs.send_batch(head, pk, needs.Batch("甲", "乙", a, b)),
        "arrive": lambda: needs.receive_batch(head, pk, any_of(incident.evacuations), b),
        "zone": lambda: zones.enter_confirmation(
            head, pk, any_of(incident.zones),
            zones.Confirmation(confirmations[b % 3], "调度", None, "1", "空管", at, at + timedelta(hours=b)),
        ),
        "hand": lambda: staff.hand_over(
            head, pk, ["operations", "safety"][b % 2], ["", f"member:{who}", f"account:{Account.objects.first().pk}"][b % 3]
        ),
        "team": lambda: staff.form_team(head, pk, f"组{b}", who, [scene.here[b % len(scene.here)].number]),
        "par": lambda: staff.report_par(head, pk, any_of(standing), counted(standing, b)),
        "disband": lambda: staff.disband_team(head, pk, any_of(incident.teams)),
        "board": lambda: staff.board_vehicle(head, pk, f"{b % 3} 号车", [who]),
        "leave": lambda: staff.leave_vehicle(head, pk, any_of(incident.ridings)),
        "level": lambda: orders.order_level(head, pk, ["", *Level.values][b % 5], "理由"),
        "report": lambda: orders.send_report(
            head, pk, kind=["first", "follow_up", "final"][min(b % 7, 2)], medium="written", addressee="甲", title="报", body="文"
        ),
    }  # fmt: skip
    try:
        ways[act]()
    except MusterError:
        return


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 11), st.integers(0, 12)), min_size=20, max_size=60))
def test_the_stream_alone_tells_what_the_tables_say(scene: Scene, acts: list[tuple[str, int, int]]) -> None:
    for act, a, b in acts:
        scene.office.clock.forward(1)
        do(scene, act, a, b)
    assert fold(Entry.objects.filter(stream__name=scene.incident.stream).order_by("seq")) == of_tables(scene.incident)


def test_the_acts_of_the_property_reach_every_part_of_the_state(scene: Scene) -> None:
    """The property would say nothing of parts that no act of it ever fills."""
    task = scene.moves(scene.plans(), "approved", "issued")
    assert scene.leaders()
    for round_ in range(40):
        for place, act in enumerate(ACTS):
            scene.office.clock.forward(1)
            do(scene, act, round_ + place, round_)
    found = fold(Entry.objects.filter(stream__name=scene.incident.stream).order_by("seq"))
    assert found == of_tables(scene.incident)
    may_be_empty = {"level", "teams", "riding", "positions"}
    empty = [name for name in Folded.__slots__ if not getattr(found, name) and name not in may_be_empty]
    assert empty == []
    assert task.pk in found.read
    assert EvacuationState.ARRIVED in found.batches.values()
    told = set(Entry.objects.filter(stream__name=scene.incident.stream).values_list("action", flat=True))
    assert {
        "team.formed",
        "team.reported",
        "team.disbanded",
        "vehicle.boarded",
        "vehicle.left",
        "position.handed_over",
    } <= told
