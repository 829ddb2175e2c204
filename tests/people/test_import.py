"""Taking over a roster: what is checked against the books, what is written, and that a repeat changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muster.access.rights import SYSTEM
from muster.apps.people.actions import seed_capabilities, take_over
from muster.apps.people.actions import taking_over as module
from muster.apps.people.models import Contact, Employer, Holding, Member, Unit
from muster.apps.people.reads.import_result import by_code, stored_result, strengths
from muster.apps.people.reads.rosters import check_people
from muster.core.errors import Conflict, InvalidInput, NotAllowed, Unreadable
from muster.journal.models import Entry
from tests.people.makers import HEADERS, UNITS, id_of, person, roster
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)


def take(people: list[dict[str, object]], **options: object) -> dict[str, int]:
    return take_over(SYSTEM, check_people(roster(people, **options), "wgs84", DAY), "test").as_json()


def verdicts(people: list[dict[str, object]]) -> dict[str, list[str]]:
    return check_people(roster(people), "wgs84", DAY).result.as_json()["rejected"]


def books() -> list[tuple[object, ...]]:
    """Everything an import writes, without primary keys and without sealed bytes (each sealing differs)."""
    members = [
        (m.number, m.name, m.id_number, m.phone, m.unit.path, m.home_unit and m.home_unit.path, m.sex, m.birth_date,
         m.employer and m.employer.name, m.lon, m.lat, m.remark, m.sort_pinyin, m.initials)
        for m in Member.objects.select_related("unit", "home_unit", "employer").order_by("number")
    ]  # fmt: skip
    holdings = Holding.objects.order_by("member__number", "capability__bit").values_list(
        "member__number", "capability__slug", "number", "valid_from", "valid_to"
    )
    contacts = [(c.member.number, c.kind, c.value) for c in Contact.objects.select_related("member").order_by("pk")]
    units = Unit.objects.order_by("path").values_list("path", "name", "place", "kind")
    return [*members, *holdings, *contacts, *units]


# --- into an empty house ---


def test_the_first_import_makes_office_towns_villages_and_teams(db: None) -> None:
    people = [person(1), person(2, 编组单位="蛙人搜救分队"), person(3, 编组单位="南坪连")]
    taken = take(people)
    assert (taken["enrolled"], taken["updated"], taken["units_made"]) == (3, 0, 8)
    kinds = [Unit.objects.filter(kind=kind).count() for kind in ("office", "town", "village", "team")]
    assert kinds == [1, 2, 4, 1]
    one, two, three = Member.objects.select_related("unit__parent", "home_unit").order_by("number")
    assert (one.unit.name, one.home_unit.place) == ("高塘连", "高塘村")
    assert (two.unit.name, two.unit.parent.kind) == ("蛙人搜救分队", "office")
    assert three.unit == three.home_unit


def test_a_row_becomes_a_member_with_everything_that_stood_in_it(db: None) -> None:
    row = person(
        1, 专业特长="综合应急、医疗救护", 证书1名称="医疗救护", 证书1编号="ZS1", 证书1有效期至="2027年6月", 工作单位="新田机械厂",
        备注="夜班", 经度=113.1, 纬度=27.8,
    )  # fmt: skip
    take([row])
    member = Member.objects.get()
    assert (member.number, member.id_number, member.phone) == ("TY000001", id_of(1), "+8619900000001")
    assert (member.lon, member.lat, member.remark) == (113.1, 27.8, "夜班")
    assert member.employer == Employer.objects.get(name="新田机械厂")
    held = {h.capability.slug: (h.number, h.valid_to) for h in member.holdings.select_related("capability")}
    assert held == {"general_rescue": ("", None), "medic": ("ZS1", date(2027, 6, 30))}


def test_a_point_of_another_map_is_turned_into_wgs84(db: None) -> None:
    take_over(SYSTEM, check_people(roster([person(1)]), "gcj02", DAY), "test")
    member = Member.objects.get()
    assert 0.003 < abs(member.lon - 113.1) < 0.008  # some 500 metres east
    with pytest.raises(InvalidInput):
        check_people(roster([person(1)]), "mars", DAY)


def test_a_landline_becomes_a_contact_and_the_member_has_no_mobile(db: None) -> None:
    take([person(1, 联系电话="0731-28812345")])
    take([person(1, 联系电话="0731-28812346")])
    member = Member.objects.get()
    assert (member.phone, member.phone_index) == ("", "")
    assert [(c.kind, c.value) for c in member.contacts.all()] == [("landline", "+8673128812346")]


def test_people_without_a_number_get_a_free_one(db: None) -> None:
    take([person(1, 队员编号="M000001"), person(2, 队员编号=None), person(3, 队员编号=None)])
    assert sorted(Member.objects.values_list("number", flat=True)) == ["M000001", "M000002", "M000003"]
    assert take([person(2, 队员编号=None)])["updated"] == 1
    assert Member.objects.count() == 3


def test_of_two_certificates_for_one_thing_the_one_that_ends_later_counts(db: None) -> None:
    headers = [*HEADERS, "证书2名称", "证书2编号", "证书2有效期至"]
    row = person(
        1, 证书1名称="医疗救护", 证书1编号="A", 证书1有效期至="2027-01-01",
        证书2名称="医疗救护", 证书2编号="B", 证书2有效期至="2028-01-01",
    )  # fmt: skip
    take([row], headers=headers)
    assert Holding.objects.get(capability__slug="medic").number == "B"


def test_a_certificate_for_nothing_we_know_is_kept_in_the_remark(db: None) -> None:
    take([person(1, 证书1名称="潜水教练", 证书1编号="Q7", 备注="夜班")])
    assert Member.objects.get().remark == "夜班；潜水教练 Q7"


# --- again, and against the books ---


def test_a_repeat_updates_and_never_doubles(db: None) -> None:
    people = [person(n) for n in range(1, 6)]
    take(people)
    before = books()
    again = take(people)
    assert (again["enrolled"], again["updated"]) == (0, 5)
    assert books() == before


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    first=st.lists(st.integers(1, 12), unique=True, max_size=8),
    second=st.lists(st.integers(1, 12), unique=True, max_size=8),
    numbered=st.booleans(),
)
def test_any_second_import_twice_equals_it_once(db: None, first: list[int], second: list[int], numbered: bool) -> None:
    Member.objects.all().delete()
    number = {} if numbered else {"队员编号": None}
    take([person(n) for n in first])
    later = [person(n, 备注="改", 专业特长="交通疏导", **number) for n in second]
    take(later)
    once = books()
    take(later)
    assert books() == once
    assert Member.objects.count() == len(set(first) | set(second))
    assert Member.objects.filter(remark="改").count() == len(second)


def test_somebody_is_known_by_his_id_number_under_another_member_number(db: None) -> None:
    take([person(1)])
    checked = check_people(roster([person(1, 队员编号="NEW1", 备注="改")]), "wgs84", DAY)
    assert checked.result.as_json()["warnings"] == {"4": ["member_no_differs"]}
    take_over(SYSTEM, checked, "test")
    assert [(m.number, m.remark) for m in Member.objects.all()] == [("TY000001", "改")]


def test_a_row_that_fits_two_people_is_refused(db: None) -> None:
    take([person(1), person(2)])
    assert verdicts([person(1, 公民身份号码=id_of(2))]) == {"4": ["id_of_another"]}
    assert verdicts([person(1, 公民身份号码=id_of(50), 姓名="别人")]) == {"4": ["member_no_of_another"]}
    assert verdicts([person(1), person(1, 队员编号="NEW1", 公民身份号码=id_of(1))]) == {"5": ["id_duplicate"]}
    assert verdicts([person(1, 公民身份号码=id_of(60)), person(9, 队员编号=None, 公民身份号码=id_of(1))]) == {
        "5": ["member_twice"]
    }


def test_a_corrected_id_number_is_taken_when_the_name_is_the_same(db: None) -> None:
    take([person(1)])
    assert take([person(1, 公民身份号码=id_of(70))])["updated"] == 1
    assert Member.objects.get().id_number == id_of(70)


def test_what_the_columns_cannot_hold_is_refused_not_cut(db: None) -> None:
    assert verdicts([person(1, 队员编号="X" * 21)]) == {"4": ["text_too_long"]}
    assert verdicts([person(1, 编组单位="救" * 61 + "分队")]) == {"4": ["text_too_long"]}


def test_units_already_on_the_books_need_not_be_listed(world: World) -> None:
    row = person(40, **{"镇(街道)": "泰山街道", "村(社区)": "南坪村"})
    taken = take([row], units=None)
    assert (taken["enrolled"], taken["units_made"]) == (1, 0)
    assert Member.objects.get(number="TY000040").unit == world.units["V22"]


def test_a_list_of_units_may_come_as_a_file_of_its_own(db: None) -> None:
    listed = "镇(街道),村(社区)\n" + "\n".join(",".join(pair) for pair in UNITS)
    checked = check_people(roster([person(1)], units=None), "wgs84", DAY, units_data=listed.encode("gb18030"))
    assert take_over(SYSTEM, checked, "test").enrolled == 1
    assert Unit.objects.filter(kind="village").count() == 4


def test_plain_capabilities_that_are_no_longer_listed_go_and_certificates_stay(db: None) -> None:
    take([person(1, 专业特长="综合应急、交通疏导", 证书1名称="医疗救护", 证书1编号="ZS1", 证书1有效期至="2027-01-01")])
    assert take([person(1, 专业特长="综合应急")])["holdings_removed"] == 1
    assert set(Holding.objects.values_list("capability__slug", flat=True)) == {"general_rescue", "medic"}
    without = [header for header in HEADERS if header != "专业特长"]
    assert take([person(1)], headers=without)["holdings_removed"] == 0


def test_a_list_without_the_certificate_does_not_take_it_away(db: None) -> None:
    take([person(1, 证书1名称="医疗救护", 证书1编号="ZS1", 证书1有效期至="2027-01-01")])
    take([person(1, 专业特长="综合应急、医疗救护")])
    assert Holding.objects.get(capability__slug="medic").number == "ZS1"


# --- all or nothing, rights, journal ---


def test_an_import_that_breaks_half_way_leaves_nothing(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = check_people(roster([person(n) for n in range(1, 8)]), "wgs84", DAY)
    monkeypatch.setattr(module, "BATCH", 3)
    written = []

    def fail_late(*args: object) -> None:
        written.append(Member.objects.count())
        if len(written) == 3:
            raise RuntimeError("power cut")

    monkeypatch.setattr(module, "_write_landlines", fail_late)
    with pytest.raises(RuntimeError):
        take_over(SYSTEM, checked, "test")
    assert written == [3, 6, 7]
    assert (Member.objects.count(), Unit.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_keys_and_seals_are_made_before_the_books_are_locked(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody else waits for a writer on SQLite; what needs no database is done before it begins."""
    checked, locked = check_people(roster([person(1)]), "wgs84", DAY), []

    def seed() -> None:  # the first step inside of the transaction
        for name in ("seal_text", "name_keys", "id_fields", "phone_fields"):
            monkeypatch.setattr(module, name, locked.append)
        monkeypatch.setattr("muster.access.fields.seal_text", locked.append)
        seed_capabilities()

    monkeypatch.setattr(module, "seed_capabilities", seed)
    assert take_over(SYSTEM, checked, "test").enrolled == 1
    assert locked == []
    assert Member.objects.get().id_number == id_of(1)


