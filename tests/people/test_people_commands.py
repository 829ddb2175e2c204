"""`muster import people` and `muster import history`, as another program calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from muster.apps.people.models import Member
from muster.apps.service.models import PastAlert, ResponseModelRow
from muster.cli.main import main
from muster.cli.people import app
from muster.codecs.workbook import open_workbook
from tests.people.makers import UNITS, person, roster

pytestmark = pytest.mark.django_db


def run(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "roster.xlsx"
    people = [person(1), person(2, 姓名=None), person(3, 姓名="王 明"), person(4, 经度=27.8, 纬度=113.1)]
    path.write_bytes(roster(people))
    return path


def test_the_result_has_exactly_the_agreed_shape(file: Path) -> None:
    found = json.loads(run("people", file, "--datum", "wgs84", "--as-of", "2026-07-14", "--json", "-").stdout)
    assert found == {
        "rows": 4,
        "accepted": 3,
        "rejected": {"5": ["name_blank"]},
        "fixed": {"6": ["name_spaces"]},
        "warnings": {"7": ["coordinates_swapped"]},
    }
    assert Member.objects.count() == 3


def test_a_dry_run_writes_nothing_but_says_the_same(file: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "dry.json", tmp_path / "real.json"
    dry = run("people", file, "--datum", "wgs84", "--as-of", "2026-07-14", "--dry-run", "--json", first)
    assert "Nothing was written" in dry.stdout
    assert Member.objects.count() == 0
    real = run("people", file, "--datum", "wgs84", "--as-of", "2026-07-14", "--json", second)
    assert "3 members enrolled, 0 updated." in real.stdout
    assert first.read_bytes() == second.read_bytes()


def test_refused_rows_come_back_as_a_workbook(file: Path, tmp_path: Path) -> None:
    report = tmp_path / "refused.xlsx"
    run("people", file, "--datum", "wgs84", "--dry-run", "--report", report)
    sheet = next(open_workbook(report.read_bytes()).sheets())
    rows = [cells for _, cells in sheet.rows()]
    assert "说明" in rows[2]
    assert [row[1] for row in rows[3:]] == ["TY000002"]


def test_units_may_come_from_a_csv_file(tmp_path: Path) -> None:
    path, units = tmp_path / "roster.xlsx", tmp_path / "units.csv"
    path.write_bytes(roster([person(1)], units=None))
    units.write_text("镇(街道),村(社区)\n" + "\n".join(",".join(pair) for pair in UNITS), encoding="utf-8-sig")
    assert "1 good, 0 refused" in run("people", path, "--datum", "wgs84", "--units", units).stdout


@pytest.mark.parametrize(
    ("words", "say"),
    [
        (["people", "{file}", "--datum", "mars"], "wgs84, gcj02 or bd09"),
        (["people", "{file}", "--datum", "wgs84", "--as-of", "2026-13-01"], "2026-13-01 is no day"),
        (["people", "{file}x", "--datum", "wgs84"], "There is no file"),
        (["people", "{here}/empty", "--datum", "wgs84"], "The file is empty"),
        (["people", "{here}/text", "--datum", "wgs84"], "No sheet has a header row"),
        (["people", "{file}"], "--datum"),
        (["history", "{file}x"], "There is no file"),
        (["history", "{here}/empty"], "The file is empty"),
    ],
)
def test_wrong_use_ends_with_one_sentence_and_exit_code_2(
    file: Path,
    tmp_path: Path,
    words: list[str],
    say: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "text").write_text("a,b\n1,2\n")
    monkeypatch.setattr("sys.argv", ["muster", "import", *[word.format(file=file, here=tmp_path) for word in words]])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert say in capsys.readouterr().err
    assert not Member.objects.exists()


HISTORY = """callout_id,called_at,member_no,channel,delivered,reply,reply_minutes,arrived_minutes
H1,2026-05-19 05:19,TY000001,sms,yes,accepted,6.8,37.0
H1,2026-05-19 05:19,TY000003,sms,yes,declined,2.0,
H1,2026-05-19 05:19,TY999999,sms,yes,none,,
H2,2026-05-20 05:19,TY000001,sms,no,none,,
H2,2026-05-20 05:19,TY000003,sms,yes,maybe,,
"""


def test_a_history_is_taken_over_once_and_the_model_fitted(file: Path, tmp_path: Path) -> None:
    run("people", file, "--datum", "wgs84")
    past = tmp_path / "past.csv"
    past.write_text(HISTORY, encoding="utf-8")
    for _ in range(2):
        found = json.loads(run("history", past, "--json", "-").stdout)
        assert found == {"rows": 5, "accepted": 3, "rejected": {"history_reply": 1, "unknown_member": 1}}
    assert PastAlert.objects.count() == 3
    assert len(set(ResponseModelRow.objects.values_list("version", flat=True))) == 1


def test_a_history_of_strangers_leaves_everything_as_it_was(tmp_path: Path) -> None:
    past = tmp_path / "past.csv"
    past.write_text(HISTORY, encoding="utf-8")
    assert "0 taken over; left out: 1 history_reply, 4 unknown_member" in run("history", past).stdout
    assert not ResponseModelRow.objects.exists()
