"""Findings drafted from the facts of a callout, the four headings, what if, certificates of thanks."""

from datetime import date

import pytest

from muster.apps.channels.actions.findings import raise_finding
from muster.apps.channels.models import OutMessage
from muster.apps.desk.models import Lesson
from muster.apps.desk.review import actions as lessons
from muster.apps.desk.review.facts import facts_of
from muster.apps.desk.review.reads import parts
from muster.apps.desk.review.what_if import answer, line_facts
from muster.apps.desk.review.words import ADVICE, SAY, draft, say
from muster.apps.incidents import actions
from muster.apps.incidents.review import review
from muster.apps.people.models import Holding
from muster.core.errors import InvalidInput, NotAllowed
from muster.jobs.clock import now
from muster.journal.models import Entry
from muster.planning.what_if import LineFacts
from tests.callout_pages.cast import NOON, alerts_of, fresh, make_district
from tests.callout_pages.conftest import district, noon
from tests.callout_pages.markup import part
from tests.callout_pages.test_review import played

__all__ = ["NOON", "district", "make_district", "noon"]


def ended(district, noon):
    """Fourteen of those called for the fire line come, one pilot, no medic; two accept and stay away; no roll call."""
    incident = district.approved()
    by_line = {slug: [a for a in alerts_of(incident) if a.need and a.need.capability.slug == slug]
               for slug in ("fire_support", "medic", "uas_pilot")}  # fmt: skip
    # Whom the planner calls depends on its seed; who could fill another post as well would change the numbers.
    hands = by_line["fire_support"][:14]
    Holding.objects.filter(
        member__in=[alert.member_id for alert in hands], capability__slug__in=("medic", "uas_pilot")
    ).delete()
    noon.shift(420)
    coming = [*hands[:12], *by_line["uas_pilot"][:1]]
    district.accept([*coming, *hands[12:14]], eta_minutes=10)
    noon.shift(900)
    district.arrive(coming)
    noon.shift(3600)
    actions.stand_down(district.actors["commander"], incident.callout)
    actions.leave(district.actors["commander"], incident.callout, [alert.pk for alert in coming])
    actions.close_incident(district.actors["commander"], fresh(incident))
    return fresh(incident)


def facts(district, incident):
    return {fact.ref: fact for fact in facts_of(review(incident, district.actors["commander"]), now())}


def test_what_went_wrong_is_drafted_with_its_numbers_and_what_went_well_is_only_said(district, noon):
    found = facts(district, ended(district, noon))
    assert found["no_shows"].figures == {"n": 2, "of": 15}
    assert found["no_shows"].bad
    assert found["no_roll_call"].figures == {"n": 13}
    assert {ref: fact.figures["n"] for ref, fact in found.items() if fact.code == "line_missed"} == {
        "line_missed:2": 3, "line_missed:3": 1,
    }  # fmt: skip
    assert not found["approved_after"].bad
    assert found["later_than_said"].figures == {"n": 0, "of": 13, "minutes": 10}
    good = facts(district, played(district, noon))
    assert (good["roll_call"].bad, good["roll_call"].figures) == (False, {"seconds": 130, "n": 0})
    assert "line_missed:2" not in good


def test_failed_messages_and_wrong_numbers_stand_under_support(district, noon):
    incident = ended(district, noon)
    alerts = alerts_of(incident)
    OutMessage.objects.filter(ref__in=[a.ref for a in alerts[:3]]).update(channel="sms", state="failed")
    raise_finding(alerts[0].member, source="gateway", number="+8619900000000", at=now())
    found = facts(district, incident)
    assert found["failed:sms"].figures["n"] == 3
    assert found["wrong_numbers"].figures == {"n": 1, "open": 1}
    assert {found["failed:sms"].heading, found["wrong_numbers"].heading} == {"support"}


@pytest.mark.parametrize("code", sorted(ADVICE))
def test_every_finding_that_can_be_drafted_has_its_sentence(code, db):
    figures = {"n": 2, "of": 15, "minutes": 7, "aim": 5, "seconds": 200, "slug": "gone", "due": 40, "low": 3, "high": 9,
               "minute": 60, "channel": "sms", "share": 0.5, "open": 1}  # fmt: skip
    assert say(code, figures) in draft(code, figures)
    assert "%" not in draft(code, figures).replace("50%", "")
    assert code in SAY


def test_drafts_are_taken_once_and_each_is_in_the_journal_with_its_figures(district, noon):
    incident, actor = ended(district, noon), district.actors["commander"]
    bad = [fact for fact in facts(district, incident).values() if fact.bad]
    assert lessons.take_drafts(actor, incident) == len(bad) > 3
    assert lessons.take_drafts(actor, incident) == 0
    rows = list(incident.lessons.all())
    assert {row.ref for row in rows} == {fact.ref for fact in bad}
    entries = Entry.objects.filter(stream__name=incident.stream, action="lesson.raised")
    assert {entry.payload["fact"]: entry.payload["figures"] for entry in entries} == {f.ref: f.figures for f in bad}


