"""[web] -> where zkdash listens and what it answers to."""

from __future__ import annotations

from . import values
from .ini import Document
from .model import WebConfig
from .reader import Reader

IN_WORDS = "anyone may look"


def web_config(document: Document) -> WebConfig:
    reader = Reader(document, "web")
    listen = reader.read("listen", values.listen) or ()
    hosts = reader.read("hosts", values.host_names) or ()
    without_sign_in = reader.read("without_sign_in", _without_sign_in)
    public_url = reader.read("public_url", _public_url) or ""
    reachable = [host for host, _ in listen if not values.is_loopback(host)]
    if reachable and without_sign_in is False:
        reader.mistake(
            "listen",
            f"{reachable[0]} is reached from other machines, and zkdash has no sign-in: everybody who gets there sees"
            f" all clusters. If that is meant, write in [web]: without_sign_in = {IN_WORDS}",
        )
    return WebConfig(listen=listen, hosts=hosts, without_sign_in=bool(without_sign_in), public_url=public_url)


def _without_sign_in(text: str) -> bool:
    if text and " ".join(text.lower().split()) != IN_WORDS:
        raise ValueError(f"leave it out, or write these very words: {IN_WORDS}")
    return bool(text)


def _public_url(text: str) -> str:
    if not text:
        return ""
    url = values.http_url(text)
    if "?" in url or "@" in url:
        raise ValueError("write a URL such as https://zkdash.example.com, without a user and without a ?")
    return url.rstrip("/")
