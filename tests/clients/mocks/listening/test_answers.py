"""Answers of mocks and fakes: what they refuse, and what the real thing does."""

from __future__ import annotations

from contextlib import suppress
from unittest.mock import patch

import pytest
from hearing_mocks import Listening

from pytest_customerio.clients.sent import Watched

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")

KEYS = ("site-1234", "key-12345")


def test_what_a_mock_refuses(heard: Listening) -> None:
    """A TypeError of the mock's signature is a refusal; one of a side effect, or of another function, is none."""
    with (
        patch.object(customerio.CustomerIO, "track", autospec=True, side_effect=TypeError),
        patch("customerio.APIClient", autospec=True),
        patch("requests.post", autospec=True),
        patch("customerio.CustomerIO.identify", side_effect=TypeError),
    ):
        client = customerio.CustomerIO(*KEYS)
        for refused in (
            lambda: client.track("42", "x"),
            lambda: client.track(foo=1),
            lambda: client.identify("42"),
            lambda: customerio.APIClient("app-key").send_email(),
            lambda: requests.post(),
        ):
            with suppress(TypeError):  # pytest.raises would declare it
                refused()
    assert heard.notes is not None
    calls, refusals = heard.notes.take()
    assert [one.role.name for one in calls] == ["track", "identify", "APIClient"]
    assert [one.label.rpartition(".")[2] for one in refusals] == ["track", "send_email"]


def test_only_an_sdk_refuses(heard: Listening) -> None:
    """While a case is at work, what a client raises is an error of the network; what an SDK raises is a refusal."""
    for function, refused in ((requests.post, False), (customerio.CustomerIO.track, True)):
        role = heard.listener.known.role(function)
        assert role is not None
        heard.listener._answers._refuse(role, (), {}, Watched(None), ValueError("no"))
        assert heard.notes is not None
        assert heard.notes.refused == refused