def test_a_change_between_check_and_taking_over_is_a_conflict(db: None) -> None:
    take([person(1)])
    checked = check_people(roster([person(2)]), "wgs84", DAY)
    take([person(3, 公民身份号码=id_of(2))])
    with pytest.raises(Conflict) as caught:
        take_over(SYSTEM, checked, "test")
    assert caught.value.code == "people.books_moved"
    assert not Member.objects.filter(number="TY000002").exists()


@pytest.mark.parametrize("role", ["town_officer", "commander", "auditor", "member"])
def test_only_the_office_imports(world: World, role: str) -> None:
    checked = check_people(roster([person(50)]), "wgs84", DAY)
    with pytest.raises(NotAllowed):
        take_over(world.actor(role), checked, "test")


def test_the_journal_keeps_counts_and_hashes_and_nobody_s_data(db: None) -> None:
    take([person(1), person(2, 姓名=None)])
    entry = Entry.objects.get(action="people.imported")
    assert (entry.payload["rows"], entry.payload["accepted"], entry.payload["enrolled"]) == (2, 1, 1)
    assert len(entry.payload["file_sha256"]) == len(entry.payload["verdicts_sha256"]) == 64
    assert id_of(1) not in str(entry.payload)


def test_the_same_file_gives_the_same_verdict_hash_until_the_books_move(db: None) -> None:
    data = roster([person(1)])
    first = check_people(data, "wgs84", DAY).verdict_hash
    assert check_people(data, "wgs84", DAY).verdict_hash == first
    take([person(1)])
    assert check_people(data, "wgs84", DAY).verdict_hash != first


# --- what the page is told ---


def test_the_stored_result_tells_codes_hints_and_strengths(world: World) -> None:
    bad_unit = person(60, **{"镇(街道)": "栗雨街道", "村(社区)": "新田社"})
    checked = check_people(roster([person(51), person(52, 专业特长="综合应急、医疗救护"), bad_unit]), "wgs84", DAY)
    result = stored_result(checked)
    (refused,) = by_code(result, "rejected")
    assert (refused.code, refused.rows, refused.first[0][0]) == ("unit_unknown", 1, "6")
    assert "新田社区" in refused.first[0][1]
    by_slug = {one.capability.slug: one for one in strengths(result)}
    assert (by_slug["general_rescue"].heads, by_slug["general_rescue"].share) == (2, 1.0)
    assert by_slug["medic"].share == pytest.approx(0.5**0.5)
    assert by_slug["water_expert"].heads == 0
    assert id_of(51) not in str(result)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 cut off", b"\x00\x01\x02", b"a,b\n1,2\n"])
def test_what_is_no_roster_is_refused_as_a_whole(db: None, data: bytes) -> None:
    with pytest.raises((Unreadable, InvalidInput)):
        check_people(data, "wgs84", DAY)
