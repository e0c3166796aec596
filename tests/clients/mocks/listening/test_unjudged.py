"""Calls that are counted, and not judged."""

from __future__ import annotations

from unittest.mock import patch

from hearing_mocks import Listening


def test_calls_that_are_counted(heard: Listening) -> None:
    """A request that is put together step by step, with what leads to Customer.io."""
    notes = heard.notes
    assert notes is not None
    with patch("http.client.HTTPSConnection") as made:
        made("track.customer.io").putrequest("POST", "/api/v1/customers/42/events")
        made("example.com").putrequest("POST", "/")
    assert sum(notes.unjudged.values()) == 1
