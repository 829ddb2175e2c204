"""A workbook with columns of its own: they are named once on a page with their first values, and known from then on."""

from __future__ import annotations

from datetime import date

import pytest

from muster.apps.people import actions, jobs
from muster.apps.people.actions.columns import name_columns
from muster.apps.people.models import ColumnMap, ImportRun, ImportState, Member
from muster.core.errors import Conflict, NotFound
from muster.journal.models import Entry
from tests.people.makers import person, roster
from tests.start.test_start_page import bring
from tests.world import World

pytestmark = pytest.mark.django_db
OWN = {
    "姓名": "人", "公民身份号码": "公民号", "联系电话": "打哪个号", "镇(街道)": "片区", "村(社区)": "点位", "专业特长": "会什么",
    "证书1名称": "本本", "证书1有效期至": "管到", "备注": "杂记",
}  # fmt: skip
NAMES = [
    "name",
    "id_number",
    "phone",
    "town",
    "village",
    "capabilities",
    "certificate1_name",
    "certificate1_valid_to",
    "",
]


def own_file(people: int = 5) -> bytes:
    rows = [{OWN[head]: value for head, value in person(n).items() if head in OWN} for n in range(41, 41 + people)]
    return roster(rows, headers=tuple(OWN.values()))


def failed(world: World, data: bytes | None = None, kind: str = "people") -> ImportRun:
    day = date(2026, 7, 14)
    run = actions.start_import(world.actor("office_head"), "a.xlsx", data or own_file(), "wgs84", day, kind=kind)
    jobs.step()
    run.refresh_from_db()
    assert run.state == ImportState.FAILED
    return run


def test_the_page_shows_headers_first_values_and_guesses(world: World):
    run = failed(world)
    said = world.client_of("office_head").get(f"/people/import/{run.pk}/columns/").content.decode()
    for header in OWN.values():
        assert header in said
    assert '<option value="id_number" selected>' in said
    assert '<option value="phone" selected>' in said
    assert "19900000041" not in said


def test_named_columns_are_checked_at_once_and_known_next_time(world: World):
    run = failed(world)
    answer = world.client_of("office_head").post(f"/people/import/{run.pk}/columns/", {"field": NAMES})
    assert answer["Location"] == f"/people/import/{run.pk}/"
    jobs.step()
    run.refresh_from_db()
    assert (run.state, run.result["accepted"]) == (ImportState.CHECKED, 5)
    assert run.result["unknown_headers"] == ["杂记"]
    head = world.actor("office_head")
    later = actions.start_import(head, "b.xlsx", own_file(7), "wgs84", date(2026, 7, 14))
    jobs.step()
    later.refresh_from_db()
    assert (later.state, later.result["accepted"]) == (ImportState.CHECKED, 7)
    assert Entry.objects.filter(action="import.columns_named").count() == 1


def test_the_start_page_leads_to_the_naming_and_goes_on_by_itself(first_day: World, work):
    bring(first_day, own_file())
    work()
    run = ImportRun.objects.get()
    client = first_day.client_of("office_head")
    assert f"/people/import/{run.pk}/columns/" in client.get("/start/").content.decode()
    assert client.post(f"/people/import/{run.pk}/columns/", {"field": NAMES})["Location"] == "/start/"
    work()
    assert Member.objects.count() == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [({0: ""}, "still have no meaning"), ({5: "name"}, "same meaning"), ({5: "shoe_size"}, "there is not")],
)
def test_a_naming_that_cannot_be_is_told_and_what_was_chosen_stays(world: World, change, said):
    run = failed(world)
    chosen = [change.get(place, field) for place, field in enumerate(NAMES)]
    answer = world.client_of("office_head").post(f"/people/import/{run.pk}/columns/", {"field": chosen})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert '<option value="village" selected>' in answer.content.decode()
    assert not ColumnMap.objects.exists()


def test_only_a_file_with_unknown_columns_is_asked_about(world: World):
    good = actions.start_import(world.actor("office_head"), "a.xlsx", roster([person(41)]), "wgs84", date(2026, 7, 14))
    jobs.step()
    client = world.client_of("office_head")
    assert client.get(f"/people/import/{good.pk}/columns/").status_code == 404
    assert client.get("/people/import/999/columns/").status_code == 404
    wordless = failed(world, roster([], headers=("1", "2"), units=None))
    assert client.get(f"/people/import/{wordless.pk}/columns/").status_code in (200, 404)


def test_a_file_that_is_queued_again_is_not_queued_twice(world: World):
    run = failed(world)
    head = world.actor("office_head")
    stale = ImportRun.objects.get(pk=run.pk)
    name_columns(head, run, NAMES)
    with pytest.raises(Conflict):
        name_columns(head, stale, NAMES)
    with pytest.raises(NotFound):
        name_columns(head, ImportRun.objects.get(pk=run.pk), NAMES)
