"""A bundle is taken only when it is whole and signed by whom it should be; the check needs nothing but Python."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from muster.conf import bundle_check as check
from tests.deploy.makers import key_of, public_of, small_bundle

# RFC 8032, section 7.1, tests 1 to 3: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe2465"
        "5141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb0"
        "0d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc0"
        "27beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_signatures_of_the_standard_fit(public: str, message: str, signature: str) -> None:
    assert check.signature_fits(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(max_size=200), at=st.integers(0, 511))
def test_it_agrees_with_an_independent_library_and_takes_no_changed_bit(seed: bytes, message: bytes, at: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert check.signature_fits(public, message, signature)
    changed = bytearray(signature)
    changed[at // 8] ^= 1 << at % 8
    assert not check.signature_fits(public, message, bytes(changed))
    assert not check.signature_fits(public, message + b"x", signature)


def test_a_signature_of_a_number_too_large_is_refused_as_the_standard_demands() -> None:
    public, message, signature = (bytes.fromhex(each) for each in VECTORS[0])
    number = int.from_bytes(signature[32:], "little") + check.L
    assert not check.signature_fits(public, message, signature[:32] + number.to_bytes(32, "little"))


@pytest.mark.parametrize("length", [0, 31, 33])
def test_keys_and_signatures_of_a_wrong_length_fit_nothing(length: int) -> None:
    assert not check.signature_fits(b"\1" * length, b"", b"\1" * 64)
    assert not check.signature_fits(bytes.fromhex(VECTORS[0][0]), b"", b"\1" * (2 * length))


@pytest.mark.parametrize("coded", [b"\xff" * 32, (2).to_bytes(32, "little"), (1 + 2**255).to_bytes(32, "little")])
def test_bytes_that_are_no_point_of_the_curve_are_no_key(coded: bytes) -> None:
    assert not check.signature_fits(coded, b"", bytes.fromhex(VECTORS[0][2]))


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return small_bundle(tmp_path, key_of(tmp_path))


@pytest.fixture
def key(tmp_path: Path) -> bytes:
    return check.public_key(str(public_of(key_of(tmp_path))))


def test_a_whole_bundle_says_what_it_is(bundle: Path, key: bytes) -> None:
    found = check.check(bundle, key)
    assert (found.version, found.python) == ("0.1.0", "3.11")
    assert check.parse(found.text()) == found


def test_the_openssl_on_the_machine_comes_to_the_same_result(bundle: Path, tmp_path: Path) -> None:
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", str(public_of(key_of(tmp_path))), "-rawin"]
    command += ["-in", str(bundle / "MANIFEST"), "-sigfile", str(bundle / "MANIFEST.sig")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (bundle / "MANIFEST").write_bytes((bundle / "MANIFEST").read_bytes() + b"\n")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


def add_byte(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


SPOILS: dict[str, Callable[[Path], object]] = {
    "no_manifest": lambda b: (b / "MANIFEST").unlink(),
    "no_signature": lambda b: (b / "MANIFEST.sig").unlink(),
    "not_ours": lambda b: add_byte(b / "MANIFEST"),
    "missing": lambda b: (b / "wheels" / "muster-0.whl").unlink(),
    "damaged": lambda b: add_byte(b / "wheels" / "muster-0.whl"),
    "stranger": lambda b: os.symlink("/etc/hostname", b / "wheels" / "more.whl"),
}


@pytest.mark.parametrize("code", sorted(SPOILS))
def test_what_is_wrong_with_a_bundle_is_one_sentence(
    code: str, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    SPOILS[code](bundle)
    assert check.main([str(bundle), "--key", str(public_of(key_of(tmp_path)))]) == 1
    out, err = capsys.readouterr()
    sentence = check.SENTENCES[code].split("{path}")[-1]
    assert (out, err.count("\n")) == ("", 1)
    assert sentence in err


def test_the_bundle_of_another_maker_is_refused(bundle: Path, tmp_path: Path) -> None:
    other = check.public_key(str(public_of(key_of(tmp_path, "somebody"))))
    with pytest.raises(check.BundleError, match="comes from somebody else"):
        check.check(bundle, other)


def signed(bundle: Path, tmp_path: Path, body: bytes) -> Path:
    """The bundle with another MANIFEST, signed as it should be."""
    from tools.bundle import signing

    (bundle / "MANIFEST").write_bytes(body)
    (bundle / "MANIFEST.sig").write_bytes(signing.load(key_of(tmp_path)).sign(body))
    return bundle


HEAD = b"muster-bundle 1\nversion 1\nmachine x86_64\npython 3.11\n"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"muster-bundle 2\n",
        HEAD.replace(b"machine", b"engine"),
        HEAD + b"no line",
        HEAD + b"0" * 64 + b"  ../up\n",
        HEAD + b"0" * 64 + b"  /root\n",
        "muster-bundle 1\n集".encode(),
    ],
)
def test_a_signed_list_that_can_not_be_read_is_refused(body: bytes, bundle: Path, key: bytes, tmp_path: Path) -> None:
    with pytest.raises(check.BundleError) as refused:
        check.check(signed(bundle, tmp_path, body), key)
    assert refused.value.code == "manifest_form"


def test_a_key_is_given_as_a_file_or_read_out_in_digits(tmp_path: Path, key: bytes) -> None:
    digits = key.hex().upper()
    assert check.public_key(" ".join(digits[at : at + 8] for at in range(0, 64, 8)) + "\n") == key


@pytest.mark.parametrize("text", ["", "abc", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", None])
def test_what_is_no_key_is_refused(text: str | None, tmp_path: Path) -> None:
    path = tmp_path / "key"
    if text is not None:
        path.write_text(text, encoding="ascii")
    with pytest.raises(check.BundleError) as refused:
        check.public_key(str(path))
    assert refused.value.code == "key_form"


def test_the_check_runs_alone_with_the_bare_interpreter(bundle: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(bundle / "verify.py"), str(bundle)]
    done = subprocess.run(
        [*command, "--key", str(public_of(key_of(tmp_path)))], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert subprocess.run(command, capture_output=True, check=False).returncode == 2
