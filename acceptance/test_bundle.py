"""The bundle as a computer department meets it: built, installed with the network off, started, upgraded, put back."""

from __future__ import annotations

import os
import platform
import re
import select
import signal
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tools.bundle import __main__ as builder
from tools.bundle import signing

MACHINE = platform.machine()
NEXT = "99.0.0"
MIGRATION = """
from django.db import migrations
class Migration(migrations.Migration):
    dependencies = [("journal", {last!r})]
    operations = [migrations.RunSQL({sql!r})]
"""


def without_network(*words: str) -> list[str]:
    """The command in a network of its own, in which there is nothing, not even the loopback device."""
    return ["unshare", "--map-root-user", "--net", *words]


def run(*words: str | Path, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MUSTER_", "DJANGO_", "PYTHON"))}
    # Where the kernel gives no network of its own, a proxy that nobody answers does.
    closed = dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:9")
    return subprocess.run(
        words, capture_output=True, text=True, check=False, env={**kept, **closed, **env}, timeout=300
    )


def later_version(wheel: Path, folder: Path, sql: str) -> Path:
    """The same program as a later version with one migration more, made by repacking the wheel."""
    made = folder / f"muster-{NEXT}-py3-none-any.whl"
    old = wheel.name.split("-")[1]
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(made, "w") as out:
        names = source.namelist()
        last = sorted(n for n in names if re.fullmatch(r"muster/journal/migrations/\d+_\w+\.py", n))[-1]
        extra = "muster/journal/migrations/9999_later.py"
        for name in names:
            body = source.read(name)
            if name.endswith((".dist-info/METADATA", "muster/__init__.py")):
                body = body.replace(f"Version: {old}".encode(), f"Version: {NEXT}".encode())
                body = body.replace(f'"{old}"'.encode(), f'"{NEXT}"'.encode())
            if name.endswith(".dist-info/RECORD"):
                lines = body.decode().replace(f"muster-{old}.dist-info", f"muster-{NEXT}.dist-info").splitlines()
                body = "\n".join([*(line.split(",")[0] + ",," for line in lines), f"{extra},,", ""]).encode()
            out.writestr(name.replace(f"muster-{old}.dist-info", f"muster-{NEXT}.dist-info"), body)
        out.writestr(extra, MIGRATION.format(last=Path(last).stem, sql=sql))
    return made


class Shelf:
    """Builds bundles from one wheel, and keeps them unpacked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.key = folder, folder / "bundle.key"
        signing.make(self.key)
        self.wheel = builder.own_wheel(folder)
        self.others = builder.outer_wheels(MACHINE, builder.ROOT / ".venv" / "wheels")

    def bundle(self, wheel: Path, name: str) -> Path:
        """The archive of that wheel."""
        version = wheel.name.split("-")[1]
        made = self.folder / name / f"muster-{version}-{MACHINE}"
        builder.fill(made, wheel, self.others)
        builder.sign(made, version, MACHINE, self.key)
        return builder.pack(made, self.folder / name)

    def unpacked(self, name: str) -> Path:
        return next(path for path in (self.folder / name).iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    with tempfile.TemporaryDirectory() as folder:
        yield Shelf(Path(folder))


@pytest.fixture(scope="module")
def prefix(shelf: Shelf) -> Path:
    """The first version, installed with the network off."""
    shelf.bundle(shelf.wheel, "first")
    place = shelf.folder / "opt"
    signing.write_public(shelf.key, shelf.folder / signing.PUBLIC)
    words = ["sh", str(shelf.unpacked("first") / "install.sh"), "--prefix", str(place)]
    words += ["--key", str(shelf.folder / signing.PUBLIC), "--no-compile"]
    own_network = run(*without_network("true")).returncode == 0
    done = run(*(without_network(*words) if own_network else words))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "/first/" in done.stdout
    return place


class Up:
    """`muster up` of the installation, while the block runs."""

    def __init__(self, prefix: Path) -> None:
        command = [prefix / "bin" / "muster", "up", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> str:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 120)
        found = re.search(r"http://\S+/", self.process.stdout.readline() if ready else "")
        assert found
        return found.group(0)

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)


def count_of_units(prefix: Path, make: str = "") -> int:
    """How many units the data hold, after making one more of that name."""
    code = "from muster.conf.setup import setup_django; setup_django()\nfrom muster.apps.people.models import Unit\n"
    if make:
        code += f"Unit.objects.create(name={make!r}, code={make!r}, path={make!r}, kind='town')\n"
    code += "print(Unit.objects.count())"
    done = run(prefix / "current" / "bin" / "python", "-c", code, MUSTER_HOME=str(prefix / "data"))
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_it_answers_after_an_installation_with_the_network_off(prefix: Path) -> None:
    with Up(prefix) as address:
        assert "Muster" in httpx.get(address + "login/", headers={"Accept-Language": "en"}, trust_env=False).text
        assert httpx.get(address + "static/vendor/htmx/htmx.min.js", trust_env=False).status_code == 200
        other = run(prefix / "bin" / "muster", "rollback")
        assert (other.returncode, other.stderr.count("\n")) == (1, 1)


def test_an_upgrade_keeps_the_data_and_goes_back_with_those_from_before(prefix: Path, shelf: Shelf) -> None:
    archive = shelf.bundle(later_version(shelf.wheel, shelf.folder, "CREATE TABLE later_things (id integer)"), "next")
    old = (prefix / "current").readlink().name
    before = count_of_units(prefix, make="before")
    with Up(prefix):
        refused = run(prefix / "bin" / "muster", "upgrade", archive)
        assert refused.returncode == 1, refused.stdout
        assert "already runs" in refused.stderr
        assert (prefix / "current").readlink().name == old
    upgraded = run(prefix / "bin" / "muster", "upgrade", archive)  # it is laid already: only the switch is left
    assert upgraded.returncode == 0, upgraded.stdout + upgraded.stderr
    assert (prefix / "current").readlink().name == NEXT
    assert count_of_units(prefix) == before
    with Up(prefix) as address:
        assert httpx.get(address + "login/", trust_env=False).status_code == 200
    count_of_units(prefix, make="after")

    asked = run(prefix / "bin" / "muster", "rollback")
    assert (asked.returncode, (prefix / "current").readlink().name) == (1, NEXT)
    back = run("sh", shelf.unpacked("next") / "install.sh", "--back", "--yes", "--prefix", prefix)
    assert back.returncode == 0, back.stdout + back.stderr
    assert (prefix / "current").readlink().name == old
    assert count_of_units(prefix) == before
    assert list((prefix / "data").glob(f"set-aside-{NEXT}-*/muster.sqlite3"))
    whole = run(prefix / "bin" / "muster", "check", "journal")
    assert whole.returncode == 0, whole.stdout
    with Up(prefix) as address:
        assert httpx.get(address + "login/", trust_env=False).status_code == 200


def test_an_upgrade_whose_tables_fail_leaves_release_and_data_as_they_were(prefix: Path, shelf: Shelf) -> None:
    broken = later_version(shelf.wheel, shelf.folder, "CREATE TABLE whatever (id integer); no sql at all")
    subprocess.run(["rm", "-rf", prefix / "releases" / NEXT], check=True)
    old, before = (prefix / "current").readlink().name, count_of_units(prefix)
    done = run(prefix / "bin" / "muster", "upgrade", shelf.bundle(broken, "broken"))
    assert done.returncode == 1
    assert "failed, nothing was changed" in done.stderr
    assert (prefix / "current").readlink().name == old
    assert count_of_units(prefix) == before
    with Up(prefix) as address:
        assert httpx.get(address + "login/", trust_env=False).status_code == 200


@pytest.mark.parametrize("spoil", ["cut", "flipped", "stranger"])
def test_an_upgrade_with_a_bad_bundle_changes_nothing(spoil: str, prefix: Path, shelf: Shelf, tmp_path: Path) -> None:
    spoils: dict[str, Callable[[bytes], bytes]] = {
        "cut": lambda body: body[: len(body) // 2],
        "flipped": lambda body: body.replace(b"The bundle", b"The bungle", 1),
        "stranger": lambda body: body,
    }
    archive = tmp_path / "b.tar"
    archive.write_bytes(spoils[spoil](next((shelf.folder / "first").glob("*.tar")).read_bytes()))
    if spoil == "stranger":
        (prefix / "bundle.key").rename(prefix / "kept.key")
        (prefix / "bundle.key").write_text("ab" * 32)
    before = sorted(path.name for path in prefix.iterdir())
    done = run(prefix / "bin" / "muster", "upgrade", archive)
    assert done.returncode in (1, 2), done.stdout
    assert done.stderr.count("\n") == 1
    assert sorted(path.name for path in prefix.iterdir()) == before
    if spoil == "stranger":
        (prefix / "kept.key").rename(prefix / "bundle.key")


def test_both_processors_get_the_same_packages(shelf: Shelf) -> None:
    """Were a wheel missing for one of them, its bundle would not install there; it can not be tried here."""
    other = {"x86_64": "aarch64", "aarch64": "x86_64"}[MACHINE]
    folders = (shelf.others, builder.outer_wheels(other, builder.ROOT / ".venv" / "wheels"))
    mine, theirs = ({"-".join(path.name.split("-")[:2]) for path in each.glob("*.whl")} for each in folders)
    assert mine == theirs
    foreign = [path.name for path in folders[1].glob("*.whl") if not path.name.endswith((f"{other}.whl", "any.whl"))]
    assert foreign == []
