"""The guards against requests of other origins."""

from __future__ import annotations

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import Response

from pytest_customerio.tools.sandbox.routes.guards import (
    Endpoint,
    is_local,
    is_local_origin,
    same_origin,
    same_site_form,
)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("localhost", True),
        ("cio.localhost:1", True),
        ("evil.example", False),
        ("[", False),
        ("", False),
    ],
)
def test_names_of_this_machine(host: str, local: bool) -> None:
    """Localhost and every IP address count as this machine, other names do not."""
    assert is_local(host) is local


async def endpoint(request: Request) -> Response:
    """An endpoint that answers every request."""
    return Response("answered")


def status(guarded: Endpoint, **headers: str) -> int:
    """The status of the answer to a request with these headers."""
    listed = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return asyncio.run(guarded(Request({"type": "http", "headers": listed}))).status_code


@pytest.mark.parametrize(
    ("headers", "loopback", "expected"),
    [
        ({"host": "localhost:1"}, True, 200),
        ({"host": "localhost:1", "origin": "http://localhost:1"}, True, 200),
        ({"host": "localhost:1", "origin": "http://evil.example"}, True, 403),
        ({"host": "evil.example"}, True, 403),
        ({"host": "sandbox"}, False, 200),
        ({"host": "sandbox", "origin": "null"}, False, 403),
        ({"host": "", "origin": "null"}, False, 403),
        ({"host": "localhost:1", "origin": "http://["}, True, 403),
    ],
)
def test_same_origin(headers: dict[str, str], loopback: bool, expected: int) -> None:
    """A request of another origin is refused; with `loopback` also one with another host name."""
    assert status(same_origin(endpoint, loopback=loopback), **headers) == expected


@pytest.mark.parametrize(("site", "expected"), [("same-origin", 200), ("none", 200), ("cross-site", 403)])
def test_same_site_form(site: str, expected: int) -> None:
    """A form is accepted from the page itself, and from a client that does not say where it came from."""
    assert status(same_site_form(endpoint), sec_fetch_site=site) == expected
    assert status(same_site_form(endpoint)) == 200


@pytest.mark.parametrize(
    ("origin", "local"),
    [
        ("http://localhost:3000", True),
        ("http://127.0.0.1", True),
        ("https://evil.example", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_pages_of_this_machine(origin: str, local: bool) -> None:
    """A page that this machine serves is local; a page without an origin may come from anywhere."""
    assert is_local_origin(origin) is local
