"""TLS to a cluster's servers, as the configuration says."""

from __future__ import annotations

import ssl

from zkdash.config import TlsConfig


def tls_context(config: TlsConfig) -> ssl.SSLContext:
    """A fresh context, so that renewed certificates are taken up. Reads files: not for the event loop."""
    context = ssl.create_default_context(cafile=config.ca)
    if not config.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if config.cert is not None and config.key is not None:
        context.load_cert_chain(config.cert, config.key)
    return context
