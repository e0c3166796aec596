"""What one call of a mock is: its method, whether it reads an attribute, whether it calls the real thing."""

from __future__ import annotations

from types import SimpleNamespace
from unittest import mock

import pytest

from pytest_customerio.clients.mocks.originals.calls import address, calls_through, is_property, method_of
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Built, Role, Step

requests = pytest.importorskip("requests")


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


def test_what_calls_the_real_thing() -> None:
    """A mock that wraps something and has no answer of its own; a side effect that wraps a known function."""
    known = Known()
    known.learn(BY_NAME["requests"])

    def spied() -> None:
        """As the side effect of `mocker.spy`."""

    spied.__wrapped__ = requests.post  # type: ignore[attr-defined]
    assert calls_through(mock.Mock(wraps=requests.post), known)
    assert calls_through(mock.Mock(side_effect=spied), known)
    assert calls_through(mock.Mock(side_effect=requests.post), known)
    assert calls_through(mock.AsyncMock(side_effect=requests.Session().post), known)
    assert not calls_through(mock.Mock(side_effect=address), known)
    assert not calls_through(mock.Mock(wraps=requests.post, return_value=1), known)
    assert not calls_through(mock.Mock(wraps=mock.Mock()), known)
    assert not calls_through(mock.Mock(side_effect=ValueError), known)
    assert not calls_through(spied, known)


def test_what_is_called_when_an_attribute_is_read() -> None:
    """A `PropertyMock`, of all mocks; a function is none."""
    assert is_property(mock.PropertyMock())
    assert not any(map(is_property, (mock.Mock(), mock.AsyncMock(), mock.MagicMock(), is_property)))
