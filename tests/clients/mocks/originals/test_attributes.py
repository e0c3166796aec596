"""What stands in the attributes of the libraries now."""

from __future__ import annotations

import pytest
import requests

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME


@pytest.fixture
def known() -> Known:
    known = Known()
    for name in ("requests", "urllib.request"):  # of the second, one function is public
        known.learn(BY_NAME[name])
    return known


def test_what_is_replaced(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """Owner, name and original; nothing stands in the place of what was deleted."""
    post = requests.post
    assert list(known.attributes.replaced()) == []
    monkeypatch.setattr(requests, "post", len)
    assert list(known.attributes.replaced()) == [(requests, "post", post)]
    monkeypatch.delattr(requests, "put")
    assert list(known.attributes.replaced()) == [(requests, "post", post)]
