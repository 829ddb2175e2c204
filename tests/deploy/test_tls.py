"""Certificates: the office's own authority, given ones, what is refused, and HTTPS as a desk meets it."""

from __future__ import annotations

import datetime as dt
import runpy
import ssl
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import httpx
import pytest

from muster.conf import running, tls
from muster.conf import settings as settings_module
from muster.conf.real_time import utc_now
from muster.core.errors import Conflict, InvalidInput, MusterError, NotFound, Unreadable
from muster.jobs.lock import HomeLock
from muster.jobs.supervisor import Program
from tests.cli.test_commands import run
from tests.server import Home, RunningHome, wait_until

AT = dt.datetime(2026, 11, 23, 6, 0, tzinfo=dt.UTC)


def verified(folder: Path, at: dt.datetime, name: str) -> bool:
    """What OpenSSL thinks of the served chain on that day, asked under that name."""
    kind = "-verify_ip" if name.replace(".", "").isdecimal() else "-verify_hostname"
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(folder / "ca.pem"), kind, name]
    command += ["-purpose", "sslserver", "-attime", str(int(at.timestamp())), str(folder / "server.pem")]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_the_own_authority_issues_what_openssl_accepts_for_the_names_and_days_said(tmp_path: Path) -> None:
    tls.make_ca(tmp_path, "Office", AT)
    shown = tls.issue(tmp_path, ["muster.office.example", "127.0.0.1"], AT)
    folder = tls.folder(tmp_path)
    assert shown.names == ("muster.office.example", "127.0.0.1")
    assert (shown.own, shown.days_left(AT)) == (True, 397)
    for name in shown.names:
        assert verified(folder, AT, name)
    assert not verified(folder, AT, "other.example")
    assert not verified(folder, AT + dt.timedelta(days=398), "127.0.0.1")
    assert {path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) == 0o600} == {
        "ca.key",
        "server.key",
    }


def test_renewal_keeps_the_names_and_gives_new_days(tmp_path: Path) -> None:
    tls.make_ca(tmp_path, "Office", AT)
    before = tls.issue(tmp_path, ["a.example"], AT)
    mark = tls.change_mark(tmp_path)
    later = AT + dt.timedelta(days=380)
    after = tls.renew(tmp_path, later)
    assert (after.names, after.days_left(later)) == (before.names, 397)
    assert after.sha256 != before.sha256
    assert tls.change_mark(tmp_path) != mark
    assert verified(tls.folder(tmp_path), later, "a.example")


def test_nothing_outlives_the_authority(tmp_path: Path) -> None:
    tls.make_ca(tmp_path, "Office", AT)
    late = AT + dt.timedelta(days=tls.CA_DAYS - 10)
    assert tls.issue(tmp_path, ["a.example"], late).days_left(late) == 10
    with pytest.raises(InvalidInput, match=r"certs\.ca_expired"):
        tls.issue(tmp_path, ["a.example"], AT + dt.timedelta(days=tls.CA_DAYS))


@pytest.mark.parametrize("name", ["", "https://a.example", "a b", "-a.example", "a..b", "a" * 300])
def test_what_is_no_name_of_a_host_is_refused(name: str, tmp_path: Path) -> None:
    tls.make_ca(tmp_path, "Office", AT)
    with pytest.raises(InvalidInput, match=r"certs\.name_form"):
        tls.issue(tmp_path, [name], AT)


def test_a_second_authority_would_make_every_desk_distrust_the_first(tmp_path: Path) -> None:
    tls.make_ca(tmp_path, "Office", AT)
    with pytest.raises(Conflict, match=r"certs\.ca_exists"):
        tls.make_ca(tmp_path, "Office", AT)


def test_without_anything_each_command_says_what_is_missing(tmp_path: Path) -> None:
    assert tls.files(tmp_path) is None
    assert tls.change_mark(tmp_path) is None
    for act in (tls.show, lambda home: tls.issue(home, ["a.example"], AT), lambda home: tls.renew(home, AT)):
        with pytest.raises(NotFound):
            act(tmp_path)


@pytest.fixture
def given(tmp_path: Path) -> Path:
    """A folder with a certificate and key of somebody else's authority."""
    tls.make_ca(tmp_path / "them", "They", AT)
    tls.issue(tmp_path / "them", ["given.example"], AT)
    return tls.folder(tmp_path / "them")


def test_a_given_certificate_is_taken_and_never_renewed_by_us(given: Path, tmp_path: Path) -> None:
    shown = tls.use(tmp_path / "we", given / "server.pem", given / "server.key", AT)
    assert (shown.names, shown.own) == (("given.example",), False)
    assert tls.show(tmp_path / "we") == shown
    with pytest.raises(InvalidInput, match=r"certs\.not_own"):
        tls.renew(tmp_path / "we", AT)


def refused(home: Path, certificate: Path, key: Path, at: dt.datetime = AT) -> str:
    """The code of the refusal, after seeing that nothing was written."""
    with pytest.raises(MusterError) as error:
        tls.use(home, certificate, key, at)
    assert tls.files(home) is None
    return error.value.code


def test_given_certificates_that_would_not_work_are_refused(given: Path, tmp_path: Path) -> None:
    home, pem, key = tmp_path / "we", given / "server.pem", given / "server.key"
    assert refused(home, pem, given / "ca.key") == "certs.key_mismatch"
    assert refused(home, pem, key, AT + dt.timedelta(days=398)) == "certs.expired"
    assert refused(home, pem, key, AT - dt.timedelta(days=1)) == "certs.expired"
    assert refused(home, given / "ca.pem", given / "ca.key") == "certs.no_names"
    assert refused(home, key, key) == "certs.unreadable"
    assert refused(home, pem, pem) == "certs.unreadable"
    assert refused(home, tmp_path / "none", key) == "file.missing"


