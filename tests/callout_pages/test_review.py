"""The review: key figures from the rows, charts, story, pay."""

import io
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apps.channels.models import OutMessage
from muster.apps.incidents import actions
from muster.apps.incidents.models import Alert, Incident, NeedLine
from muster.apps.incidents.review import full_at, review, town_of
from muster.apps.people.models import Capability, Unit
from muster.apps.service.models import PayRate
from muster.core.errors import NotAllowed
from muster.journal import heads
from tests.callout_pages.cast import NOON, alerts_of, fresh, make_district, solve
from tests.callout_pages.markup import part


def played(district, noon) -> Incident:
    """A whole callout: 20 come one a minute from T+10, two accept and stay away, roll call, leaving, closed at T+60."""
    incident = district.approved()
    alerts = alerts_of(incident)
    pilots = [a for a in alerts if a.need and a.need.capability.slug == "uas_pilot"]
    rest = [a for a in alerts if a not in pilots]
    coming = pilots + rest[: 22 - len(pilots)]
    noon.shift(300)
    district.accept(coming, eta_minutes=10)
    noon.shift(300)
    for alert in coming[:20]:
        district.arrive([alert])
        noon.shift(60)
    solve()
    incident = fresh(incident)
    call = actions.start_roll_call(district.actors["commander"], incident.callout)
    noon.shift(130)
    actions.answer_roll_call(district.actors["commander"], call, [a.pk for a in coming[:20]])
    actions.close_roll_call(district.actors["commander"], call)
    noon.shift(1670)
    actions.stand_down(district.actors["commander"], incident.callout)
    actions.leave(district.actors["commander"], incident.callout, [a.pk for a in coming[:20]])
    actions.close_incident(district.actors["commander"], fresh(incident))
    return fresh(incident)


def test_the_key_figures_agree_with_what_happened(district, noon):
    found = review(played(district, noon), district.actors["commander"])
    assert (found.posts, found.filled, found.met) == (17, 17, True)
    assert [round(m) for m in found.came] == list(range(10, 30))
    assert found.surplus == 3
    assert (found.accepted, found.no_shows, found.still_here, found.unaccounted) == (22, 2, 0, 0)
    assert found.roll_call_seconds == 130
    assert found.lasted_minutes == pytest.approx(60)
    assert found.person_days == 20
    assert found.amount == Decimal("4000.00")
    assert found.stated_p >= found.callout.target
    assert found.full_at is not None
    assert found.full_at <= 29


def test_the_page_shows_them_in_both_languages(district, noon):
    incident = played(district, noon)
    for language, words in (("en", ("CNY 4,000", "roll call took 2:10")), ("zh-hans", ("4,000 元", "清点用时 2:10"))):
        page = district.page("commander", f"/review/{incident.pk}/", language)
        for word in words:
            assert word in page
        assert page.count("btn-primary") == 1
        assert " style=" not in page
        assert ("Qunfeng" if language == "en" else "群丰镇") in part(page, "towns")


def test_the_story_leaves_the_people_one_by_one_to_the_time_list(district, noon):
    incident = played(district, noon)
    found = review(incident, district.actors["commander"])
    kinds = [event.kind for event in found.events]
    assert kinds[0] == "incident.opened"
    assert kinds[-1] == "incident.closed"
    assert not any(kind.startswith("alert.") for kind in kinds)
    assert [event.seq for event in found.events] == sorted(event.seq for event in found.events)


def test_a_line_that_was_missed_is_named(district, noon):
    incident = district.approved()
    medics = [a for a in alerts_of(incident) if a.need and a.need.capability.slug == "medic"]
    noon.shift(600)
    district.arrive(medics[:1])
    found = review(fresh(incident), district.actors["commander"])
    assert not found.met
    assert found.full_at is None
    assert {line.capability.slug: line.missing for line in found.lines}["uas_pilot"] == 2
    page = district.page("commander", f"/review/{incident.pk}/")
    assert "Drone pilot: 2 missing at T+40" in page
    assert "not all filled in time" in page


