"""What one call of a mock is: its method, and where it leads."""

from __future__ import annotations

from types import SimpleNamespace

from pytest_customerio.clients.mocks.originals.calls import address, method_of
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Built, Role, Step


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
