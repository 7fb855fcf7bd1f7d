"""Text -> value, one function for each sort of value. Each raises ValueError that says what is allowed."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from asab.utils import convert_to_seconds, string_to_boolean

ZOOKEEPER_PORT = 2181
MAX_NAME_CHARACTERS = 100
LOOPBACK = "127.0.0.1"


def name(text: str) -> str:
    """The name of a cluster or an alert, as it stands in URLs and HTML ids."""
    if not re.fullmatch(rf"[A-Za-z0-9._-]{{1,{MAX_NAME_CHARACTERS}}}", text) or text in {".", ".."}:
        raise ValueError(
            f"a name has 1 to {MAX_NAME_CHARACTERS} letters (a to z), digits, -, _ and ., and is neither . nor .."
        )
    return text


def yes_no(text: str) -> bool:
    try:
        return bool(string_to_boolean(text))
    except ValueError:
        raise ValueError("write yes or no") from None


def whole_number(text: str, low: int, high: int, what: str) -> int:
    if not re.fullmatch(r"[0-9]{1,18}", text) or not low <= int(text) <= high:
        raise ValueError(f"write {what}, a whole number from {low} to {high}")
    return int(text)


def seconds(text: str, low: float, high: float) -> float:
    """A duration in seconds, from asab's notation: 500ms, 10s, 2m, 1h, or a plain number of seconds."""
    try:
        value = float(convert_to_seconds(text))
    except (ValueError, OverflowError):
        value = math.nan
    if not low <= value <= high:  # not so for nan either
        raise ValueError(f"write a duration from {_span(low)} to {_span(high)}, such as 500ms, 10s, 2m or 1h")
    return value


def _span(value_s: float) -> str:
    return f"{value_s / 3600:g}h" if value_s >= 3600 else f"{value_s:g}s"


