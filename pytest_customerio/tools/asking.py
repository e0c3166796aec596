"""Asks a target: opens it under the network guard, and calls operations of the catalogue with the target's own keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from json import dumps
from urllib.parse import quote

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.operation import Operation
from pytest_customerio.process import guard
from pytest_customerio.tools.target import Target, TargetError, open_target

# Calls one operation: its id, path with query, and payload. Raises `NoKeyError` and `UnreachableError`.
Call = Callable[[str, str, object], Answer]


class NoKeyError(Exception):
    """The target has no key for this operation. The text names the variable that would hold it."""


@contextmanager
def open_guarded(environ: Mapping[str, str], catalog: Catalog, given: str | None) -> Iterator[Target]:
    """Open the target that `given` or the environment names. Raises `TargetError`.

    Until it is closed, the guard refuses every other connection to Customer.io.
    """
    disarm = guard.arm(catalog, lambda address: TargetError(f"{address}: refused, it is not the target"))
    try:
        with open_target(environ, catalog, given) as target:
            yield target
    finally:
        disarm()


def caller(target: Target, catalog: Catalog) -> Call:
    """A `Call` that asks this target."""

    def call(operation_id: str, place: str, payload: object = None) -> Answer:
        return ask_operation(target, catalog.operations[operation_id], place, payload)

    return call


def ask_operation(target: Target, operation: Operation, place: str, payload: object = None) -> Answer:
    """What the target answers to one call with its own key; `place` is path and query, None stands for no payload.

    Raises `NoKeyError` and `UnreachableError`.
    """
    if why := target.missing(operation):
        raise NoKeyError(why)
    body = b"" if payload is None else dumps(payload).encode()
    headers = {"content-type": "application/json", "x-strict-mode": "1"} if body else {}
    request = WireRequest(operation.method, place, headers, body)
    return target.ask(request, place, operation, target.keys.authorization(operation.auth))


def path(*parts: str) -> str:
    """A path of these parts, each percent-encoded once."""
    return "/" + "/".join(quote(part, safe="") for part in parts)
