"""The line of a request in messages, and the paths of the API, by which identifiers are told from words of the API."""

from __future__ import annotations

from functools import cache

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.redact import safe_url


def request_line(operation: Operation | None, method: str, url: str) -> str:
    """Method and URL of a request, without credentials and without what may be an identifier."""
    return safe_url(operation, method, url, () if operation is not None else _paths())


@cache
def _paths() -> frozenset[str]:
    """The paths of all operations. They are data of the package, which does not change."""
    return frozenset(operation.path for operation in Catalog.load().operations.values())
