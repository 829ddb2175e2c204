"""Certificates of the web server: from an authority of the office's own, or given ones.

    HOME/tls/ca.pem, ca.key            the office's own authority, if it has one
    HOME/tls/server.pem, server.key    what the web server shows; HTTPS is on when both are there

`muster up` notices a changed server.pem and shows the new one; nothing has to be stopped for a renewal. Whether it speaks
HTTPS at all is settled when it starts. Times are UTC.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as form
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from muster.core.errors import Conflict, InvalidInput, NotFound, Unreadable

FOLDER = "tls"
SPOKEN_VARIABLE = "MUSTER_SPEAKS"  # "https" or "http": what `muster up` settled at its start, told to its children
CA_DAYS = 3650
SERVER_DAYS = 397  # what browsers accept at most from anybody
WARN_DAYS = 30
_BACK = timedelta(hours=1)  # desks whose clocks are a little slow must not refuse a fresh certificate
_HOST = re.compile(r"(?=.{1,253}$)(\*\.)?[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True, slots=True)
class Shown:
    """What a certificate says. `own`: signed by this folder's authority."""

    names: tuple[str, ...]
    issuer: str
    not_before: datetime
    not_after: datetime
    sha256: str
    own: bool

    def days_left(self, at: datetime) -> int:
        """Whole days; negative once it has expired."""
        return (self.not_after - at) // timedelta(days=1)


def folder(home: Path) -> Path:
    return home / FOLDER


def files(home: Path) -> tuple[Path, Path] | None:
    """(certificate chain, key) to serve with; None when the server speaks plain HTTP."""
    found = folder(home) / "server.pem", folder(home) / "server.key"
    return found if all(path.exists() for path in found) else None


def speaks_https(home: Path, environment: Mapping[str, str]) -> bool:
    """Whether the web server of this folder speaks HTTPS: as the running `muster up` settled it, else as the next one will.

    A certificate issued while it runs must not make half of it (the cookies, the day of HTTPS only) behave as if."""
    settled = environment.get(SPOKEN_VARIABLE, "")
    return settled == "https" if settled else files(home) is not None


def change_mark(home: Path) -> tuple[int, int] | None:
    """Differs after every exchange of the served certificate."""
    served = files(home)
    if served is None:
        return None
    stat = served[0].stat()
    return stat.st_mtime_ns, stat.st_ino


def trust(home: Path) -> str:
    """What the other machine of a pair has to trust (PEM): the own authority, else the given chain; "" without HTTPS."""
    for name in ("ca.pem", "server.pem"):
        if (folder(home) / name).exists():
            return (folder(home) / name).read_text(encoding="ascii")
    return ""


def make_ca(home: Path, name: str, at: datetime) -> Shown:
    """Make the office's own authority, ten years. Error: Conflict "certs.ca_exists"."""
    place = folder(home)
    if (place / "ca.key").exists():
        raise Conflict("certs.ca_exists", path=str(place / "ca.pem"))
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64] or "Muster")])
    made = (
        _builder(subject, subject, key, at, CA_DAYS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(place / "ca.key", key)
    _write(place / "ca.pem", made.public_bytes(form.Encoding.PEM), 0o644)
    return _shown(made, own=True)


def issue(home: Path, names: list[str], at: datetime, days: int = SERVER_DAYS) -> Shown:
    """A certificate of the own authority for these host names and addresses, in use at once.

    Errors: "certs.no_ca", "certs.ca_expired", "certs.name_form"."""
    place = folder(home)
    if not (place / "ca.key").exists():
        raise NotFound("certs.no_ca")
    ca, ca_key = _certificates(place / "ca.pem")[0], _key(place / "ca.key")
    if ca.not_valid_after_utc <= at:
        raise InvalidInput("certs.ca_expired", path=str(place / "ca.pem"))
    known = [_name(each) for each in dict.fromkeys(names)]
    if not known:
        raise InvalidInput("certs.name_form", name="")
    key = ec.generate_private_key(ec.SECP256R1())
    days = min(days, (ca.not_valid_after_utc - at) // timedelta(days=1))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    made = (
        _builder(subject, ca.subject, key, at, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    _write_key(place / "server.key", key)
    _write(place / "server.pem", b"".join(each.public_bytes(form.Encoding.PEM) for each in (made, ca)), 0o644)
    return _shown(made, own=True)


def renew(home: Path, at: datetime) -> Shown:
    """Issue anew for the same names. Errors: "certs.none", "certs.not_own", and those of `issue`."""
    now = show(home)
    if not now.own:
        raise InvalidInput("certs.not_own", issuer=now.issuer)
    return issue(home, list(now.names), at)


def use(home: Path, certificate: Path, key: Path, at: datetime) -> Shown:
    """Take a given certificate (PEM, with its chain) and key (PEM without a password), in use at once.

    Errors: "file.missing", "certs.unreadable", "certs.key_mismatch", "certs.expired", "certs.no_names"."""
    for path in (certificate, key):
        if not path.is_file():
            raise Unreadable("file.missing", path=str(path))
    chain, private = _certificates(certificate), _key(key)
    if _public(private.public_key()) != _public(chain[0].public_key()):
        raise InvalidInput("certs.key_mismatch")
    found = _shown(chain[0], own=False)
    if not found.not_before <= at < found.not_after:
        raise InvalidInput("certs.expired", not_before=found.not_before.date(), not_after=found.not_after.date())
    if not found.names:
        raise InvalidInput("certs.no_names")
    _write_key(folder(home) / "server.key", private)
    _write(folder(home) / "server.pem", b"".join(each.public_bytes(form.Encoding.PEM) for each in chain), 0o644)
    return found


def show(home: Path) -> Shown:
    """The certificate in use. Errors: NotFound "certs.none", "certs.unreadable"."""
    served = files(home)
    if served is None:
        raise NotFound("certs.none")
    found = _certificates(served[0])[0]
    ca = folder(home) / "ca.pem"
    own = ca.exists() and (folder(home) / "ca.key").exists() and _certificates(ca)[0].subject == found.issuer
    return _shown(found, own=own)


# --- the parts -----------------------------------------------------------------------------------------------------
def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, at: datetime, days: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _BACK)
        .not_valid_after(at + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=signs, crl_sign=signs, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _name(text: str) -> x509.GeneralName:
    """An address or a host name. Error: InvalidInput "certs.name_form"."""
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        if not _HOST.fullmatch(text):
            raise InvalidInput("certs.name_form", name=text) from None
        return x509.DNSName(text)


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except ValueError as error:
        raise Unreadable("certs.unreadable", path=str(path)) from error


def _key(path: Path) -> PrivateKeyTypes:
    try:
        return form.load_pem_private_key(path.read_bytes(), None)
    except (ValueError, TypeError) as error:  # TypeError: it has a password
        raise Unreadable("certs.unreadable", path=str(path)) from error


def _public(key: object) -> bytes:
    return key.public_bytes(form.Encoding.DER, form.PublicFormat.SubjectPublicKeyInfo)


def _shown(found: x509.Certificate, *, own: bool) -> Shown:
    names: tuple[str, ...] = ()
    try:
        values = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(str(each.value) for each in values)
    except x509.ExtensionNotFound:
        names = ()
    digest = found.fingerprint(hashes.SHA256()).hex(":").upper()
    issuer = found.issuer.rfc4514_string()
    return Shown(names, issuer, found.not_valid_before_utc, found.not_valid_after_utc, digest, own)


def _write_key(path: Path, key: PrivateKeyTypes) -> None:
    # PKCS 8: the only form the web server takes.
    _write(path, key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()), 0o600)


def _write(path: Path, body: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)
