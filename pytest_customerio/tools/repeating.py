"""Sends the request of a cassette to a target again: what has to be there before, and which key draws which case."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from pytest_customerio.cassettes.successes import SUCCESS
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.asking import NoKeyError, ask_operation
from pytest_customerio.tools.target import Target, made_up

# Why no target can be made to give an answer: by family, and by the name of the cassette.
_BY_FAMILY: Mapping[str, str] = {
    "403": "depends on the rights of a key",
    "429": "needs more requests than a sandbox should get",
    "5xx": "comes when it comes",
    "network": "no answer of Customer.io's",
    "3xx": "needs a workspace of the other region",
}
_BY_CASSETTE: Mapping[str, str] = {
    "200-empty": "no service in order answers so",
    "200-not-json": "no service in order answers so",
    "200-not-object": "no service in order answers so",
    "200-truncated-json": "no service in order answers so",
    "200-wrong-content-type": "no service in order answers so",
    "207-empty-errors": "no service in order answers so",
    "400-workspace-id-required": "needs a service account",
    "401-wrong-region": "needs a workspace of the other region",
}
_WRONG_TYPE = {"basic": "bearer", "bearer": "basic", "write-key": "bearer"}
# What the requests of the success cassettes look up, in the order in which it is created: operation, path, payload.
# A workspace of Customer.io gets the people only.
_PEOPLE: tuple[tuple[str, str, object], ...] = (
    ("track.identify", "/api/v1/customers/42", {"email": "ada@example.com", "plan": "basic"}),
    ("track.identify", "/api/v1/customers/43", {"email": "grace@example.com"}),
)
_OBJECT = {
    "type": "object",
    "action": "identify",
    "identifiers": {"object_type_id": "1", "object_id": "acme"},
    "attributes": {"name": "Acme"},
    "cio_relationships": [{"identifiers": {"id": "42"}}],
}
_SANDBOX_ONLY: tuple[tuple[str, str, object], ...] = (
    ("track_v2.object_identify", "/api/v2/entity", _OBJECT),
    ("track.add_to_segment", "/api/v1/segments/7/add_customers", {"ids": ["42"]}),
    *(("app.trigger_broadcast", "/v1/campaigns/12/triggers", {"ids": ["42"]}) for _ in range(3)),
)


def obstacle(cassette: str, family: str) -> str:
    """Why no target can be made to give the answer of this cassette; empty where one may."""
    return _BY_CASSETTE.get(cassette) or _BY_FAMILY.get(family, "")


def prepare(target: Target, catalog: Catalog, cassette: str) -> None:
    """Reset the target. For a success cassette also create what its requests look up. Raises `UnreachableError`."""
    target.reset()
    if cassette != SUCCESS:
        return
    for name, place, payload in (*_PEOPLE, *(_SANDBOX_ONLY if target.url else ())):
        with suppress(NoKeyError):
            ask_operation(target, catalog.operations[name], place, payload)


def repeat(request: WireRequest, target: Target, operation: Operation, cassette: str) -> Answer:
    """The target's answer to the request of a cassette. Raises `UnreachableError`."""
    parts = urlsplit(request.url)
    place = parts.path + (f"?{parts.query}" if parts.query else "")
    return target.ask(request, place, operation, authorization(cassette, target, operation))


def authorization(cassette: str, target: Target, operation: Operation) -> str | None:
    """The header that draws the case of a cassette: with an unknown key, a key of another API, or the right key."""
    if operation.auth == "none":
        return None
    if cassette == "401-unauthorized":
        return made_up(operation.auth)
    if cassette == "401-wrong-key-type":
        other = _WRONG_TYPE[operation.auth]
        return target.keys.authorization(other) or made_up(other)
    return target.keys.authorization(operation.auth)
