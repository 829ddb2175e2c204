"""Build one signed archive per processor: `python -m tools.bundle [--machine x86_64] [--key FILE] [--out dist]`.

An archive holds the wheels of the program and of everything it needs (front-end files and compiled texts are inside the
program's own wheel), the installer, the check, the guides, and a signed list of all files. Beside the archives lies the
public key, which has to reach the installing department by another way than the bundle does.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

from tools.bundle import signing

from muster.conf import bundle_check

ROOT = Path(__file__).resolve().parents[2]
MACHINES = ("x86_64", "aarch64")
PYTHON = "3.11"
# Wheels of systems as old as glibc 2.28 (2018) and older: what the offices' server systems have or exceed.
PLATFORMS = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_26", "manylinux_2_24", "manylinux_2_17", "manylinux2014")
NEEDED = (
    "muster/web/static/vendor/htmx/htmx.min.js",
    "muster/web/static/vendor/tabler/older.css",
    "muster/web/locale/zh_Hans/LC_MESSAGES/django.mo",
)
GUIDES = ("docs/INSTALL.md", "docs/INSTALL.zh.md", "LICENSE")


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def requirements() -> list[str]:
    """What a production installation needs, from pyproject.toml, and pip itself."""
    found = project()
    return [*found["dependencies"], *found["optional-dependencies"]["prod"], "pip"]


def own_wheel(folder: Path) -> Path:
    """The program's wheel, front-end files and compiled texts included; refuses to build one without them."""
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT))
    (wheel,) = folder.glob("muster-*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    for needed in NEEDED:
        if needed not in inside:
            sys.exit(f"bundle: {needed} is not in the wheel; run `make install` first")
    return wheel


def outer_wheels(machine: str, cache: Path) -> Path:
    """Wheels of all requirements for that processor in a folder that is kept while the requirements stay the same."""
    folder, wanted = cache / machine, "\n".join(requirements())
    stamp = folder / "requirements.txt"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    manner = ["--only-binary", ":all:", "--implementation", "cp", "--python-version", PYTHON]
    manner += [word for abi in ("cp311", "abi3", "none") for word in ("--abi", abi)]
    manner += [word for name in PLATFORMS for word in ("--platform", f"{name}_{machine}")]
    pip("download", "--dest", str(folder), *manner, *requirements())
    stamp.write_text(wanted, encoding="utf-8")
    return folder


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", words[0], "--quiet", "--disable-pip-version-check", *words[1:]]
    if subprocess.run(command, check=False, stderr=subprocess.PIPE if words[0] == "download" else None).returncode:
        sys.exit(f"bundle: pip {words[0]} failed; try it again by hand: {' '.join(command)}")


def fill(folder: Path, own: Path, others: Path) -> None:
    """Everything but the signature."""
    here = Path(__file__).parent
    (folder / "wheels").mkdir(parents=True)
    for wheel in [own, *others.glob("*.whl")]:
        shutil.copyfile(wheel, folder / "wheels" / wheel.name)
    for name in ("install.sh", "install.py"):
        shutil.copyfile(here / name, folder / name)
    shutil.copyfile(bundle_check.__file__, folder / "verify.py")
    for name in GUIDES:
        shutil.copyfile(ROOT / name, folder / Path(name).name)


def sign(folder: Path, version: str, machine: str, key: Path) -> None:
    files = {
        path.relative_to(folder).as_posix(): bundle_check.sha256(path) for path in folder.rglob("*") if path.is_file()
    }
    body = bundle_check.Manifest(version, machine, PYTHON, files).text().encode("ascii")
    (folder / bundle_check.MANIFEST).write_bytes(body)
    (folder / bundle_check.SIGNATURE).write_bytes(signing.load(key).sign(body))


def pack(folder: Path, out: Path) -> Path:
    """One .tar: wheels are packed already. Same files give the same bytes."""
    archive = out / f"{folder.name}.tar"
    with tarfile.open(archive, "w", format=tarfile.PAX_FORMAT) as tar:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            info = tarfile.TarInfo(f"{folder.name}/{path.relative_to(folder).as_posix()}")
            info.size, info.mode = path.stat().st_size, 0o755 if path.suffix == ".sh" else 0o644
            with path.open("rb") as source:
                tar.addfile(info, source)
    return archive


def build(machines: list[str], key: Path, out: Path, cache: Path) -> list[Path]:
    """The archives made."""
    out.mkdir(parents=True, exist_ok=True)
    made = []
    with tempfile.TemporaryDirectory() as scratch:
        own = own_wheel(Path(scratch))
        version = own.name.split("-")[1]
        for machine in machines:
            folder = Path(scratch) / f"muster-{version}-{machine}"
            fill(folder, own, outer_wheels(machine, cache))
            sign(folder, version, machine, key)
            made.append(pack(folder, out))
    signing.write_public(key, out / signing.PUBLIC)
    return made


def main() -> None:
    parser = argparse.ArgumentParser(prog="tools.bundle", description=__doc__)
    parser.add_argument("--machine", choices=MACHINES, action="append", help="for this processor only")
    parser.add_argument("--key", type=Path, default=signing.DEFAULT, help="private key; made when absent")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--cache", type=Path, default=ROOT / ".venv" / "wheels")
    given = parser.parse_args()
    if signing.make(given.key):
        print(f"New signing key {given.key}: lock it away; whoever has it can make bundles that offices trust.")
    for archive in build(given.machine or list(MACHINES), given.key, given.out, given.cache):
        print(f"{archive}  {archive.stat().st_size / 2**20:.0f} MB")
    print(f"{given.out / signing.PUBLIC}  public key: {signing.public_hex(given.key)}")
    print("Hand the public key over by another way than the bundle.")


if __name__ == "__main__":
    main()
