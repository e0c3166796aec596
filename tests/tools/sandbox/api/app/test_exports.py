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
    """An export is done at once; its file has the columns of identifiers first, then those of attributes."""
    export = ada_and_bob.body("POST", "/v1/exports/customers", {"filters": PRO})["export"]
    assert (export["id"], export["type"], export["status"], export["total"]) == (1, "customers", "done", 1)
    assert ada_and_bob.body("GET", "/v1/exports/1") == {"export": export}
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
    """An export of deliveries contains every message."""
    ada_and_bob.notes(
        "POST", "/v1/send/email", {"transactional_message_id": 1, "to": "a@b.co", "identifiers": {"id": "42"}}
    )
    export = ada_and_bob.body("POST", "/v1/exports/deliveries", {"description": "All of them"})["export"]
    assert (export["type"], export["total"], export["description"]) == ("deliveries", 1, "All of them")
    assert ada_and_bob.service.workspace.files[export["id"]].startswith("delivery_id,to,subject\r\n")


def test_exports_are_bounded(ada_and_bob: SandboxClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest export and its file go when there are too many; a file counts as what is stored."""
    monkeypatch.setattr(exports, "MAX_EXPORTS", 2)
    for _ in range(3):
        ada_and_bob.body("POST", "/v1/exports/customers", {"filters": PRO})
    workspace = ada_and_bob.service.workspace
    assert (list(workspace.exports), list(workspace.files), workspace.made_bytes) == ([2, 3], [2, 3], 0)
