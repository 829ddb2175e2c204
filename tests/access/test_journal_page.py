"""The journal on screen: in words, filtered, in pages of fifty, with the state of its chains."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from muster.access.journal_pages import PAGE, stream_words
from muster.journal.actions import append
from muster.journal.models import Entry
from tests.world import World


@pytest.fixture
def auditor(world: World) -> Client:
    return world.client_of("auditor")


def page_of(client: Client, query: str = "") -> str:
    return client.get(f"/journal/{query}").content.decode()


def write(at: datetime, count: int = 1, stream: str = "people", action: str = "odd.act", actor: str = "system") -> None:
    for number in range(count):
        append(stream, action, actor=actor, at=at + timedelta(seconds=number), payload={"n": number})


def test_acts_are_told_in_words(world: World, auditor: Client) -> None:
    page = page_of(auditor)
    assert "First password set" in page
    assert "Accounts and logins" in page


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2200-01-01", "1899-12-31"])
def test_a_day_at_the_end_of_the_calendar_filters_nothing(world: World, auditor: Client, day: str) -> None:
    answer = auditor.get("/journal/", {"day": day})
    assert answer.status_code == 200
    assert "First password set" in answer.content.decode()


def test_members_who_acted_appear_by_number(world: World, auditor: Client) -> None:
    write(world.now, actor=world.actor("member").ref, action="by.account")
    write(world.now, actor="member:TY000002", action="by.member")
    page = page_of(auditor)
    assert "TY000001" in page
    assert "TY000002" in page


def test_fifty_to_a_page_and_on_to_the_older(world: World, auditor: Client) -> None:
    write(world.now, PAGE + 5)
    first = auditor.get("/journal/?stream=people").context["page"]
    assert len(first.rows) == PAGE
    second = auditor.get(f"/journal/?{first.older}").context["page"]
    assert len(second.rows) >= 5
    assert second.older == ""
    assert {row.seq for row in first.rows}.isdisjoint(row.seq for row in second.rows)
    assert auditor.get(f"/journal/?{second.newer}").context["page"].rows == first.rows


def test_paging_without_filters_comes_back_to_the_newest(world: World, auditor: Client) -> None:
    write(world.now, PAGE)
    first = auditor.get("/journal/").context["page"]
    second = auditor.get(f"/journal/?{first.older}").context["page"]
    assert auditor.get(f"/journal/?{second.newer}").context["page"].rows[0].seq == first.rows[0].seq


def test_filters_by_stream_act_person_and_day(world: World, auditor: Client) -> None:
    write(world.now, action="wanted.act", actor="account:777")
    write(world.now - timedelta(days=1), action="other.act")
    for query in ("?action=wanted.act", "?actor=account:777", "?stream=people&day=2026-07-14"):
        rows = auditor.get(f"/journal/{query}").context["page"].rows
        assert [row.sentence for row in rows] == ["wanted.act"], query
    assert auditor.get("/journal/?stream=people&day=2026-07-13").context["page"].rows[0].sentence == "other.act"


@pytest.mark.parametrize("query", ["?day=yesterday", "?before=x", "?before=99999999999999999999", "?stream=none"])
def test_filters_that_mean_nothing_do_no_harm(world: World, auditor: Client, query: str) -> None:
    assert auditor.get(f"/journal/{query}").status_code == 200


def test_the_state_of_all_chains_is_said(world: World, auditor: Client) -> None:
    assert "ends agree with the second file" in page_of(auditor)


def test_a_whole_chain_is_checked_on_request(transactional_db: None, world: World) -> None:
    write(world.now, 3)
    client = world.client_of("auditor")
    assert "check=1" in page_of(client, "?stream=people")
    assert "every entry checked" in page_of(client, "?stream=people&check=1")
    Entry.objects.filter(stream__name="people", seq=2).update(actor="forged")
    assert "entry 2 was changed" in page_of(client, "?stream=people&check=1")


def test_a_head_that_does_not_fit_its_mark_is_shown_at_once(transactional_db: None, world: World) -> None:
    write(world.now, 3)
    stream = Entry.objects.get(stream__name="people", seq=3).stream
    stream.count, stream.head = 2, "0" * 64
    stream.save()
    assert "does not fit its mark" in page_of(world.client_of("auditor"))


def test_chains_have_names_in_words() -> None:
    assert stream_words("incident:12").endswith("12")
    assert stream_words("odd") == "odd"


def test_nothing_found_says_what_to_do(world: World, auditor: Client) -> None:
    assert "Choose fewer filters" in page_of(auditor, "?action=nothing")


def test_a_period_an_incident_and_sensitive_reads_are_chosen(world: World, auditor: Client) -> None:
    write(world.now - timedelta(days=3), action="people.exported")
    write(world.now - timedelta(days=2), action="odd.act")
    write(world.now, stream="incident:77", action="odd.act")

    def acts(query: str) -> list[str]:
        return [row.sentence for row in auditor.get(f"/journal/?{query}").context["page"].rows]

    assert acts("day=2026-07-11&until=2026-07-12") == ["odd.act", "List exported"]
    assert acts("day=2026-07-11") == ["List exported"]
    assert acts("until=2026-07-11") == ["List exported"]
    assert acts("sensitive=1") == ["List exported"]
    assert acts("incident=77") == ["odd.act"]
    assert len(acts("incident=x&until=y&sensitive=z")) > 3


def test_an_export_follows_the_filters_and_is_journaled(world: World, auditor: Client) -> None:
    write(world.now, 3)
    answer = auditor.post("/journal/export/", {"stream": "people"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    entry = Entry.objects.latest("pk")
    assert (entry.action, entry.payload) == ("journal.exported", {"count": 3, "asked": {"stream": "people"}})
    assert auditor.post("/journal/export/", {"stream": "nothing"}).status_code == 400
    assert auditor.get("/journal/export/").status_code == 405
    assert 'id="export-key"' in page_of(auditor)
