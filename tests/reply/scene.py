"""One running callout with one called member, as the reply pages meet it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from muster.apps.incidents.models import Alert, Callout, Incident, NeedLine, Wave
from muster.apps.incidents.models.callout import AlertState
from muster.apps.people.models import Capability, Member
from muster.apps.plans.models import MusterPoint
from muster.core.ids import token_hash
from tests.channels.cast import member_of

T0 = datetime(2026, 11, 2, 6, 5, tzinfo=UTC)  # 14:05 in Beijing
TOKEN = "AbCdEfGhIjKlMnOpQrStUv"
TITLE = "变电站周边火灾"


@dataclass
class Scene:
    """What the tests hold on to."""

    incident: Incident
    callout: Callout
    alert: Alert
    member: Member
    token: str = TOKEN

    @property
    def url(self) -> str:
        return f"/r/{self.token}"

    def state(self) -> str:
        return Alert.objects.get(pk=self.alert.pk).state

    def put(self, state: AlertState, **fields: object) -> None:
        Alert.objects.filter(pk=self.alert.pk).update(state=state, **fields)

    def callout_is(self, state: str, **fields: object) -> None:
        Callout.objects.filter(pk=self.callout.pk).update(state=state, **fields)


def capability_of(slug: str = "fire_support") -> Capability:
    return Capability.objects.get_or_create(slug=slug, defaults={"zh": "灭火辅助", "en": "Fire support", "bit": 0})[0]


def scene_of(*, exercise: bool = False, title: str = TITLE, state: str = "filling") -> Scene:
    incident = Incident.objects.create(
        title=title, kind="accident.fire", place="变电站", lon=113.1, lat=27.8, t0=T0,
        mode="exercise" if exercise else "actual", state="active", opened_by="account:1",
    )  # fmt: skip
    callout = Callout.objects.create(
        incident=incident, state=state, target=0.95, approved_at=T0, approved_by="account:1"
    )
    point = MusterPoint.objects.get_or_create(
        letter="B",
        defaults={
            "zh": "栗雨园区东门",
            "en": "Liyu Park East Gate",
            "address": "栗雨街道 泰山路西段",
            "lon": 113.1,
            "lat": 27.8,
        },
    )[0]
    callout.muster_points.add(point)
    need = NeedLine.objects.create(callout=callout, order=1, capability=capability_of(), people=3, due_minutes=60)
    wave = Wave.objects.create(callout=callout, number=1, origin="plan", ordered_by="account:1", ordered_at=T0)
    member = member_of(Member.objects.count() + 1)
    alert = Alert.objects.create(
        callout=callout, member=member, wave=wave, need=need, muster_point=point, state="delivered", channel="sms",
        token_hash=token_hash(TOKEN), alerted_at=T0 + timedelta(minutes=2),
    )  # fmt: skip
    return Scene(incident, callout, alert, member)


def another_alert(scene: Scene, member: Member, token: str = "another-token-000000001") -> Alert:
    return Alert.objects.create(
        callout=scene.callout, member=member, wave=scene.alert.wave, need=scene.alert.need, state="delivered",
        muster_point=scene.alert.muster_point, channel="sms", token_hash=token_hash(token), alerted_at=T0,
    )  # fmt: skip