def test_a_key_with_a_password_is_refused(given: Path, tmp_path: Path) -> None:
    command = ["openssl", "ec", "-in", str(given / "server.key"), "-aes256", "-passout", "pass:x", "-out"]
    subprocess.run([*command, str(tmp_path / "locked.key")], check=True, capture_output=True)
    with pytest.raises(Unreadable, match=r"certs\.unreadable"):
        tls.use(tmp_path / "we", given / "server.pem", tmp_path / "locked.key", AT)


def settings_with(home: Path, spoken: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The settings as a process of that home computes them."""
    for name in ("MUSTER_HTTPS", "MUSTER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MUSTER_HOME", str(home))
    monkeypatch.setenv(tls.SPOKEN_VARIABLE, spoken)
    return runpy.run_path(settings_module.__file__)


@pytest.mark.parametrize(("spoken", "secure"), [("http", False), ("https", True), ("", True)])
def test_cookies_go_with_what_the_running_system_speaks_not_with_a_certificate_that_came_meanwhile(
    spoken: str, secure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls.make_ca(tmp_path, "Office", AT)
    tls.issue(tmp_path, ["a.example"], AT)
    found = settings_with(tmp_path, spoken, monkeypatch)
    assert (found["SESSION_COOKIE_SECURE"], found["CSRF_COOKIE_SECURE"]) == (secure, secure)
    assert bool(found["SECURE_HSTS_SECONDS"]) is secure


class Watched:
    """Stands for the supervisor: looks once, lets `meanwhile` happen, looks twice more."""

    restarted: ClassVar[list[str]] = []
    told: ClassVar[dict[str, str]] = {}
    meanwhile: ClassVar[Callable[[], object]]

    def __init__(self, programs: list[Program], log_folder: Path, environment: dict[str, str]) -> None:
        self.log_folder = log_folder
        Watched.restarted, Watched.told = [], environment

    def restart(self, name: str) -> None:
        self.restarted.append(name)

    def run(self, stop: threading.Event, each: Callable[[], None]) -> None:
        each()
        Watched.meanwhile()
        each()
        each()


@pytest.mark.parametrize("had", [False, True], ids=["plain before", "HTTPS before"])
def test_a_certificate_that_comes_restarts_the_web_server_only_where_one_is_shown_already(
    had: bool, tmp_path: Path, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HOME = tmp_path
    tls.make_ca(tmp_path, "Office", AT)
    if had:
        tls.issue(tmp_path, ["a.example"], AT)
    monkeypatch.setattr(running, "is_ready", lambda: True)
    monkeypatch.setattr(running, "connection", SimpleNamespace(close=lambda: None))
    monkeypatch.setattr(running, "Supervisor", Watched)
    monkeypatch.setattr(running.Running, "answers", lambda _self: True)
    monkeypatch.setattr(Watched, "meanwhile", lambda: tls.issue(tmp_path, ["b.example"], AT), raising=False)
    told: list[str] = []
    running.Running("127.0.0.1", 0).run(threading.Event(), told.append)
    assert Watched.restarted == (["web"] if had else [])
    assert Watched.told == {tls.SPOKEN_VARIABLE: "https" if had else "http"}
    assert told[0].split(":")[0] == Watched.told[tls.SPOKEN_VARIABLE]


@pytest.mark.parametrize(
    ("running_at", "said"),
    [
        ("http://127.0.0.1:8000/", "start it anew (muster up) so that it answers by HTTPS."),
        ("https://127.0.0.1:8000/", "shows this certificate in a few seconds."),
        ("", "The next `muster up` answers by HTTPS."),
    ],
)
def test_who_issues_is_told_from_when_on_browsers_see_it(
    running_at: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("muster.cli.certs.home_path", lambda: tmp_path)
    tls.make_ca(tmp_path, "Office", utc_now())
    lock = HomeLock(tmp_path)
    if running_at:
        lock.take(running_at)
    for words in (["issue", "a.example"], ["renew"]):
        assert run(capsys, monkeypatch, "certs", *words)[1].splitlines()[-1].endswith(said)
    lock.free()


@pytest.mark.processes
def test_a_desk_that_trusts_the_authority_works_over_https_and_a_renewal_needs_no_stop(
    new_home: Callable[..., Home], start_home: Callable[..., RunningHome]
) -> None:
    home = new_home()
    home.init()
    for words in (["make-ca"], ["issue", "localhost", "127.0.0.1"]):
        done = home.muster("certs", *words)
        assert done.returncode == 0, done.stderr
    running = start_home(home)
    assert running.address.startswith("https://127.0.0.1:")
    trust = ssl.create_default_context(cafile=home.path / "tls" / "ca.pem")
    with httpx.Client(base_url=running.address, verify=trust, trust_env=False) as desk:
        answer = desk.get("login/")
        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"] == "max-age=86400"
        assert all("Secure" in cookie for cookie in answer.headers.get_list("Set-Cookie"))

    def shown() -> str:
        port = running.address.rstrip("/").rsplit(":", 1)[1]
        try:
            return ssl.get_server_certificate(("127.0.0.1", int(port)), ca_certs=str(home.path / "tls" / "ca.pem"))
        except OSError:  # just being started again
            return ""

    before = shown()
    assert home.muster("certs", "renew").returncode == 0
    wait_until(lambda: shown() not in ("", before))
    assert home.muster("certs", "show").returncode == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.address + "login/", trust_env=False)  # who does not trust the authority gets nothing