def test_a_finding_is_reworded_given_to_somebody_and_ended_by_another(district, noon):
    incident, head, commander = ended(district, noon), district.actors["office_head"], district.actors["commander"]
    row = lessons.write_lesson(commander, incident, "mobility", "  北桥  绕行太久 ")
    assert row.text == "北桥 绕行太久"
    lessons.reword(commander, incident, row.pk, text="北桥绕行", owner=commander.ref, due_on=date(2027, 4, 1))
    with pytest.raises(NotAllowed, match=r"lessons\.own"):
        lessons.end_lesson(commander, incident, row.pk, "done", "已修")
    lessons.end_lesson(head, incident, row.pk, "done", "已与交通局商定备用路线")
    row.refresh_from_db()
    assert (row.state, row.ended_by, row.due_on) == ("done", head.ref, date(2027, 4, 1))
    kept = [entry.payload for entry in Entry.objects.filter(stream__name=incident.stream, action__startswith="lesson.")]
    assert not any("北桥" in str(payload) for payload in kept), "free words stay out of the journal"


def test_what_can_not_be_is_refused_with_its_reason_and_loses_nothing(district, noon):
    incident = ended(district, noon)
    path = f"/review/{incident.pk}/lessons/"
    own = lessons.write_lesson(district.actors["commander"], incident, "support", "油料不够")
    cases = (
        ({"act": "own", "heading": "support", "text": " "}, 422, "Say in a sentence what was found"),
        ({"act": "own", "heading": "weather", "text": "雨太大"}, 422, "one of the four headings"),
        ({"act": "words", "lesson": own.pk, "text": "油料", "owner": "account:999"}, 422, "somebody of the list"),
        ({"act": "words", "lesson": own.pk, "text": "油料只够半天", "due_on": "soon"}, 422, "This is no date"),
        ({"act": "words", "lesson": own.pk, "text": ""}, 422, "Say in a sentence"),
        ({"act": "end", "lesson": own.pk, "to": "done", "said": ""}, 422, "Say what was done"),
        ({"act": "end", "lesson": own.pk, "to": "later", "said": "x"}, 422, "done or dropped"),
        ({"act": "end", "lesson": 10**12, "to": "done", "said": "x"}, 404, "no such finding"),
        ({"act": "end", "lesson": "x", "to": "done", "said": "x"}, 404, "no such finding"),
    )
    for given, status, words in cases:
        answer = district.post("commander", path, given)
        assert (answer.status_code, words in answer.content.decode()) == (status, True), given
    kept = district.post("commander", path, cases[3][0]).content.decode()
    assert "油料只够半天" in kept, "what was typed is still there"
    assert "雨太大" in district.post("commander", path, cases[1][0]).content.decode()
    own.refresh_from_db()
    assert (own.state, own.text) == ("open", "油料不够")
    lessons.end_lesson(district.actors["commander"], incident, own.pk, "dropped", "另有专题")
    assert district.post("commander", path, {"act": "words", "lesson": own.pk, "text": "又"}).status_code == 409


def test_the_page_shows_the_four_headings_in_both_languages(district, noon):
    incident = ended(district, noon)
    path = f"/review/{incident.pk}/lessons/"
    page = district.page("commander", path)
    for code, word in (
        ("command", "Command"),
        ("coordination", "Coordination"),
        ("mobility", "Mobility"),
        ("support", "Support"),
    ):
        assert word in part(page, f"part-{code}")
    assert "2 of 15 who accepted did not come" in part(page, "part-coordination")
    assert "Medic: 3 of 3 missing at T+45" in part(page, "part-mobility")
    chinese = district.page("commander", path, "zh-hans")
    assert "15 名应召者中 2 名未到" in part(chinese, "part-coordination")
    assert "医疗救护" in part(chinese, "part-mobility")
    assert " style=" not in page
    assert 'id="take-drafts"' in page
    assert district.post("duty_officer", path, {"act": "drafts"}).status_code == 302
    page = district.page("duty_officer", path)
    assert 'id="take-drafts"' not in page
    assert "Ask everyone who did not come for the reason" in page
    assert "It is done" not in page, "the duty officer writes findings down, ending them is not his"


