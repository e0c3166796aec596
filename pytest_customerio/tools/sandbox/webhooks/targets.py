"""Where a webhook may go: to this machine, and to the hosts that the user named."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from pytest_customerio.tools.sandbox.arguments import CannotError

_ALLOW = "allow it with --allow-webhook-host {}"
_PORTS = {"http": 80, "https": 443}


class TargetError(CannotError):
    """The sandbox does not post to this URL. The text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of a URL. `authority` is the value of the header Host, `path` the path with the query."""

    scheme: str
    host: str
    port: int
    authority: str
    path: str


def parse_target(url: str) -> Target:
    """The parts of a URL. Raises `TargetError`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in _PORTS or not host or not url.isascii() or any(each <= " " for each in url):
        raise TargetError(f"{url!r} is no address of a webhook, such as http://127.0.0.1:5000/webhooks/customerio")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _PORTS[parts.scheme], parts.netloc.rpartition("@")[2], path)


def check_target(url: str, allowed: Collection[str]) -> None:
    """Raises `TargetError` for an address to which the sandbox would not post."""
    target = parse_target(url)
    try:
        addresses(target, allowed)
    except OSError:
        if not _is_allowed(target, allowed):
            raise TargetError(f"{target.host} has no address; {_ALLOW.format(target.host)}") from None


def doubt(url: str, allowed: Collection[str]) -> str:
    """Why the sandbox may not post to this URL, as far as the URL itself says; nothing if it may.

    No name is resolved, because that may take long.
    """
    try:
        target = parse_target(url)
    except TargetError as error:
        return f"never posted: {error}"
    if target.host == "localhost" or _is_allowed(target, allowed):
        return ""
    try:
        if _is_loopback(target.host):
            return ""
        why = f": {target.host} is another machine"
    except ValueError:  # it is a name
        why = f" unless {target.host} is a name of this machine"
    return f"never posted{why}; {_ALLOW.format(target.host)}"


def addresses(target: Target, allowed: Collection[str]) -> list[str]:
    """The IP addresses of a target. Raises `TargetError` where it is elsewhere and not allowed, and `OSError`."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)]
    if not (_is_allowed(target, allowed) or all(map(_is_loopback, found))):
        raise TargetError(f"not sent: {target.host} is another machine; {_ALLOW.format(target.host)}")
    return list(dict.fromkeys(found))


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def _is_allowed(target: Target, allowed: Collection[str]) -> bool:
    return target.host.casefold() in {each.casefold() for each in allowed}
