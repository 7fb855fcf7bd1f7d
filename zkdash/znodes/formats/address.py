"""Network addresses: IP or host with port as text, one or a list; 4+2 or 4+4 bytes."""

from __future__ import annotations

import ipaddress
import re

from zkdash.znodes.formats.model import Body, Confidence, Content, Fact, Facts, Format, Guess, Limits

CHARS_MAX = 4096
ENTRIES_MAX = 100
PORT_MAX = 65_535
TEXT = re.compile(r"(?:\[([0-9a-fA-F:.]{2,45})\]|([^\s:/\[\],]{1,253}))(?::(\d{1,5}))?", re.ASCII)
HOST = re.compile(r"(?=.*[a-zA-Z])[a-zA-Z0-9_](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9_])?")
Address = tuple[str, int | None]


def look(content: Content, _limits: Limits) -> Guess | None:
    """IPs, with or without port, and hosts with one; bytes are likely only within a private network."""
    if content.text is not None and content.confidence is Confidence.CERTAIN:
        return Guess(Confidence.LIKELY) if _of_text(content.text) else None
    packed = _of_bytes(content.data)
    if packed is None:
        return None
    ip = ipaddress.ip_address(packed[0])
    near = ip.is_private and not ip.is_unspecified and not packed[0].startswith("0.")
    return Guess(Confidence.LIKELY if near else Confidence.POSSIBLE, f"{len(content.data)} bytes")


def show(content: Content, _limits: Limits) -> Body:
    """Host and port of each, and what kind of address an IP is."""
    packed = None if content.confidence is Confidence.CERTAIN else _of_bytes(content.data)
    addresses = [packed] if packed else _of_text(content.text or "")
    rows = []
    for host, port in addresses:
        rows.append(Fact("Host" if _ip(host) is None else "IP", host, _kind(host)))
        if port is not None:
            rows.append(Fact("Port", str(port)))
    return Facts(tuple(rows))


def _of_text(text: str) -> list[Address]:
    """The addresses of a list separated by commas; none if one of them isn't one."""
    text = text.strip()
    if not text or len(text) > CHARS_MAX or text.count(",") >= ENTRIES_MAX:
        return []
    found: list[Address] = []
    whole = _ip(text)
    if whole is not None:
        return [(text, None)]
    for entry in text.split(","):
        match = TEXT.fullmatch(entry.strip())
        if match is None:
            return []
        host, port = match[1] or match[2], int(match[3]) if match[3] else None
        named = HOST.fullmatch(host) and port is not None and not match[1]
        if (port is not None and not 0 < port <= PORT_MAX) or not (named or _ip(host)):
            return []
        found.append((host, port))
    return found


def _of_bytes(data: bytes) -> Address | None:
    if len(data) not in (6, 8):
        return None
    port = int.from_bytes(data[4:], "big")
    return (str(ipaddress.IPv4Address(data[:4])), port) if 0 < port <= PORT_MAX else None


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _kind(host: str) -> str:
    ip = _ip(host)
    if ip is None:
        return ""
    for word, is_so in (
        ("this machine itself", ip.is_loopback),
        ("any address", ip.is_unspecified),
        ("link-local", ip.is_link_local),
        ("multicast", ip.is_multicast),
        ("private network", ip.is_private),
    ):
        if is_so:
            return f"IPv{ip.version}, {word}"
    return f"IPv{ip.version}"


ADDRESS = Format("address", "Address", "a network address", look, show)
