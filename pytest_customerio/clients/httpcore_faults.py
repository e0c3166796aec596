"""What httpcore, and what is built like it, makes of a fault of the network."""

from __future__ import annotations

from typing import Any

from pytest_customerio.clients.faults import socket_error

# What the client raises for what the socket raised beneath it.
_FAULTS = {
    "connect-timeout": "ConnectTimeout",
    "connection-refused": "ConnectError",
    "dns-failure": "ConnectError",
    "tls-failure": "ConnectError",
    "connection-reset": "ReadError",
    "accepted-then-reset": "ReadError",
    "read-timeout": "ReadTimeout",
}


def failure(core: Any, fault: str, *, secure: bool, said: bool) -> Exception:
    """The exception that a client meets, with the socket's beneath it; `secure` tells whether it speaks TLS.

    `said` tells whether this httpcore's network puts the socket's own words into its errors.
    """
    cause = _cause(fault, secure=secure) if said else _silent_cause(fault)
    error: Exception = getattr(core, _FAULTS[fault])(cause)
    error.__cause__ = cause
    return error


def _cause(fault: str, *, secure: bool) -> OSError:
    """What a blocking socket says; TLS has its own words for a timeout."""
    if secure and fault == "read-timeout":
        return TimeoutError("The read operation timed out")
    return socket_error(fault)


def _silent_cause(fault: str) -> OSError:
    """What anyio says: little, where it is the one that raises."""
    error = socket_error(fault)
    if fault in ("dns-failure", "tls-failure"):
        return error
    if fault != "connection-refused":
        return type(error)()
    failed = OSError("All connection attempts failed")
    failed.__cause__ = error
    return failed
