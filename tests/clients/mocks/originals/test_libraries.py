"""The libraries as data: the operation of each method is the one that the SDK's request has."""

from __future__ import annotations

import asyncio
import inspect
import sys
from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import pytest
from for_each import for_each
from tapping import FakeTraffic

from pytest_customerio.clients import registry
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.real_calls.unsent import Heard, NotSentError, at_work, nothing_leaves
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.payload import decode

customerio = pytest.importorskip("customerio")
async_customerio = pytest.importorskip("async_customerio")

CATALOG = Catalog.load()
# Arguments by the name of the parameter.
GIVEN: dict[str, Any] = {
    "primary_id_type": "id",
    "secondary_id_type": "id",
    "timestamp": 1764000000,
    "identifiers": {"id": "42"},
    "primary": {"id": "42"},
    "secondary": {"id": "43"},
    "object_identifiers": {"object_type_id": "1", "object_id": "7"},
    "cio_relationships": [{"identifiers": {"object_type_id": "1", "object_id": "7"}}],
    "relationships": [{"identifiers": {"object_type_id": "1", "object_id": "7"}}],
    "payload": [],
    "operations": [{}],
    "ids": ["42"],
    "customer_ids": ["42"],
    "object_type_id": "1",
    "filter": {"segment": {"id": 7}},
    "segment_id": 7,
    "data": {"size": "L"},
    "delivered": 1764000000,
}


class Traffic(FakeTraffic):
    """Hears what is not sent."""

    def hear(self, client: str, method: str, url: str) -> Any:
        again = at_work.get()
        return again.begin(client, method, url) if again is not None else None


@pytest.fixture
def known() -> Iterator[Known]:
    """The libraries, while their clients are heard."""
    stop = registry.install(Traffic())
    made = Known()
    for name in ("customerio", "async_customerio", "requests", "httpx"):
        if name in sys.modules:
            made.learn(BY_NAME[name])
    yield made
    stop()


def _clients(name: str) -> list[Any]:
    module, library = sys.modules[name], BY_NAME[name]
    return [getattr(module, cls)(*keys) for cls, keys in library.classes.items()]


def _message(library: str, path: str) -> Any:
    """What a method such as `send_in_app` is given: a `SendInAppRequest`."""
    name = f"{path.replace('_', '')}request"
    cls = next((value for one, value in vars(sys.modules[library]).items() if one.lower() == name), dict)
    return cls()


def _arguments(method: Any, message: Any) -> dict[str, Any]:
    parameters = inspect.signature(method).parameters.values()
    required = [
        one.name
        for one in parameters
        if one.default is one.empty and one.kind in (one.POSITIONAL_OR_KEYWORD, one.KEYWORD_ONLY)
    ]
    more = {"size": "L"} if any(one.kind is one.VAR_KEYWORD for one in parameters) else {}
    return more | {name: message if name == "request" else GIVEN.get(name, "42") for name in required}


@for_each(
    ("library", "path"),
    [(name, path) for name in ("customerio", "async_customerio") for path in BY_NAME[name].operations],
)
def test_the_operation_of_a_method(known: Known, library: str, path: str) -> None:
    """The method is called with what it requires, and the request that it makes is looked up in the catalogue."""
    client = next((one for one in _clients(library) if _has(one, path)), None)
    if client is None:
        pytest.skip(f"this release has no {path}")
    method = attrgetter(path)(client)
    heard = Heard()
    token = at_work.set(heard)
    with nothing_leaves(known):
        try:
            result = method(**_arguments(method, _message(library, path)))
            if inspect.iscoroutine(result):
                asyncio.run(result)
        except NotSentError:
            pass
    at_work.reset(token)
    (request,) = heard.requests
    found = CATALOG.match(request.method, request.url, decode(request.headers, request.body).value)
    assert found.operation is not None
    assert found.operation.id == BY_NAME[library].operations[path]


def _has(client: Any, path: str) -> bool:
    try:
        attrgetter(path)(client)
    except AttributeError:
        return False
    return True


def test_operations_of_the_cdp_sdk() -> None:
    """They are in the catalogue; a message travels in a batch, so that the method alone tells."""
    assert set(BY_NAME["customerio.analytics"].operations.values()) <= set(CATALOG.operations)
