"""Backups at their hour, old ones away by rule, a failure said and tried again."""

from __future__ import annotations

import stat
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from muster.conf import keeping, retention, tls
from muster.conf.retention import Keep
from muster.core.errors import InvalidInput
from tests.server import Home, RunningHome, wait_until

ZONE = ZoneInfo("Asia/Shanghai")
HALF_PAST_TWO = time(2, 30)


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("now", "newest", "due"),
    [
        ("2026-11-23 02:29", None, True),
        ("2026-11-23 02:29", "2026-11-22 02:30", False),
        ("2026-11-23 02:30", "2026-11-22 02:31", True),
        ("2026-11-23 02:31", "2026-11-23 02:30", False),
        ("2026-11-23 09:00", "2026-11-23 01:00", True),  # it slept through the hour
        ("2026-11-23 09:00", "2026-11-24 01:00", True),  # the clock was wrong once
    ],
)
def test_a_backup_is_due_once_after_each_of_its_hours(now: str, newest: str | None, due: bool) -> None:
    at = beijing(newest).astimezone(UTC) if newest else None
    assert retention.is_due(beijing(now).astimezone(UTC), at, HALF_PAST_TWO, ZONE) is due


def test_a_year_of_nights_leaves_what_the_rule_says() -> None:
    nights = [beijing("2026-01-01 02:30") + timedelta(days=day) for day in range(365)]
    gone = set(retention.to_delete(nights, Keep(7, 5, 12), ZONE))
    left = {at.date() for at in nights if at not in gone}
    days = {date(2026, 12, day) for day in range(25, 32)}
    weeks = {
        date(2026, 12, 6),
        date(2026, 12, 13),
        date(2026, 12, 20),
        date(2026, 12, 27),
        date(2026, 12, 31),
    }  # Sundays
    months = {date(2026, month + 1, 1) - timedelta(days=1) for month in range(1, 12)} | {date(2026, 12, 31)}
    assert left == days | weeks | months


@given(
    hours=st.sets(st.integers(0, 24 * 800), max_size=60),
    keep=st.builds(Keep, st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)),
)
def test_the_newest_stays_and_no_rule_keeps_more_than_it_may(hours: set[int], keep: Keep) -> None:
    made = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in hours]
    left = set(made) - set(retention.to_delete(made, keep, ZONE))
    assert len(left) <= max(1, keep.daily + keep.weekly + keep.monthly)
    assert not made or max(made) in left
    assert set(retention.to_delete(left, keep, ZONE)) == set()  # doing it again changes nothing


@pytest.mark.parametrize("text", ["", "7", "7,5", "7,5,x", "7,5,-1", "7,5,99999", "7,5,12,1"])
def test_a_rule_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"keep\.count_form"):
        retention.parse_keep(text)


def test_settings_are_read_as_they_are_written() -> None:
    assert retention.parse_keep("3, 2,1") == Keep(3, 2, 1)
    assert retention.parse_at("23:05") == time(23, 5)
    with pytest.raises(InvalidInput, match=r"keep\.time_form"):
        retention.parse_at("25 o'clock")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MUSTER_BACKUP_DIR", str(tmp_path / "b"))
    yield tmp_path / "b"
    (Path(settings.HOME) / keeping.STATE).unlink(missing_ok=True)


@pytest.mark.django_db(transaction=True)
def test_the_keeper_makes_one_backup_and_lets_old_ones_go(
    folder: Path, at: Callable[[str], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_BACKUP_KEEP", "1,0,0")
    at("2026-11-22 03:00")
    assert keeping.Keeper().step()
    at("2026-11-23 03:00")
    (folder / "before-0.2.0.tar.gz").touch()  # another one's: never touched
    keeper = keeping.Keeper()
    assert keeper.step()
    assert not keeper.step()
    (made,) = keeping.backups()
    assert made == beijing("2026-11-23 03:00")
    assert stat.S_IMODE(keeping.backups()[made].stat().st_mode) == 0o600
    assert {path.name for path in folder.iterdir()} == {"before-0.2.0.tar.gz", keeping.backups()[made].name}
    assert not keeping.Keeper().step()  # a new process does not make another one


@pytest.mark.django_db(transaction=True)
def test_a_failure_is_kept_for_the_check_and_forgotten_after_the_next_success(folder: Path) -> None:
    folder.parent.joinpath("b").write_text("a file where the folder should be")
    keeper = keeping.Keeper()
    assert not keeper.step()
    told = keeping.last_failure()
    assert told is not None
    assert str(folder) in told[1]
    assert not keeper.step()  # not again at once
    folder.unlink()
    assert keeping.Keeper().step()
    assert keeping.last_failure() is None


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_can_not_be_read_again_does_not_count(folder: Path) -> None:
    file = keeping.back_up()
    assert keeping.is_whole(file)
    body = file.read_bytes()
    file.write_bytes(body[: len(body) * 3 // 4])
    assert not keeping.is_whole(file)
    file.write_bytes(body[:100] + bytes([body[100] ^ 1]) + body[101:])
    assert not keeping.is_whole(file)


def test_the_own_certificate_is_renewed_in_its_last_month_and_a_given_one_is_left(
    folder: Path, at: Callable[[str], datetime]
) -> None:
    home = Path(settings.HOME)
    made = at("2026-01-01 00:00")
    tls.make_ca(home, "Office", made)
    tls.issue(home, ["a.example"], made)
    keeper = keeping.Keeper()
    at("2027-01-01 00:00")
    keeper._renew()
    assert tls.show(home).not_before.year == 2025  # an hour back
    moment = at("2027-01-10 00:00")
    keeper._renew()
    assert tls.show(home).days_left(moment) == tls.SERVER_DAYS
    (tls.folder(home) / "ca.key").unlink()
    later = at("2028-02-01 00:00")
    keeper._renew()
    assert tls.show(home).days_left(later) < tls.WARN_DAYS
    for path in tls.folder(home).iterdir():
        path.unlink()
    tls.folder(home).rmdir()


@pytest.mark.processes
def test_a_running_system_backs_itself_up_and_the_backup_can_be_restored(
    new_home: Callable[..., Home], start_home: Callable[..., RunningHome], tmp_path: Path, on_postgres: bool
) -> None:
    home = new_home(MUSTER_BACKUP_DIR=str(tmp_path / "elsewhere"))
    home.init()
    start_home(home)
    wait_until(lambda: bool(list((tmp_path / "elsewhere").glob("muster-*.tar.gz"))))
    (file,) = (tmp_path / "elsewhere").glob("muster-*.tar.gz")
    other = new_home("other")
    done = other.muster("restore", str(file), "--into", str(other.path))
    assert done.returncode == 0, done.stderr
