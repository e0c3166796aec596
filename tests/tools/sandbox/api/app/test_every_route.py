"""Every published call of the App API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from for_each import for_each
from sandbox_client import SandboxClient

from pytest_customerio.contract.catalog.routes import document_of
from pytest_customerio.core import data
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.sandbox.api.app.inventory.records import MADE_UP
from pytest_customerio.tools.sandbox.api.call import NOT_STORED

ASK = SandboxClient()
CALLS = sorted((each for each in ASK.service.catalog.of("app")), key=lambda each: each.method == "DELETE")
READS = [each for each in CALLS if each.method == "GET"]
# Calls about something that an application has to write first: without it they draw 404.
WRITTEN = re.compile(
    r"/(customers|messages|imports|exports|segments|subscription_center|reporting_webhooks|objects)/\{|/triggers/\{"
    r"|/live_notifications/\{"
)
VALUES = {"suppression_type": "bounces", "email_address": "a%40example.com", "domain_name": "example.com"}
FIRST_OF_STUDIO = "00000000-0000-4000-8000-000000000001"
TABLE = json.loads((data.schemas() / "routes.json").read_text("utf-8"))
TYPES: Mapping[str, Any] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
}
# Members of an activity depend on what happened; those of these objects are the application's own.
OF_SOME_ACTIVITIES = {"name", "delivery_id", "delivery_type", "url"}
FREE = {"metrics", "data", "attributes", "timestamps", "devices", "email.content", "email_translation.content"}
ADDED = {"test_group_id", "trigger_name"}  # by the sandbox, or by the file that describes an inventory


def target_of(operation: Operation, known: str) -> str:
    """The path of a call about something with this id."""
    values = {"message_id": "delivery-1", "language": "en"} if known == "1" else {}
    studio = FIRST_OF_STUDIO if known == "1" and "design_studio" in operation.path else known
    target = re.sub(
        r"\{(\w+)\}",
        lambda match: {**VALUES, **values}.get(match[1], studio if match[1] == "id" else known),
        operation.path,
    )
    return target + ("?email=ada%40example.com" if operation.name == "find_by_email" else "")


def differences(value: Any, published: Mapping[str, Any], where: str = "$") -> Iterator[str]:
    """The places at which a value differs from a published type: another type, a missing member, one too many."""
    if "$ref" in published:
        published = TABLE["$defs"][published["$ref"].rpartition("/")[2]]
    named = published.get("type", list(TYPES))
    if not any(type(value) is TYPES[each] for each in ([named] if isinstance(named, str) else named)):
        yield f"{where} is {value!r}, not {named}"
    members = published.get("properties", {})
    if isinstance(value, dict) and members and not where.endswith(tuple(FREE)):
        optional = OF_SOME_ACTIVITIES if "activities" in where else ADDED
        yield from (f"{where}.{name}" for name in (value.keys() ^ members.keys()) - optional)
        for name in value.keys() & members.keys():
            yield from differences(value[name], members[name], f"{where}.{name}")
    for each in value if isinstance(value, list) and "items" in published else ():
        yield from differences(each, published["items"], f"{where}[]")


def published_type(operation: Operation) -> Mapping[str, Any]:
    """The type of the answer of a call; of a call with a schema of its own, only the members are known."""
    row = TABLE["surfaces"]["app"]["routes"].get(operation.name)
    if row is not None:
        answer: Mapping[str, Any] = row.get("answer", {})
        return answer
    return {"properties": {name: {} for name in ASK.service._answers.success(operation.id).answer.payload.value}}


def test_their_number() -> None:
    """Those of docs.customer.io/files/journeys-app.json, and the address of a webhook-triggered campaign."""
    assert len(CALLS) == 187


@for_each("operation", CALLS, ids=lambda each: each.name)
def test_each_is_answered(operation: Operation) -> None:
    """A new sandbox answers each with a success of its published type, or with 404; another key draws 401 first."""
    ask = SandboxClient()
    target = target_of(operation, "1")
    body = document_of(operation.id)["examples"][0]
    payload = None if body is None else json.dumps(body).encode()
    expected = (400, 404) if WRITTEN.search(operation.path) else (200, 204, 422)
    answer = ask(operation.method, target, payload).answer
    assert answer.status in expected
    if answer.status == 200:
        assert list(differences(json.loads(answer.body or b"{}"), published_type(operation))) == []
    for header in ("", "Bearer wrong", f"Bearer {ask.service.keys.track}") if operation.auth != "none" else ():
        assert ask(operation.method, target, payload, headers={"authorization": header}).answer.status == 401
        assert ask(operation.method, target, b"[", headers={"authorization": header}).answer.status == 401


@for_each(
    "operation", [each for each in READS if "{" in each.path and "/esp/" not in each.path], ids=lambda each: each.name
)
def test_what_does_not_exist(operation: Operation) -> None:
    """It draws 404, in two calls 400; what Customer.io's interface can make may exist there, and its answer says that it is made up."""
    reply = SandboxClient()("GET", target_of(operation, "987"))
    if reply.answer.status not in (400, 404):
        assert not WRITTEN.search(operation.path)
        assert reply.source == "synthetic"
        assert {MADE_UP, NOT_STORED} & set(reply.notes)


