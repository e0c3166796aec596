"""What is said of a request of which no schema can be asked."""

from __future__ import annotations

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.unreadable import no_json, no_object, no_variant, no_workspace, variant_shown
from pytest_customerio.core.payload import decode

ENTITIES = [one for one in Catalog.load().operations.values() if one.id.startswith("track_v2.") and one.variant]


def test_a_body_that_cannot_be_decoded() -> None:
    """What is wrong with it is what was found."""
    found = no_json(decode({"content-type": "application/json"}, b'{"name": '))
    assert (found.rule, found.where, found.expected) == ("body-not-json", "$", "JSON")
    assert found.got


def test_a_value_that_is_no_object() -> None:
    """A list at the top may have been meant as a batch; the value itself is not shown."""
    at_the_top, inside = no_object("$", ["Ada"]), no_object("$.batch[0]", ["Ada"])
    assert (at_the_top.hint, inside.hint) == ('wrap it: {"batch": [...]}', "")
    assert "Ada" not in at_the_top.got


def test_a_member_that_names_no_operation() -> None:
    """The values that are accepted are those of the type that was sent."""
    found = no_variant("unknown-action", "action", ENTITIES, {"type": "object", "action": "event"})
    assert (found.where, found.got) == ("$.action", '"event"')
    assert "identify_anonymous" in found.expected
    assert "add_device" not in found.expected


def test_a_member_that_is_missing() -> None:
    """It is called nothing."""
    assert variant_shown({}, "type", ["person"]) == "nothing"


def test_a_token_of_several_workspaces() -> None:
    """The header that is missing is named."""
    assert (no_workspace().rule, no_workspace().where) == ("missing-workspace-id", "header X-Workspace-Id")
