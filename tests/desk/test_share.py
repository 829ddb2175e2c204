"""The link for a partner without an account: who makes it, what it shows, and what everything else gets."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from muster.apps.desk.models import ShareLink
from muster.apps.desk.share import actions
from muster.apps.desk.share.pages import wrong_tokens
from muster.core.errors import Conflict, InvalidInput, NotFound
from muster.core.ids import token_hash
from muster.journal.models import Entry
from tests.callout_pages.cast import NOON, alerts_of, make_district
from tests.callout_pages.conftest import district, noon
from tests.callout_pages.markup import part

__all__ = ["NOON", "district", "make_district", "noon"]
REASON = "市消防救援支队指挥中心"


@pytest.fixture(autouse=True)
def _no_wrong_guesses():
    wrong_tokens.clear()


def shared(district, incident, hours=4):
    _row, token = actions.make_link(district.actors["commander"], incident, hours=hours, reason=REASON)
    return token


def open_link(token, **more):
    return Client(headers={"accept-language": "en", **more}).get(f"/share/{token}/")


def test_a_link_is_made_seen_once_and_kept_as_its_hash_only(district, noon):
    incident = district.approved()
    path = f"/incidents/{incident.pk}/share/"
    answer = district.post("commander", path, {"hours": "12", "reason": f"  {REASON} "})
    token = re.search(r"/share/([\w-]{32})/", answer.content.decode()).group(1)
    row = ShareLink.objects.get()
    assert (row.token_hash, row.reason, row.ends_at) == (token_hash(token), REASON, NOON + timedelta(hours=12))
    assert row.made_by == district.actors["commander"].ref
    later = district.page("commander", path)
    assert token not in later
    assert REASON in part(later, "links")
    assert "周砚秋" in part(later, "links")
    entry = Entry.objects.get(action="share.made")
    assert entry.stream.name == incident.stream
    assert token not in str(entry.payload)
    assert REASON not in str(entry.payload)
    assert open_link(token).status_code == 200


def test_the_view_shows_counts_and_places_and_nobody(district, noon):
    incident = district.approved()
    alerts = alerts_of(incident)
    district.accept(alerts[:4])
    district.arrive(alerts[:3])
    page = open_link(shared(district, incident)).content.decode()
    assert "变电站周边火灾" in page
    assert part(page, "shared-figures") == f"{len(alerts)} called 1 on the way 3 here now"
    assert "Medic" in part(page, "shared-needs")
    assert "closed, nobody goes in" in part(page, "shared-zones")
    assert 'data-testid="arrivals"' in page
    for member in district.members:
        assert member.name not in page
        assert member.number not in page
    for account in ("周砚秋", "沈若兰", "市消防指挥中心", "0731-00000119", REASON):
        assert account not in page, account
    assert "变电站周边火灾" in open_link(shared(district, incident), **{"accept-language": "zh-hans"}).content.decode()


def test_it_is_not_kept_not_told_on_and_not_framed(district):
    answer = open_link(shared(district, district.open()))
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "same-origin"
    assert "noindex" in answer["X-Robots-Tag"]
    assert Client().post(f"/share/{shared(district, district.open())}/").status_code == 405


def test_wrong_ended_and_expired_links_get_the_same_bare_404(district, noon):
    incident = district.open()
    ended, expired, holds = shared(district, incident), shared(district, incident), shared(district, incident, 24)
    actions.end_link(district.actors["office_head"], incident, ShareLink.objects.get(token_hash=token_hash(ended)).pk)
    noon.shift(4 * 3600 + 1)
    bodies = set()
    for token in (ended, expired, "x" * 32, "x", "../" * 9, holds[:-1], holds + "A", "张" * 32):
        answer = open_link(token)
        assert answer.status_code == 404, token
        if len(token) != 27:
            bodies.add((answer.content, answer["Content-Type"]))
    assert bodies == {(b"Not found", "text/plain")}
    assert open_link(holds).status_code == 200


def test_whoever_guesses_is_slowed_down_and_good_links_still_open(district):
    good = shared(district, district.open())
    seen = [open_link(f"{number:032d}").status_code for number in range(62)]
    assert seen == [404] * 60 + [429] * 2
    assert open_link(good).status_code == 200


def test_only_head_and_commander_make_and_end_links(district):
    incident = district.open()
    path = f"/incidents/{incident.pk}/share/"
    for role in ("duty_officer", "auditor", "town_officer", "member"):
        assert district.client(role).get(path).status_code == 403
        assert district.post(role, path, {"hours": "4", "reason": "x"}).status_code == 403
    token = shared(district, incident)
    row = ShareLink.objects.get()
    assert district.post("office_head", path, {"end": str(row.pk)}).status_code == 302
    assert open_link(token).status_code == 404
    assert district.post("office_head", path, {"end": "0"}).status_code == 404
    assert district.post("office_head", path, {"end": "no"}).status_code == 404
    assert Entry.objects.filter(action="share.ended").count() == 1
    actions.end_link(district.actors["office_head"], incident, row.pk)
    assert Entry.objects.filter(action="share.ended").count() == 1, "ended once"
    with pytest.raises(NotFound):
        actions.end_link(district.actors["office_head"], district.open(), row.pk)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hours": "5", "reason": "x"}, "Select a valid choice"),
        ({"hours": "4", "reason": " "}, "required"),
        ({}, "required"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(district, given, words):
    incident = district.open()
    answer = district.post("commander", f"/incidents/{incident.pk}/share/", given)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ShareLink.objects.exists()


def test_the_action_itself_refuses_what_can_not_be(district):
    incident, commander = district.open(), district.actors["commander"]
    for given, code in (({"hours": 5, "reason": "x"}, "share.hours"), ({"hours": 4, "reason": "\n "}, "share.reason")):
        with pytest.raises(InvalidInput, match=re.escape(code)):
            actions.make_link(commander, incident, **given)
    for _ in range(actions.MOST_LINKS):
        shared(district, incident)
    with pytest.raises(Conflict):
        shared(district, incident)
    page = district.post("commander", f"/incidents/{incident.pk}/share/", {"hours": "4", "reason": "再来一个"})
    assert page.status_code == 422
    assert "End some of them first" in page.content.decode()
    assert "再来一个" in page.content.decode()


def test_an_incident_without_needs_has_a_view_too(district):
    page = open_link(shared(district, district.open(kind="health.infectious_disease", site=None))).content.decode()
    assert "Nobody is needed so far" in page
    assert "No zones are drawn" in page


def test_a_number_that_was_typed_into_the_title_is_not_shown(district):
    page = open_link(
        shared(district, district.open(title="找 139 0000 0000 的人", place="电话13900000000旁"))
    ).content.decode()
    assert "0000" not in page
    assert "找" in page
