"""What makes an address of a base-map service, and an approval number of a map. Pure; nothing is fetched."""

from __future__ import annotations

import re
import unicodedata

from muster.core.errors import InvalidInput

HOLES = ("{z}", "{x}", "{y}")
LONGEST = 500
HIGHEST_PORT = 65_535
# One plain host, no name or password before it; in the rest nothing that could end a policy, an attribute or a line.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)(:(?P<port>\d{1,5}))?/[!#-&(-:=?-\[\]-_a-~]*",
    re.ASCII | re.IGNORECASE,
)
# GS(2026)1234号 and, since 2019, GS京(2026)0123号 for the whole country; 京S(2026)012号 for a province; older ones of words.
_APPROVAL = re.compile(
    r"(GS[\u4e00-\u9fff]{0,2}|[\u4e00-\u9fff]{1,3}S|国审字|[\u4e00-\u9fff]审字)\((19|20)\d\d\)(第?\d{1,6}(-\d{1,3})?)号"
)


def origin_of(template: str) -> str:
    """Scheme, host and port of a service, as a content security policy names it. Error: InvalidInput
    "service.address" for anything but one plain host."""
    found = _ADDRESS.fullmatch(template) if len(template) <= LONGEST else None
    if not found or ".." in found["host"] or int(found["port"] or 0) > HIGHEST_PORT:
        raise InvalidInput("service.address")
    port = f":{int(found['port'])}" if found["port"] else ""
    return f"{found['scheme'].lower()}://{found['host'].lower()}{port}"


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
