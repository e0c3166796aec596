"""Refuses requests from web pages of other origins, which a browser sends without asking its user."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from pytest_customerio.tools.sandbox.routes.json_response import SandboxJson

OTHER_ORIGIN = "this is a sandbox of another origin"
Endpoint = Callable[[Request], Awaitable[Response]]


def same_origin(endpoint: Endpoint, *, loopback: bool) -> Endpoint:
    """The endpoint without requests of another origin.

    `loopback` also refuses a Host header that does not name this machine: a page elsewhere may have a host name that
    was made to resolve to this machine.
    """

    async def guarded(request: Request) -> Response:
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        foreign = origin is not None and (_authority(origin) != host or not host)
        if foreign or (loopback and not is_local(host)):
            return SandboxJson({"error": OTHER_ORIGIN}, 403)
        return await endpoint(request)

    return guarded


def same_site_form(endpoint: Endpoint) -> Endpoint:
    """The endpoint without forms of another site. Browsers say in Sec-Fetch-Site where a form came from."""

    async def guarded(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return Response("this form came from another origin\n", 403, media_type="text/plain")
        return await endpoint(request)

    return guarded


def is_local(host: str) -> bool:
    """Whether a Host header names this machine. Every IP address counts, because no name was resolved for it."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:  # brackets that hold no address
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return True


def is_local_origin(origin: str) -> bool:
    """Whether an Origin header names a page of this machine; a page without an origin of its own sends `null`."""
    return is_local(_authority(origin))


def _authority(origin: str) -> str:
    """Host and port of an Origin header, as in a Host header; empty where it has none or cannot be read."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
