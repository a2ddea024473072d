"""Which machines may be called: public ones, and the networks that the administrator names on purpose."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable

NAT64 = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Refused(OSError):  # noqa: N818
    """The name leads to a machine that may not be called."""


def resolve(host: str, port: int, allowed: Iterable[str]) -> str:
    """Give an address of a host that may be called; raises Refused when any of them may not."""
    found = {str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not all(may_call(each, allowed) for each in found):
        raise Refused("it leads to a private network that WEBHOOK_NETWORKS does not name")
    return min(found, key=lambda each: (":" in each, each))


def may_call(text: str, allowed: Iterable[str]) -> bool:
    """Tell whether an address is public, or in a network that is allowed by name."""
    address = _plain(ipaddress.ip_address(text.partition("%")[0]))
    if any(address in ipaddress.ip_network(each, strict=False) for each in allowed):
        return True
    return address.is_global and not address.is_multicast


def _plain(address: Address) -> Address:
    """Unwrap an IPv4 address that is written as one of IPv6."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
