"""The options of TLS: which files, and whether they are what they should be."""

from __future__ import annotations

import ssl
from typing import Literal

from . import values
from .model import TlsConfig
from .reader import Reader


def tls_files(reader: Reader) -> TlsConfig:
    """What ca, cert, key and verify of a section say, tried out; mistakes are noted."""
    tls = read_tls(reader)
    for one, other in (("cert", "key"), ("key", "cert")):
        if reader.text(one) and not reader.text(other):
            reader.mistake(one, f"{one} needs {other} beside it")
            return tls
    _try(reader, tls)
    return tls


def read_tls(reader: Reader) -> TlsConfig:
    """What they say, and no more."""
    verify = reader.read("verify", values.yes_no)
    ca, cert, key = (reader.file(option) for option in ("ca", "cert", "key"))
    return TlsConfig(ca=ca, cert=cert, key=key, verify=verify is not False)


def _try(reader: Reader, tls: TlsConfig) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if tls.ca:
            context.load_verify_locations(cafile=tls.ca)
    except (ssl.SSLError, OSError, ValueError):
        reader.mistake("ca", "this is not a PEM file of certificates")
    if not tls.cert or not tls.key:
        return
    try:
        context.load_cert_chain(tls.cert, tls.key, password=_no_passphrase)
    except (ssl.SSLError, OSError, ValueError) as error:
        mismatch = isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH"
        reader.mistake(
            "cert",
            "this certificate and key do not belong together"
            if mismatch
            else "cert and key must be PEM files, a certificate and its key without a passphrase",
        )


def _no_passphrase() -> Literal[""]:
    return ""
