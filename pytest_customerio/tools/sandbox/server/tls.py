"""A certificate authority that nobody else has, and a certificate of this machine and of Customer.io's names."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi
import trustme

NAMES = ("localhost", "127.0.0.1", "::1", "customer.io", "*.customer.io")


class Authority:
    """Made anew for each sandbox; its files lie in `folder`.

    `bundle` holds it beside the authorities that requests knows, so that other hosts stay trusted.
    """

    def __init__(self, folder: Path, host: str = "localhost") -> None:
        authority = trustme.CA()
        self._leaf = authority.issue_cert(*dict.fromkeys((*NAMES, host)))
        self.ca, self.bundle = folder / "ca.pem", folder / "ca-bundle.pem"
        authority.cert_pem.write_to_path(self.ca)
        self.bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority.cert_pem.bytes())

    def context(self) -> ssl.SSLContext:
        """For the server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._leaf.configure_cert(context)
        return context