def test_drafted_words_that_were_not_touched_stay_drafted_in_every_language(district, noon):
    incident = ended(district, noon)
    lessons.take_drafts(district.actors["commander"], incident)
    row = Lesson.objects.get(incident=incident, code="no_shows")
    text = draft(row.code, row.figures)
    path = f"/review/{incident.pk}/lessons/"
    given = {"act": "words", "lesson": row.pk, "text": text, "drafted": text, "owner": district.actors["office_head"].ref,
             "due_on": "2027-03-01"}  # fmt: skip
    assert district.post("commander", path, given).status_code == 302
    row.refresh_from_db()
    assert row.text == ""
    assert "逐一询问未到者的原因" in district.page("commander", path, "zh-hans")
    view = next(
        view
        for p in parts(incident, district.actors["commander"], now())
        for view in p.lessons
        if view.row.pk == row.pk
    )
    assert (view.owner, view.late) == ("贺知远", True)


def test_who_only_reads_reviews_writes_nothing(district, noon):
    incident = ended(district, noon)
    path = f"/review/{incident.pk}/lessons/"
    assert 'id="own-lesson"' not in district.page("auditor", path)
    for given in ({"act": "drafts"}, {"act": "own", "heading": "command", "text": "x"}, {"act": "end", "lesson": 1}):
        assert district.post("auditor", path, given).status_code == 403
    assert district.client("town_officer").get(path).status_code == 403


def test_a_running_callout_without_anything_has_a_page_too(district):
    page = district.page("commander", f"/review/{district.open().pk}/lessons/")
    assert "No facts under this heading" in page


def test_the_facts_of_what_if_are_those_of_the_first_wave(district, noon):
    incident = ended(district, noon)
    needs = list(incident.callout.needs.all())
    called = {need.order: sum(a.need_id == need.pk for a in alerts_of(incident)) for need in needs}
    found = dict(zip([need.order for need in needs], line_facts(incident.callout, needs), strict=True))
    assert {order: (line.missing, line.came, line.called) for order, line in found.items()} == {
        1: (0, 12, called[1]), 2: (3, 0, called[2]), 3: (1, 1, called[3]),
    }  # fmt: skip
    assert all(0 < line.expected_share <= 1 for line in found.values())
    assert isinstance(found[1], LineFacts)


def test_what_if_counts_for_one_need_or_all_and_not_while_it_runs(district, noon):
    commander = district.actors["commander"]
    assert answer(district.approved(), commander, more=20) is None
    incident = ended(district, noon)
    every, one = answer(incident, commander, more=20), answer(incident, commander, more=20, order=2)
    assert sum(line.would.extra for line in every.lines) == every.extra == 20
    assert [line.would.extra for line in one.lines] == [0, 20, 0]
    assert one.lines[1].would.p > every.lines[1].would.p
    assert one.p == 0.0, "the pilot who was missing is missing still"
    with pytest.raises(InvalidInput):
        answer(incident, commander, more=501)


def test_the_page_of_what_if_says_what_is_assumed(district, noon):
    incident = ended(district, noon)
    path = f"/review/{incident.pk}/what-if/"
    page = district.page("commander", path)
    assert "is the chance that every post had been filled in time with 20 more people called" in page
    assert "Nothing of what happened is changed" in part(page, "assumed")
    assert "再多召 10 人" in district.page("commander", path + "?more=10&line=2", "zh-hans")
    for bad in ("?more=0", "?more=many", "?more=501", "?more=5&line=9"):
        assert district.client("commander").get(path + bad).status_code == 422
    assert "Every post was filled in time as it was" in district.page(
        "commander", f"/review/{played(district, noon).pk}/what-if/"
    )
    assert "once people were called" in district.page("commander", f"/review/{district.open().pk}/what-if/")


def test_certificates_thank_those_who_came_and_nobody_else(district, noon):
    incident = ended(district, noon)
    path = f"/review/{incident.pk}/thanks/"
    page = district.page("commander", path, "zh-hans")
    came = [a.member for a in alerts_of(incident) if a.checked_in_at]
    assert page.count('data-testid="certificate"') == len(came) == 13
    stayed = next(a.member for a in alerts_of(incident) if not a.checked_in_at)
    assert all(member.name in page for member in came)
    assert stayed.name not in page
    assert page.count("演练集结") == 13, "an exercise is never thanked for as an actual callout"
    one = district.page("commander", path + f"?member={came[0].number}")
    assert one.count('data-testid="certificate"') == 1
    assert "You served for 1 hours" in one
    assert "On 2027-3-10 you answered" in one
    assert "2027年3月10日，您响应" in page
    assert district.page("commander", path + "?member=TY999999").count('data-testid="certificate"') == 0
    assert district.page("commander", path + "?part=7").count('data-testid="certificate"') == 0
    assert "nobody to thank yet" in district.page("commander", f"/review/{district.open().pk}/thanks/")
