"""From which addresses somebody asks, and whether that network may. Pure: settings come in as arguments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def parse_networks(text: str) -> tuple[Network, ...]:
    """CIDR networks or single addresses, separated by commas. Raises ValueError for what is none: a list with a slip
    of the pen must stop the start, not open the house."""
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def client_address(meta: Mapping[str, object], proxies: Iterable[Network]) -> str:
    """The address that asks: the connection's own, or, when that is a known proxy, the nearest one in X-Forwarded-For
    that is none. What stands further left was written by the asker himself and proves nothing."""
    known = tuple(proxies)
    found = str(meta.get("REMOTE_ADDR", ""))
    trail = [part.strip() for part in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if part.strip()]
    while trail and inside(found, known):
        found = trail.pop()
    return found


def inside(address: str, networks: Iterable[Network]) -> bool:
    """Whether the address lies in one of them; an IPv4 address written as IPv6 counts as the IPv4 one."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed.version == net.version and parsed in net for net in networks)


def _parsed(text: str) -> Address | None:
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
