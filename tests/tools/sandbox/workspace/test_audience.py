"""Audience filters."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.tools.sandbox.workspace.audience import matches, matching_people
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


@pytest.fixture
def workspace() -> Workspace:
    """A workspace with two people, of whom the first is a member of segment 7."""
    workspace = Workspace()
    first, _ = workspace.identify(("id", "1"), {"plan": "pro", "age": 36, "unsubscribed": "1"}, 100)
    workspace.identify(("id", "2"), {"plan": "basic"}, 100)
    assert first is not None
    workspace.segment(7).members[first.cio_id] = None
    return workspace


def attribute(field: str, value: object = None, operator: str = "eq") -> dict[str, Any]:
    """A condition on one attribute."""
    return {"attribute": {"field": field, "operator": operator, "value": value}}


@pytest.mark.parametrize(
    ("audience", "ids"),
    [
        ({}, ["1", "2"]),
        (attribute("plan", "pro"), ["1"]),
        (attribute("id", 2), ["2"]),
        (attribute("age", "36"), ["1"]),
        (attribute("age", operator="exists"), ["1"]),
        (attribute("unsubscribed", True), ["1"]),
        (attribute("unsubscribed", "false"), ["2"]),
        ({"segment": {"id": 7}}, ["1"]),
        ({"segment": {"id": 8}}, []),
        ({"not": {"segment": {"id": 7}}}, ["2"]),
        ({"and": [attribute("plan", "pro"), attribute("age", 37)]}, []),
        ({"or": [attribute("plan", "basic"), attribute("age", 36)]}, ["1", "2"]),
        ({"near": "Berlin"}, []),
    ],
)
def test_a_filter(workspace: Workspace, audience: dict[str, Any], ids: list[str]) -> None:
    """The people that match every member of a filter are found; an unknown member matches nobody."""
    assert [person.identifiers["id"] for person in matching_people(workspace, audience)] == ids


def test_one_person(workspace: Workspace) -> None:
    """A filter can be applied to one person."""
    first, second = workspace.people
    assert matches(workspace, first, attribute("cio_id", first.cio_id))
    assert not matches(workspace, second, attribute("cio_id", first.cio_id))
