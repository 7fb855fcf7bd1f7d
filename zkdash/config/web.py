"""[web] -> where zkdash listens and what it answers to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

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
    base_path = reader.read("base_path", _base_path) or ""
    if public_url and base_path and urlsplit(public_url).path != base_path:
        reader.mistake("public_url", f"it ends in base_path: write https://zkdash.example.com{base_path}")
    reachable = [host for host, _ in listen if not values.is_loopback(host)]
    signed_in = document.values.get("access", {}).get("sign_in", "none") != "none"
    if signed_in and without_sign_in:
        reader.mistake("without_sign_in", "leave it out: with [access] sign_in people sign in")
    if reachable and without_sign_in is False and not signed_in:
        reader.mistake(
            "listen",
            f"{reachable[0]} is reached from other machines, and zkdash has no sign-in: everybody who gets there sees"
            f" all clusters. Set [access] sign_in, or if that is meant, write in [web]: without_sign_in = {IN_WORDS}",
        )
    return WebConfig(
        listen=listen,
        hosts=hosts,
        without_sign_in=bool(without_sign_in),
        public_url=public_url,
        base_path=base_path,
        components=bool(reader.read("components", values.yes_no)),
    )


def _without_sign_in(text: str) -> bool:
    if text and " ".join(text.lower().split()) != IN_WORDS:
        raise ValueError(f"leave it out, or write these very words: {IN_WORDS}")
    return bool(text)


def _base_path(text: str) -> str:
    path = text.rstrip("/")
    if path and not re.fullmatch(r"(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+", path):
        raise ValueError("write a path such as /zkdash, of letters (a to z), digits, -, _ and .")
    return path


def _public_url(text: str) -> str:
    if not text:
        return ""
    url = values.http_url(text)
    if "?" in url or "@" in url:
        raise ValueError("write a URL such as https://zkdash.example.com, without a user and without a ?")
    return url.rstrip("/")
