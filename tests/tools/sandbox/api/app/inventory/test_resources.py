"""The kinds of records of an inventory."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.api.app.inventory.resources import (
    BROADCAST_ACTIONS,
    CAMPAIGNS,
    OBJECT_TYPES,
    SNIPPETS,
    Resource,
    as_number,
    changed,
    find_template,
    is_template,
    note_broadcast,
    note_template,
)
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory


def test_records() -> None:
    """A record has all members of its type: those that are given, made-up ones, and times where there is one."""
    record = CAMPAIGNS.record("7", {"name": "Onboarding"}, 5)
    assert (record["id"], record["name"], record["created"], record["deduplicate_id"]) == (7, "Onboarding", 5, "7:5")
    later = changed(record, {"name": "Other"}, 9)
    assert (later["name"], later["created"], later["updated"], later["deduplicate_id"]) == ("Other", 5, 9, "7:9")
    assert CAMPAIGNS.members({"name": "a", "nothing": 1}) == {"name": "a"}
    assert BROADCAST_ACTIONS.kind_of({"broadcast_id": "3"}) == "broadcasts/3/actions"


@pytest.mark.parametrize(
    ("resource", "key", "possible", "value"),
    [
        (CAMPAIGNS, "7", True, 7),
        (CAMPAIGNS, "x", False, "x"),
        (CAMPAIGNS, "0", False, "0"),
        (SNIPPETS, "greeting", True, "greeting"),
        (OBJECT_TYPES, "1", True, "1"),
    ],
)
def test_keys(resource: Resource, key: str, possible: bool, value: int | str) -> None:
    """Most keys are numbers from 1; some are texts."""
    assert (resource.may_be_key(key), resource.key_value(key)) == (possible, value)
    assert as_number("12a") == "12a"


def test_templates() -> None:
    """A payload names a template by its id or its trigger name in any case; it exists from then on, once."""
    inventory = Inventory()
    for name in ("Receipt", "receipt", "12", "12"):
        note_template(inventory, name)
    assert len(inventory.all("transactional")) == 2
    found = find_template(inventory, "RECEIPT")
    assert found is not None
    assert (is_template(found, "receipt"), is_template(found, str(found["id"])), is_template(found, "")) == (
        True,
        True,
        False,
    )
    assert find_template(inventory, "other") is None


def test_a_described_inventory_stays_as_it_is() -> None:
    """Where a file describes the workspace, what a call names does not come into being."""
    inventory = Inventory()
    note_broadcast(inventory, 3)
    note_broadcast(inventory, 3)
    inventory.described = True
    note_broadcast(inventory, 4)
    note_template(inventory, "5")
    assert ([each["id"] for each in inventory.all("broadcasts")], inventory.all("transactional")) == ([3], [])
