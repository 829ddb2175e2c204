"""The words of the messages: everything a person needs, one part where possible, and never the wrong mode."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apps.channels.gates import is_marked
from muster.apps.incidents.models import Alert, NeedLine
from muster.apps.incidents.wording import (
    SENTENCES,
    Facts,
    alert_text,
    compose,
    due_words,
    preview_text,
    release_text,
    stand_down_text,
    unit_text,
)
from muster.apps.people.models import Capability, Unit
from muster.codecs import sms
from tests.reply.scene import T0, TITLE, TOKEN, Scene, scene_of

ZH = Facts("zh-hans", False, "天元应急", TITLE, "B栗雨园区东门", "灭火辅助", "14:55", "0731-00000119")
EN = Facts(
    "en", False, "Tianyuan Reserve", "Fire near the substation", "B Liyu Park East Gate", "Fire support", "14:55",
    "0731-00000119",
)  # fmt: skip
KINDS = ("alert", "release", "stand_down", "too_late", "unit_refused", "unit_few", "unit_unclear")
LINK = "https://muster.tianyuan.example/r/" + TOKEN


def test_a_chinese_call_reads_like_this() -> None:
    assert compose("alert", ZH) == (
        "【天元应急】集结：变电站周边火灾。14:55前到B栗雨园区东门，岗位灭火辅助。能来回1，来不了回2。电话0731-00000119"
    )
    assert compose("alert", replace(ZH, exercise=True, replacement=True)) == (
        "【演练】天元应急补位集结：变电站周边火灾。14:55前到B栗雨园区东门，岗位灭火辅助。能来回1，来不了回2。电话0731-00000119"
    )


def test_the_call_of_a_unit_tells_its_lead_whom_to_bring_by_when_and_what_to_answer() -> None:
    led = replace(ZH, role="", unit="新田连", people=9)
    assert compose("unit", led) == (
        "【天元应急】集结：变电站周边火灾。请带新田连9人（含您）14:55前到B栗雨园区东门。来几人回几人，如9人；您来不了回2。电话0731-00000119"
    )
    assert compose("unit", replace(EN, office="", role="", unit="Xintian", people=9, exercise=True)) == (
        "[EXERCISE] Callout: Fire near the substation. Bring 9 of Xintian, you included. Be at B Liyu Park East Gate by "
        "14:55. Reply how many come, as 9 people; 2 if you can not. Desk 0731-00000119"
    )
    assert sms.parse_count("9人") == sms.parse_count("9 people") == 9, "what the text asks for is understood"


def test_the_call_of_a_unit_says_for_which_posts_its_people_are_wanted() -> None:
    led = replace(ZH, role="", unit="新田连", people=9, posts="舟艇4 医护1")
    assert compose("unit", led) == (
        "【天元应急】集结：变电站周边火灾。请带新田连9人（含您）14:55前到B栗雨园区东门，岗位舟艇4 医护1。"
        "来几人回几人，如9人；您来不了回2。电话0731-00000119"
    )
    assert "by 14:55, posts: 4 Boats, 1 Medic. Reply how" in compose(
        "unit", replace(EN, role="", unit="Xintian", people=9, posts="4 Boats, 1 Medic")
    )


def needs_of(*wanted: tuple[str, int]) -> list[NeedLine]:
    return [
        NeedLine(order=place, due_minutes=60 - place, capability=Capability(zh=zh, en=f"E{zh}"))
        for place, (zh, count) in enumerate(wanted, start=1)
        for _ in range(count)
    ]


@pytest.mark.django_db
def test_posts_are_counted_and_left_out_where_they_cost_more_than_one_part() -> None:
    alert = scene_of().alert
    alert.unit_called = Unit(code="V9", name="新田连", kind="village", path="V9")
    text = unit_text(alert, 6, needs_of(("舟艇", 4), ("医护", 1)))
    assert "请带新田连6人（含您）" in text
    assert "，岗位舟艇4 医护1。" in text
    long = unit_text(alert, 90, needs_of(*((f"第{n}号水域的舟艇与水下搜救操作手", 1) for n in range(12))))
    assert "岗位" not in long
    assert sms.length(text).parts <= sms.length(long).parts + 1


def test_a_lead_who_said_too_many_is_told_both_figures() -> None:
    assert compose("unit_refused", replace(ZH, said=12, people=9)) == (
        "【天元应急】变电站周边火灾：您报12人，本队只叫了9人，未登记。请重报，如9人。电话0731-00000119"
    )


def test_a_lead_whose_answer_can_not_be_taken_is_told_what_to_write() -> None:
    assert compose("unit_few", replace(ZH, said=1, people=9)) == (
        "【天元应急】变电站周边火灾：您报1人，与已知答复不符（本队叫了9人），未登记。请重报，或打电话。电话0731-00000119"
    )
    assert compose("unit_unclear", replace(ZH, people=9)) == (
        "【天元应急】变电站周边火灾：没看懂您的回复，未登记。来几人回几人，如9人；您来不了回2。电话0731-00000119"
    )


def test_an_english_call_reads_like_this() -> None:
    assert compose("alert", replace(EN, exercise=True, office="")) == (
        "[EXERCISE] Callout: Fire near the substation. Be at B Liyu Park East Gate by 14:55 as Fire support. "
        "Reply 1=coming, 2=not coming. Desk 0731-00000119"
    )


@pytest.mark.parametrize("facts", [ZH, EN])
@pytest.mark.parametrize("exercise", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_usual_texts_cost_one_part(facts: Facts, exercise: bool, kind: str) -> None:
    assert sms.length(compose(kind, replace(facts, exercise=exercise))).parts == 1


def test_a_release_thanks_and_says_stay_where_you_are() -> None:
    text = compose("release", ZH)
    for part in ("谢谢", "不用来了", "请留在原处", TITLE):
        assert part in text


def test_a_long_title_is_cut_and_nothing_else() -> None:
    text = compose("alert", replace(ZH, title="变电站周边火灾引发山林火灾蔓延至居民区并威胁加油站"))
    assert sms.length(text).parts == 1
    assert "变电站周边火" in text
    assert "…" in text
    for part in ("14:55前到B栗雨园区东门", "岗位灭火辅助", "能来回1，来不了回2", "0731-00000119"):
        assert part in text


def test_a_cut_english_title_does_not_turn_the_text_into_ucs2() -> None:
    text = compose(
        "alert", replace(EN, title="Fire near the substation that has reached the woods and the filling station")
    )
    assert sms.length(text).alphabet == "gsm7"
    assert sms.length(text).parts == 1


def test_where_one_part_is_out_of_reach_the_title_stays_whole() -> None:
    title = "变电站周边火灾引发山林火灾"
    text = compose("alert", replace(ZH, title=title, link=LINK))
    assert title in text
    assert sms.length(text).parts == 2


clear = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=60)


@given(
    kind=st.sampled_from(KINDS),
    language=st.sampled_from(["zh-hans", "en"]),
    exercise=st.booleans(),
    office=clear | st.sampled_from(["演练", "【演练】", "[EXERCISE]", "EXERCISE", ""]),
    title=clear | st.sampled_from(["【演练】", "[EXERCISE] x", "】【演练】", "{0}", "{title}"]),
    due=st.sampled_from(["", "14:55"]),
    replacement=st.booleans(),
    link=st.sampled_from(["", LINK]),
)
def test_an_exercise_is_always_marked_and_an_actual_call_never(
    kind: str, language: str, exercise: bool, office: str, title: str, due: str, replacement: bool, link: str
) -> None:
    base = ZH if language == "zh-hans" else EN
    facts = replace(base, exercise=exercise, office=office, title=title, due=due, replacement=replacement, link=link)
    text = compose(kind, facts)
    assert is_marked(text) is exercise
    assert "\n" not in text
    if kind == "alert":
        assert base.point in text
        assert base.role in text
        assert SENTENCES[language]["digits"].strip() in text
        assert link in text


def test_a_time_of_tomorrow_afternoon_carries_its_date() -> None:
    at = datetime(2026, 11, 2, 15, 50, tzinfo=UTC)  # 23:50 in Beijing
    assert due_words(at + timedelta(minutes=60), at, "zh-hans") == "00:50"
    assert due_words(at + timedelta(hours=14), at, "zh-hans") == "11月3日13:50"
    assert due_words(at + timedelta(hours=14), at, "en") == "13:50 on 3 Nov"


@pytest.mark.django_db
class TestFromTheCallout:
    @pytest.fixture(autouse=True)
    def _no_public_address(self, settings: object) -> None:
        settings.MUSTER_PUBLIC_URL = ""

    def test_the_call_is_made_of_the_alert(self, scene: Scene) -> None:
        assert alert_text(scene.alert, TOKEN) == (
            "【天元应急】集结：变电站周边火灾。15:05前到B栗雨园区东门，岗位灭火辅助。能来回1，来不了回2。电话0731-0000 0119"
        )
        assert "by 15:05 as Fire support" in alert_text(scene.alert, TOKEN, "en")

    def test_the_link_stands_in_it_only_where_phones_can_reach_it(self, scene: Scene, settings: object) -> None:
        assert TOKEN not in alert_text(scene.alert, TOKEN)
        settings.MUSTER_PUBLIC_URL = "https://m.example.cn/"
        assert alert_text(scene.alert, TOKEN).endswith(f"或点 https://m.example.cn/r/{TOKEN}")
        assert "/r/" not in alert_text(scene.alert)

    def test_without_a_post_or_after_the_time_it_says_come_at_once(self, scene: Scene) -> None:
        scene.alert.need = None
        assert "请尽快到B栗雨园区东门。" in alert_text(scene.alert)
        late = Alert.objects.get(pk=scene.alert.pk)
        late.alerted_at = T0 + timedelta(minutes=60)
        assert "请尽快到B栗雨园区东门，岗位灭火辅助" in alert_text(late)

    def test_a_replacement_is_told_that_he_fills_a_gap(self, scene: Scene) -> None:
        scene.alert.wave.origin = "replacement"
        assert "补位集结" in alert_text(scene.alert)

    def test_release_and_stand_down_carry_the_mode(self) -> None:
        scene = scene_of(exercise=True)
        assert release_text(scene.alert).startswith("【演练】变电站周边火灾：人已够")
        assert stand_down_text(scene.alert).startswith("【演练】变电站周边火灾：集结已终止")
        assert stand_down_text(scene.alert, "en").startswith("[EXERCISE]")

    def test_the_preview_is_what_will_be_sent(self, scene: Scene, settings: object) -> None:
        alert = scene.alert
        shown = preview_text(scene.incident, alert.need, alert.muster_point, alert.alerted_at)
        assert shown == alert_text(alert, TOKEN)
        settings.MUSTER_PUBLIC_URL = "https://m.example.cn"
        shown = preview_text(scene.incident, alert.need, alert.muster_point, alert.alerted_at)
        assert sms.length(shown) == sms.length(alert_text(alert, TOKEN))
