"""Audience filters."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.tools.sandbox.workspace.people import audience as audience_module
from pytest_customerio.tools.sandbox.workspace.people.audience import matches, matching_people
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


def test_a_filter_with_an_index_looks_at_nobody_else(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """An identifier or a segment in a filter names the people to look at, whatever else the filter asks."""
    first, second = workspace.people
    workspace.identify(("id", "1"), {"email": "ada@example.com"}, 100)
    monkeypatch.setattr(workspace.people, "after", None)
    for audience in (
        attribute("id", "1"),
        attribute("email", "ADA@example.com"),
        attribute("cio_id", first.cio_id),
        {"segment": {"id": 7}},
        {"and": [attribute("plan", "pro"), {"segment": {"id": 7}}]},
        {"and": [{"segment": {"id": 7}}, attribute("id", "1")]},
        attribute("plan", "pro"),
        attribute("age", operator="exists"),
        attribute("unsubscribed", "true"),
        {"or": [attribute("age", 36), attribute("plan", "gold")]},
        {"and": [{"not": {"segment": {"id": 8}}}, {"or": [attribute("id", "1")]}]},
    ):
        found = list(matching_people(workspace, audience))
        assert found == [first] or audience == attribute("email", "ADA@example.com")
        assert list(matching_people(workspace, audience, after=second.cio_id)) == []
    assert list(matching_people(workspace, attribute("id", "3"))) == []
    assert list(matching_people(workspace, {"or": []})) == []


def test_where_everybody_is_looked_at(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that no index knows, or that names too many, is tried with everybody, in pages."""
    monkeypatch.setattr(audience_module, "_MOST_NAMED", 1)
    for audience in (
        {"or": [attribute("plan", "pro"), attribute("plan", "basic")]},
        {"or": [attribute("plan", "pro"), {"not": attribute("plan", "pro")}]},
        {"and": [{"not": {"segment": {"id": 8}}}]},
        attribute("cio_id", operator="exists"),
    ):
        assert [person.identifiers["id"] for person in matching_people(workspace, audience)] == ["1", "2"]


def test_people_after_another(workspace: Workspace) -> None:
    """The search goes on after the last person of the page before."""
    first, second = workspace.people
    assert list(matching_people(workspace, {}, after=first.cio_id)) == [second]
    assert list(matching_people(workspace, attribute("phone", "+1"))) == []
