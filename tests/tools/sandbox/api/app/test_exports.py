"""The App API's exports."""

from __future__ import annotations

import csv
import io

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.api.app import exports


def test_exports(known: SandboxClient) -> None:
    """Without any export the list is null."""
    assert known("GET", "/v1/exports").answer.body == b'{"exports":null}'


PRO = {"attribute": {"field": "plan", "operator": "eq", "value": "pro"}}


def test_exports_of_people(ada_and_bob: SandboxClient) -> None:
    """An export is pending at first, then done; its file has the identifiers first, then the attributes."""
    export = ada_and_bob.body("POST", "/v1/exports/customers", {"filters": PRO})["export"]
    assert (export["id"], export["type"], export["status"], export["total"]) == (1, "customers", "pending", 0)
    assert ada_and_bob.body("GET", "/v1/exports/1") == {"export": {**export, "status": "done", "total": 1}}
    url = ada_and_bob.body("GET", "/v1/exports/1/download", base="http://localhost:1")["url"]
    assert url == "http://localhost:1/_sandbox/exports/1"
    (listed,) = ada_and_bob.body("GET", "/v1/exports")["exports"]
    assert (listed["id"], listed["downloads"]) == (1, 1)
    (ada,) = csv.DictReader(io.StringIO(ada_and_bob.service.workspace.files[1]))
    cio_id = ada_and_bob.person("id", "42").cio_id
    assert list(ada.items()) == [
        ("id", "42"),
        ("email", "ada@example.com"),
        ("cio_id", cio_id),
        ("plan", "pro"),
        ("age", "36"),
    ]


def test_exports_of_messages(ada_and_bob: SandboxClient) -> None:
    """An export of deliveries contains the messages that match, with the attributes that were asked for."""
    mail = {"transactional_message_id": 1, "to": "a@b.co", "identifiers": {"id": "42"}}
    ada_and_bob.notes("POST", "/v1/send/email", mail)
    ada_and_bob.notes("POST", "/v1/send/email", {**mail, "identifiers": {"id": "44"}, "queue_draft": True})
    ada_and_bob.service.workspace.delete(("id", "44"))

    def export(payload: dict[str, object]) -> list[str]:
        created = ada_and_bob.body("POST", "/v1/exports/deliveries", payload)["export"]
        assert (created["type"], created["description"]) == ("deliveries", payload.get("description", ""))
        return ada_and_bob.service.workspace.files[created["id"]].splitlines()

    columns, message = "delivery_id,to,subject", "delivery-1,a@b.co,(template 1)"
    assert export({"transactional_message_id": 1, "description": "All"}) == [columns, message]
    assert export({"transactional_message_id": 2}) == [""]
    attributes = {"transactional_message_id": 1, "drafts": True, "attributes": ["plan", "x"]}
    draft = "delivery-2,a@b.co,(template 1)"
    assert export(attributes) == [f"{columns},plan,x", f"{message},pro,", f"{draft},,"]
    notes = ada_and_bob.notes("POST", "/v1/exports/deliveries", {"newsletter_id": 9})
    assert notes == ("in the sandbox no message belongs to a newsletter or an action: every message is in the export",)


def test_the_attributes_of_an_export_of_people(ada_and_bob: SandboxClient) -> None:
    """Where attributes are named, only these are columns, empty where a person has none."""
    wanted = {"filters": PRO, "attributes": ["age", "x"]}
    number = ada_and_bob.body("POST", "/v1/exports/customers", wanted)["export"]["id"]
    (ada,) = csv.DictReader(io.StringIO(ada_and_bob.service.workspace.files[number]))
    assert list(ada) == ["id", "email", "cio_id", "age", "x"]
    assert (ada["age"], ada["x"]) == ("36", "")


def test_exports_are_bounded(ada_and_bob: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest export and its file go when there are too many; a file counts as what is stored."""
    monkeypatch.setattr(exports, "MAX_EXPORTS", 2)
    for _ in range(3):
        ada_and_bob.body("POST", "/v1/exports/customers", {"filters": PRO})
    workspace = ada_and_bob.service.workspace
    assert (list(workspace.exports), list(workspace.files), workspace.made_bytes) == ([2, 3], [2, 3], 0)
