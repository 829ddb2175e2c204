"""What is missing and what would mend it, said as a person would, in both languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from muster.apps.desk import start_words as words
from muster.apps.plans.models import PlanCheck

ENGLISH = {"boat_crew": "Rescue boat crew", "medic": "Medic"}
CHINESE = {"boat_crew": "冲锋舟操作", "medic": "医疗救护"}
LINES = [{"capability": "boat_crew", "due_minutes": 45}, {"capability": "medic", "due_minutes": 60}]
NOTHING = dict.fromkeys(("line", "minutes", "people", "target", "capability"))


def check(**result: object) -> PlanCheck:
    return PlanCheck(template="flood", target=0.95, result={"lines": LINES, **result})


def repair(kind: str, **given: object) -> dict[str, object]:
    return {"kind": kind, "p_low": 0.951, "alerts": 80, "members": [], "holdings": [], **NOTHING, **given}


def test_one_line_that_is_short_is_named_with_its_minutes():
    row = check(shortfall={"lines": [0], "missing": 4})
    with translation.override("en"):
        assert words.shortage(row, ENGLISH) == "short of 4 Rescue boat crew within 45 minutes"
    with translation.override("zh-hans"):
        assert words.shortage(row, CHINESE) == "45 分钟内差 4 名冲锋舟操作"


def test_lines_that_compete_are_named_together():
    row = check(shortfall={"lines": [0, 1], "missing": 3})
    with translation.override("en"):
        assert words.shortage(row, ENGLISH) == "short of 3 people among Rescue boat crew, Medic within 60 minutes"
    with translation.override("zh-hans"):
        assert words.shortage(row, CHINESE) == "60 分钟内冲锋舟操作、医疗救护合计差 3 名"


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        (
            repair("renew", people=1, holdings=[[7, "boat_crew"]]),
            "renew 1 certificate: Rescue boat crew", "续 1 张证：冲锋舟操作",
        ),
        (
            repair("renew", people=3, holdings=[[7, "boat_crew"], [8, "medic"], [9, "medic"]]),
            "renew 3 certificates: Rescue boat crew, Medic", "续 3 张证：冲锋舟操作、医疗救护",
        ),
        (repair("more_minutes", minutes=20.0, line=0), "allow 20 more minutes for Rescue boat crew", "冲锋舟操作多给 20 分钟"),
        (repair("more_minutes", minutes=20.0), "allow 20 more minutes for everybody", "所有需求都多给 20 分钟"),
        (repair("fewer_people", people=2, line=1), "do with 2 fewer Medic", "医疗救护少要 2 名"),
        (repair("train", people=8, capability="boat_crew"), "train 8 more for Rescue boat crew", "再培训 8 名冲锋舟操作"),
        (repair("lower_target", target=0.9), "be content with a target of 90%", "目标降到 90%"),
    ],
)  # fmt: skip
def test_each_way_to_mend_it_is_said(given, english, chinese):
    with translation.override("en"):
        assert words.repair_words(check(), given, ENGLISH) == english
    with translation.override("zh-hans"):
        assert words.repair_words(check(), given, CHINESE) == chinese


def test_what_will_fail_is_said_with_the_days_that_are_left():
    later = {"holds": False, "days": 30, "lines": [0], "missing": 2}
    with translation.override("en"):
        said = words.later_words(check(later=later), ENGLISH)
    assert said.startswith("In 30 days it no longer holds")
    assert "short of 2 Rescue boat crew within 45 minutes" in said


@pytest.mark.parametrize("later", [None, {"holds": True, "days": 30}])
def test_of_what_goes_on_holding_nothing_is_said(later):
    assert words.later_words(check(later=later), ENGLISH) == ""


def test_every_kind_of_repair_has_an_icon_of_the_set():
    from muster.web.icons import icon

    kinds = ("renew", "more_minutes", "fewer_people", "train", "lower_target")
    assert all(icon(words.repair_icon(kind)) for kind in kinds)
