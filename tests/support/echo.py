"""A target that answers with what it was sent, and recordings of requests to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.tools.record.new_recordings import NewRecording
from pytest_customerio.tools.target import Keys, Target

CATALOG = Catalog.load()
URL = "https://track.customer.io/api/v1/customers/{}"
APP = "https://api.customer.io/v1/customers/{}/attributes?id_type=id"
HEADERS = {"authorization": "Basic dGhlaXJzOnNlY3JldC00NzEx", "content-type": "application/json"}
TOKEN = {"authorization": "Bearer secret-4711"}


class Echo(Target):
    """A target that answers with what it was sent."""

    def ask(self, request: WireRequest, place: str, operation: Any, authorization: str | None) -> Answer:
        said = {
            "who": place.partition("/customers/")[2].partition("/")[0],
            "sent": json.loads(request.body or b"null"),
            "number": 4711,
            "number_id": 4711,
            "authorization": bool(authorization),
        }
        headers = (("Content-Type", "application/json"), ("X-Sandbox-Source", "observed"), ("Date", "today"))
        return Answer(200, "OK", headers, json.dumps(said).encode())


TARGET = Echo("sandbox", "an echo", "us", Keys("site-id-1", "track-key-1", "app-key-1"), "http://echo.invalid")


def put(who: str = "jane", **attributes: Any) -> WireRequest:
    return WireRequest("PUT", URL.format(who), HEADERS, json.dumps(attributes).encode())


def look(who: str = "jane") -> WireRequest:
    return WireRequest("GET", APP.format(who), TOKEN, b"")


def recorded(folder: Path, *requests: WireRequest) -> Path:
    """A file with what these requests drew."""
    recording = NewRecording(folder / "one.yaml", "test_app.py::test_one", CATALOG, TARGET)
    for request in requests:
        assert recording.answer(request) is not None
    recording.save(passed=True)
    assert recording.written == ("test_app.py::test_one", len(requests))
    return folder / "one.yaml"


def said(answer: Answer | None) -> Any:
    assert answer is not None
    return json.loads(answer.body)
