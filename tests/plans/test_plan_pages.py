"""The plan pages: forms that lose nothing, sentences instead of failures, rights."""

import pytest

from muster.apps.plans import actions
from muster.apps.plans.models import Plan
from tests.callout_pages.markup import fields_of, sentences_of


def typed(district, **changes):
    form = {
        "zh": "洪涝抢险", "en": "", "kind": "natural.flood", "site": "", "target_percent": "95", "policy": "propose",
        "muster_points": [district.points[0].pk], "note": "",
        "capability": [district.skills["medic"].pk, district.skills["fire_support"].pk], "people": ["4", "20"],
        "due_minutes": ["45", "60"],
    }  # fmt: skip
    return {**form, **changes}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_list_shows_title_posts_target_and_whether_it_is_pre_authorised(district, language):
    actions.pre_authorise(district.actors["office_head"], district.plan)
    page = district.page("auditor", "/plans/", language)
    title = district.plan.en if language == "en" else district.plan.zh
    for part in (title, ">17<", "T+60", "90.0%", "贺知远"):
        assert part in page
    assert 'id="plan-new"' not in page


def test_a_new_plan_is_saved_and_shown_again(district):
    answer = district.post("duty_officer", "/plans/new/", typed(district))
    plan = Plan.objects.get(kind="natural.flood")
    assert (answer.status_code, answer.url) == (302, f"/plans/{plan.pk}/")
    assert plan.target == 0.95
    assert plan.needs.count() == 2


def test_adding_a_line_without_scripts_keeps_everything_typed_and_judges_nothing(district):
    answer = district.post("duty_officer", "/plans/new/", typed(district, zh="半截", people=["x", "20"], add_row="1"))
    assert answer.status_code == 200
    fields = fields_of(answer)
    assert fields["zh"] == ["半截"]
    assert fields["people"] == ["x", "20", ""]
    assert fields["muster_points"] == [str(district.points[0].pk)]
    assert sentences_of(answer) == []


def test_taking_a_line_away_takes_that_line(district):
    answer = district.post("duty_officer", "/plans/new/", typed(district, remove_row="0"))
    assert fields_of(answer)["people"] == ["20"]
    assert fields_of(answer)["capability"] == [str(district.skills["fire_support"].pk)]


def test_htmx_gets_only_the_table_of_lines(district):
    answer = district.clients["duty_officer"].post(
        "/plans/new/", typed(district, add_row="1"), headers={"HX-Request": "true"}
    )
    assert "<html" not in answer.content.decode()
    assert fields_of(answer)["people"] == ["4", "20", ""]


def test_mistakes_are_named_beside_their_fields_and_nothing_typed_is_lost(district):
    bad = typed(district, zh="", people=["10000", "20"], due_minutes=["45", ""], muster_points=[], note="留着")
    answer = district.post("duty_officer", "/plans/new/", bad)
    assert answer.status_code == 422
    said = " ".join(sentences_of(answer))
    for part in (
        "Nothing is saved yet",
        "Choose at least one muster point",
        "Within how many minutes?",
        "less than or",
    ):
        assert part in said
    assert fields_of(answer)["note"] == ["留着"]
    assert fields_of(answer)["people"] == ["10000", "20"]
    assert not Plan.objects.filter(kind="natural.flood").exists()


@pytest.mark.parametrize(
    ("slug", "people", "sentence"),
    [
        ("boat_crew", "1", "Nobody on the roster holds this"),
        ("uas_pilot", "10", "Only 9 people hold this validly today"),
    ],
)
def test_a_need_nobody_can_fill_is_refused_with_a_sentence(district, slug, people, sentence):
    form = typed(district, capability=[district.skills[slug].pk], people=[people], due_minutes=["30"])
    answer = district.post("duty_officer", "/plans/new/", form)
    assert answer.status_code == 422
    assert any(sentence in said for said in sentences_of(answer))


def test_a_plan_without_lines_is_refused(district):
    answer = district.post(
        "duty_officer", "/plans/new/", typed(district, capability=[""], people=[""], due_minutes=[""])
    )
    assert "Write at least one line: capability, people, minutes." in sentences_of(answer)


def test_more_than_forty_lines_are_refused(district):
    many = 41
    form = typed(district, capability=[district.skills["medic"].pk] * many, people=["1"] * many,
                 due_minutes=["30"] * many)  # fmt: skip
    answer = district.post("duty_officer", "/plans/new/", form)
    assert any("At most 40 lines" in said for said in sentences_of(answer))