def size(text: str, low: int, high: int) -> int:
    """A number of bytes: 500 MB, 2 GiB, or a plain number. K, M, G and T are powers of 1024."""
    found = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,3})?)\s*([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE)
    value = round(float(found[1]) * 1024 ** " KMGT".index(found[2].upper() or " ")) if found else -1
    if not low <= value <= high:
        raise ValueError(f"write a size from {_bytes(low)} to {_bytes(high)}, such as 500 MiB or 2 GiB")
    return value


def _bytes(value: int) -> str:
    for unit, power in (("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if value >= 1 << power:
            return f"{value / (1 << power):g} {unit}"
    return str(value)


def one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("write one line of printable text")
    return text


def words(text: str) -> list[str]:
    """The parts of a list that is separated by commas, spaces or lines."""
    return [word for word in re.split(r"[,\s]+", text) if word]


def znode_path(text: str) -> str:
    """A znode's path, "/a/b", as ZooKeeper's PathUtils.validatePath has it. The slashes around it don't matter."""
    inner = text.strip("/")
    if not inner:
        return "/"
    for part in inner.split("/"):
        if part in {"", ".", ".."}:
            raise ValueError(f"write a path such as /a/b: no part of it may be {part or 'empty'}")
    for character in inner:
        code = ord(character)
        if code < 0x20 or 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xF8FF or code >= 0xFFF0:
            raise ValueError(f"ZooKeeper allows no character U+{code:04X} in a path")
    return "/" + inner


def servers(text: str) -> tuple[tuple[str, int], ...]:
    """ZooKeeper servers as (host, port): no brackets around an IPv6 address, port 2181 where none is written."""
    found: list[tuple[str, int]] = []
    if "://" in text:
        raise ValueError("write HOST:PORT,HOST:PORT here; a URL belongs into z_path")
    if "/" in text:
        raise ValueError("write HOST:PORT,HOST:PORT here; the path belongs into path")
    for word in words(text):
        server_host, port = host_port(word)
        server = server_host.lower(), ZOOKEEPER_PORT if port is None else port
        if server[1] == 0:
            raise ValueError("a port is from 1 to 65535")
        if server in found:
            raise ValueError(f"{word} is there twice")
        found.append(server)
    if not found:
        raise ValueError("write at least one server, HOST:PORT")
    return tuple(found)


def listen(text: str) -> tuple[tuple[str, int], ...]:
    """The addresses to listen on as (host, port)."""
    found: list[tuple[str, int]] = []
    for word in words(text):
        if re.fullmatch("[0-9]+", word):
            word = f"{LOOPBACK}:{word}"
        if re.match(r"\*?:[^:]*$", word):
            wanted = _port(word.partition(":")[2])
            raise ValueError(f"write 0.0.0.0:{wanted} for all addresses, or {LOOPBACK}:{wanted} for this machine")
        address, port = host_port(word)
        if port is None:
            raise ValueError(f"{word} has no port: write {word}:8080")
        if (address, port) in found and port:
            raise ValueError(f"{word} is there twice")
        found.append((address, port))
    if not found:
        raise ValueError("write HOST:PORT, such as 127.0.0.1:8080")
    return tuple(found)


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches the address. A name that isn't localhost may be anything."""
    if address.lower() == "localhost":
        return True
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def host_names(text: str) -> tuple[str, ...]:
    """Names that browsers may use for zkdash, in lower case and without ports; IPv6 addresses are in brackets."""
    return tuple(dict.fromkeys(_host_names(text)))


def _host_names(text: str) -> Iterator[str]:
    for word in words(text):
        name_of_host, port = host_port(word)
        if port is not None:
            raise ValueError(f"write {word.rpartition(':')[0]} without its port")
        yield f"[{name_of_host}]" if ":" in name_of_host else name_of_host.lower().rstrip(".")


def host_port(text: str) -> tuple[str, int | None]:
    """A host and its port (None: not written) from "host:port", "host", "[v6]:port" or "[v6]"."""
    if "@" in text:
        raise ValueError("write HOST:PORT, without a user and a password")
    if text.startswith("["):
        address, bracket, rest = text[1:].partition("]")
        try:
            address = str(ipaddress.IPv6Address(address))
        except ValueError:
            bracket = ""
        if not bracket or rest[:1] not in {"", ":"}:
            raise ValueError("write an IPv6 address as [2001:db8::1]:2181")
        return address, _port(rest[1:]) if rest else None
    address, colon, port_text = text.partition(":")
    if ":" in port_text:
        raise ValueError("put an IPv6 address into brackets: [2001:db8::1]:2181")
    return host(address), _port(port_text) if colon else None


def host(text: str) -> str:
    """A host name or an IPv4 address."""
    if re.fullmatch(r"[0-9.]+", text):
        try:
            return str(ipaddress.IPv4Address(text))
        except ValueError:
            raise ValueError("an IPv4 address is of four numbers from 0 to 255, such as 10.0.0.1") from None
    if len(text) > 253 or not re.fullmatch(r"(?:[A-Za-z0-9_-]{1,63}\.)*[A-Za-z0-9_-]{1,63}\.?", text):
        raise ValueError("a host name is of letters (a to z), digits, - and .; an IPv6 address is in []")
    return text


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65535:
        raise ValueError("a port is a number from 1 to 65535")
    return int(text)


def http_url(text: str) -> str:
    """An absolute http or https URL with a host. Raises without showing any of it."""
    allowed = "write a URL such as https://example.com/path"
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(f"{allowed}; other characters are written as %XX")
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        raise ValueError(allowed) from None
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError(f"{allowed}: http:// or https://, and a host")
    if url.fragment:
        raise ValueError(f"{allowed}, without a #")
    host_port(url.netloc.rpartition("@")[2])
    return text


def admin_urls(text: str) -> tuple[str, ...]:
    """Where AdminServers are: one URL with {host} in it, one for each server, or () for "off"."""
    if text.strip().lower() in {"off", "no"}:
        return ()
    found = tuple(word.rstrip("/") for word in words(text))
    for word in found:
        url = http_url(word.replace("{host}", "host"))
        if "@" in url or "?" in url or set(word.replace("{host}", "")) & set("{}"):
            raise ValueError("write http://{host}:8080/commands or off: no user, no ? and no other braces")
    if not found or (len(found) > 1 and any("{host}" in word for word in found)):
        raise ValueError("write one URL with {host} in it, a URL for each of the servers, or off")
    return found


def patterns(text: str) -> tuple[str, ...]:
    """Shell patterns, none of them twice."""
    return tuple(dict.fromkeys(words(one_line(re.sub(r"\s+", " ", text)))))
