"""``NO_PROXY``: which hosts are asked directly. Addresses are compared as addresses, names as names."""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING

import attrs
import httpx

if TYPE_CHECKING:
    from collections.abc import Iterable

    Address = ipaddress.IPv4Address | ipaddress.IPv6Address
    Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_BRACKETED = re.compile(r"\[(?P<host>[^\]]*)\](?P<prefix>/\d+)?(?::(?P<port>\d+))?")
_PORT = re.compile(r"(?P<host>[^:]*):(?P<port>\d+)")
# what the C library takes for an address of four numbers, though it is written with fewer, in octal or hexadecimal
_NUMBERS = re.compile(r"(?:0x[0-9a-f]*|\d+)(?:\.(?:0x[0-9a-f]*|\d+)){0,3}", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@attrs.frozen
class Exempt:
    """One entry: a network, an address being one of a single address; or a name, which stands for all below it too.

    Attributes:
        network: the network; None for a name.
        zone: of an IPv6 address that says on which link it is.
        name: in lower case, ASCII, without dots at its ends; empty for a network, ``*`` for any host.
        port: the only one that is meant; None for any.
    """

    network: Network | None = None
    zone: str = ""
    name: str = ""
    port: int | None = None


def entries(text: str) -> tuple[Exempt, ...]:
    """The entries of a list; commas or white space separate them. One that means nothing is left out."""
    found = (_entry(each) for each in text.replace(",", " ").split())
    return tuple(each for each in found if each is not None)


def is_exempt(listed: Iterable[Exempt], url: httpx.URL) -> bool:
    """Whether a URL's host is to be asked directly."""
    host = url.raw_host.decode("ascii")
    address, zone = _address(host)
    name = "" if address is not None else _name(host)
    port = url.port or _DEFAULT_PORTS.get(url.scheme)
    return any(
        (entry.port is None or entry.port == port)
        and (entry.name == "*" or (_is_in(address, zone, entry) if address is not None else _is_below(name, entry)))
        for entry in listed
    )


def _is_in(address: Address, zone: str, entry: Exempt) -> bool:
    if entry.network is None or address.version != entry.network.version or address not in entry.network:
        return False
    return not entry.zone or not zone or entry.zone == zone  # who leaves it out means any


def _is_below(name: str, entry: Exempt) -> bool:
    return bool(entry.name) and (name == entry.name or name.endswith(f".{entry.name}"))


def _entry(text: str) -> Exempt | None:
    text = text.partition("://")[2] or text
    port = None
    if match := _BRACKETED.fullmatch(text):
        text, port = match["host"] + (match["prefix"] or ""), match["port"]
    elif match := _PORT.fullmatch(text):
        text, port = match["host"], match["port"]
    only = None if port is None else int(port)
    host, slash, prefix = text.partition("/")
    address, zone = _address(host)
    if address is None:
        name = "*" if host == "*" else _name(host.removeprefix("*"))
        return Exempt(name=name, port=only) if name and not slash else None
    try:
        # an address of IPv4 that is written as one of IPv6 has lost the first 96 bits of its prefix too
        mapped = address.version == 4 and ":" in host
        length = int(prefix) - 96 * mapped if prefix.isdigit() else prefix
        network = ipaddress.ip_network(f"{address}/{length}" if slash else str(address), strict=False)
    except ValueError:
        return None
    return Exempt(network=network, zone=zone, port=only)


def _address(host: str) -> tuple[Address | None, str]:
    """The address that a host is, whatever way it is written, and its zone; None for a name."""
    host, _, zone = host.rstrip(".").partition("%")
    zone = zone.removeprefix("25")  # as URLs write the sign before it
    address: Address
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if not _NUMBERS.fullmatch(host):
            return None, ""
        try:
            address = ipaddress.ip_address(socket.inet_aton(host))
        except OSError:
            return None, ""
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address, zone


def _name(host: str) -> str:
    """A host's name as it is compared: international ones as they go over the wire."""
    host = host.strip(".")
    if not host.isascii():
        try:
            host = httpx.URL(f"http://{host}").raw_host.decode("ascii")
        except (httpx.InvalidURL, ValueError):
            return ""
    return host.lower()
