"""Addresses of one person in an office messenger, as Apprise writes them: which may be used for a callout, and why not.

A callout is said to one person, who answers for himself. Robots of group chats take twenty messages a minute, are read by
whoever is in the group, and prove nothing about the one who is called: their addresses are refused.
"""

from __future__ import annotations

import re

from muster.core.errors import InvalidInput

# schema -> what the path has to look like for the address to mean one person
_PERSON = {
    "gotify": re.compile(r"/[\w.-]{8,}/?"),  # the token of the person's own application
    "bark": re.compile(r"/[A-Za-z0-9]{16,}/?"),  # the key of the person's own device
    "rocket": re.compile(r"/@[\w.-]+/?"),  # a direct message
    "zulip": re.compile(r"/[A-Za-z0-9]{32}/[^/@\s]+(?:@|%40)[^/@\s]+/?"),  # token, then the address of one person
}
PERSON_SCHEMAS = frozenset({*_PERSON, "gotifys", "barks", "rockets"})
GROUP_SCHEMAS = frozenset({
    "wxwork", "wecombot", "dingtalk", "feishu", "lark", "slack", "msteams", "workflows", "mmost", "mmosts", "discord",
    "gchat", "guilded", "nctalk", "nctalks", "ntfy", "ntfys", "teams", "webexteams", "wxteams", "json", "jsons", "xml", "form",
})  # fmt: skip
LONGEST, LARGEST_PORT = 120, 65535
# schema://[user[:password]@]host[:port][/path], and nothing after it: a query could turn the message to somebody else
_ADDRESS = re.compile(r"([a-z]+)://(?:[^@/?#\s]*@)?([\w.-]+)(?::(\d{1,5}))?(/[^?#\s]*)?", re.ASCII)


def person_address(text: str) -> str:
    """The address, trimmed.

    Errors: "people.app_group" for robots and channels of groups, "people.app_schema" for a messenger that is not known to
    address persons, "people.app_form" for an address that does not name exactly one.
    """
    value = text.strip()
    schema = value.partition("://")[0].lower()
    if schema in GROUP_SCHEMAS:
        raise InvalidInput("people.app_group", schema=schema)
    if schema not in PERSON_SCHEMAS:
        known = ", ".join(sorted(_PERSON))
        raise InvalidInput("people.app_schema", known=known)
    found = _ADDRESS.fullmatch(value)
    usual = schema if schema in _PERSON else schema.removesuffix("s")
    if found is None or len(value) > LONGEST or not _PERSON[usual].fullmatch(found[4] or ""):
        raise InvalidInput("people.app_form")
    if int(found[3] or 0) > LARGEST_PORT:
        raise InvalidInput("people.app_form")
    return value


def host_of(address: str) -> str:
    """Host of a person's address, with the port where one is named; "" for what is no such address."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return ""
    return f"{found[2].lower()}:{found[3]}" if found[3] else found[2].lower()


def masked(address: str) -> str:
    """Which messenger and where, never the token or the name."""
    schema = address.partition("://")[0]
    return f"{schema}://{host_of(address)}/***"[:40]
