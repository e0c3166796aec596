"""A certificate authority, and a certificate for this machine, for Customer.io's hosts, and for a container."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path

import certifi
import trustme
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from pytest_customerio.tools.sandbox.arguments import CannotError

NAMES = ("localhost", "127.0.0.1", "::1", "customer.io", "*.customer.io", "*.inapp.customer.io", "host.docker.internal")
_RENEW = "remove both files to have new ones"


class AuthorityError(CannotError):
    """The certificate authority in a folder cannot be used, or a certificate made. The text says why."""


class Authority:
    """A certificate authority. Its files are in `folder`; with `keep` they are used again if they are there.

    `ca` holds the authority alone. `bundle` holds it together with the authorities that requests trusts, so that an
    application can still reach other hosts. Raises `AuthorityError`.
    """

    def __init__(self, folder: Path, names: Iterable[str] = (), *, keep: bool = False) -> None:
        self.ca, self.bundle = folder / "ca.pem", folder / "ca-bundle.pem"
        self._key = folder / "ca-key.pem"
        try:
            authority = self._read() if keep and (self.ca.exists() or self._key.exists()) else self._created(keep=keep)
            self.bundle.write_bytes(Path(certifi.where()).read_bytes() + b"\n" + authority.cert_pem.bytes())
        except (FileExistsError, NotADirectoryError):
            raise AuthorityError(f"{folder} is no folder: --ca names one for the certificate authority") from None
        except OSError as error:
            place = error.filename or folder
            raise AuthorityError(f"{place} cannot be used: {error.strerror}; name another folder with --ca") from None
        self._certificate = _issued(authority, names)

    def context(self) -> ssl.SSLContext:
        """The TLS context of the server."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        return context

    def _created(self, *, keep: bool) -> trustme.CA:
        authority = trustme.CA()
        self.ca.parent.mkdir(parents=True, exist_ok=True)
        if keep:
            # Whoever has the key can pretend to be any host for those who trust the authority.
            with os.fdopen(os.open(self._key, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(authority.private_key_pem.bytes())
        authority.cert_pem.write_to_path(self.ca)
        return authority

    def _read(self) -> trustme.CA:
        """The authority of an earlier run."""
        try:
            certificate, key = self.ca.read_bytes(), self._key.read_bytes()
            parsed = load_pem_x509_certificate(certificate)
            if load_pem_private_key(key, None).public_key() != parsed.public_key():
                raise ValueError("the key is of another certificate")
            until, authority = parsed.not_valid_after_utc, trustme.CA.from_pem(certificate, key)
        except FileNotFoundError as error:
            raise AuthorityError(f"{error.filename} is missing, and the other file is there: {_RENEW}") from None
        except ValueError as error:
            raise AuthorityError(f"{self.ca} and {self._key} are no certificate authority: {error}; {_RENEW}") from None
        if until < dt.datetime.now(dt.UTC):
            raise AuthorityError(f"{self.ca} was valid until {until:%Y-%m-%d}: {_RENEW}")
        return authority


def _issued(authority: trustme.CA, names: Iterable[str]) -> trustme.LeafCert:
    """A certificate for these names besides the usual ones, and for the name of this machine if it can have one."""
    try:
        certificate = authority.issue_cert(*dict.fromkeys((*NAMES, *names)))
    except ValueError as error:
        raise AuthorityError(f"no certificate can be made for {', '.join(names)}: {error}") from None
    with contextlib.suppress(ValueError):
        certificate = authority.issue_cert(*dict.fromkeys((*NAMES, *names, socket.gethostname())))
    return certificate
