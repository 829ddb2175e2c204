"""An export of the journal proves itself, and its own checker finds every change."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from muster.core.errors import InvalidInput
from muster.journal import export, export_check
from muster.journal.actions import append
from muster.journal.models import Entry

AT = datetime(2026, 7, 14, 6, 20, tzinfo=UTC)

# RFC 8032 section 7.1, tests 1 to 3: public key, message, signature
VECTORS = [
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
     "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
     "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
     "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
]  # fmt: skip


@pytest.mark.parametrize(("public", "text", "signature"), VECTORS)
def test_the_checker_knows_the_published_signatures(public: str, text: str, signature: str) -> None:
    key, words, mark = bytes.fromhex(public), bytes.fromhex(text), bytes.fromhex(signature)
    assert export_check.signed_by(key, words, mark)
    assert not export_check.signed_by(key, words + b"x", mark)
    assert not export_check.signed_by(key, words, mark[:-1] + bytes([mark[-1] ^ 1]))
    assert not export_check.signed_by(key, words, mark[:-1])
    assert not export_check.signed_by(key[:-1], words, mark)


def test_the_checker_agrees_with_another_program() -> None:
    for number in range(12):
        key = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        public, text = key.public_key().public_bytes_raw(), b"entry" * number
        assert export_check.signed_by(public, text, key.sign(text))
        assert not export_check.signed_by(public, text, key.sign(text + b"!"))


def test_what_is_no_point_or_no_scalar_signs_nothing() -> None:
    public, text, signature = (bytes.fromhex(part) for part in VECTORS[1])
    no_point = (2).to_bytes(32, "little")
    assert export_check.point_of(no_point) is None
    assert export_check.point_of((1 + 2**255).to_bytes(32, "little")) is None  # x = 0 has no sign
    assert export_check.point_of((2**255 - 19).to_bytes(32, "little")) is None  # not reduced
    assert not export_check.signed_by(no_point, text, signature)
    assert not export_check.signed_by(public, text, no_point + signature[32:])
    assert not export_check.signed_by(public, text, signature[:32] + b"\xff" * 32)


@pytest.fixture
def unpacked(db: None, tmp_path: Path) -> Path:
    """Two streams, every second entry of the first chosen."""
    for number in range(7):
        append(
            "people",
            "odd" if number % 2 else "even",
            actor="system",
            at=AT,
            payload={"n": number, "名": "甲", "x": 0.5},
        )
        append("plans", "plan", actor="account:1", at=AT, payload={})
    chosen = Entry.objects.filter(action__in=["odd", "plan"])
    packed, count = export.make_export(chosen, asked={"day": "2026-07-14"}, by="account:9", at=AT)
    assert count == 3 + 7
    zipfile.ZipFile(io.BytesIO(packed)).extractall(tmp_path)
    return tmp_path


def lines_of(folder: Path) -> list[str]:
    return (folder / "entries.jsonl").read_text(encoding="utf-8").splitlines()


def write(folder: Path, lines: list[str], *, forge: bool) -> None:
    """Put changed lines back; `forge`: with the hash in the manifest made to fit, as somebody clever would."""
    body = "".join(line + "\n" for line in lines)
    (folder / "entries.jsonl").write_text(body, encoding="utf-8")
    if forge:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        manifest["entries_sha256"] = hashlib.sha256(body.encode()).hexdigest()
        (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), *words]  # nothing but the standard library
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_whole_export_holds_under_the_key_of_this_house_and_no_other(unpacked: Path) -> None:
    good = run(unpacked, "--key", export.public_key())
    assert (good.returncode, good.stdout) == (0, "The export holds.\n")
    assert "give --key" in run(unpacked).stdout
    other = run(unpacked, "--key", VECTORS[0][0])
    assert other.returncode == 1
    assert "signature is not that of the key" in other.stdout


def test_what_was_not_asked_for_appears_as_a_link_only(unpacked: Path) -> None:
    kinds = [len(json.loads(line)) for line in lines_of(unpacked)]
    assert sorted(set(kinds)) == [4, 10]
    assert kinds.count(4) == 2
    manifest = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))
    assert [(row["stream"], row["first"], row["last"], row["head_count"]) for row in manifest["streams"]] == [
        ("people", 2, 6, 7), ("plans", 1, 7, 7),
    ]  # fmt: skip


@pytest.mark.parametrize("forge", [False, True])
def test_every_changed_cut_doubled_or_moved_line_is_found(unpacked: Path, forge: bool) -> None:
    whole = lines_of(unpacked)
    manifest = (unpacked / "manifest.json").read_bytes()
    for at in range(len(whole)):
        for damaged in (
            whole[:at] + whole[at + 1 :],
            [*whole[:at], whole[at], *whole[at:]],
            [*whole[:at], whole[at].replace('"seq": ', '"seq": 1'), *whole[at + 1 :]],
            [*whole[:at], whole[at].replace("system", "nobody").replace("account:1", "nobody"), *whole[at + 1 :]],
            whole[:at] + whole[at + 1 : at + 2] + [whole[at]] + whole[at + 2 :],
        ):
            if damaged == whole:
                continue
            (unpacked / "manifest.json").write_bytes(manifest)
            write(unpacked, damaged, forge=forge)
            assert export_check.check(unpacked, export.public_key()), damaged
    (unpacked / "manifest.json").write_bytes(manifest)
    write(unpacked, whole, forge=False)
    assert export_check.check(unpacked, export.public_key()) == []


def test_the_chain_alone_finds_a_changed_entry(unpacked: Path) -> None:
    manifest = json.loads((unpacked / "manifest.json").read_text(encoding="utf-8"))
    lines = [json.loads(line) for line in lines_of(unpacked)]
    assert export_check.check_chain(lines, manifest["streams"]) == []
    lines[0]["payload"]["n"] = 99
    assert export_check.check_chain(lines, manifest["streams"]) == ["people 2 was changed"]
    assert "does not belong" in export_check.check_chain([{"stream": "other"}], manifest["streams"])[0]


@pytest.mark.parametrize("name", ["entries.jsonl", "manifest.json", "signature.hex"])
@pytest.mark.parametrize("content", [None, b"\xff\x00", b"[]"])
def test_a_missing_or_damaged_part_is_told_and_nothing_crashes(
    unpacked: Path, name: str, content: bytes | None
) -> None:
    (unpacked / name).unlink() if content is None else (unpacked / name).write_bytes(content)
    answer = run(unpacked)
    assert answer.returncode == 1
    assert "BROKEN" in answer.stdout
    assert answer.stderr == ""


def test_nothing_and_too_much_are_refused(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidInput, match=r"journal\.export_empty"):
        export.make_export(Entry.objects.none(), asked={}, by="x", at=AT)
    for _ in range(3):
        append("people", "a", actor="system", at=AT)
    monkeypatch.setattr(export, "MOST_LINES", 2)
    with pytest.raises(InvalidInput, match=r"journal\.export_large"):
        export.make_export(Entry.objects.all(), asked={}, by="x", at=AT)


def test_the_checker_s_words(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(export_check, "__file__", str(unpacked / "verify.py"))
    assert export_check.main(["--key", export.public_key()]) == 0
    assert export_check.main(["--key"]) == 0
    (unpacked / "entries.jsonl").unlink()
    assert export_check.main([]) == 1
    assert "BROKEN: unreadable" in capsys.readouterr().out
