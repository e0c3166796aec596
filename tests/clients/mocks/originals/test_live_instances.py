"""The instances that the application built, as long as it has them."""

from __future__ import annotations

from types import SimpleNamespace

from pytest_customerio.clients.mocks.originals.live_instances import LiveInstances, base_url


class Client:
    def __init__(self, base_url: str = "") -> None:
        self.base_url = base_url


def test_the_only_one() -> None:
    """The one there is, any where all have the same settings, none where they differ; those that are gone do not count."""
    live = LiveInstances()
    assert live.only(Client) is None
    first = Client("https://track.customer.io")
    live.add(first)
    assert live.only(Client) is first
    second = Client("https://track.customer.io")
    live.add(second)
    assert live.only(Client) in (first, second)
    other = Client()
    live.add(other)
    assert live.only(Client) is None
    del other
    assert live.only(Client) in (first, second)


def test_a_release_whose_instances_allow_no_weak_reference() -> None:
    """They are not known."""
    live = LiveInstances()
    live.add(object())
    assert live.only(object) is None


def test_the_base_of_a_relative_url() -> None:
    """It is certain where one base URL is there, and it concerns us."""
    live = LiveInstances()
    first, other, none = Client("https://track.customer.io"), Client("https://example.com"), Client()
    live.add(none)
    assert live.based_on(Client, bool) is None
    live.add(first)
    assert live.based_on(Client, lambda url: "customer.io" in url) is first
    assert live.based_on(Client, lambda url: "example" in url) is None
    live.add(other)
    assert live.based_on(Client, bool) is None
    assert live.has_base(lambda url: "example" in url)
    assert not live.has_base(lambda url: "example.org" in url)


def test_a_connection_of_http_client() -> None:
    """Its scheme follows from its default port; aiohttp keeps a base URL under a private name."""
    assert base_url(SimpleNamespace(default_port=443, host="a.b", port=443)) == "https://a.b:443"
    assert base_url(SimpleNamespace(default_port=80, host="a.b", port=8000)) == "http://a.b:8000"
    assert base_url(SimpleNamespace(_base_url="https://a.b")) == "https://a.b"
    assert base_url(None) == ""
