"""Small signed bundles: everything a bundle has but wheels."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path

from tools.bundle import __main__ as builder
from tools.bundle import signing

from muster.conf import bundle_check

BUNDLE = Path(builder.__file__).parent


def key_of(folder: Path, name: str = "maker") -> Path:
    """The private key of that name, made at first use."""
    path = folder / f"{name}.key"
    signing.make(path)
    return path


def public_of(key: Path) -> Path:
    path = key.with_suffix(".pub")
    signing.write_public(key, path)
    return path


def small_bundle(folder: Path, key: Path, *, version: str = "0.1.0", machine: str = "") -> Path:
    """A bundle without any wheel: good for everything that is refused before a wheel is looked for."""
    made = folder / f"muster-{version}"
    (made / "wheels").mkdir(parents=True)
    for name in ("install.sh", "install.py"):
        shutil.copyfile(BUNDLE / name, made / name)
    shutil.copyfile(bundle_check.__file__, made / "verify.py")
    (made / "wheels" / "muster-0.whl").write_bytes(b"not looked into")
    builder.sign(made, version, machine or platform.machine(), key)
    return made
