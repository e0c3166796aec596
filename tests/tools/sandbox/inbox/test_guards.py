"""TODO."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.inbox.guards import is_local


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("localhost", True),
        ("cio.localhost:1", True),
        ("evil.example", False),
        ("", False),
    ],
)
def test_names_of_this_machine(host: str, local: bool) -> None:
    """And addresses: no name was looked up for them."""
    assert is_local(host) is local
