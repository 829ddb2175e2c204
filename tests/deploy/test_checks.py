"""The deployment check says what is wrong and what to do, each thing made wrong here once; the page says the same."""

from __future__ import annotations

import datetime as dt
import json
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import translation

from muster.conf import aside, check_words, checks, keeping, pair, tls, units
from muster.conf.real_time import stamp, utc_now
from muster.jobs.lock import HomeLock
from muster.journal.models import Entry, Stream
from tests.cli.test_commands import run
from tests.server import Home, RunningHome, wait_until
from tests.world import World


@pytest.fixture
def home(tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder in order: closed, a young backup elsewhere, a second machine that follows, a certificate."""
    place = tmp_path / "home"
    place.mkdir(mode=0o700)
    (tmp_path / "b").mkdir(mode=0o700)
    settings.HOME = place
    settings.MUSTER_SMS_URL, settings.MUSTER_EXERCISE_SMS_URL = "http://127.0.0.1:1", ""
    settings.MUSTER_OFFICE_NAME, settings.MUSTER_DESK_PHONE = "Office", "0731"
    settings.ALLOWED_HOSTS = ["muster.example"]
    monkeypatch.setenv("MUSTER_BACKUP_DIR", str(tmp_path / "b"))
    (tmp_path / "b" / f"muster-{stamp()}.tar.gz").touch()
    pair.write_private(place / pair.FILE, {"key": "00", "epoch": 1, "peer": ""})
    seen_by_second(place, seconds_ago=1)
    tls.make_ca(place, "Office", utc_now())
    tls.issue(place, ["muster.example"], utc_now())
    return place


def seen_by_second(home: Path, *, seconds_ago: float, offset: float = 0.0) -> None:
    at = utc_now() - dt.timedelta(seconds=seconds_ago)
    pair.write_private(home / pair.SEEN, {"at": at.isoformat(), "offset_seconds": offset})


def issue_days_ago(home: Path, days: int) -> None:
    tls.issue(home, ["muster.example"], utc_now() - dt.timedelta(days=days))


def old_backup(home: Path) -> None:
    for path in keeping.backup_folder().iterdir():
        path.rename(path.with_name("muster-20200101T000000000.tar.gz"))


def taken_away(home: Path) -> None:
    for path in keeping.backup_folder().iterdir():
        path.unlink()


BREAKS: dict[str, Callable[[Path], object]] = {
    "files.open": lambda home: (home / pair.FILE).chmod(0o640),
    "tls.ends_own": lambda home: issue_days_ago(home, 370),
    "tls.expired": lambda home: issue_days_ago(home, 400),
    "tls.unreadable": lambda home: (home / "tls" / "server.pem").write_text("x"),
    "backups.none": taken_away,
    "backups.old": old_backup,
    "backups.failed": lambda home: pair.write_private(
        home / keeping.STATE, {"at": utc_now().isoformat(), "error": "no room"}
    ),
    "second.silent": lambda home: seen_by_second(home, seconds_ago=90),
    "second.clock": lambda home: seen_by_second(home, seconds_ago=1, offset=-7.5),
    "pair.fenced": lambda home: pair.fence(home, 2),
    "journal.broken": lambda home: marks_ahead(home / "journal.heads"),
    "clock.behind": lambda _home: journal_from(utc_now() + dt.timedelta(minutes=5)),
}


def marks_ahead(path: Path) -> None:
    path.write_text("people\t99\tabc\n")
    path.chmod(0o600)


def journal_from(at: dt.datetime) -> None:
    stream = Stream.objects.create(name="later", count=1)
    Entry.objects.create(stream=stream, seq=1, at=at, actor="system", action="x", prev_hash="0", hash="0")


def wrong_codes() -> list[str]:
    return [finding.code for finding in checks.look() if finding.level == "wrong"]


@pytest.mark.django_db
def test_where_all_is_in_order_nothing_is_wrong_and_everything_is_said(home: Path) -> None:
    found = checks.look()
    assert [finding for finding in found if finding.level == "wrong"] == []
    assert {"files.good", "disk.good", "database.good", "clock.good", "tls.good", "backups.good", "program.good"} <= {
        finding.code for finding in found
    }


@pytest.mark.django_db
@pytest.mark.parametrize("code", sorted(BREAKS))
def test_each_thing_that_is_wrong_is_found_and_says_what_to_do(code: str, home: Path) -> None:
    BREAKS[code](home)
    assert wrong_codes() == [code]
    for language in ("en", "zh-hans"):
        with translation.override(language):
            what, to_do = check_words.say(next(finding for finding in checks.look() if finding.code == code))
        assert what
        assert to_do
        assert bool(re.search(r"[\u4e00-\u9fff]", what)) is (language == "zh-hans")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "codes"),
    [("http://127.0.0.1:8000/", ["tls.not_shown"]), ("https://127.0.0.1:8000/", []), ("being upgraded", [])],
)
def test_a_certificate_that_the_running_system_does_not_show_is_no_good(
    address: str, codes: list[str], home: Path
) -> None:
    lock = HomeLock(home)
    lock.take(address)
    found = checks.look()
    lock.free()
    assert [finding.code for finding in found if finding.level == "wrong"] == codes
    assert ("tls.good" in {finding.code for finding in found}) is not bool(codes)
    if codes:
        for language, word in (("en", "Start Muster anew"), ("zh-hans", "重新启动")):
            with translation.override(language):
                what, to_do = check_words.say(next(each for each in found if each.code == codes[0]))
            assert address in what
            assert word in to_do


@pytest.mark.django_db
def test_settings_that_are_not_understood_and_a_shared_gateway_are_wrong(
    home: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_BACKUP_KEEP", "many")
    settings.MUSTER_EXERCISE_SMS_URL = settings.MUSTER_SMS_URL
    settings.TIME_ZONE = "Nowhere/Land"
    assert sorted(wrong_codes()) == ["backups.setting", "gateway.same", "zone.missing"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("order", "prices", "said"),
    [
        ("sms:4,pigeon:3", "", {"channels.unreadable": "pigeon:3"}),
        ("sms:0", "", {"channels.unreadable": "sms:0"}),
        ("call_list,sms:3", "", {"channels.unreadable": "sms:3"}),
        ("sms:4", "sms=five", {"channels.unreadable": "sms=five"}),
        ("sms:4", "sms=-1", {"channels.unreadable": "sms=-1"}),
        ("sms:4,voice:3,email:5", "sms=0.05", {"channels.no_gateway": "voice, email"}),
        ("sms:4,call_list", "sms=0.045", {}),
        ("", "", {}),
    ],
)
def test_an_order_of_channels_or_prices_that_can_not_be_used_is_named(
    order: str, prices: str, said: dict[str, str], home: Path, settings: object
) -> None:
    settings.MUSTER_CHANNELS, settings.MUSTER_PRICES = order, prices
    found = {finding.code: finding for finding in checks.look() if finding.code.startswith("channels.")}
    assert wrong_codes() == sorted(said)
    assert set(found) == (set(said) or {"channels.good"})
    for code, word in said.items():
        for language in ("en", "zh-hans"):
            with translation.override(language):
                assert word in check_words.say(found[code])[0]


@pytest.mark.django_db
def test_a_full_disk_and_missing_parts_are_wrong(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_BYTES", 2**62)
    monkeypatch.setattr(checks, "STATIC_FILES", ("vendor/none.js",))
    assert wrong_codes() == ["disk.full", "program.missing"]


GIGABYTE = 2**30


def with_maps(home: Path, monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    """A base map of three gigabytes (with a hole in it, for this disk) and that much room everywhere."""
    (home / "maps").mkdir()
    with (home / "maps" / ("a" * 64 + ".pmtiles")).open("wb") as out:
        out.truncate(3 * GIGABYTE)
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _place: SimpleNamespace(free=free))


@pytest.mark.django_db
def test_maps_need_their_room_in_every_backup_that_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with_maps(home, monkeypatch, free=50 * GIGABYTE)
    assert wrong_codes() == ["disk.maps"]  # 24 archives of 3 GB, and a gigabyte for the database
    found = next(finding for finding in checks.look() if finding.code == "disk.maps")
    for language, word in (("en", "whole into each of the 24 backups"), ("zh-hans", "完整存入保留的 24 份备份")):
        with translation.override(language):
            what, to_do = check_words.say(found)
        assert word in what
        assert "73.0 GB" in what
        assert "50.0 GB" in what
        assert "MUSTER_BACKUP_KEEP" in to_do


@pytest.mark.django_db
def test_with_fewer_backups_or_those_made_already_the_maps_have_room(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_maps(home, monkeypatch, free=50 * GIGABYTE)
    monkeypatch.setenv("MUSTER_BACKUP_KEEP", "7,5,4")
    assert wrong_codes() == []
    monkeypatch.delenv("MUSTER_BACKUP_KEEP")
    with next(iter(keeping.backups().values())).open("wb") as out:
        out.truncate(24 * GIGABYTE)
    assert wrong_codes() == []


@pytest.mark.django_db
def test_what_is_only_advice_is_no_failure(home: Path, settings: object) -> None:
    settings.MUSTER_SMS_URL = settings.MUSTER_OFFICE_NAME = ""
    settings.ALLOWED_HOSTS = ["localhost"]
    (home / pair.FILE).unlink()
    advice = {finding.code for finding in checks.look() if finding.level == "advice"}
    assert {"gateway.none", "office.unnamed", "hosts.local", "second.none", "backups.same_disk"} <= advice
    assert wrong_codes() == []


def test_on_the_second_machine_only_the_copy_counts(home: Path) -> None:
    (home / aside.SECOND).mkdir()
    assert wrong_codes() == ["copy.old"]
    told = {"at": utc_now().isoformat(), "first_at": "", "offset_seconds": 0.1, "epoch": 1, "version": ""}
    pair.write_private(home / aside.SECOND / "state.json", told)
    assert wrong_codes() == []
    pair.write_private(home / aside.SECOND / "state.json", {**told, "offset_seconds": 3.0})
    assert wrong_codes() == ["second.clock"]


def test_a_port_is_free_taken_by_another_or_our_own(home: Path) -> None:
    with socket.create_server(("", 0)) as other:
        port = other.getsockname()[1]
        assert [finding.code for finding in checks.ports(port)] == ["port.taken"]
    assert [finding.code for finding in checks.ports(port)] == ["port.free"]
    lock = HomeLock(home)
    lock.take("http://127.0.0.1:1/")
    assert [finding.code for finding in checks.ports(port)] == ["port.running"]
    lock.free()


def test_every_finding_has_words_whose_holes_it_can_fill() -> None:
    code = Path(checks.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'"([a-z_]+\.[a-z_]+)", "(?:wrong|advice|good)"', code)) | {
        "tls.ends", "tls.ends_own",
    } == set(check_words.WORDS)  # fmt: skip


@pytest.mark.parametrize(("language", "word"), [("en", "This machine"), ("zh-hans", "本机")])
def test_the_administrator_reads_it_on_a_page(world: World, language: str, word: str) -> None:
    page = world.client_of("system_admin", language=language).get("/system/")
    assert page.status_code == 200
    text = page.content.decode()
    assert word in text
    assert 'data-code="disk.good"' in text
    assert world.client_of("office_head").get("/system/").status_code == 403


@pytest.mark.processes
def test_the_command_says_it_in_the_language_of_the_terminal_and_ends_with_one_when_something_is_wrong(
    new_home: Callable[..., Home], start_home: Callable[..., RunningHome], tmp_path: Path
) -> None:
    home = new_home(MUSTER_BACKUP_DIR=str(tmp_path / "b"), LANG="zh_CN.UTF-8", LC_ALL="")
    home.init()
    told = home.muster("check", "deploy", "--json", str(tmp_path / "out.json"))
    assert told.returncode == 1
    assert "还没有定时备份" in told.stdout
    report = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert report["holds"] is False
    assert [row["code"] for row in report["findings"] if row["level"] == "wrong"] == ["backups.none"]
    start_home(home)
    wait_until(lambda: bool(list((tmp_path / "b").glob("muster-*.tar.gz"))))
    home.env["LANG"] = "en_GB.UTF-8"
    told = home.muster("check", "deploy")
    assert told.returncode == 0, told.stdout
    assert "Muster runs, at http://" in told.stdout


def test_the_service_units_name_the_installation_and_exclude_each_other(tmp_path: Path) -> None:
    made = units.write_units(tmp_path, Path("/opt/muster"), user="muster", host="0.0.0.0", port=443)
    first, second = (path.read_text() for path in made)
    assert "ExecStart=/opt/muster/current/bin/muster up --host 0.0.0.0 --port 443\n" in first
    assert "ExecStart=/opt/muster/current/bin/muster standby\n" in second
    assert "Conflicts=muster-standby.service" in first
    assert "Conflicts=muster.service" in second
    for text in (first, second):
        assert "AmbientCapabilities=CAP_NET_BIND_SERVICE" in text
        assert "EnvironmentFile=/opt/muster/muster.env" in text
        assert "{" not in text
    plain = units.write_units(tmp_path, Path("/opt/muster"), user="m", host="::", port=8443)[0].read_text()
    assert "Ambient" not in plain


def test_service_units_are_not_written_into_a_folder_that_does_not_exist(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "muster.env").touch()
    absent = tmp_path / "units"
    words = ["deploy", "units", str(absent), "--prefix", str(tmp_path)]
    assert run(capsys, monkeypatch, *words) == (
        2, "", f"There is no folder {absent}. Make it first (mkdir -p {absent}), or name that of systemd: /etc/systemd/system.\n",
    )  # fmt: skip
    absent.mkdir()
    assert run(capsys, monkeypatch, *words)[0] == 0
    assert {path.name for path in absent.iterdir()} == {"muster.service", "muster-standby.service"}


@pytest.mark.parametrize(
    ("code", "params", "one", "more"),
    [
        ("backups.good", {}, "1 backup, not older than a day.", "2 backups, the newest not older than a day."),
        ("tls.ends", {"until": "D", "issuer": "I"}, "ends in 1 day (D).", "ends in 2 days (D)."),
        ("tls.ends_own", {"until": "D"}, "ends in 1 day (D), and", "ends in 2 days (D), and"),
    ],
)
def test_one_is_said_as_one(code: str, params: dict[str, object], one: str, more: str) -> None:
    for number, words, chinese in ((1, one, "1 "), (2, more, "2 ")):
        counted = checks.Finding(code, "good", {**params, "count": number, "days": number})
        with translation.override("en"):
            assert words in check_words.say(counted)[0]
        with translation.override("zh-hans"):
            assert chinese in check_words.say(counted)[0]
