"""What no office writes on purpose, in every column of every file that is read: a verdict or a clear refusal, never more."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date

import pytest

from muster.apps.people import actions, jobs
from muster.apps.people.models import ImportRun, ImportState
from muster.apps.service.actions import import_history
from muster.apps.service.models import PastAlert
from muster.codecs.history import FIELDS as HISTORY_HEADS
from muster.core.errors import Unreadable
from muster.web.texts import ERROR_TEXTS
from tests.people.makers import HEADERS, UNITS, person, roster
from tests.world import World

pytestmark = pytest.mark.django_db
DAY = date(2026, 7, 14)
HALF = "\ud800"
ODD = {
    "nul": "\x00", "nul inside": "4302\x0011", "long int": "9" * 5000, "negative long int": "-" + "9" * 5000,
    "exponent": "1e400", "nan": "nan", "infinity": "-Infinity", "other digits": "٣" * 18, "half circle digits": "²③",
    "control": "\x1b[31m\x07", "formula": "=1+1|cmd", "right to left": "\u202e" + "gnp.exe", "emoji": "😀" * 200,
    "beyond the plane": "\U0010fffd", "line ends": "a\r\nb\nc", "date before time": "0000-00-00",
    "date of dust": "9999.99.99", "late date": "9999-12-31", "many separators": "、，;；/|" * 300, "spaces": "\u3000" * 50,
}  # fmt: skip
ENDED = {ImportState.CHECKED, ImportState.FAILED}


def as_csv(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding, "surrogatepass")


def roster_csv(encoding: str = "utf-8", **changes: str) -> bytes:
    row = {name: str(value) for name, value in person(41).items()} | changes
    return as_csv([list(HEADERS), [row.get(name, "") for name in HEADERS]], encoding)


def upload(world: World, data: bytes, as_of: date = DAY) -> ImportRun:
    """The run after the lane has had its turn, and again after it was ordered where that is offered; pages are shown.

    A file that can not be taken ends as failed, with a sentence of its own instead of a general one."""
    head = world.client_of("office_head")
    run = actions.start_import(world.actor("office_head"), "花名册.csv", data, "wgs84", as_of)
    jobs.step()
    run.refresh_from_db()
    assert run.state in ENDED, run.state
    assert head.get(f"/people/import/{run.pk}/").status_code == 200
    if run.state == ImportState.CHECKED:
        actions.order_take_over(world.actor("office_head"), run)
        jobs.step()
        run.refresh_from_db()
        assert run.state in {ImportState.DONE, ImportState.FAILED}
        assert head.get(f"/people/import/{run.pk}/").status_code == 200
        if run.result.get("rejected"):
            assert head.get(f"/people/import/{run.pk}/refused.xlsx").status_code == 200
    assert run.error == "" or run.error in ERROR_TEXTS
    assert run.error != "file.corrupt"
    return run


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_value_in_any_column_of_a_roster_spoils_at_most_its_own_row(world: World, odd: str) -> None:
    rows = []
    for number, column in enumerate(HEADERS[1:], start=41):
        row = {name: str(value) for name, value in person(number).items()} | {column: odd}
        rows.append([row.get(name, "") for name in HEADERS])
    good = {name: str(value) for name, value in person(99).items()}
    rows.append([good.get(name, "") for name in HEADERS])
    run = upload(world, as_csv([list(HEADERS), *rows]))
    if "\x00" in odd:
        assert run.error == "file.format_unknown"
    else:
        assert str(len(rows) + 1) not in run.result["rejected"]


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_an_odd_value_as_a_column_head_or_unit_is_no_more_than_that(world: World, odd: str) -> None:
    for column in ("备注", "姓名"):
        heads = [odd if name == column else name for name in HEADERS]
        upload(world, as_csv([heads, [str(person(41).get(name, "")) for name in HEADERS]]))
    if "\x00" not in odd:
        upload(world, roster([person(42)], units=(*UNITS, (odd.replace("\x1b", "").replace("\x07", ""), "新村"))))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "gb18030"])
def test_half_a_character_is_a_refusal_of_the_file(world: World, encoding: str) -> None:
    run = upload(world, roster_csv("utf-8", 备注=HALF) if encoding == "gb18030" else roster_csv(encoding, 备注=HALF))
    assert run.state in (ImportState.DONE, ImportState.FAILED)


@pytest.mark.parametrize("written", ["_x0000_", "_xD800_", "_xDFFF__xD800_", "_x0000_" * 500, "&#1;"])
def test_characters_that_a_workbook_may_write_but_nobody_typed(world: World, written: str) -> None:
    """Excel writes any code unit as _xHHHH_; what comes of it must fit the database."""
    data, out = roster([person(41, 备注="REMARK"), person(42, 姓名="REMARK")]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"REMARK", written.encode()))
    upload(world, out.getvalue())


@pytest.mark.parametrize("number", [10**300, -(10**17), 1e308, 430211198002100019])
def test_numbers_beyond_all_measure_in_cells_of_a_workbook(world: World, number: float) -> None:
    people = [
        person(place, **{name: float(number)})
        for place, name in enumerate(HEADERS[1:], start=41)
    ]  # fmt: skip
    assert "3" not in upload(world, roster([person(99), *people])).result["rejected"]


@pytest.mark.parametrize("as_of", [date.min, date(1900, 1, 1), date.max])
def test_any_day_as_the_day_that_counts(world: World, as_of: date) -> None:
    assert (
        upload(world, roster([person(41, 证书1名称="急救", 证书1有效期至="2027-01")]), as_of).state == ImportState.DONE
    )


@pytest.mark.parametrize("odd", [*ODD.values(), HALF], ids=[*ODD, "half a character"])
def test_an_odd_value_in_any_column_of_a_history_spoils_at_most_its_own_row(world: World, odd: str) -> None:
    good = ["H001", "2026-05-19 05:19", "TY000001", "sms", "yes", "accepted", "6.8", "37.0"]
    assert len(good) == len(HISTORY_HEADS)
    rows = [[odd if place == column else value for place, value in enumerate(good)] for column in range(len(good))]
    data = as_csv([list(HISTORY_HEADS), *rows, ["H002", *good[1:]]])
    if "\x00" in odd or odd == HALF:
        with pytest.raises(Unreadable, match=r"file\.(format|encoding)_unknown"):
            import_history(world.actor("office_head"), data)
        return
    told = import_history(world.actor("office_head"), data)
    assert told["rows"] == len(rows) + 1
    assert PastAlert.objects.filter(callout_ref="H002").exists()
