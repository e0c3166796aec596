"""The handlers that are alike for all kinds of records."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.api.app.inventory.records import (
    MADE_UP,
    create_record,
    delete_record,
    get_record,
    list_records,
    reading,
    update_record,
    writing,
)
from pytest_customerio.tools.sandbox.api.app.inventory.resources import CAMPAIGN_ACTIONS, CAMPAIGNS, SNIPPETS
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def test_a_record_is_written_and_read() -> None:
    """What is created can be read, changed and deleted; after that there is none."""
    workspace, named = Workspace(), Call({"snippet_name": "greeting"})
    created = create_record(SNIPPETS, workspace, Call(payload={"name": "greeting", "value": "Hi"}, at=5))
    assert created.body == {"snippet": {"name": "greeting", "value": "Hi", "updated_at": 5}}
    assert get_record(SNIPPETS, workspace, named).body == created.body
    update_record(SNIPPETS, workspace, named._replace(payload={"value": "Ho"}, at=6))
    assert list_records(SNIPPETS, workspace, named).body == {
        "snippets": [{"name": "greeting", "value": "Ho", "updated_at": 6}]
    }
    assert delete_record(SNIPPETS, workspace, named).body is None
    assert delete_record(SNIPPETS, workspace, named) == NOT_FOUND
    assert get_record(SNIPPETS, workspace, named) == NOT_FOUND


def test_what_only_customer_io_knows() -> None:
    """A record that may exist there is made up, and what belongs to it is labelled; a deleted one is not there."""
    workspace, named = Workspace(), Call({"campaign_id": "7", "action_id": "1"})
    found = get_record(CAMPAIGNS, workspace, named)
    assert (found.notes, found.by_type) == ((MADE_UP,), True)
    actions = list_records(CAMPAIGN_ACTIONS, workspace, named)
    assert (actions.body, actions.notes) == ({"actions": [], "next": ""}, (MADE_UP,))
    workspace.inventory.described = True
    assert get_record(CAMPAIGNS, workspace, named) == list_records(CAMPAIGN_ACTIONS, workspace, named) == NOT_FOUND


def test_handlers_by_name() -> None:
    """Only the calls that are named have a handler."""
    assert list(reading(CAMPAIGNS, many="list_campaigns")) == ["app.list_campaigns"]
    assert list(writing(CAMPAIGNS, delete="delete_campaign")) == ["app.delete_campaign"]
