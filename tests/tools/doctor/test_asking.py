"""How a target is asked: with its own keys, each part of a path encoded once."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer
from pytest_customerio.tools.doctor.asking import NoKeyError, asking, path, read
from pytest_customerio.tools.target import Keys, Target


def test_no_key() -> None:
    """Told before anything is sent, with the variable that would hold it."""
    target = Target("sandbox", "a sandbox", "us", Keys("site", "track"), "http://127.0.0.1:9")
    with pytest.raises(NoKeyError, match="no key for it: set "):
        asking(target, Catalog.load())("app.list_segments", "/v1/segments", None)


def test_paths() -> None:
    """Whatever stands in them."""
    assert path("v1", "a/b c", "ü+@") == "/v1/a%2Fb%20c/%C3%BC%2B%40"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"[" * 100_000, b"\xff"])
def test_answers_that_are_no_object(body: bytes) -> None:
    """Say nothing."""
    assert read(Answer(200, "OK", (), body)) == {}
    assert read(Answer(200, "OK", (), b'{"a": 1}')) == {"a": 1}
