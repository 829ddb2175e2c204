"""What makes an address of a base-map service, and an approval number of a map. Pure; nothing is fetched."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from muster.core.errors import InvalidInput

HOLES = ("{z}", "{x}", "{y}")
LONGEST = 500
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", re.ASCII)
_REFUSED = re.compile(r"[\s\x00-\x1f\x7f-\uffff<>\"'`\\;]")
# GS(2026)1234号 and, since 2019, GS京(2026)0123号 for the whole country; 京S(2026)012号 for a province; older ones of words.
_APPROVAL = re.compile(
    r"(GS[\u4e00-\u9fff]{0,2}|[\u4e00-\u9fff]{1,3}S|国审字|[\u4e00-\u9fff]审字)\((19|20)\d\d\)(第?\d{1,6}(-\d{1,3})?)号"
)


def origin_of(template: str) -> str:
    """Scheme, host and port of a service, as a content security policy names it. Error: InvalidInput
    "service.address" for anything but one plain host."""
    if len(template) > LONGEST or _REFUSED.search(template):
        raise InvalidInput("service.address")
    try:
        parts = urlsplit(template)
        port = parts.port
    except ValueError as error:
        raise InvalidInput("service.address") from error
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or "@" in parts.netloc or ".." in host:
        raise InvalidInput("service.address")
    return f"{parts.scheme}://{host}{f':{port}' if port is not None else ''}"


def check_template(template: str) -> str:
    """The address, when it names a host and each of {z}, {x}, {y} once. Errors: InvalidInput "service.address",
    "service.holes"."""
    template = template.strip()
    origin_of(template)
    rest = template
    for hole in HOLES:
        if rest.count(hole) != 1:
            raise InvalidInput("service.holes")
        rest = rest.replace(hole, "0")
    if "{" in rest or "}" in rest:
        raise InvalidInput("service.holes")
    return template


def approval_number(text: str) -> str:
    """The number in its plain form, such as GS(2026)1234号. Error: InvalidInput "service.approval"."""
    plain = unicodedata.normalize("NFKC", text).translate(str.maketrans("〔〕[]【】", "()()()"))
    plain = re.sub(r"\s+", "", plain.removeprefix("审图号").lstrip(":： ")).replace("gs", "GS")
    if not _APPROVAL.fullmatch(plain):
        raise InvalidInput("service.approval")
    return plain
