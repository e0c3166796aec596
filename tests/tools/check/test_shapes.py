"""The operation of a payload is told by its members, where they tell it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.check.shapes import Shapes, request_in

CATALOG = Catalog.load()
SHAPES = Shapes(CATALOG)
ENTITY = {"type": "person", "action": "event", "identifiers": {"id": "1"}, "name": "x"}
CALL = {"type": "track", "userId": "1", "event": "x"}


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (ENTITY, "entities"),
        ({"type": "persn", "action": "event", "identifiers": {}}, "entities"),
        ({"type": "person", "identifiers": {}}, "entities"),
        ({"type": "object", "action": "evnt"}, "entities"),
        ({"type": "click", "action": "opened"}, []),
        ({"type": 3, "action": []}, []),
        (CALL, ["pipelines.track"]),
        ({"type": "alias", "previousId": "a"}, ["pipelines.alias"]),
        ({"type": "page", "name": "https://example.com", "data": {}}, []),
        ({"type": "trck", "userId": "1"}, []),
        ({"batch": [1, ENTITY]}, ["track_v2.batch"]),
        ({"batch": [{}, CALL]}, ["pipelines.batch"]),
        ({"batch": []}, []),
        ({"batch": {"type": "track"}}, []),
        ({"name": "signed_up", "data": {}}, []),
        ({}, []),
    ],
)
def test_operations(value: dict[str, Any], names: list[str] | str) -> None:
    """Track v2, Pipelines and batches of both are known by their shape; a payload of Track v1 or of the App API is not."""
    found = SHAPES.operations(value)
    assert found == CATALOG.entities if names == "entities" else [one.id for one in found] == names


def test_requests() -> None:
    """An entry is a request if it has a method and a URL, or a member `request` that has them."""
    request = {"method": "POST", "url": "https://track.customer.io/"}
    assert request_in(request) == request
    assert request_in({"request": {"method": "GET", "uri": "x"}}) == {"method": "GET", "uri": "x"}
    for other in ({}, {"method": "POST"}, {"method": 1, "url": "x"}, {"request": []}, {"request": {"url": "x"}}):
        assert request_in(other) is None
