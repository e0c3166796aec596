"""What call sites sent is collected from all workers; where two disagree on a type, that is a conflict."""

from __future__ import annotations

import json
from typing import Any

import pytest
from resulting import observed

from pytest_customerio.reporting.sent_shapes import Conflict, SentShapes


def conflicts(*given: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """Name and place, and type and call site of both; the same in any order of the workers."""
    found: list[list[Conflict]] = []
    for order in (given, given[::-1]):
        shapes = SentShapes()
        for one in order:
            shapes.add([one])
        found.append(shapes.conflicts())
    assert found[0] == found[1]
    return [
        (one.name, one.other.where, one.first.kind, one.first.site, f"{one.other.kind} {one.other.site}")
        for one in found[0]
    ]


def test_two_call_sites_disagree() -> None:
    """One conflict for each place. A call site that sends several types conflicts with one that sends none of them."""
    assert conflicts(
        observed("a.py:1 in f", {"total": 5, "at": 1764000000}),
        observed("b.py:1 in g", {"total": "5", "at": "2025-11-24T16:00:00Z"}),
        observed("c.py:1 in h", {"total": "5"}),
    ) == [
        ("buy", "$.data.at", "integer", "a.py:1 in f", "string b.py:1 in g"),
        ("buy", "$.data.total", "integer", "a.py:1 in f", "string b.py:1 in g"),
    ]
    assert conflicts(
        observed("a.py:1 in f", {"seats": "5"}, "", "attributes"),
        observed("a.py:1 in f", {"seats": True}, "", "attributes"),
        observed("b.py:1 in g", {"seats": 5}, "", "attributes"),
    ) == [("", "$.seats", "boolean", "a.py:1 in f", "integer b.py:1 in g")]


@pytest.mark.parametrize(
    "given",
    [
        [observed("a", {"x": 1}), observed("b", {"x": 1.5})],
        [observed("a", {"x": 1}), observed("b", {"x": None})],
        [observed("a", {"x": 1}), observed("b", {"x": ""})],
        [observed("a", {"x": 1}), observed("b", {})],
        [observed("a", {"x": 1}), observed("a", {"x": "1"})],
        [observed("a", {"x": 1}), observed("", {"x": "1"})],
        [observed("a", {"x": 1}), observed("b", {"x": "1"}, "sell")],
        [observed("a", {"x": [1, "1"]}), observed("a", {"x": [True]})],
        [observed("a", {"x": 1}), observed("a", {"x": "odd"}), observed("b", {"x": 1})],
        [observed("a", {"x": 1}), observed("a", {"x": "odd"}), observed("b", {"x": []}), observed("b", {"x": 1.5})],
        [observed("a", {"x": [1, "1"]}), observed("b", {"x": ["1"]})],
    ],
    ids=[
        *("fraction", "null", "empty", "missing", "one call site", "no call site", "another event", "one list"),
        *("odd values", "odd values at both", "mixed list"),
    ],
)
def test_what_is_no_conflict(given: list[dict[str, Any]]) -> None:
    """Numbers with and without a fraction, values that are not set, and what a single call site sends."""
    assert conflicts(*given) == []


@pytest.mark.parametrize("kind", ["message", "broadcast"])
def test_variables_of_messages_are_not_compared(kind: str) -> None:
    """A message prints its variables: a number and a text that is formatted are both right."""
    given = [observed(site, {"total": total}, "receipt", kind) for site, total in (("a", 12.5), ("b", "12.50"))]
    assert conflicts(*given) == []


def test_an_allowed_conflict_counts_only_where_there_is_no_other() -> None:
    """The call site with the allowance is passed over as long as another pair disagrees."""
    allowed = observed("a", {"x": 1}, allow={".x": ["old", "t.py: cio_allow"]})
    assert conflicts(allowed, observed("b", {"x": "1"})) == [("buy", "$.data.x", "integer", "a", "string b")]
    assert conflicts(allowed, observed("b", {"x": "1"}), observed("c", {"x": 2})) == [
        ("buy", "$.data.x", "string", "b", "integer c")
    ]
    bare = observed("a", {"x": 1}, nodeid="t.py::z")
    shapes = SentShapes()
    shapes.add([allowed, bare, observed("b", {"x": "1"})])
    (found,) = shapes.conflicts()
    assert (found.first.nodeid, found.first.reason) == ("t.py::z", "")


def test_the_document_of_a_run() -> None:
    """It holds the merged shape of each event, and no value."""
    shapes = SentShapes()
    assert not shapes
    shapes.add([observed("a", {"x": 1, "y": "secret"}), observed("b", {"x": None}), observed("c", {}, "apply")])
    assert shapes
    found = shapes.document(whole=True)
    assert (found["version"], found["whole"]) == (1, True)
    assert [(one["kind"], one["name"]) for one in found["contents"]] == [("event", "apply"), ("event", "buy")]
    assert found["contents"][1]["shape"]["properties"]["x"] == {"type": ["integer", "null"]}
    assert found["contents"][1]["shape"]["required"] == ["x"]
    assert "secret" not in json.dumps(found)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Further names are not collected, nor further call sites of one place and type."""
    module = "pytest_customerio.reporting.sent_shapes."
    monkeypatch.setattr(f"{module}_NAMES", 1)
    monkeypatch.setattr(f"{module}_SITES", 1)
    shapes = SentShapes()
    shapes.add([observed("b", {"x": 1}), observed("a", {"x": 2}), observed("c", {"x": "1"}), observed("d", {}, "sell")])
    assert [one["name"] for one in shapes.document(whole=False)["contents"]] == ["buy"]
    assert [one.first.site for one in shapes.conflicts()] == ["b"]