@pytest.fixture
def full(shop: SandboxClient) -> SandboxClient:
    """A sandbox in which everything has the id 1."""
    acme = {"identifiers": {"object_type_id": "1", "object_id": "1"}, "relationship_attributes": {"role": "admin"}}
    given = {"action": "add_relationships", "relationships": [acme]}
    shop.identify("1", email="ada@example.com", plan="pro", cio_relationships=given)
    shop.entity("identify", "object", identifiers=acme["identifiers"], attributes={"name": "Acme"})
    shop.entity("add_device", identifiers={"id": "1"}, device={"token": "t", "platform": "ios"})
    shop.notes("POST", "/api/v1/customers/1/events", {"name": "https://example.com/", "type": "page"})
    shop.notes("POST", "/api/v1/segments/1/add_customers", {"ids": ["1", "43"]})
    shop.body("POST", "/v1/send/push", {"transactional_message_id": "1", "identifiers": {"id": "1"}})
    shop.body("POST", "/v1/campaigns/1/triggers", {"ids": ["1", "43"]})
    shop.body("POST", "/v1/exports/customers", {"filters": {"segment": {"id": 1}}})
    shop.notes("PUT", "/v1/customers/1/optouts", {"optouts": [{"from": "+12025550123", "optout": True}]})
    shop.notes("POST", "/v1/esp/suppression/bounces/a%40example.com")
    shop.notes("POST", "/v1/assets/files", b'filename="logo.png"')
    for path, given in (
        (
            "imports",
            {"import": {"name": "a", "type": "people", "identifier": "id", "data_file_url": "https://a.example/a.csv"}},
        ),
        ("reporting_webhooks", {"name": "a", "endpoint": "http://127.0.0.1:1/", "events": ["email_sent"]}),
        ("assets/folders", {"name": "images"}),
        ("design_studio/folders", {"name": "a"}),
        ("design_studio/emails", {"name": "a"}),
        ("design_studio/components", {"name": "a", "tag": "b", "content": "c"}),
        ("newsletters/1/test_groups", {"label": "A"}),
    ):
        shop.body("POST", f"/v1/{path}", given)
    return shop


def test_each_read_has_its_published_type(full: SandboxClient) -> None:
    """Where there is something to read, each member has its type, none is missing, and none is added."""
    example = document_of("app.start_live_notification")["examples"][0]
    started = full.body("POST", "/v1/live_notifications/start", example)["instance_id"]
    wrong = []
    for operation in READS:
        reply = full("GET", target_of(operation, "1").replace("notifications/1", f"notifications/{started}"))
        assert reply.answer.status == 200, operation.name
        found = differences(json.loads(reply.answer.body or b"{}"), published_type(operation))
        wrong += [f"{operation.name}: {each}" for each in found]
    assert wrong == []
