"""What was done to the mock of a client, and to the real client after it."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest

from pytest_customerio.clients.mocks.originals.roles import Step
from pytest_customerio.clients.mocks.real_calls.client_setup import MOST, repeat, steps_of

requests = pytest.importorskip("requests")


def test_steps_of_a_client() -> None:
    """Attributes that were assigned, and calls that change headers and the like; on the client and in its block."""
    session = MagicMock()()
    session.auth = ("site", "key")
    session.verify = MagicMock()
    session.get("somewhere")
    with session as inner:
        inner.headers.update({"X-Own": "1"})
        inner.headers["X-More"] = "2"
        inner.params = MagicMock()
        inner.cookies = {"a": MagicMock()}
        inner.headers.update(MagicMock())
        inner.close()
    assert steps_of(inner.post) == (
        Step("auth", (("site", "key"),), assigned=True),
        Step("headers.update", ({"X-Own": "1"},)),
        Step("headers.__setitem__", ("X-More", "2")),
    )


def test_steps_are_bounded() -> None:
    """The first calls of a client are looked at."""
    session = MagicMock()
    for number in range(MOST + 10):
        session.headers.update(n=number)
    assert len(steps_of(session.post)) == MOST
    assert steps_of(session) == ()


def test_steps_are_repeated() -> None:
    """On a real client; what it refuses is left out."""
    session = requests.Session()
    repeat(
        [
            Step("auth", (("site", "key"),), assigned=True),
            Step("headers.update", ({"X-Own": "1"},)),
            Step("headers.update", (5,)),
            Step("nothing.at_all", ()),
        ],
        session,
    )
    assert session.auth == ("site", "key")
    assert session.headers["x-own"] == "1"
