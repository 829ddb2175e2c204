"""Two machines of one office: what each knows of the other, and which of them may act.

    HOME/pair.json     {"key", "epoch", "peer"}: the machine that runs the office. `peer` is where the second one answers
    HOME/fenced.json   another machine has taken over: nothing is started here any more
    HOME/standby/      this is the second machine (see `follow`); gone once it has taken over

Every takeover raises the epoch. Whoever meets a higher epoch than his own stops at once; a first machine that can not
ask the second one after a start sends nothing until it can, or until a person says that it is alone. No Django here.
"""

from __future__ import annotations

import hmac
import ipaddress
import json
import os
import secrets
import ssl
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from muster.conf import tls
from muster.core.errors import Conflict, InvalidInput, Unreadable

FILE, FENCED = "pair.json", "fenced.json"
SEEN = "second.json"  # on the first machine: when the second one last fetched, and how wrong its clock is
HEADER = "X-Muster-Pair"
ASK_SECONDS = 3.0
CLOCK_SECONDS = 2.0  # a second machine whose clock is more than this off is said to be wrong


@dataclass(frozen=True, slots=True)
class Pair:
    """`epoch` counts takeovers. `peer` is empty where there is nobody to ask."""

    key: str
    epoch: int
    peer: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the second machine has to know; a file carried by hand, since it opens everything. `ca`: PEM or empty."""

    first: str
    second: str
    key: str
    ca: str


def read(home: Path) -> Pair | None:
    """None for a machine without a second one."""
    path = home / FILE
    return Pair(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def write_private(path: Path, body: object) -> None:
    """JSON in a file of its owner's, whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
        json.dump(body, out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def invite(home: Path, first: str, second: str, file: Path) -> None:
    """Make (or make anew) the pair and write the invitation. Errors: "pair.address", "pair.plain", "file.exists"."""
    first, second = address(first), address(second)
    if file.exists():
        raise Conflict("file.exists", path=str(file))
    before = read(home)
    pair = Pair(secrets.token_hex(32), before.epoch if before else 1, second)
    write_private(file, asdict(Invitation(first, second, pair.key, tls.trust(home))))
    write_private(home / FILE, asdict(pair))


def read_invitation(file: Path) -> Invitation:
    """Errors: "file.missing", "pair.invitation"."""
    if not file.is_file():
        raise Unreadable("file.missing", path=str(file))
    try:
        return Invitation(**json.loads(file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise Unreadable("pair.invitation", path=str(file)) from error


def address(text: str) -> str:
    """The address with a slash at its end. All keys travel there: HTTPS, but for the machine itself.

    Errors: InvalidInput "pair.address", "pair.plain"."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.path.strip("/"):
        raise InvalidInput("pair.address", address=text)
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise InvalidInput("pair.plain", address=text)
    return f"{parts.scheme}://{parts.netloc}/"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def client(base: str, key: str, ca: str) -> httpx.Client:
    """Speaks to the other machine and to nobody in between; `ca` is PEM, or empty for what the system trusts."""
    trust = ssl.create_default_context(cadata=ca or None)
    trust.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a given chain may lack the authority at its end
    return httpx.Client(base_url=base, verify=trust, headers={HEADER: key}, timeout=ASK_SECONDS, trust_env=False)


def key_fits(pair: Pair | None, given: str) -> bool:
    return pair is not None and hmac.compare_digest(pair.key.encode(), given.encode("utf-8", "replace"))


def ask_epoch(asker: httpx.Client) -> int | None:
    """The other machine's epoch; None when it does not answer as it should."""
    try:
        answer = asker.get("standby/state/")
        return int(answer.json()["epoch"]) if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None


# --- fencing -------------------------------------------------------------------------------------------------------
def fence(home: Path, epoch: int) -> None:
    """Another machine has that epoch: nothing may run here from now on."""
    write_private(home / FENCED, {"epoch": epoch})


def check_not_fenced(home: Path) -> None:
    """Error: Conflict "pair.fenced"."""
    if (home / FENCED).exists():
        raise Conflict("pair.fenced", home=str(home))


def other_has_taken_over(home: Path, pair: Pair, epoch: int | None) -> bool:
    """Whether that answer of the other machine means that this one is over; writes it down."""
    if epoch is None or epoch <= pair.epoch:
        return False
    fence(home, epoch)
    return True
