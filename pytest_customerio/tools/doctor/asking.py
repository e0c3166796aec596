"""How a target is asked: the calls of the catalogue, with the target's own keys."""

from __future__ import annotations

from collections.abc import Callable
from json import dumps
from typing import Any
from urllib.parse import quote

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.tools.target import Target

# Asks one call: its operation's id, path and query, and payload. Raises `NoKeyError`.
Ask = Callable[[str, str, object], Answer]


class NoKeyError(Exception):
    """There is no key for this call; the text says which variable would hold it."""


def asking(target: Target, catalog: Catalog) -> Ask:
    """`Ask` for this target. Raises `UnreachableError` where it gives no answer."""

    def ask(operation_id: str, place: str, payload: object = None) -> Answer:
        operation = catalog.operations[operation_id]
        if why := target.missing(operation):
            raise NoKeyError(why)
        body = b"" if payload is None else dumps(payload).encode()
        headers = {"content-type": "application/json", "x-strict-mode": "1"} if body else {}
        request = WireRequest(operation.method, place, headers, body)
        return target.ask(request, place, operation, target.keys.authorization(operation.auth))

    return ask


def path(*parts: str) -> str:
    """A path of these parts, each encoded once."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def read(answer: Answer) -> Any:
    """The JSON of an answer; an empty object where it is none."""
    found = answer.payload.value
    return found if isinstance(found, dict) else {}
