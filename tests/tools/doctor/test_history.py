"""The history of a person, in a sandbox and in Customer.io."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.asking import Call
from pytest_customerio.tools.doctor.history import AppApiHistory, SandboxHistory, cio_id

ADA = {"identifiers": {"cio_id": "c1", "email": "ada@example.com"}, "attributes": {"age": "36"}}
ACTIVITIES = "/v1/customers/cio_c1/activities?id_type=cio_id&type=event&limit=100"
SUPPRESSION = "/v1/esp/search_suppression/ada%40example.com"


def answering(answers: Mapping[str, Any]) -> Call:
    def call(operation: str, place: str, payload: object) -> Answer:
        assert (operation, payload) == ("app.list_segments", None)
        found = answers.get(place, 404)
        return Answer(found) if isinstance(found, int) else Answer(200, "OK", (), json.dumps(found).encode())

    return call


def test_a_sandbox() -> None:
    """A sandbox shows attributes with the types that were sent, all events, and the addresses it has suppressed."""
    history = SandboxHistory(
        answering(
            {
                "/_sandbox/people/c1": {"attributes": {"age": 36}, "events": [{"name": "Purchase"}]},
                "/_sandbox/workspace?q=ada%40example.com": {
                    "suppressed": [{"kind": "email", "value": "ADA@example.com"}]
                },
            }
        )
    )
    assert history.exact
    assert history.attributes(ADA) == {"age": 36}
    assert history.events(ADA) == ["Purchase"]
    assert history.suppressed("ada@example.com") == "suppressed in the workspace"
    assert history.suppressed("eve@example.com") == ""
    assert history.attributes({"cio_id": "c2"}) == {}


def test_the_app_api() -> None:
    """Customer.io shows attributes as text, the names of the latest events, and suppression by the delivery service."""
    history = AppApiHistory(
        answering(
            {
                ACTIVITIES: {"activities": [{"name": "Purchase"}, {"data": {"name": "login"}}]},
                SUPPRESSION: {"suppressions": [{"reason": "bounce"}]},
            }
        )
    )
    assert not history.exact
    assert history.attributes(ADA) == {"age": "36"}
    assert history.events(ADA) == ["Purchase", "login"]
    assert history.suppressed("ada@example.com") == "suppressed by the service that delivers"


def test_what_the_app_api_refuses() -> None:
    """Events and suppression are None where the App API answers an error, and empty where it answers nothing."""
    refused = AppApiHistory(answering({}))
    assert refused.events(ADA) is None
    assert refused.suppressed("ada@example.com") is None
    empty = AppApiHistory(answering({ACTIVITIES: {"activities": None}, SUPPRESSION: {}}))
    assert empty.events(ADA) == []
    assert empty.suppressed("ada@example.com") == ""


def test_identifiers() -> None:
    """The cio_id is read from the identifiers, else from the person; it is empty without both."""
    assert cio_id(ADA) == "c1"
    assert cio_id({"identifiers": None, "cio_id": 7}) == "7"
    assert cio_id({}) == ""
