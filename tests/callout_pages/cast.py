"""A small district with a named cast for the pages: everything is the same in every run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from django.contrib.auth import get_user_model
from django.test import Client

from muster.access.models import Account
from muster.access.rights import Actor
from muster.apps.incidents import actions
from muster.apps.incidents.jobs import solve_step
from muster.apps.incidents.models import Alert, Incident
from muster.apps.people.actions.members import name_keys, phone_fields
from muster.apps.people.models import Capability, Employer, Holding, Member, Unit
from muster.apps.plans.models import MusterPoint, Plan, PlanNeed, Site
from muster.apps.service.models import PayRate

NOON = datetime(2027, 3, 10, 4, 0, tzinfo=UTC)  # 12:00 in Beijing, a Wednesday
ROLES = {
    "office_head": "贺知远", "commander": "周砚秋", "duty_officer": "沈若兰", "town_officer": "段明远",
    "auditor": "江望舒", "system_admin": "管理员", "member": "罗启明",
}  # fmt: skip
FAMILY = "谭文邓颜龙汤罗谢段秦欧易彭曹袁蒋余苏钟田姜崔武戴莫孔向汪常葛"
GIVEN = ("立夏", "思齐", "小满", "听雨")


def capability(slug: str, zh: str, en: str, bit: int, certificate: bool = False) -> Capability:
    return Capability.objects.create(slug=slug, zh=zh, en=en, bit=bit, needs_certificate=certificate)


@dataclass
class District:
    """`members` in order: the first 60 of town one, the next 40 of town two; every tenth pilots drones.

    Members 24, 49, 74 and 99 have no telephone number: nobody can send them a message.
    """

    clients: dict[str, Client] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)
    skills: dict[str, Capability] = field(default_factory=dict)
    points: list[MusterPoint] = field(default_factory=list)
    site: Site | None = None
    plan: Plan | None = None

    def client(self, role: str) -> Client:
        return self.clients[role]

    def page(self, role: str, path: str, language: str = "en", **headers: str) -> str:
        """The page as text; anything but 200 fails."""
        answer = self.clients[role].get(path, headers={"accept-language": language, **headers})
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.content.decode()

    def post(self, role: str, path: str, data: dict[str, object] | None = None, language: str = "en", **more: object):
        return self.clients[role].post(path, data or {}, headers={"accept-language": language}, **more)

    def open(self, role: str = "duty_officer", mode: str = "exercise", **more: object) -> Incident:
        """A fire at the substation, reported now."""
        given = {
            "title": "变电站周边火灾", "kind": "accident.fire", "place": "牵引变电所周边", "lon": 113.04, "lat": 27.79,
            "reporter": "市消防指挥中心", "reporter_phone": "0731-00000119", "mode": mode, "site": self.site,
        }  # fmt: skip
        return actions.open_incident(self.actors[role], **{**given, **more})

    def solved(self, **more: object) -> Incident:
        """An incident whose first proposal is on the table."""
        incident = self.open(**more)
        solve()
        return fresh(incident)

    def approved(self, **more: object) -> Incident:
        """An incident whose first wave has left."""
        incident = self.solved(**more)
        run = incident.callout.solve_runs.latest("pk")
        actions.approve(self.actors["commander"], incident.callout, run.pk)
        return fresh(incident)

    def called(self, *members: Member, **more: object) -> tuple[Incident, list[Alert]]:
        """An incident for which just these were called by hand, and their alerts in the same order.

        Whom the planner would choose depends on its seed; a test that needs a certain person calls him itself.
        """
        incident = self.open(**more)
        actions.send_by_hand(self.actors["commander"], incident.callout, [member.pk for member in members])
        by_member = {alert.member_id: alert for alert in alerts_of(incident)}
        return fresh(incident), [by_member[member.pk] for member in members]

    def accept(self, alerts: list[Alert], eta_minutes: int = 15) -> None:
        for alert in alerts:
            actions.record_reply(alert, answer="accept", channel="sms", by="member:x", eta_minutes=eta_minutes)

    def arrive(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            actions.check_in(self.actors["duty_officer"], alert)


def solve() -> None:
    """Let the solve lane do what waits."""
    while solve_step():
        pass


def fresh(incident: Incident) -> Incident:
    return Incident.objects.select_related("callout", "plan", "site").get(pk=incident.pk)


def alerts_of(incident: Incident) -> list[Alert]:
    return list(incident.callout.alerts.select_related("member__unit", "member__home_unit").order_by("pk"))


def make_district() -> District:
    """Build it in the test database."""
    district = District()
    _units(district)
    _skills(district)
    _places(district)
    _people(district)
    _plan(district)
    _accounts(district)
    PayRate.objects.create(valid_from=date(2020, 1, 1), cny_per_day=Decimal(200))
    return district


def _units(district: District) -> None:
    def unit(code: str, name: str, kind: str, parent: Unit | None, en: str) -> Unit:
        path = f"{parent.path}/{code}" if parent else code
        made = Unit.objects.create(
            code=code, name=name, name_en=en, kind=kind, parent=parent, path=path, lon=113.05, lat=27.8, place=name
        )
        district.units[code] = made
        return made

    office = unit("o", "区应急后备办公室", "office", None, "District reserve office")
    for code, name, en in (("t1", "马家河街道", "Majiahe"), ("t2", "群丰镇", "Qunfeng")):
        town = unit(code, name, "town", office, en)
        for village in (1, 2):
            unit(
                f"{code}v{village}", f"{name[:2]}{'一二'[village - 1]}村连", "village", town, f"{en} village {village}"
            )
    unit("team", "蔚蓝测绘分队", "team", office, "Azure survey team")


def _skills(district: District) -> None:
    district.skills = {
        "fire_support": capability("fire_support", "灭火辅助", "Fire-ground support", 2),
        "uas_pilot": capability("uas_pilot", "无人机操作", "Drone pilot", 6, certificate=True),
        "medic": capability("medic", "医疗救护", "Medic", 9),
        "boat_crew": capability("boat_crew", "冲锋舟操作", "Rescue boat crew", 4),
    }


def _places(district: District) -> None:
    district.points = [
        MusterPoint.objects.create(letter="A", zh="基本指挥所", en="Main command post", lon=113.06, lat=27.80),
        MusterPoint.objects.create(letter="B", zh="栗雨园区东门", en="Liyu park east gate", lon=113.03, lat=27.79),
    ]
    district.site = Site.objects.create(
        slug="substation", zh="牵引变电所周边", en="Railway substation", lon=113.041, lat=27.793,
        live_zone=True, controlled_airspace=True,
    )  # fmt: skip


def _people(district: District) -> None:
    firm = Employer.objects.create(name="湘水机电厂", code="", pays_wages=True)
    villages = [district.units[code] for code in ("t1v1", "t1v2", "t2v1", "t2v2")]
    for number in range(100):
        unit = villages[number // 30 if number < 60 else 2 + number % 2]
        name = FAMILY[number % len(FAMILY)] + GIVEN[number // len(FAMILY)]
        phone = {} if number % 25 == 24 else phone_fields(f"+86199000{number:05d}")
        member = Member.objects.create(
            number=f"TY{number:06d}", name=name, unit=unit, home_unit=unit, is_lead=number % 30 == 0,
            employer=firm if number % 7 == 0 else None, lon=113.04 + (number % 10) * 0.002,
            lat=27.79 + (number // 10) * 0.001, **name_keys(name), **phone,
        )  # fmt: skip
        _hold(district, member, number)
        district.members.append(member)


def _hold(district: District, member: Member, number: int) -> None:
    Holding.objects.create(member=member, capability=district.skills["fire_support"])
    if number % 4 == 0:
        Holding.objects.create(member=member, capability=district.skills["medic"])
    if number % 10 == 3:
        # one pilot's certificate lapsed last year
        until = date(2026, 12, 31) if number == 93 else date(2028, 12, 31)
        Holding.objects.create(
            member=member, capability=district.skills["uas_pilot"], number=f"UAS-{number}", valid_to=until
        )


def _plan(district: District) -> None:
    plan = Plan.objects.create(
        zh="变电所及铁路沿线火灾", en="Fire at the substation and along the railway", kind="accident.fire",
        site=district.site, target=0.9, changed_at=NOON,
    )  # fmt: skip
    plan.muster_points.set(district.points)
    lines = (("fire_support", 12, 60), ("medic", 3, 45), ("uas_pilot", 2, 40))
    for order, (slug, people, due) in enumerate(lines, start=1):
        PlanNeed.objects.create(
            plan=plan, order=order, capability=district.skills[slug], people=people, due_minutes=due
        )
    district.plan = plan


def _accounts(district: District) -> None:
    for role, name in ROLES.items():
        user = get_user_model().objects.create_user(username=role)
        path = district.units["t1"].path if role == "town_officer" else ""
        own = "TY000006" if role == "member" else ""
        account = Account.objects.create(user=user, role=role, name=name, unit_path=path, member_ref=own)
        district.actors[role] = Actor(ref=f"account:{account.pk}", name=name, role=role, unit_path=path, member_ref=own)
        client = Client(headers={"accept-language": "en"})
        client.force_login(user)
        district.clients[role] = client
