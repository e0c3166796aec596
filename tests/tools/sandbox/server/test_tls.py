"""The certificate authority of a sandbox."""

from __future__ import annotations

import ssl
from pathlib import Path

from pytest_customerio.tools.sandbox.server.tls import Authority


def test_the_authority(tmp_path: Path) -> None:
    """The bundle contains the usual authorities too; the certificate is valid for this machine and Customer.io."""
    authority = Authority(tmp_path, "sandbox.internal")
    assert authority.bundle.read_bytes().endswith(authority.ca.read_bytes())
    assert authority.bundle.stat().st_size > 100_000
    client = ssl.create_default_context(cafile=str(authority.ca))
    for name in ("localhost", "127.0.0.1", "track-eu.customer.io", "sandbox.internal"):
        arriving, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        talking = client.wrap_bio(arriving, leaving, server_hostname=name)
        listening = authority.context().wrap_bio(leaving, arriving, server_side=True)
        for side in (talking, listening, talking):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
        assert talking.getpeercert()
