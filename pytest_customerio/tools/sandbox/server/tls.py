"""A certificate authority for one sandbox, and a certificate for this machine and the host names of Customer.io."""

from __future__ import annotations

import ssl
from pathlib import Path

import certifi
import trustme

NAMES = ("localhost", "127.0.0.1", "::1", "customer.io", "*.customer.io")


class Authority:
    """A certificate authority, created for each sandbox. Its files are in `folder`.

    `ca` holds the authority alone. `bundle` holds it together with the authorities that requests trusts, so that an
    application can still reach other hosts.
    """

    def __init__(self, folder: Path, host: str = "localhost") -> None:
        authority = trustme.CA()
        self._certificate = authority.issue_cert(*dict.fromkeys((*NAMES, host)))
        self.ca, self.bundle = folder / "ca.pem", folder / "ca-bundle.pem"
        authority.cert_pem.write_to_path(self.ca)
        self.bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority.cert_pem.bytes())

    def context(self) -> ssl.SSLContext:
        """The TLS context of the server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        return context
