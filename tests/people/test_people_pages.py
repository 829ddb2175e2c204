"""Pages of the registers, driven as a browser does: GET, fill the form, POST, follow."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import load_workbook

from muster.access.models import Account
from muster.apps.people import actions, jobs, vault
from muster.apps.people.models import AwayNotice, ImportRun, ImportState, Member, Unit
from muster.codecs.roster import find_roster
from muster.codecs.units_list import read_units
from muster.codecs.workbook import open_workbook
from muster.core.errors import NotAllowed
from muster.journal.models import Entry
from tests.people.makers import id_of, person, roster
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def head(world: World) -> Client:
    return world.client_of("office_head")


def text_of(answer: object) -> str:
    return answer.content.decode()


def book_of(answer: object) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


# --- enrol and change ---


def form_of(world: World, **changes: object) -> dict[str, object]:
    return {
        "number": "TY000099", "name": "欧阳若谷", "id_number": id_of(99), "phone": "19900000099",
        "unit": world.units["V11"].pk, "home_unit": world.units["V11"].pk, "state": "active", **changes,
    }  # fmt: skip


def test_a_member_is_enrolled_through_the_form_and_his_card_opens(world: World, head: Client) -> None:
    answer = head.post("/people/new/", form_of(world), follow=True)
    assert answer.redirect_chain == [("/people/TY000099/", 302)]
    page = text_of(answer)
    assert "欧阳若谷" in page
    assert "199****0099" in page
    assert id_of(99) not in page
    assert "19900000099" not in page


def test_the_form_of_a_known_member_never_holds_his_numbers(world: World, head: Client) -> None:
    head.post("/people/new/", form_of(world))
    page = text_of(head.get("/people/TY000099/edit/"))
    assert id_of(99) not in page
    assert "19900000099" not in page
    assert "199****0099" in page
    head.post("/people/TY000099/edit/", form_of(world, number="IGNORED", name="欧阳若山", id_number="", phone=""))
    member = Member.objects.get(number="TY000099")
    assert (member.name, member.phone, member.id_number) == ("欧阳若山", "+8619900000099", id_of(99))


def test_a_town_officer_changes_somebody_who_serves_in_a_district_team_without_moving_him(world: World) -> None:
    team, village = world.units["S1"], world.units["V11"]
    Member.objects.filter(number="TY000001").update(unit=team, home_unit=village)
    officer, path = world.client_of("town_officer"), "/people/TY000001/edit/"
    assert f'<option value="{team.pk}" selected>' in text_of(officer.get(path))
    assert f'<option value="{team.pk}"' not in text_of(officer.get("/people/new/"))
    entered = form_of(world, unit=team.pk, id_number="", phone="", remark="夜班", employer="", name="改名")
    assert officer.post(path, entered).status_code == 302
    member = Member.objects.get(number="TY000001")
    assert (member.unit, member.remark) == (team, "夜班")


def test_the_tick_of_an_employer_is_refused_at_its_field_for_a_town_officer(world: World) -> None:
    officer = world.client_of("town_officer")
    answer = officer.post("/people/new/", form_of(world, employer="新田机械厂"))
    assert answer.status_code == 422
    assert "Only the office changes this" in text_of(answer)
    assert officer.post("/people/new/", form_of(world, employer="新田机械厂", employer_pays="on")).status_code == 302


def test_a_member_is_on_the_team_in_chinese_not_in_hand_like_an_incident(world: World) -> None:
    page = text_of(world.client_of("office_head", language="zh-hans").get("/people/TY000001/edit/"))
    assert "在队" in page
    assert "处置中" not in page


@pytest.mark.parametrize(
    ("changes", "say"),
    [
        ({"id_number": "430211198001011234"}, "The check digit of the ID number is wrong"),
        ({"phone": "123"}, "Not a phone number"),
        ({"number": "TY000001"}, "This member number is taken."),
        ({"lon": "113.1"}, "A point needs both longitude and latitude."),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    world: World, head: Client, changes: dict[str, object], say: str
) -> None:
    answer = head.post("/people/new/", form_of(world, **changes))
    assert answer.status_code == 422
    assert say in text_of(answer)
    assert form_of(world, **changes)["name"] in text_of(answer)
    assert Member.objects.count() == 30


def test_an_id_number_of_another_member_is_refused_at_its_field(world: World, head: Client) -> None:
    head.post("/people/new/", form_of(world))
    answer = head.post("/people/new/", form_of(world, number="TY000098"))
    assert "Another member has this ID number." in text_of(answer)


def test_markup_in_names_is_shown_as_text(world: World, head: Client) -> None:
    Member.objects.filter(number="TY000001").update(name="<b onclick=x>王</b>", remark="=1+1")
    for path in ("/people/", "/people/TY000001/", "/people/TY000001/edit/", "/people/map/"):
        assert "<b onclick" not in text_of(head.get(path))


def test_a_town_officer_enrols_only_into_his_own_units(world: World) -> None:
    officer = world.client_of("town_officer")
    answer = officer.post("/people/new/", form_of(world, unit=world.units["V21"].pk))
    assert answer.status_code == 422
    assert officer.post("/people/new/", form_of(world)).status_code == 302
    far = next(m for m in world.members if m.unit.code == "V21")
    assert officer.get(f"/people/{far.number}/edit/").status_code == 404


# --- import ---


def upload(client: Client, data: bytes, name: str = "花名册.xlsx") -> object:
    file = SimpleUploadedFile(name, data)
    return client.post("/people/import/", {"file": file, "datum": "wgs84", "as_of": "2026-07-14"}, follow=True)


def test_upload_check_and_take_over_in_the_browser(world: World, head: Client) -> None:
    answer = upload(head, roster([person(41), person(42, 姓名=None), person(43)]))
    run = ImportRun.objects.get()
    page = text_of(answer)
    assert answer.redirect_chain == [(f"/people/import/{run.pk}/", 302)]
    assert 'hx-trigger="every 1s"' in page
    jobs.step()
    page = text_of(head.get(f"/people/import/{run.pk}/"))
    assert "hx-trigger" not in page
    assert 'data-code="name_blank"' in page
    assert "The name is blank" in page
    assert "Take over 2 people" in page
    sent_back = book_of(head.get(f"/people/import/{run.pk}/refused.xlsx"))
    told = Entry.objects.latest("pk")
    assert (told.action, told.payload) == ("import.refused_taken", {"run": run.pk, "rows": 1})
    assert [row for row in sent_back if row and "TY000042" in row]
    assert not [row for row in sent_back if row and "TY000041" in row]
    assert any("The name is blank" in str(cell) for row in sent_back for cell in row)
    assert any("说明" in row for row in sent_back), "the column keeps its name"
    chinese = world.client_of("office_head", language="zh-hans").get(f"/people/import/{run.pk}/refused.xlsx")
    assert any("姓名为空" in str(cell) for row in book_of(chinese) for cell in row)
    head.post(f"/people/import/{run.pk}/", {"act": "take-over"})
    jobs.step()
    assert "2 enrolled, 0 updated." in text_of(head.get(f"/people/import/{run.pk}/"))
    assert Member.objects.count() == 32


def test_an_import_is_not_for_somebody_who_has_one_part_of_the_district(world: World, head: Client) -> None:
    upload(head, roster([person(41), person(42, 姓名=None)]))
    jobs.step()
    run = ImportRun.objects.get()
    Account.objects.filter(pk=world.accounts["duty_officer"].pk).update(unit_path=world.units["T1"].path)
    bound = world.client_of("duty_officer")
    seen = Entry.objects.count()
    for path in ("/people/import/", f"/people/import/{run.pk}/", f"/people/import/{run.pk}/refused.xlsx"):
        assert "This concerns the whole district" in text_of(bound.get(path))
        assert bound.post(path, {"act": "take-over"}).status_code in (403, 405)
    actor = world.actor("duty_officer")
    acts: list[Callable[[], object]] = [
        lambda: actions.start_import(actor, "f", b"x", "wgs84", run.as_of),
        lambda: actions.order_take_over(actor, run),
        lambda: actions.drop_import(actor, run),
        lambda: actions.take_refused(actor, run),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert (Entry.objects.count(), ImportRun.objects.get().state) == (seen, ImportState.CHECKED)
    assert 'id="people-import"' not in text_of(bound.get("/people/"))
    assert 'id="people-import"' in text_of(head.get("/people/"))


def test_chinese_pages_give_the_reasons_in_chinese(world: World) -> None:
    client = world.client_of("duty_officer", language="zh-hans")
    upload(client, roster([person(42, 姓名=None)]))
    jobs.step()
    page = text_of(client.get(f"/people/import/{ImportRun.objects.get().pk}/"))
    assert "姓名为空" in page


@pytest.mark.parametrize(
    ("data", "say"),
    [
        (b"", "The file is empty"),
        (roster([person(1)])[:3000], "The file is damaged"),
        ("一,二\n三,四\n".encode(), "No sheet has a header row"),
        (bytes(range(256)) * 8, ""),
    ],
)
def test_a_bad_file_gets_a_sentence_and_changes_nothing(world: World, head: Client, data: bytes, say: str) -> None:
    page = text_of(upload(head, data))
    run = ImportRun.objects.first()
    if run is not None:
        jobs.step()
        page = text_of(head.get(f"/people/import/{run.pk}/"))
        assert "Nothing was changed on the books." in page
        assert ImportRun.objects.get().state == ImportState.FAILED
    assert say in page
    assert Member.objects.count() == 30


def test_a_run_can_be_thrown_away_and_unknown_acts_are_refused(world: World, head: Client) -> None:
    upload(head, roster([person(41)]))
    jobs.step()
    run = ImportRun.objects.get()
    assert head.post(f"/people/import/{run.pk}/", {"act": "explode"}).status_code == 400
    assert head.post(f"/people/import/{run.pk}/", {"act": "drop"}).status_code == 302
    assert head.get(f"/people/import/{run.pk}/").status_code == 404
    assert head.get("/people/import/").status_code == 200


def test_a_run_without_a_kept_result_or_file_says_so(world: World, head: Client) -> None:
    run = ImportRun.objects.create(
        state="done", file_name="x", datum="wgs84", as_of=world.now.date(), started_by="account:1", started_at=world.now
    )
    assert "no longer kept" in text_of(head.get(f"/people/import/{run.pk}/"))
    assert head.get(f"/people/import/{run.pk}/refused.xlsx").status_code == 404


def test_uploaded_names_of_files_cannot_reach_other_folders(world: World, head: Client) -> None:
    upload(head, roster([person(41)]), name="../../secrets.json")
    names = {path.name.partition(".")[2] for path in vault.folder().iterdir()}
    assert names <= {"roster", "refused", "refused-en", "rest", "lock"}


# --- downloads ---


def test_the_template_is_itself_a_roster_with_the_districts_own_units(world: World, head: Client) -> None:
    answer = head.get("/people/template.xlsx")
    book = open_workbook(answer.content)
    assert find_roster(book).header_row == 3
    assert ("栗雨街道", "新田社区") in read_units(book, "单位表")


def test_a_filled_template_can_be_imported(world: World, head: Client) -> None:
    book = load_workbook(io.BytesIO(head.get("/people/template.xlsx").content))
    sheet = book.worksheets[0]
    headers = [str(cell.value or "").removeprefix("*") for cell in sheet[3]]
    row = person(77, **{"镇(街道)": "栗雨街道", "村(社区)": "新田社区"})
    for column, name in enumerate(headers, start=1):
        sheet.cell(4, column, row.get(name))
    stream = io.BytesIO()
    book.save(stream)
    upload(head, stream.getvalue())
    jobs.step()
    assert ImportRun.objects.get().result["accepted"] == 1


def test_the_export_holds_everybody_one_sees_masked_and_is_journaled(world: World, head: Client) -> None:
    Member.objects.filter(number="TY000001").update(name='=HYPERLINK("http://x")')
    rows = book_of(head.get("/people/export.xlsx"))
    numbers = [row[0] for row in rows if str(row[0]).startswith("TY")]
    assert len(numbers) == 30
    joined = json.dumps(rows, ensure_ascii=False, default=str)
    assert world.member(3).phone.removeprefix("+86") not in joined
    assert Entry.objects.latest("pk").payload == {"rows": 30}
    sheet = load_workbook(io.BytesIO(head.get("/people/export.xlsx").content)).worksheets[0]
    assert (
        next(cell for column in sheet.iter_cols() for cell in column if str(cell.value).startswith("=H")).data_type
        == "s"
    )
    own = book_of(world.client_of("town_officer").get("/people/export.xlsx"))
    assert 0 < len([row for row in own if str(row[0]).startswith("TY")]) < 30


def test_the_export_gives_nobody_enough_to_rebuild_an_id_number_or_find_a_house(world: World, head: Client) -> None:
    head.post("/people/new/", form_of(world, lon="113.123456", lat="27.876543"))
    row = next(row for row in book_of(head.get("/people/export.xlsx")) if row[0] == "TY000099")
    born = Member.objects.get(number="TY000099").birth_date
    assert row[3:5] == [born.year, f"43{'*' * 14}{id_of(99)[-2:]}"]
    assert row[12:14] == [113.123, 27.877]
    assert id_of(99)[6:14] not in str(row)


# --- units ---


def test_units_stand_with_heads_and_leads_and_change_their_state(world: World, head: Client) -> None:
    page = text_of(head.get("/people/units/"))
    assert world.member(1).name in page  # leads his unit
    head.post("/people/units/", {"unit": "V12", "state": "pre_formed"})
    world.units["V12"].refresh_from_db()
    assert world.units["V12"].state == "pre_formed"
    assert "Mark as filled" in text_of(head.get("/people/units/"))
    assert head.post("/people/units/", {"unit": "V12", "state": "gone"}).status_code == 400
    assert head.post("/people/units/", {"unit": "V99", "state": "filled"}).status_code == 404


def test_units_of_another_town_are_neither_seen_nor_changed(world: World) -> None:
    officer = world.client_of("town_officer")
    assert "南坪村" not in text_of(officer.get("/people/units/"))
    assert officer.post("/people/units/", {"unit": "V22", "state": "pre_formed"}).status_code == 404
    assert world.client_of("auditor").post("/people/units/", {"unit": "V12", "state": "pre_formed"}).status_code == 403


# --- map ---


def test_the_map_shows_homes_rounded_and_without_names(world: World, head: Client) -> None:
    AwayNotice.objects.create(member=world.member(1), starts_at=world.now, ends_at=world.now.replace(year=2027))
    found = head.get("/people/map.json").json()
    assert len(found["features"]) == 30
    states = [feature["properties"]["state"] for feature in found["features"]]
    assert states.count("silent") == 1
    assert all(set(feature["properties"]) == {"state"} for feature in found["features"])
    for feature in found["features"]:
        assert all(round(value, 3) == value for value in feature["geometry"]["coordinates"])


def test_the_map_page_counts_by_village_within_ones_own_part(world: World, head: Client) -> None:
    page = text_of(head.get("/people/map/"))
    assert "新田社区" in page
    assert "南坪村" in page
    own = text_of(world.client_of("town_officer").get("/people/map/"))
    assert "新田社区" in own
    assert "南坪村" not in own


@pytest.mark.parametrize("path", ["/people/new/", "/people/import/", "/people/TY000001/edit/"])
@pytest.mark.parametrize("role", ["auditor", "commander", "member", "system_admin"])
def test_who_may_not_write_does_not_get_the_pages_for_it(world: World, path: str, role: str) -> None:
    assert world.client_of(role).get(path).status_code == 403


def test_no_page_has_inline_styles_or_handlers(
    world: World, head: Client, url_arguments: Callable[..., object]
) -> None:
    run = url_arguments("people-import-run", "run_id")
    for path in (
        "/people/",
        "/people/TY000007/",
        "/people/new/",
        "/people/import/",
        f"/people/import/{run}/",
        "/people/map/",
    ):
        page = text_of(head.get(path))
        assert " style=" not in page
        assert " onclick" not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_day_that_counts_stands_in_its_field_as_browsers_want_it(world: World, language: str) -> None:
    body = world.client_of("office_head", language=language).get("/people/import/").content.decode()
    assert 'value="2026-07-14"' in body


def test_a_village_has_the_name_of_the_page_s_language(world: World) -> None:
    unit = world.units["V11"]
    Unit.objects.filter(pk=unit.pk).update(name_en="Xintian Community")
    english = world.client_of("office_head").get("/people/TY000001/").content.decode()
    chinese = world.client_of("office_head", language="zh-hans").get("/people/TY000001/").content.decode()
    assert "Xintian Community" in english
    assert "新田社区" not in english
    assert "新田社区" in chinese
    for path in ("/people/map/", "/people/units/"):
        page = world.client_of("office_head").get(path).content.decode()
        assert "Xintian Community" in page
        assert "新田社区" not in page
        assert "高塘村" in page  # has no English name
