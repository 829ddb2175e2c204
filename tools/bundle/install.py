"""Lays one release of Muster beside those that are there, without a network, and switches to it.

Standard library only; travels inside the bundle, beside `verify.py`. Everything is looked at before anything is
touched, and a release that did not come out whole is taken away again.

    PREFIX/releases/VERSION    a release: a Python environment of its own
    PREFIX/current             the release in use
    PREFIX/bin/muster          the command, with the settings of PREFIX/muster.env
    PREFIX/bundle.key          whose bundles are taken from now on
    PREFIX/data                the data folder, unless --data names another; no release ever lies in it
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from verify import BundleError, Manifest, check, public_key

HERE = Path(__file__).resolve().parent
PYTHON = "3.11"
GLIBC = (2, 28)
SPACE_BYTES = 700 * 2**20
WHOLE = ".whole"
SETTINGS = """\
# Settings of Muster, one NAME=value per line; INSTALL.md lists them under Settings. Read by bin/muster and by the service units.
MUSTER_HOME={data}
"""
WRAPPER = """\
#!/bin/sh
# Muster with the settings of this installation.
set -a
. "{prefix}/muster.env"
set +a
exec "{prefix}/current/bin/muster" "$@"
"""


class Refused(Exception):
    """One sentence for the person at the terminal."""


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="install.sh", description="Install or upgrade Muster without a network.")
    parser.add_argument("--prefix", type=Path, default=Path("/opt/muster"), help="where it goes (/opt/muster)")
    parser.add_argument("--data", type=Path, help="the data folder of a first installation (PREFIX/data)")
    parser.add_argument("--key", default="", help="muster-bundle.pub, or its 64 hexadecimal digits; needed at first")
    parser.add_argument("--only-lay", action="store_true", help="lay the release beside, do not switch to it yet")
    parser.add_argument("--no-compile", action="store_true", help="faster to install, slower to start")
    parser.add_argument("--back", action="store_true", help="back to the release before, with the data from before")
    parser.add_argument("--yes", action="store_true", help="with --back: what was entered since may be set aside")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    given = arguments(words)
    given.prefix = given.prefix.absolute()
    try:
        if given.back:
            return _command(given.prefix, "rollback", *(["--yes"] if given.yes else []))
        manifest = look(given)
        release = given.prefix / "releases" / manifest.version
        there = (release / WHOLE).exists()
        lay(given, manifest, release)
        if given.only_lay:
            sys.stdout.write(laid_words(given.prefix, release, there=there))
            return 0
        return _command(given.prefix, "switch", manifest.version, release=release)
    except (Refused, BundleError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error.filename or 'The system'}: {error.strerror or error}.\n")
        return 1


def look(given: argparse.Namespace) -> Manifest:
    """All that can be refused, before anything is written."""
    pinned = given.prefix / "bundle.key"
    if pinned.exists() and given.key and public_key(given.key) != public_key(pinned.read_text(encoding="ascii")):
        raise Refused(
            f"This installation takes bundles of another key. If the key was changed for good, delete {pinned}."
        )
    key = pinned.read_text(encoding="ascii") if pinned.exists() else given.key
    if not key:
        raise Refused(
            "Give the key of whoever made the bundle: --key muster-bundle.pub (it comes apart from the bundle)."
        )
    manifest = check(HERE, public_key(key))
    if manifest.machine != platform.machine():
        raise Refused(
            f"This bundle is for {manifest.machine}, this machine is {platform.machine()}. Take the other bundle."
        )
    if manifest.python != PYTHON or sys.version_info[:2] != (3, 11) or platform.python_implementation() != "CPython":
        raise Refused(f"This bundle needs CPython {manifest.python}; this is {platform.python_version()}.")
    kind, glibc = platform.libc_ver()
    if kind == "glibc" and tuple(int(part) for part in glibc.split(".")[:2]) < GLIBC:
        raise Refused(f"This system is too old: it has glibc {glibc}, needed is {GLIBC[0]}.{GLIBC[1]} or later.")
    ground = next(folder for folder in (given.prefix, *given.prefix.parents) if folder.exists())
    if not os.access(ground, os.W_OK):
        raise Refused(
            f"{ground} can not be written by this user. Make {given.prefix} for him first, or choose --prefix."
        )
    if shutil.disk_usage(ground).free < SPACE_BYTES:
        raise Refused(f"There is too little space on the disk of {ground}: 700 MB are needed.")
    return manifest


def lay(given: argparse.Namespace, manifest: Manifest, release: Path) -> None:
    """Make the release's environment from the bundle's wheels, and the files around it where they are absent."""
    if not (release / WHOLE).exists():
        shutil.rmtree(release, ignore_errors=True)  # left over by a stop in the middle
        try:
            _environment(given, manifest, release)
        finally:
            if not (release / WHOLE).exists():
                shutil.rmtree(release, ignore_errors=True)
    prefix = given.prefix
    data = (given.data or prefix / "data").absolute()
    _write_once(prefix / "muster.env", SETTINGS.format(data=data), 0o600)
    if given.key:
        _write_once(prefix / "bundle.key", public_key(given.key).hex() + "\n", 0o644)
    (prefix / "bin").mkdir(exist_ok=True)
    _write_once(prefix / "bin" / "muster", WRAPPER.format(prefix=prefix), 0o755)


def laid_words(prefix: Path, release: Path, *, there: bool) -> str:
    """What `--only-lay` did, and what comes next."""
    link, version = prefix / "current", release.name
    if link.is_symlink() and Path(os.readlink(link)).name == version:
        return f"Muster {version} is laid already, in {release}, and is in use. Nothing was changed.\n"
    done = f"is laid already, in {release}. Nothing was changed." if there else f"is laid in {release}."
    return f"Muster {version} {done} To use it, stop Muster, then: {prefix}/bin/muster switch {version}\n"


def _environment(given: argparse.Namespace, manifest: Manifest, release: Path) -> None:
    sys.stdout.write(f"Laying Muster {manifest.version} into {release} ...\n")
    sys.stdout.flush()
    release.parent.mkdir(parents=True, exist_ok=True)
    wheels = HERE / "wheels"
    _run("make the environment", sys.executable, "-m", "venv", "--without-pip", str(release))
    python = str(release / "bin" / "python")
    (pip,) = wheels.glob("pip-*.whl")
    manner = ["--no-index", "--find-links", str(wheels), "--no-cache-dir", "--quiet", "--disable-pip-version-check"]
    if given.no_compile:
        manner.append("--no-compile")
    _run("install the wheels", python, f"{pip}/pip", "install", *manner, f"muster[prod]=={manifest.version}")
    _run("start the new program", python, "-c", "import granian, psycopg, muster.cli.main, muster.conf.releases")
    (release / WHOLE).touch()


def _run(what: str, *words: str) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    done = subprocess.run(
        words, env={**env, "PIP_CONFIG_FILE": os.devnull}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[-400:]
        raise Refused(f"Could not {what}; nothing was changed. It said: {said}")


def _write_once(path: Path, text: str, mode: int) -> None:
    """A file that the department may change later is never written over."""
    if not path.exists():
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)


def _command(prefix: Path, *words: str, release: Path | None = None) -> int:
    program = (release or prefix / "current") / "bin" / "muster"
    if not program.exists():
        raise Refused(f"There is no Muster in {prefix}.")
    return subprocess.run([program, *words, "--prefix", prefix], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
