"""A board as the pictures of the design show it: a fire, 362 called, one drone pilot short, a certified repair."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from muster.access.rights import Actor
from muster.apps.incidents.board import Board, Event, LineView, PeopleCounts, PointView, Proposal, Repair, Verdict
from muster.apps.people.models import Capability

T0 = datetime(2026, 11, 2, 6, 20, tzinfo=UTC)
NOW = T0 + timedelta(minutes=7, seconds=8)
DUTY_OFFICER = Actor("account:1", "沈若兰", "duty_officer")
COMMANDER = Actor("account:2", "周砚秋", "commander")

CAPABILITIES = {
    slug: Capability(pk=bit + 1, slug=slug, zh=zh, en=en, bit=bit)
    for bit, (slug, zh, en) in enumerate([
        ("fire", "灭火辅助", "Fire-ground support"),
        ("evacuation", "转移引导", "Evacuation guide"),
        ("traffic", "交通疏导", "Traffic control"),
        ("leader", "带队干部", "Team leader"),
        ("medic", "医疗救护", "Medic"),
        ("drone", "无人机操作", "Drone pilot"),
        ("excavator", "挖掘机操作", "Excavator operator"),
        ("radio", "通信保障", "Communications"),
        ("logistics", "后勤保障", "Logistics"),
    ])
}  # fmt: skip

# capability, need, due minutes, accepted, expected, on scene, chance, missing
LINES = [
    ("fire", 120, 60, 64, 141.2, 2, 0.9923, 0),
    ("evacuation", 24, 45, 14, 31.0, 1, 0.9971, 0),
    ("traffic", 24, 45, 12, 30.4, 1, 0.9944, 0),
    ("leader", 12, 40, 9, 16.1, 0, 0.9902, 0),
    ("medic", 6, 45, 4, 9.2, 0, 0.9951, 0),
    ("drone", 2, 25, 0, 1.3, 0, 0.4123, 1),
    ("excavator", 2, 60, 1, 4.0, 0, 0.9983, 0),
    ("radio", 4, 45, 3, 7.4, 0, 0.9966, 0),
    ("logistics", 12, 60, 7, 17.0, 0, 0.9937, 0),
]


def lines() -> tuple[LineView, ...]:
    return tuple(
        LineView(
            order=order,
            capability=CAPABILITIES[slug],
            people=people,
            due_minutes=due,
            due_at=T0 + timedelta(minutes=due),
            alerted=people * 2,
            accepted=accepted,
            expected=expected,
            on_scene=here,
            p=p,
            missing=missing,
        )
        for order, (slug, people, due, accepted, expected, here, p, missing) in enumerate(LINES, 1)
    )


def proposal(**changes: object) -> Proposal:
    usual = Proposal(
        run_id=7,
        count=3,
        without_address=0,
        p_low=0.9523,
        p_hat=0.9584,
        names=("罗一鸣", "汤怀瑾", "易南星"),
        by_line=((CAPABILITIES["drone"], 3),),
        by_town=(("蔚蓝测绘分队", 3),),
        by_order=((6, 3),),
        may_approve=True,
    )
    return replace(usual, **changes)


def verdict(**changes: object) -> Verdict:
    usual = Verdict(
        word="short",
        p_low=0.3721,
        p_hat=0.3949,
        p_high=0.4102,
        target=0.95,
        solved_at=NOW,
        solving=False,
        history=(
            (2.0, 0.958),
            (4.0, 0.957),
            (5.0, 0.92),
            (5.5, 0.87),
            (6.0, 0.72),
            (6.4, 0.7),
            (6.8, 0.41),
            (7.1, 0.3949),
        ),
        conflict=(),
        repairs=(
            Repair("more_minutes", CAPABILITIES["drone"], 7, 0.88),
            Repair("fewer_people", CAPABILITIES["drone"], 2, 0.967),
        ),
        proposal=proposal(),
    )
    return replace(usual, **changes)


EVENTS = (
    Event(812, NOW - timedelta(seconds=8), "alert.replied", "能来，26 分后到", "罗启明", "ok"),
    Event(811, NOW - timedelta(seconds=22), "alert.replied", "来不了", "谢南乔", ""),
    Event(810, NOW - timedelta(seconds=26), "callout.solved", "39%", "按时到齐把握", "bad"),
    Event(809, NOW - timedelta(seconds=31), "alert.checked_in", "到达 B 集结点", "段明远", "ok"),
    Event(808, NOW - timedelta(minutes=2), "alert.undelivered", "没送达", "文思齐", "warn"),
    Event(807, NOW - timedelta(minutes=4), "callout.approved", "批准召集：362 人", "周砚秋", "act"),
)
POINTS = (
    PointView("A", "基本指挥所", "Command post", 113.1262, 27.8334, 1, 120),
    PointView("B", "栗雨园区东门", "Liyu Park east gate", 113.0921, 27.8221, 2, 142),
    PointView("C", "马家河小学", "Majiahe School", 113.0966, 27.7990, 1, 60),
    PointView("D", "泰山路广场", "Taishan Square", 113.1271, 27.8249, 0, 40),
)


def board(**changes: object) -> Board:
    usual = Board(
        incident_id=3,
        callout_id=3,
        title="变电站周边火灾",
        kind="accident.fire",
        place="牵引变电所周边",
        lon=113.1068,
        lat=27.8166,
        reporter="市消防指挥中心 04 号席",
        exercise=True,
        state="filling",
        incident_state="active",
        t0=T0,
        now=NOW,
        speed=1.0,
        seq=812,
        lines=lines(),
        people=PeopleCounts(
            called=362, checked_in=4, en_route=64, accepted=50, unclear=3, silent=189, undelivered=15, declined=37
        ),
        verdict=verdict(),
        points=POINTS,
        events=EVENTS,
        flags=("live_zone", "controlled_airspace"),
        approved_by="周砚秋",
        approved_at=T0 + timedelta(minutes=3),
        stated_p=0.956,
        releasable=0,
        roll_call_id=None,
    )
    return replace(usual, **changes)