def test_texts_that_failed_or_left_late_are_counted_and_told_as_something_to_look_at(district, noon):
    incident = district.approved()
    alerts = alerts_of(incident)
    assert "text messages failed" not in district.page("commander", f"/review/{incident.pk}/")
    order = alerts[0].alerted_at
    for alert, seconds in zip(alerts, (119, 120, 121, 600), strict=False):
        Alert.objects.filter(pk=alert.pk).update(channel="sms", sent_at=order + timedelta(seconds=seconds))
    for alert in alerts[4:7]:
        OutMessage.objects.filter(ref=alert.ref).update(channel="sms", state="failed")
    sms = next(c for c in review(fresh(incident), district.actors["commander"]).channels if c.figures.channel == "sms")
    assert (sms.figures.failed, sms.late) == (3, 2)
    page = district.page("commander", f"/review/{incident.pk}/")
    assert "3 text messages failed" in page
    assert "left more than 2 min after the order" in page
    page = district.page("commander", f"/review/{incident.pk}/", "zh-hans")
    assert "3 条短信发送失败" in page
    assert "2 人的短信在下令 2 分钟后才发出" in page
    assert "迟发" in part(page, "channels")


def test_the_review_is_signed_once_after_closing_by_who_may(district, noon):
    incident = played(district, noon)
    path = f"/review/{incident.pk}/"
    assert 'id="review-sign"' not in district.page("duty_officer", path)
    assert district.post("duty_officer", path).status_code == 403
    assert district.post("office_head", path).status_code == 302
    assert fresh(incident).state == "reviewed"
    assert "Signed" in district.page("office_head", path)
    assert district.post("office_head", path).status_code == 409


def test_a_running_callout_cannot_be_signed_but_looked_at(district):
    incident = district.approved()
    assert district.post("commander", f"/review/{incident.pk}/").status_code == 409
    assert 'id="review-sign"' not in district.page("commander", f"/review/{incident.pk}/")


def test_an_incident_without_needs_callout_or_rate_still_has_a_page(district):
    PayRate.objects.all().delete()
    incident = district.open(kind="health.infectious_disease")
    assert part(district.page("commander", f"/review/{incident.pk}/"), "figures")
    hand = district.open()
    actions.send_by_hand(district.actors["commander"], hand.callout, [m.pk for m in district.members[:3]])
    district.arrive(alerts_of(hand)[:1])
    page = district.page("commander", f"/review/{hand.pk}/")
    assert "no rate on record for that day" in page
    assert "picked by hand, no chance stated" in page
    assert district.client("commander").get(f"/review/{hand.pk}/pay/").status_code == 400


def test_the_list_of_reviews_shows_what_has_ended(district, noon):
    assert "No incident has ended yet" in district.page("auditor", "/review/")
    incident = played(district, noon)
    rows = part(district.page("auditor", "/review/"), "reviews")
    assert incident.title in rows
    assert "36" in rows or str(incident.callout.alerts.count()) in rows
    assert district.client("town_officer").get("/review/").status_code == 403


def test_who_may_not_see_reviews_is_refused_by_the_read_itself(district):
    with pytest.raises(NotAllowed):
        review(district.open(), district.actors["town_officer"])


@pytest.mark.django_db(transaction=True)
def test_the_journal_is_checked_before_the_page_says_that_it_is_complete(noon, settings, tmp_path):
    settings.HOME = tmp_path
    district = make_district()
    incident = district.approved()
    assert heads.noted()
    assert "journal complete" in part(district.page("auditor", f"/review/{incident.pk}/"), "journal")
    from muster.journal.models import Entry

    Entry.objects.filter(stream__name=incident.stream, seq=2).update(actor="account:0")
    assert "does not hold" in part(district.page("auditor", f"/review/{incident.pk}/"), "journal")


# --- pay --------------------------------------------------------------------------------------------------


