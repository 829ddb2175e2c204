"""The event stream over the real rows: what wakes it, who may have it, in which language."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muster.live import source
from muster.live.hub import View
from tests.world import World


def test_one_query_tells_the_version_of_every_watched_incident(world: World) -> None:
    one, two = world.running.pk, world.open_incident().pk
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = source.versions([one, two])
    assert set(found) == {one, two}
    assert len(asked) == 1


def test_journal_entries_and_solves_change_the_version(world: World) -> None:
    incident = world.running.pk
    before = source.versions([incident])[incident]
    world.solve_run()
    solved = source.versions([incident])[incident]
    assert solved != before
    from muster.apps.incidents.actions import record_reply

    record_reply(world.alert(2), answer="accept", channel="sms", by="gateway:test", eta_minutes=20)
    assert source.versions([incident])[incident] != solved


@pytest.mark.parametrize(("language", "word"), [("zh-hans", "需求"), ("en", "Needs")])
def test_a_drawing_is_in_the_viewers_language_down_to_the_time_list(world: World, language: str, word: str) -> None:
    drawn = source.draw(View(world.running.pk, language, "commander", "")).regions
    assert word in drawn["needs"]
    assert ("opened the incident" in drawn["events"]) == (language == "en")


def test_a_town_officers_drawing_names_only_his_people(world: World) -> None:
    from muster.apps.incidents.actions import record_reply

    incident = world.running.pk
    for number in (2, 3, 4, 6, 8, 10):
        record_reply(world.alert(number), answer="accept", channel="sms", by="gateway:test", eta_minutes=20)
    office = source.draw(View(incident, "en", "commander", "")).regions["events"]
    town = source.draw(View(incident, "en", "town_officer", world.units["T1"].path)).regions["events"]
    assert office.count("a member") < town.count("a member")


@pytest.mark.parametrize(("who", "status"), [("commander", 200), ("auditor", 200), ("member", 403), (None, 302)])
def test_who_may_listen(world: World, who: str | None, status: int) -> None:
    assert world.client_of(who).get(f"/duty/{world.running.pk}/events").status_code == status


def test_the_stream_is_never_stored_on_the_way(world: World) -> None:
    answer = world.client_of("commander").get(f"/duty/{world.running.pk}/events")
    assert answer["Content-Type"] == "text/event-stream"
    assert answer["Cache-Control"] == "no-store"


def test_an_unknown_incident_has_no_stream(world: World) -> None:
    assert world.client_of("commander").get("/duty/9999/events").status_code == 404


def test_a_full_house_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source.hub, "watchers", set(range(source.hub.pace.most_watchers)))
    client: Client = world.client_of("commander")
    assert client.get(f"/duty/{world.running.pk}/events").status_code == 503
