"""Every published call of the App API."""

from __future__ import annotations

import json
import re

from for_each import for_each
from sandbox_client import SandboxClient

from pytest_customerio.contract.catalog.routes import document_of
from pytest_customerio.core.model import Operation

ASK = SandboxClient()
CALLS = sorted((each for each in ASK.service.catalog.of("app")), key=lambda each: each.method == "DELETE")
# Calls about something that an application has to write first: without it they draw 404.
WRITTEN = re.compile(
    r"/(customers|messages|imports|exports|segments|subscription_center|reporting_webhooks)/\{|/triggers/\{"
)
VALUES = {"suppression_type": "bounces", "email_address": "a%40example.com", "domain_name": "example.com"}


def test_their_number() -> None:
    """Those of docs.customer.io/files/journeys-app.json."""
    assert len(CALLS) == 186


@for_each("operation", CALLS, ids=lambda each: each.name)
def test_each_is_answered(operation: Operation) -> None:
    """A new sandbox answers each with a success of its published type, or with 404; another key draws 401 first."""
    ask = SandboxClient()
    target = re.sub(r"\{(\w+)\}", lambda match: VALUES.get(match[1], "1"), operation.path)
    target += "?email=a%40example.com" if operation.name == "find_by_email" else ""
    body = document_of(operation.id)["examples"][0]
    payload = None if body is None else json.dumps(body).encode()
    expected = (404,) if WRITTEN.search(operation.path) else (200, 204, 422)
    assert ask(operation.method, target, payload).answer.status in expected
    for header in ("", "Bearer wrong", f"Bearer {ask.service.keys.track}"):
        assert ask(operation.method, target, payload, headers={"authorization": header}).answer.status == 401
        assert ask(operation.method, target, b"[", headers={"authorization": header}).answer.status == 401
