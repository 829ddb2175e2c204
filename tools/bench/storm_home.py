"""The office's side of the storm: `python -m tools.bench.storm_home COUNT`, in the home of MUSTER_HOME.

Makes a district of COUNT members and an exercise incident, prints "ready", and at a line on stdin calls everybody at once.
While the messages leave, every tenth member answers by text, and each is answered again by a doubling gateway. The last line
is JSON: approved (system-wide monotonic seconds), seconds (of the approval), told, kept (answers), troubles (database errors).
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta

from muster.conf.setup import setup_django

ANSWERS_PER_SECOND = 40.0
GIVE_UP_SECONDS = 400.0


def prepare(count: int) -> tuple[object, object]:
    """(actor, callout) with nobody called yet."""
    from django.core.management import call_command

    from muster.access.rights import Actor
    from muster.apps.incidents.actions import open_incident
    from muster.apps.people.actions.members import phone_fields
    from muster.apps.people.models import Capability, Holding, Member, Unit
    from muster.apps.plans.models import MusterPoint, Plan, PlanNeed
    from muster.jobs.clock import now

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    actor = Actor(ref="account:0", name="storm", role="office_head")
    skill = Capability.objects.create(slug="storm", zh="抢险", en="Rescue", bit=1)
    office = Unit.objects.create(code="O", name="办公室", kind="office", path="O")
    town = Unit.objects.create(code="T", name="街道", kind="town", path="O/T", parent=office)
    members = Member.objects.bulk_create(
        Member(
            number=f"ST{n:06d}", name=f"队员{n}", sort_pinyin=f"d{n:06d}", sort_stroke=f"{n:06d}", initials="dy",
            unit=town, home_unit=town, lon=113.04, lat=27.79, **phone_fields(f"+86199{n:08d}"),
        )
        for n in range(count)
    )  # fmt: skip
    Holding.objects.bulk_create(Holding(member=member, capability=skill) for member in members)
    point = MusterPoint.objects.create(letter="A", zh="A点", en="A", lon=113.03, lat=27.78)
    plan = Plan.objects.create(zh="堤防抢险", en="Dyke", kind="natural.flood", changed_at=now())
    plan.muster_points.set([point])
    PlanNeed.objects.create(plan=plan, order=1, capability=skill, people=10, due_minutes=60)
    incident = open_incident(
        actor, title="堤防抢险", kind="natural.flood", place="堤防", lon=113.04, lat=27.79, reporter="防汛办",
        reporter_phone="0731-00000119", mode="exercise", plan=plan, at=now() - timedelta(seconds=1),
    )  # fmt: skip
    return actor, incident.callout


def storm(actor: object, callout: object) -> dict[str, object]:
    from django.db import DatabaseError

    from muster.apps.channels.actions import record_inbound
    from muster.apps.channels.models import MessageState, OutMessage
    from muster.apps.incidents.actions import send_by_hand
    from muster.apps.incidents.models import Reply
    from muster.apps.people.models import Member
    from muster.jobs.clock import now

    began = time.monotonic()
    send_by_hand(actor, callout, Member.objects.values_list("pk", flat=True), reason="storm")
    approved = time.monotonic()
    phones = [member.phone for member in Member.objects.order_by("pk")[::10]]
    troubles, told, first = 0, 0, time.monotonic()
    waiting = OutMessage.objects.filter(state__in=(MessageState.QUEUED, MessageState.CLAIMED))
    for place, phone in enumerate(phones):
        time.sleep(max(0.0, first + place / ANSWERS_PER_SECOND - time.monotonic()))
        try:
            for _ in range(2):
                record_inbound(f"storm-{place}", phone, "1", True, now())
            told += 1
        except DatabaseError:
            troubles += 1
    while waiting.exists() and time.monotonic() - approved < GIVE_UP_SECONDS:
        time.sleep(0.2)
    kept = Reply.objects.filter(counted=True).count()
    return {"approved": approved, "seconds": approved - began, "told": told, "kept": kept, "troubles": troubles}


if __name__ == "__main__":
    setup_django()
    ready = prepare(int(sys.argv[1]))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    sys.stdout.write(json.dumps(storm(*ready)) + "\n")
