"""The state of a sandbox as JSON."""

from __future__ import annotations

import json

import pytest
from sandbox_pages import received

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.answering.faults import Fault
from pytest_customerio.tools.sandbox.answering.json_views import (
    delivery_json,
    event_json,
    fault_json,
    people_json,
    person_json,
    person_summary_json,
    request_json,
    search_requests,
    workspace_json,
)
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.person import Event
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


@pytest.fixture
def workspace() -> Workspace:
    """A workspace with one record of each kind."""
    workspace = Workspace()
    person, _ = workspace.identify(("id", "42"), {"plan": "pro"}, 100)
    acme = workspace.objects.find_or_create(("1", "acme"))
    assert person is not None
    assert acme is not None
    workspace.objects.relate(person, acme, {"role": "admin"})
    workspace.segment(7).members[person.cio_id] = None
    workspace.add_visitor_event("visitor-1", Event("seen", "event", 100, {}))
    workspace.suppress(("id", "9"))
    workspace.add_delivery(Delivery("d1", "app.send_email", "a@b.co", "", "", "", "queued", 100, person=person.cio_id))
    return workspace


def test_a_request() -> None:
    """The call site of a violation is left out: a sandbox does not know it."""
    violation = Violation("rule", "error", "$.name", "text", "1", "hint")
    shown = request_json(received(violations=(violation,), notes=("note",)))
    assert (shown["notes"], shown["violations"][0]["where"]) == (["note"], "$.name")
    assert "sent_from" not in shown["violations"][0]
    assert json.dumps(shown)


def test_a_person(workspace: Workspace) -> None:
    """A person has relationships, segments and deliveries; the summary has only the number of events."""
    (person,) = workspace.people
    shown = person_json(workspace, person)
    assert shown["relationships"] == [
        {"cio_object_id": "ob1", "object_type_id": "1", "object_id": "acme", "attributes": {"role": "admin"}}
    ]
    assert (shown["segments"], shown["deliveries"]) == ([7], ["d1"])
    assert person_summary_json(person)["events"] == 0


@pytest.mark.parametrize(("words", "number"), [("", 1), ("PRO", 1), ("basic", 0)])
def test_people(workspace: Workspace, words: str, number: int) -> None:
    """People are searched by identifier and attribute, without regard to case."""
    shown = people_json(workspace, words)
    assert (len(shown["people"]), shown["next"], shown["total"]) == (number, None, 1)
    assert people_json(workspace, limit=0)["next"] == 0


def test_a_workspace(workspace: Workspace) -> None:
    """Segments, objects, visitors and suppressed identifiers are listed."""
    shown = workspace_json(workspace)
    cio_id = next(iter(workspace.people)).cio_id
    assert shown["segments"] == [
        {"id": 7, "name": "Segment 7", "description": "", "members": [cio_id], "members_total": 1}
    ]
    assert shown["objects"][0]["people"] == [cio_id]
    assert shown["visitors"][0]["events"] == [event_json(Event("seen", "event", 100, {}))]
    assert shown["suppressed"] == [{"kind": "id", "value": "9"}]
    assert (shown["next"], shown["totals"]) == (None, {"segments": 1, "objects": 1, "visitors": 1, "suppressed": 1})


def test_pages_of_a_workspace(workspace: Workspace) -> None:
    """A page has the entries of each list from its start on; the longest list says where the next page begins."""
    workspace.segment(8).description = "VIPs"
    first, last = (workspace_json(workspace, start=start, limit=1) for start in (0, 1))
    assert ([each["id"] for each in first["segments"]], len(first["objects"]), first["next"]) == ([7], 1, 1)
    assert ([each["id"] for each in last["segments"]], last["objects"], last["next"]) == ([8], [], None)
    found = workspace_json(workspace, "vips")
    assert ([each["id"] for each in found["segments"]], found["suppressed"]) == ([8], [])


def test_members_are_bounded(workspace: Workspace) -> None:
    """Of very many members the first thousand are shown, and how many there are."""
    workspace.segment(8).members.update(dict.fromkeys(map(str, range(1001))))
    (_, shown) = workspace_json(workspace)["segments"]
    assert (len(shown["members"]), shown["members_total"]) == (1000, 1001)


def test_a_delivery_and_a_fault(workspace: Workspace) -> None:
    """Metrics are objects; a fault has its fields."""
    delivery = workspace.deliveries["d1"]
    delivery.metrics.append(("opened", 100))
    assert delivery_json(delivery)["metrics"] == [{"metric": "opened", "timestamp": 100}]
    assert fault_json(Fault(1, "502-html", None)) == {
        "id": 1,
        "case": "502-html",
        "times": None,
        "operation": None,
        "given": 0,
    }


@pytest.mark.parametrize(
    ("words", "operation", "numbers"),
    [
        ("", "", [1, 2]),
        ("", "track", [1]),
        ("", "track.event", [1]),
        ("PURCHASE", "", [1, 2]),
        ("400-malformed", "", []),
    ],
)
def test_searching_requests(words: str, operation: str, numbers: list[int]) -> None:
    """Requests are found by operation or surface, and by words in path, payload and case."""
    requests = [received(number=1), received(number=2, operation=None)]
    assert [each.number for each in search_requests(requests, words, operation)] == numbers
