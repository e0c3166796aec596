"""Answers that no cassette has: a success by its published type, and the answer to a call that is not published."""

from __future__ import annotations

import json

from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.model import Answer, Provenance

_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_REASONS = {200: "OK", 204: "No Content"}
# Where the answers of the table of routes come from.
BY_TYPE = Provenance(
    "synthetic",
    note="The type of the answer is published, its values are made up from the type.",
    evidence=("https://github.com/customerio/customerio-node/blob/main/lib/api.ts",),
)


def success_by_type(operation: str) -> Answer | None:
    """The success of an operation of the table of routes, by its published type; None for any other."""
    found = read_routes(data.schemas()).answer(operation)
    if found is None:
        return None
    if found.body is None:
        return Answer(found.status, _REASONS[found.status])
    return Answer(found.status, _REASONS[found.status], _JSON, _bytes(found.body))


def not_published(who: str) -> Answer:
    """The answer to a call that Customer.io may know without having published it: a 404 would be made up."""
    detail = f"{who} does not know this call; Customer.io may"
    return Answer(501, "Not Implemented", _JSON, _bytes({"errors": [{"detail": detail, "status": "501"}]}))


def _bytes(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
