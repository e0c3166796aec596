"""What one call of a mock is: its method, and where it leads."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from rude import RudeClass

from pytest_customerio.clients.mocks.originals.calls import address, method_of, url_of
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import AIOHTTP, BY_NAME, CDP
from pytest_customerio.clients.mocks.originals.roles import Built, Role, Step

requests = pytest.importorskip("requests")
httpx = pytest.importorskip("httpx")

URL = "https://track.customer.io/api/v1/customers/42/events"


def role(name: str, instance: object = None) -> Role:
    return Role("function", None, f"httpx.{name}", BY_NAME["httpx"], instance=instance)


def test_the_method_of_a_request() -> None:
    """The name of the function, an argument by place or by name, or that of a request."""
    request = SimpleNamespace(method="put")
    assert method_of(role("post"), ("https://example.com",), {}) == "POST"
    assert method_of(role("request"), ("delete", "https://example.com"), {}) == "DELETE"
    assert method_of(role("request"), (), {"method": "patch"}) == "PATCH"
    assert method_of(role("send"), (request,), {}) == "PUT"
    assert method_of(role("send"), (object(),), {}) == ""


def test_a_relative_url() -> None:
    """It belongs to the base URL that the client was given, at last."""
    base = "https://track.customer.io/api/v1"
    built = Built(
        (), {"base_url": "https://example.com"}, (Step("auth", (1,)), Step("base_url", (base,), assigned=True))
    )
    assert address(role("post", built), ("customers",), {}) == f"{base}/customers"
    assert address(role("post", SimpleNamespace(base_url=base + "/")), ("customers",), {}) == f"{base}/customers"
    assert address(role("post", SimpleNamespace(_base_url=None)), ("customers",), {}) == "customers"


def test_where_a_call_leads() -> None:
    """By place or by name, a text or an object; nothing where there is none."""
    function = Known()
    function.learn(BY_NAME["requests"])
    post, request = function.role(requests.post), function.role(requests.request)
    assert post is not None
    assert request is not None
    assert address(post, (URL,), {}) == URL
    assert address(request, ("POST", URL), {}) == URL
    assert address(request, ("POST",), {"url": URL}) == URL
    assert address(post, (httpx.URL(URL),), {}) == URL
    assert address(post, (), {}) == ""
    assert address(post, (MagicMock(),), {}) == ""
    assert CDP.sdk
    assert not AIOHTTP.sdk


def test_an_address_whose_methods_raise() -> None:
    """It is none, and the application does not meet the exception."""
    assert url_of(role("post"), (RudeClass(),), {}) == ""
