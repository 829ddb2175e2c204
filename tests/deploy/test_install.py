"""The installer looks at everything before it touches anything; each refusal is one sentence."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tools.bundle import __main__ as builder

from muster.conf import bundle_check
from tests.deploy.makers import key_of, public_of, small_bundle


def install(bundle: Path, prefix: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", str(bundle / "install.sh"), "--prefix", str(prefix), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **env})


def refused(done: subprocess.CompletedProcess[str], prefix: Path) -> str:
    """What it said, after seeing that it is one sentence and that nothing was touched."""
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1), done.stderr
    assert not prefix.exists()
    return done.stderr


@pytest.fixture
def key(tmp_path: Path) -> str:
    return str(public_of(key_of(tmp_path)))


def test_a_bundle_for_another_processor_is_refused(tmp_path: Path, key: str) -> None:
    bundle = small_bundle(tmp_path, key_of(tmp_path), machine="riscv64")
    said = refused(install(bundle, tmp_path / "opt", "--key", key), tmp_path / "opt")
    assert said.startswith("This bundle is for riscv64, this machine is ")


def test_a_damaged_and_an_unsigned_bundle_are_refused(tmp_path: Path, key: str) -> None:
    bundle = small_bundle(tmp_path, key_of(tmp_path))
    (bundle / "wheels" / "muster-0.whl").write_bytes(b"flipped")
    assert "damaged" in refused(install(bundle, tmp_path / "opt", "--key", key), tmp_path / "opt")
    (bundle / "MANIFEST.sig").unlink()
    assert "not signed" in refused(install(bundle, tmp_path / "opt", "--key", key), tmp_path / "opt")


def test_without_a_key_the_first_installation_is_refused(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path, key_of(tmp_path))
    assert "--key" in refused(install(bundle, tmp_path / "opt"), tmp_path / "opt")


def test_another_python_is_refused_before_anything_is_run(tmp_path: Path, key: str) -> None:
    bundle = small_bundle(tmp_path, key_of(tmp_path))
    (tmp_path / "bin").mkdir()
    for tool in ("dirname", "sh"):
        (tmp_path / "bin" / tool).symlink_to(f"/usr/bin/{tool}")
    (tmp_path / "bin" / "python3").write_text("#!/usr/bin/sh\nexit 1\n")
    (tmp_path / "bin" / "python3").chmod(0o755)
    done = install(bundle, tmp_path / "opt", "--key", key, PATH=str(tmp_path / "bin"))
    assert "Python 3.11" in refused(done, tmp_path / "opt")


def test_a_release_that_does_not_come_out_whole_is_taken_away_again(tmp_path: Path, key: str) -> None:
    bundle = small_bundle(tmp_path, key_of(tmp_path))
    (bundle / "wheels" / "pip-0.whl").write_bytes(b"no wheel")
    manifest = bundle_check.parse((bundle / "MANIFEST").read_text())
    (bundle / "MANIFEST").unlink()
    (bundle / "MANIFEST.sig").unlink()
    from tools.bundle.__main__ import sign

    sign(bundle, manifest.version, manifest.machine, key_of(tmp_path))
    done = install(bundle, tmp_path / "opt", "--key", key)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "nothing was changed" in done.stderr
    assert list((tmp_path / "opt" / "releases").iterdir()) == []
    assert [path.name for path in (tmp_path / "opt").iterdir()] == ["releases"]


def test_laying_beside_says_what_was_laid_where_or_that_it_is_there_already(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "verify", bundle_check)  # beside install.py in a bundle
    installer = importlib.import_module("tools.bundle.install")
    monkeypatch.setattr(installer, "HERE", small_bundle(tmp_path, key_of(tmp_path), version="0.2.0"))
    monkeypatch.setattr(installer, "SPACE_BYTES", 0)
    prefix = tmp_path / "opt"
    release = prefix / "releases" / "0.2.0"

    def make(*_: object) -> None:
        release.mkdir(parents=True)
        (release / installer.WHOLE).touch()

    monkeypatch.setattr(installer, "_environment", make)
    words = ["--prefix", str(prefix), "--key", key, "--only-lay"]
    switch = f"To use it, stop Muster, then: {prefix}/bin/muster switch 0.2.0\n"
    assert installer.main(words) == 0
    assert capsys.readouterr().out == f"Muster 0.2.0 is laid in {release}. {switch}"
    assert installer.main(words) == 0
    assert capsys.readouterr().out == f"Muster 0.2.0 is laid already, in {release}. Nothing was changed. {switch}"
    (prefix / "current").symlink_to(Path("releases") / "0.2.0")
    assert installer.main(words) == 0
    assert capsys.readouterr().out.endswith(f"in {release}, and is in use. Nothing was changed.\n")


def test_once_installed_only_bundles_of_the_same_maker_are_taken(tmp_path: Path, key: str) -> None:
    prefix = tmp_path / "opt"
    prefix.mkdir()
    (prefix / "bundle.key").write_text(bundle_check.public_key(key).hex())
    other = key_of(tmp_path, "somebody")
    bundle = small_bundle(tmp_path, other)
    for words in ((), ("--key", str(public_of(other)))):
        done = install(bundle, prefix, *words)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)
        assert [path.name for path in prefix.iterdir()] == ["bundle.key"]


def settings_read() -> set[str]:
    """Every MUSTER_… that the program takes from its environment."""
    conf = Path(bundle_check.__file__).parent
    texts = [path.read_text(encoding="utf-8") for path in conf.glob("*.py")]
    return {name for text in texts for name in re.findall(r'environ\.get\(\s*"(MUSTER_[A-Z_]+)"', text)}


@pytest.mark.parametrize(("guide", "heading"), [("INSTALL.md", "Settings"), ("INSTALL.zh.md", "设置")])
def test_the_guides_in_the_bundle_list_every_setting_and_lead_to_nothing_outside_of_it(
    guide: str, heading: str
) -> None:
    assert f"docs/{guide}" in builder.GUIDES
    text = (builder.ROOT / "docs" / guide).read_text(encoding="utf-8")
    table = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    listed = set(re.findall(r"MUSTER_[A-Z_]+", table))
    assert settings_read() - listed == set()
    assert {"MUSTER_HOSTS", "MUSTER_BACKUP_KEEP", "MUSTER_RELAY_URL"} <= settings_read()
    assert "README" not in text
