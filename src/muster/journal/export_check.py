"""Checks an export of the journal with nothing but Python: no network, no database, no other package.

    python3 verify.py [--key HEX]          in the folder into which the export was unpacked

Every line is hashed again and must follow the line before it; the list of lines must be the one that was signed; the
signature (Ed25519, RFC 8032) must be that of the key. Give the key that you noted from the journal page yourself:
without it the check only says that the export is whole, not whose it is. Exit code 0 when all holds, 1 otherwise.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

ENTRIES, MANIFEST, SIGNATURE = "entries.jsonl", "manifest.json", "signature.hex"
FULL = {"stream", "seq", "at", "actor", "action", "person", "payload", "sealed", "prev_hash", "hash"}
LINK = {"stream", "seq", "prev_hash", "hash"}  # an entry that was not asked for: only its place in the chain

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
Point = tuple[int, int, int, int]


def add(a: Point, b: Point) -> Point:
    """Extended coordinates, RFC 8032 section 5.1.4."""
    m, n = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def x_of(y: int, sign: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or y >= P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def point_of(raw: bytes) -> Point | None:
    number = int.from_bytes(raw, "little")
    y = number & (2**255 - 1)
    x = x_of(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def signed_by(public: bytes, text: bytes, signature: bytes) -> bool:
    """Whether the Ed25519 signature (64 bytes) over `text` is that of the public key (32 bytes)."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, spot, scalar = point_of(public), point_of(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or spot is None or scalar >= Q:
        return False
    mixed = int.from_bytes(hashlib.sha512(signature[:32] + public + text).digest(), "little") % Q
    left, right = times(scalar, BASE), add(spot, times(mixed, key))
    same_x = (left[0] * right[2] - right[0] * left[2]) % P == 0
    return same_x and (left[1] * right[2] - right[1] * left[2]) % P == 0


def line_hash(line: dict[str, object]) -> str:
    """The hash that the journal gives an entry: SHA-256 over its fields and the hash before it."""
    fields = [
        line[name] for name in ("stream", "seq", "at", "actor", "action", "person", "payload", "sealed", "prev_hash")
    ]
    text = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def check_chain(lines: list[dict[str, object]], streams: list[dict[str, object]]) -> list[str]:
    """What is wrong with the lines, told by stream and number; empty when every segment holds."""
    faults: list[str] = []
    wanted = {str(each["stream"]): each for each in streams}
    at: dict[str, tuple[int, str]] = {}
    for line in lines:
        name = str(line.get("stream"))
        if set(line) not in (FULL, LINK) or name not in wanted:
            faults.append(f"a line of {name} that does not belong here")
            continue
        seq = int(str(line["seq"]))
        before = at.get(name, (int(str(wanted[name]["first"])) - 1, str(wanted[name]["before"])))
        if seq != before[0] + 1 or line["prev_hash"] != before[1]:
            faults.append(f"{name} {seq} does not follow number {before[0]}")
        if set(line) == FULL and line_hash(line) != line["hash"]:
            faults.append(f"{name} {seq} was changed")
        at[name] = (seq, str(line["hash"]))
    for name, each in wanted.items():
        if at.get(name) != (each["last"], each["last_hash"]):
            faults.append(f"{name} does not end with number {each['last']}")
    return faults


def check(folder: Path, key: str = "") -> list[str]:
    """All faults of an unpacked export, in words; empty when it holds."""
    try:
        manifest_bytes = (folder / MANIFEST).read_bytes()
        body = (folder / ENTRIES).read_bytes()
        signature = bytes.fromhex((folder / SIGNATURE).read_text(encoding="ascii").strip())
        manifest = json.loads(manifest_bytes)
        lines = [json.loads(line) for line in body.decode("utf-8").splitlines()]
        public = key or str(manifest["public_key"])
        faults = check_chain(lines, manifest["streams"])
        if hashlib.sha256(body).hexdigest() != manifest["entries_sha256"]:
            faults.append("the lines are not those that were signed")
        if not signed_by(bytes.fromhex(public), manifest_bytes, signature):
            faults.append("the signature is not that of the key")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"unreadable: {error}"]
    return faults


def main(words: list[str]) -> int:
    key = words[words.index("--key") + 1] if "--key" in words[:-1] else ""
    faults = check(Path(__file__).resolve().parent, key)
    for fault in faults:
        sys.stdout.write(f"BROKEN: {fault}\n")
    if not faults:
        sys.stdout.write("The export holds." + ("\n" if key else " Whose key signed it was not checked: give --key.\n"))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
