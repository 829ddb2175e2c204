"""Is this bundle whole, and from whom it should be? Python's standard library only, on purpose.

The file travels inside every bundle as `verify.py`, since it has to answer before anything is installed; installed, it
answers for the next bundle. A bundle is a folder with MANIFEST (three lines of what it is, then `sha256  path` of every
file) and MANIFEST.sig (Ed25519 over MANIFEST's bytes, 64 of them, RFC 8032).

    python3.11 verify.py FOLDER --key muster-bundle.pub     exit code 0 whole, 1 not, 2 wrong use
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path

MANIFEST, SIGNATURE = "MANIFEST", "MANIFEST.sig"
HEAD = "muster-bundle 1"
_LINE = re.compile(r"([0-9a-f]{64})  ([\w.+-]+(?:/[\w.+-]+)*)")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")
_DER_PREFIX = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo of Ed25519, RFC 8410

# The curve of RFC 8032, section 5.1: -x^2 + y^2 = 1 + d x^2 y^2 over 2^255 - 19, group order L.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z
NEUTRAL: Point = (0, 1, 1, 0)

SENTENCES = {
    "no_manifest": "The bundle has no MANIFEST: it was not unpacked whole. Unpack it again.",
    "no_signature": "The bundle is not signed. Do not install it; ask whoever gave it to you for the signed one.",
    "key_form": "The key is neither a file muster-bundle.pub nor 64 hexadecimal digits. Give the one you were handed.",
    "not_ours": "The signature does not fit the key: the bundle was changed or comes from somebody else. Do not install it.",
    "manifest_form": "The MANIFEST of the bundle can not be read. Get the bundle again.",
    "missing": "The bundle lacks {path}. Copy it again and unpack it anew.",
    "damaged": "{path} in the bundle is damaged. Copy the bundle again and unpack it anew.",
    "stranger": "{path} does not belong to the bundle. Unpack it anew into an empty folder.",
}


class BundleError(Exception):
    """One sentence; `code` is stable."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(SENTENCES[code].format(**params))
        self.code = code


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself. `machine` as `uname -m` says it, `python` as 3.11; `files`: path -> sha256."""

    version: str
    machine: str
    python: str
    files: dict[str, str]

    def text(self) -> str:
        head = [HEAD, f"version {self.version}", f"machine {self.machine}", f"python {self.python}"]
        return "\n".join([*head, *(f"{digest}  {path}" for path, digest in sorted(self.files.items()))]) + "\n"


# --- Ed25519 -------------------------------------------------------------------------------------------------------
def _add(p: Point, q: Point) -> Point:
    """RFC 8032, section 5.1.4."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _times(number: int, point: Point) -> Point:
    found = NEUTRAL
    while number:
        if number & 1:
            found = _add(found, point)
        point = _add(point, point)
        number >>= 1
    return found


def _same(p: Point, q: Point) -> bool:
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def _point(coded: bytes) -> Point | None:
    """RFC 8032, section 5.1.3; None for bytes that are no point."""
    y = int.from_bytes(coded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x * y % P)


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


def signature_fits(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` (64 bytes) of `message` was made with the key of `public` (32 bytes). RFC 8032, 5.1.7."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, r, s = _point(public), _point(signature[:32]), int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return _same(_times(s, BASE), _add(r, _times(k, a)))


# --- the bundle ----------------------------------------------------------------------------------------------------
def public_key(given: str) -> bytes:
    """The key's 32 bytes from 64 hexadecimal digits (spaces and colons do not count) or from a PEM file's path."""
    digits = re.sub(r"[\s:]", "", given)
    if re.fullmatch(r"[0-9a-fA-F]{64}", digits):
        return bytes.fromhex(digits)
    try:
        found = _PEM.search(Path(given).read_text(encoding="ascii"))
        der = base64.b64decode(found.group(1)) if found else b""
    except (OSError, ValueError, binascii.Error) as error:
        raise BundleError("key_form") from error
    if len(der) != len(_DER_PREFIX) + 32 or not der.startswith(_DER_PREFIX):
        raise BundleError("key_form")
    return der[len(_DER_PREFIX) :]


def parse(text: str) -> Manifest:
    """The MANIFEST's text as values. Error: BundleError "manifest_form"."""
    lines = text.split("\n")
    words = [line.partition(" ") for line in lines[1:4]]
    files = [_LINE.fullmatch(line) for line in lines[4:-1]]
    if lines[0] != HEAD or [w[0] for w in words] != ["version", "machine", "python"] or lines[-1] or not all(files):
        raise BundleError("manifest_form")
    named = {found.group(2): found.group(1) for found in files if found}
    if any(part in ("", ".", "..") for path in named for part in path.split("/")):
        raise BundleError("manifest_form")
    return Manifest(*(w[2] for w in words), files=named)


def check(folder: Path, key: bytes) -> Manifest:
    """Read everything once: signature first, then every file, then whether there are strangers. Error: BundleError."""
    if not (folder / MANIFEST).is_file():
        raise BundleError("no_manifest")
    if not (folder / SIGNATURE).is_file():
        raise BundleError("no_signature")
    body = (folder / MANIFEST).read_bytes()
    if not signature_fits(key, body, (folder / SIGNATURE).read_bytes()):
        raise BundleError("not_ours")
    try:
        manifest = parse(body.decode("ascii"))
    except UnicodeDecodeError as error:
        raise BundleError("manifest_form") from error
    for path, digest in manifest.files.items():
        if not (folder / path).is_file():
            raise BundleError("missing", path=path)
        if sha256(folder / path) != digest:
            raise BundleError("damaged", path=path)
    known = {MANIFEST, SIGNATURE, *manifest.files}
    for found in folder.rglob("*"):
        name = found.relative_to(folder).as_posix()
        if (found.is_symlink() or not found.is_dir()) and name not in known:
            raise BundleError("stranger", path=name)
    return manifest


def sha256(path: Path) -> str:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def main(words: list[str]) -> int:
    if len(words) != 3 or words[1] != "--key":
        sys.stderr.write("usage: verify.py FOLDER --key muster-bundle.pub|64 HEX DIGITS\n")
        return 2
    try:
        manifest = check(Path(words[0]), public_key(words[2]))
    except BundleError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"The bundle is whole and signed: Muster {manifest.version} for {manifest.machine}.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
