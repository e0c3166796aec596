"""Advice for one client or SDK."""

from __future__ import annotations

import pytest

from pytest_customerio.reporting.sentences.client_advice import client_advice, clients, sources

REDIRECT = "301-region-redirect"


@pytest.mark.parametrize(
    ("client", "agent", "start"),
    [
        ("requests", "python-requests/2.34.2", "with requests: pass allow_redirects=False"),
        ("requests", "Customer.io Python Client/3.2.0", "with the SDK customerio (2.4 and 3.x): it follows"),
        ("requests", "analytics-python/1.1.0", "with customerio-cdp-analytics: "),
        ("httpx", "async-customerio/2.18.0", "with async-customerio: it follows nothing"),
        ("httpx", "shop/1.0", "with httpx: "),
        ("httpx2", "", "with httpx2: "),
        ("aiohttp", "Python/3.11 aiohttp/3.14.5", "with aiohttp: "),
        ("urllib3", "", "with urllib3: pass redirect=False"),
        ("http.client", "Python-urllib/3.11", "with http.client: "),
    ],
)
def test_the_client_and_its_sdk(client: str, agent: str, start: str) -> None:
    """The User-Agent header tells the SDK that uses a client."""
    assert client_advice(REDIRECT, client, agent).startswith(start)


def test_where_there_is_none() -> None:
    """A client that is not known, or a case that is the same for all clients, has no advice of its own."""
    assert client_advice(REDIRECT, "network", "") == ""
    assert client_advice("401-unauthorized", "requests", "") == ""
    assert (clients("401-unauthorized"), sources("401-unauthorized")) == ({}, ())


def test_the_clients_and_the_sources() -> None:
    """The sources are no client."""
    assert "source" not in clients(REDIRECT)
    assert all(one.startswith("https://") for one in sources(REDIRECT))