def test_two_writers_the_second_is_warned_and_can_then_put_his_version_over_it_knowingly(district, noon):
    path = f"/plans/{district.plan.pk}/"
    seen = fields_of(district.clients["duty_officer"].get(path))["seen"][0]
    noon.shift(60)
    district.post("commander", path, typed(district, zh="指挥员的", kind="accident.fire", seen=seen))
    mine = typed(district, zh="值班员的", kind="accident.fire", seen=seen)
    answer = district.post("duty_officer", path, mine)
    assert answer.status_code == 422
    assert any("Somebody else changed this plan meanwhile" in said for said in sentences_of(answer))
    assert Plan.objects.get(pk=district.plan.pk).zh == "指挥员的"
    again = {**mine, "seen": fields_of(answer)["seen"][0]}
    assert district.post("duty_officer", path, again).status_code == 302
    assert Plan.objects.get(pk=district.plan.pk).zh == "值班员的"


def test_a_tampered_form_is_refused_calmly(district):
    answer = district.post("duty_officer", f"/plans/{district.plan.pk}/", typed(district, seen="yesterday"))
    assert answer.status_code == 422
    assert "This form is out of order. Open the plan again; nothing was changed." in sentences_of(answer)
    assert Plan.objects.get(pk=district.plan.pk).zh == district.plan.zh


def test_readers_see_the_plan_but_every_control_is_off(district):
    page = district.page("auditor", f"/plans/{district.plan.pk}/")
    assert "<fieldset disabled>" in page
    assert 'id="plan-save"' not in page
    assert district.post("auditor", f"/plans/{district.plan.pk}/", typed(district)).status_code == 403


def test_the_head_pre_authorises_and_withdraws_on_the_page_others_see_no_button(district):
    path = f"/plans/{district.plan.pk}/"
    assert 'id="plan-pre-authorise"' not in district.page("commander", path)
    seen = fields_of(district.clients["office_head"].get(path))["seen"][-1]
    assert district.post("commander", f"{path}pre-authorise/", {"seen": seen}).status_code == 403
    assert district.post("office_head", f"{path}pre-authorise/", {"seen": seen}).status_code == 302
    assert "Pre-authorised by 贺知远" in district.page("duty_officer", path)
    district.post("office_head", f"{path}pre-authorise/", {"withdraw": "1"})
    assert "Not pre-authorised" in district.page("duty_officer", path)


def test_pre_authorising_what_changed_meanwhile_is_refused(district, noon):
    path = f"/plans/{district.plan.pk}/"
    seen = district.plan.changed_at.isoformat()
    noon.shift(60)
    district.post("commander", path, typed(district))
    assert district.post("office_head", f"{path}pre-authorise/", {"seen": seen}).status_code == 409
    assert Plan.objects.get(pk=district.plan.pk).pre_authorised_at is None


def test_a_copy_opens_for_change_and_a_retired_plan_moves_to_the_other_list(district):
    answer = district.post("duty_officer", f"/plans/{district.plan.pk}/copy/")
    twin = Plan.objects.exclude(pk=district.plan.pk).get()
    assert answer.url == f"/plans/{twin.pk}/"
    assert twin.zh.endswith("（副本）")
    assert twin.en.endswith("(copy)")
    district.post("duty_officer", f"/plans/{district.plan.pk}/retire/")
    assert f'href="/plans/{district.plan.pk}/"' not in district.page("auditor", "/plans/")
    assert f'href="/plans/{district.plan.pk}/"' in district.page("auditor", "/plans/?retired=1")
    assert 'id="plan-save"' not in district.page("office_head", f"/plans/{district.plan.pk}/")


def test_there_is_a_calm_page_when_no_plan_is_written(district):
    Plan.objects.all().delete()
    assert "No plan is written yet" in district.page("auditor", "/plans/")
    assert "No plan was retired so far" in district.page("auditor", "/plans/?retired=1")


def test_an_unknown_plan_is_a_404_page(district):
    assert district.client("auditor").get("/plans/999999/").status_code == 404


def test_markup_in_a_title_is_text(district):
    district.post("duty_officer", "/plans/new/", typed(district, zh="<script>alert(1)</script>"))
    assert "<script>alert(1)" not in district.page("auditor", "/plans/", "zh-hans")
