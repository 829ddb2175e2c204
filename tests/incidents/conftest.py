"""A small district: one office, two towns, four villages, sixty members, one plan, and the named cast of the duty room."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from muster.access.models import Account
from muster.access.rights import Actor
from muster.apps.incidents import actions
from muster.apps.incidents.jobs import solve_step
from muster.apps.incidents.models import Alert, Callout, Incident, SolveRun
from muster.apps.people.models import Capability, Holding, Member, Unit
from muster.apps.plans.models import MusterPoint, Plan, PlanNeed, Site
from muster.apps.service.models import PayRate
from muster.jobs import clock as clock_module

SKILLS = {"fire_support": 1, "team_leader": 2, "medic": 3, "boat_crew": 4}
START = datetime(2026, 10, 18, 6, 20, tzinfo=UTC)


class Clock:
    """The system's clock in the hands of the test."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, minutes: float) -> None:
        self.at += timedelta(minutes=minutes)


@dataclass
class Office:
    """What a test needs to speak in sentences."""

    clock: Clock
    plan: Plan
    site: Site
    towns: list[Unit]
    skills: dict[str, Capability]
    head: Actor
    commander: Actor
    duty: Actor
    town_officer: Actor
    auditor: Actor

    def opens(self, **more: object) -> Callout:
        facts = {
            "title": "变电站周边火灾", "kind": "accident.fire", "place": "牵引变电所", "lon": 113.04, "lat": 27.79,
            "reporter": "市消防指挥中心", "reporter_phone": "0731-00000119", "mode": "exercise", "site": self.site,
        }  # fmt: skip
        return actions.open_incident(self.duty, **(facts | more)).callout

    def solves(self, callout: Callout) -> SolveRun:
        """Let the solve lane work until it is idle; the newest answer."""
        while solve_step():
            pass
        callout.refresh_from_db()
        return callout.solve_runs.order_by("-id").first()

    def calls(self, callout: Callout, by: Actor | None = None) -> list[Alert]:
        """Solve and approve; those alerted."""
        run = self.solves(callout)
        actions.approve(by or self.commander, callout, run.pk)
        callout.refresh_from_db()
        return list(callout.alerts.select_related("member").order_by("pk"))

    def answers(self, alert: Alert, answer: str, **more: object) -> None:
        actions.record_reply(alert, answer=answer, channel="sms", by=f"member:{alert.member.number}", **more)
        alert.refresh_from_db()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    real = clock_module.now
    for name, module in list(sys.modules.items()):
        if name.startswith("muster.") and getattr(module, "now", None) is real:
            monkeypatch.setattr(module, "now", made)
    return made


def _account(role: str, name: str, path: str = "") -> Actor:
    from django.contrib.auth.models import User

    user = User.objects.create(username=role)
    account = Account.objects.create(user=user, role=role, name=name, unit_path=path)
    return Actor(ref=f"account:{account.pk}", name=name, role=role, unit_path=path)


def _units() -> list[Unit]:
    office = Unit.objects.create(code="O", name="办公室", kind="office", path="O")
    towns = [
        Unit.objects.create(code=f"T{n}", name=f"第{n}街道", kind="town", path=f"O/T{n}", parent=office) for n in (1, 2)
    ]
    for town in towns:
        for n in (1, 2):
            code = f"{town.code}V{n}"
            Unit.objects.create(code=code, name=f"{code}连", kind="village", path=f"{town.path}/{code}", parent=town)
    return towns


def _members(skills: dict[str, Capability]) -> None:
    villages = list(Unit.objects.filter(kind="village").order_by("path"))
    for n in range(60):
        member = Member.objects.create(
            number=f"TY{n:06d}", name=f"队员{n:02d}", sort_pinyin=f"dui {n:02d}", sort_stroke=f"{n:02d}", initials="dy",
            unit=villages[n % 4], home_unit=villages[n % 4], lon=113.03 + 0.002 * (n % 9), lat=27.78 + 0.002 * (n % 7),
            phone=f"+861990000{n:04d}", phone_index=f"index{n}", phone_masked="199****0000",
        )  # fmt: skip
        wanted = ["fire_support"] * (n % 6 != 5) + ["team_leader"] * (n % 5 == 0) + ["medic"] * (n % 4 == 1)
        for slug in wanted:
            Holding.objects.create(member=member, capability=skills[slug])


@pytest.fixture
def office(db: None, clock: Clock) -> Office:
    towns = _units()
    skills = {slug: Capability.objects.create(slug=slug, zh=slug, en=slug, bit=bit) for slug, bit in SKILLS.items()}
    _members(skills)
    PayRate.objects.create(valid_from=START.date().replace(month=1, day=1), cny_per_day=200)
    site = Site.objects.create(
        slug="substation", zh="牵引变电所", en="Substation", lon=113.04, lat=27.79, live_zone=True
    )
    points = [MusterPoint.objects.create(letter=x, zh=f"{x}点", en=x, lon=113.03, lat=27.78) for x in "AB"]
    plan = Plan.objects.create(zh="变电所火灾", en="Substation fire", kind="accident.fire", site=site, changed_at=START)
    plan.muster_points.set(points)
    for order, (slug, people, due) in enumerate(
        [("fire_support", 10, 60), ("team_leader", 2, 40), ("medic", 3, 45)], 1
    ):
        PlanNeed.objects.create(plan=plan, order=order, capability=skills[slug], people=people, due_minutes=due)
    return Office(
        clock=clock, plan=plan, site=site, towns=towns, skills=skills,
        head=_account("office_head", "周主任"), commander=_account("commander", "沈带班"),
        duty=_account("duty_officer", "顾值班"), town_officer=_account("town_officer", "龙干事", towns[0].path),
        auditor=_account("auditor", "陆审计"),
    )  # fmt: skip


@pytest.fixture
def incident(office: Office) -> Incident:
    return office.opens().incident


@pytest.fixture
def led(office: Office) -> Office:
    """The office with a lead in every village: the first member of each."""
    for unit in Unit.objects.filter(kind="village"):
        Member.objects.filter(pk=unit.members.order_by("pk").first().pk).update(is_lead=True)
    return office
