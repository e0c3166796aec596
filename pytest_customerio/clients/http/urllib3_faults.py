"""The errors of urllib3's connections: those of faults, and those of settings with which nothing can connect."""

from __future__ import annotations

import os
import re
import socket
import ssl
import sys
from collections.abc import Callable
from contextlib import closing
from functools import lru_cache
from typing import Any, NoReturn

from pytest_customerio.clients.hearing import note_tls
from pytest_customerio.clients.transport.faults import socket_error
from pytest_customerio.clients.transport.sockets import check_connecting, check_context, check_name, unconnected

# The names of certificates in a folder, as OpenSSL looks for them.
_CERTIFICATE = re.compile(r"[0-9a-f]{8}\.\d+")
_NO_ISSUER = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate"
_CHECKS = (ssl.CERT_NONE, ssl.CERT_OPTIONAL, ssl.CERT_REQUIRED)


def connect(pool: Any, conn: Any, limits: Any) -> None:
    """Raise what urllib3 raises where these settings prevent a connection; note whether certificates are checked."""
    __tracebackhide__ = True
    limits.start_connect()
    limit = limits.resolve_default_timeout(limits.connect_timeout)
    options = conn.socket_options
    usual = options is None or options == type(conn).default_socket_options
    try:
        check_connecting(limit, conn.source_address, None if usual else options, options_first=True)
    except OSError as error:
        # An address to connect from may be a name, which is looked up.
        make = _unresolved if isinstance(error, socket.gaierror) else _refused
        raise make(error, pool, conn, "", limits) from error
    if pool.scheme == "https":
        _check_tls(conn)


def _check_tls(conn: Any) -> None:
    __tracebackhide__ = True
    from urllib3.exceptions import SSLError
    from urllib3.util.ssl_ import resolve_cert_reqs

    required = resolve_cert_reqs(conn.cert_reqs)
    unchecked = required == ssl.CERT_NONE and not conn.assert_fingerprint
    note_tls(verified=not unchecked)
    name = (conn.server_hostname or conn.host).rstrip(".")
    if conn.server_hostname is not None:
        check_name(name)
    if conn.ssl_context is not None:
        check_context(conn.ssl_context, name)
    elif conn.ssl_version or conn.ssl_minimum_version or conn.ssl_maximum_version or required not in _CHECKS:
        check_context(_made_context(conn, required), name)
    authorities = (conn.ca_certs, conn.ca_cert_dir, conn.ca_cert_data)
    try:
        _read_files(authorities, conn.cert_file, conn.key_file, conn.key_password)
        if not unchecked:
            _check_folder(*authorities)
    except ssl.SSLError as error:
        raise SSLError(error)  # noqa: B904, without a cause, as urllib3 does
    if conn.assert_fingerprint:
        _check_fingerprint(conn.assert_fingerprint)


def _made_context(conn: Any, required: Any) -> ssl.SSLContext:
    """The context that urllib3 makes of settings that are not usual."""
    __tracebackhide__ = True
    from urllib3.util.ssl_ import create_urllib3_context, resolve_ssl_version

    versions = {
        "ssl_version": resolve_ssl_version(conn.ssl_version),
        "ssl_minimum_version": conn.ssl_minimum_version,
        "ssl_maximum_version": conn.ssl_maximum_version,
    }
    return create_urllib3_context(cert_reqs=required, **versions)


def _check_folder(file: Any, folder: Any, data: Any) -> None:
    """Raise what a handshake raises where certificates are looked for in this folder only, and it has none."""
    if not folder or file or data:
        return
    found = os.listdir(folder) if os.path.isdir(folder) else ()
    if not any(map(_CERTIFICATE.fullmatch, map(os.fsdecode, found))):
        raise ssl.SSLCertVerificationError(1, _NO_ISSUER)


def _check_fingerprint(fingerprint: Any) -> None:
    """Raise what urllib3 raises for a fingerprint that no certificate can have."""
    __tracebackhide__ = True
    from urllib3.exceptions import SSLError
    from urllib3.util.ssl_ import assert_fingerprint

    try:
        assert_fingerprint(b"", fingerprint)
    except SSLError as error:
        if "did not match" not in str(error):
            raise


@lru_cache(maxsize=64)
def _read_files(authorities: tuple[Any, ...], certificate: Any, key: Any, password: Any) -> None:
    """Have urllib3 read these files, once; a socket that is not connected makes no handshake."""
    __tracebackhide__ = True
    if not certificate and (not any(authorities) or authorities == (_certifi(), None, None)):
        return
    from urllib3.util.ssl_ import ssl_wrap_socket

    wrap: Any = ssl_wrap_socket
    options = dict(zip(("ca_certs", "ca_cert_dir", "ca_cert_data"), authorities, strict=True))
    with closing(unconnected()) as sock:
        wrap(sock, key, certificate, key_password=password, server_hostname="example.com", **options).close()


def _certifi() -> str | None:
    """The certificates that requests uses unless it is given others. They are whole, and take long to read."""
    certifi = sys.modules.get("certifi")
    return certifi.where() if certifi is not None else None


def fail(fault: str, pool: Any, conn: Any, url: str, limits: Any) -> NoReturn:
    """Raise the exception that urllib3 makes of a socket's error, in connecting or afterwards."""
    __tracebackhide__ = True
    error = socket_error(fault, secure=pool.scheme == "https")
    make = _FAULTS.get(fault)
    if make is None:
        raise error
    try:
        raise error
    except OSError:  # so that it is the context too, as where a socket raised it
        raise make(error, pool, conn, url, limits) from error


def limits_of(pool: Any, timeout: Any) -> Any:
    """The `Timeout` that a pool makes of a number, of None, of a `Timeout`, or of no value given."""
    from urllib3.util.timeout import Timeout

    if timeout is Timeout.DEFAULT_TIMEOUT:
        timeout = pool.timeout
    return timeout.clone() if isinstance(timeout, Timeout) else Timeout.from_float(timeout)


def _refused(error: OSError, pool: Any, conn: Any, url: str, limits: Any) -> BaseException:
    from urllib3.exceptions import NewConnectionError

    return NewConnectionError(conn, f"Failed to establish a new connection: {error}")


def _unresolved(error: OSError, pool: Any, conn: Any, url: str, limits: Any) -> BaseException:
    from urllib3.exceptions import NameResolutionError

    return NameResolutionError(conn.host, conn, error)  # type: ignore[arg-type]


def _unconnected(error: OSError, pool: Any, conn: Any, url: str, limits: Any) -> BaseException:
    from urllib3.exceptions import ConnectTimeoutError

    limit = limits.resolve_default_timeout(limits.connect_timeout)
    return ConnectTimeoutError(conn, f"Connection to {conn.host} timed out. (connect timeout={limit})")


def _insecure(error: OSError, pool: Any, conn: Any, url: str, limits: Any) -> BaseException:
    from urllib3.exceptions import SSLError

    return SSLError(error)


def _read_timeout(error: OSError, pool: Any, conn: Any, url: str, limits: Any) -> BaseException:
    from urllib3.exceptions import ReadTimeoutError

    return ReadTimeoutError(pool, url, f"Read timed out. (read timeout={limits.read_timeout})")


_FAULTS: dict[str, Callable[[OSError, Any, Any, str, Any], BaseException]] = {
    "connect-timeout": _unconnected,
    "connection-refused": _refused,
    "dns-failure": _unresolved,
    "tls-failure": _insecure,
    "read-timeout": _read_timeout,
}
