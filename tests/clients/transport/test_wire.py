"""Destinations and headers are read as simple values."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
import requests.structures
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.clients.transport.wire import destination, origin, plain_headers


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://track.customer.io/api", ("track.customer.io", None)),
        ("https://track.customer.io", ("track.customer.io", None)),
        ("HTTP://Track.Customer.IO:8443/x?y=http://a", ("Track.Customer.IO", 8443)),
        ("https://site:k@y@track.customer.io:1/x", ("track.customer.io", 1)),
        ("https://track.customer.io?x", ("track.customer.io", None)),
        ("https://track.customer.io#x", ("track.customer.io", None)),
        ("https://track.customer.io\\@evil.example", ("track.customer.io", None)),
        ("https://evil.example#@track.customer.io", ("evil.example", None)),
        ("http://[::1]:8123/x", ("::1", 8123)),
        ("http://[::1]/x", ("::1", None)),
        ("http://host:/x", ("host", None)),
        ("http://host:port/x", ("host", None)),
        ("http://host:999999/x", ("host", None)),
        ("http://host:" + "1" * 5000, ("host", None)),
        ("http://host:²/x", ("host", None)),
        ("http:///x", ("", None)),
        ("/api", ("", None)),
        ("", ("", None)),
        (None, ("", None)),
        (b"https://track.customer.io", ("", None)),
        (Text("https://track.customer.io:1"), ("track.customer.io", 1)),
    ],
)
def test_destination(url: object, expected: tuple[str, int | None]) -> None:
    """Host and port of each URL are those that a client would use."""
    assert destination(url) == expected


@given(host=st.from_regex(r"[a-z]{1,9}(\.[a-z]{1,5}){0,2}", fullmatch=True), port=st.none() | st.integers(1, 65535))
def test_the_standard_library_agrees(host: str, port: int | None) -> None:
    """A URL of any host and port gives what `urllib` gives."""
    url = origin("https", host, port) + "/x"
    parts = urlsplit(url)
    assert destination(url) == (parts.hostname, parts.port)


@given(text=st.text())
def test_any_text_has_a_destination(text: str) -> None:
    """No text raises an exception."""
    destination(text)
    destination("https://" + text)


@pytest.mark.parametrize(
    ("scheme", "host", "port", "expected"),
    [
        ("https", "a", 443, "https://a"),
        ("http", "a", 80, "http://a"),
        ("http", "a", 443, "http://a:443"),
        ("https", "a", None, "https://a"),
        ("http", "::1", 8123, "http://[::1]:8123"),
        ("http", "[::1]", 80, "http://[::1]"),
    ],
)
def test_origin(scheme: str, host: str, port: int | None, expected: str) -> None:
    """The usual port is left out, and an IPv6 address has brackets."""
    assert origin(scheme, host, port) == expected


def test_headers() -> None:
    """From every kind of mapping: names in lower case, values as text, and no value lost."""
    assert plain_headers(None) == {}
    assert plain_headers({"A": "1", b"B": b"\xe9", "a": 2}) == {"a": "1, 2", "b": "é"}
    assert plain_headers(requests.structures.CaseInsensitiveDict({"A": "1", "B": b"2"})) == {"a": "1", "b": "2"}