def test_everyone_who_came_is_paid_once_and_the_sheet_adds_up(district, noon):
    incident = played(district, noon)
    page = district.page("auditor", f"/review/{incident.pk}/pay/")
    assert page.count("CNY 200<") == 20
    assert "CNY 4,000" in page
    book = openpyxl.load_workbook(io.BytesIO(district.client("auditor").get(f"/review/{incident.pk}/pay.xlsx").content))
    rows = [row for row in book.active.iter_rows(values_only=True) if str(row[0]).startswith("TY")]
    assert len(rows) == 20
    assert {row[0] for row in rows} == {a.member.number for a in alerts_of(incident) if a.checked_in_at is not None}
    assert {(row[4], row[5], row[7]) for row in rows} == {(1, "2027-03-10", 200)}
    paid = {m.number for n, m in enumerate(district.members) if n % 7 == 0}
    assert {row[0] for row in rows if row[6]} == {row[0] for row in rows} & paid
    last = list(book.active.iter_rows(values_only=True))[-1]
    assert (last[4], last[7]) == (20, 4000)


def test_a_rate_that_changes_counts_from_its_day(district, noon):
    PayRate.objects.create(valid_from=date(2027, 3, 10), cny_per_day=Decimal(230))
    incident = played(district, noon)
    assert review(incident, district.actors["auditor"]).amount == Decimal("4600.00")


def test_a_name_that_looks_like_a_formula_arrives_as_text(district, noon):
    incident = played(district, noon)
    alert = next(a for a in alerts_of(incident) if a.checked_in_at)
    alert.member.name = '=HYPERLINK("http://x","y")'
    alert.member.save()
    book = openpyxl.load_workbook(io.BytesIO(district.client("auditor").get(f"/review/{incident.pk}/pay.xlsx").content))
    cell = next(row[1] for row in book.active.iter_rows() if row[0].value == alert.member.number)
    assert cell.data_type == "s"
    assert cell.value == alert.member.name


def test_the_workbook_of_an_exercise_says_so(district, noon):
    incident = played(district, noon)
    answer = district.client("auditor").get(f"/review/{incident.pk}/pay.xlsx", headers={"accept-language": "en"})
    assert "EXERCISE" in openpyxl.load_workbook(io.BytesIO(answer.content)).active["A1"].value
    assert answer["Content-Disposition"].startswith(f"attachment; filename=pay-{incident.pk}.xlsx")
    assert district.client("town_officer").get(f"/review/{incident.pk}/pay.xlsx").status_code == 403


# --- small pure parts -------------------------------------------------------------------------------------


def test_the_town_of_a_unit_is_the_nearest_one_above_it():
    names = {"o/t1": "马家河街道", "o/team": "测绘分队"}
    assert town_of(Unit(path="o/t1/v1", name="一村"), names) == "马家河街道"
    assert town_of(Unit(path="o/team", name="x"), names) == "测绘分队"
    assert town_of(Unit(path="o", name="办公室"), names) == "办公室"


def brute_full_at(masks, minutes, posts):
    """By trying: the first arrival with which some choice of people, in some order, fills all posts."""

    def fills(people, left):
        if not left:
            return True
        bit, due = left[0]
        return any(masks[p] >> bit & 1 and minutes[p] <= due and fills(people - {p}, left[1:]) for p in people)

    for count in range(len(posts), len(minutes) + 1):
        if any(fills(set(group), posts) for group in combinations(range(count), len(posts))):
            return minutes[count - 1]
    return None


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(1, 60)), min_size=0, max_size=5),
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([20, 40, 60])), min_size=1, max_size=3),
)
def test_the_minute_of_completeness_agrees_with_trying_everything(people, posts):
    people = sorted(people, key=lambda pair: pair[1])
    masks, minutes = [m for m, _ in people], [float(t) for _, t in people]
    incident = Incident(t0=NOON)
    alerts = [Alert(member_id=n, checked_in_at=NOON + timedelta(minutes=t)) for n, t in enumerate(minutes)]
    needs = [NeedLine(order=n, capability=Capability(bit=bit), people=1, due_minutes=due)
             for n, (bit, due) in enumerate(posts)]  # fmt: skip
    import muster.apps.incidents.review as module

    real, module.capability_masks = module.capability_masks, lambda at, ids: {i: masks[i] for i in ids}
    try:
        assert full_at(incident, alerts, needs) == brute_full_at(masks, minutes, posts)
    finally:
        module.capability_masks = real
