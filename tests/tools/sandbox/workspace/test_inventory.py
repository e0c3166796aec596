"""Records of an inventory."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.workspace.inventory import MAX_REMOVED, Inventory


def test_records() -> None:
    """A record is found by kind and key; a new number is greater than all others."""
    inventory = Inventory()
    assert (inventory.next_number("a"), inventory.all("a"), inventory.find("a", "1")) == (1, [], None)
    record = inventory.put("a", "7", {"id": 7})
    inventory.put("a", "name", {})
    assert (inventory.next_number("a"), inventory.find("a", "7")) == (8, record)
    assert list(inventory) == [("a", "7", record), ("a", "name", {})]


def test_what_may_exist() -> None:
    """An unknown record may exist in Customer.io, unless it was removed here, or a file describes the workspace."""
    inventory = Inventory()
    assert inventory.may_exist("a", "1")
    assert inventory.remove("a", "1")
    assert not inventory.may_exist("a", "1")
    assert not inventory.remove("a", "1")
    inventory.put("a", "1", {})
    assert inventory.remove("a", "1")
    assert (inventory.next_number("a"), inventory.next_number("b")) == (2, 1)
    assert not Inventory(described=True).may_exist("a", "1")
    assert not Inventory(described=True).remove("a", "1")


def test_removed_records_are_bounded() -> None:
    """Only the last removed records are remembered."""
    inventory = Inventory()
    for number in range(MAX_REMOVED + 1):
        inventory.remove("a", str(number))
    assert inventory.may_exist("a", "0")
    assert not inventory.may_exist("a", "1")
