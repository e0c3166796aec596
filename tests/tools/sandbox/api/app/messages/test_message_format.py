"""Messages in the form of the App API."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.tools.sandbox.api.app.inventory.resources import note_template
from pytest_customerio.tools.sandbox.api.app.messages.message_format import archived_message, message, metrics
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def delivery(**members: Any) -> Delivery:
    """An e-mail with the text b, and these members."""
    base = {"to": "a@b.co", "subject": "s", "body": "b", "plain": "", "state": "queued", "queued_at": 5}
    return Delivery(id="d1", operation="app.send_email", **{**base, **members})


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, {"sent": 5}),
        ({"state": "scheduled"}, {}),
        ({"metrics": [("opened", 7), ("opened", 9), ("sent", 6)]}, {"sent": 5, "opened": 7}),
    ],
)
def test_metrics(members: dict[str, Any], expected: dict[str, int]) -> None:
    """The first time of each metric counts; a queued message is sent."""
    assert metrics(delivery(**members)) == expected


def test_what_a_message_belongs_to() -> None:
    """A transactional message names its template, a broadcast itself; all other parents are null."""
    workspace = Workspace()
    note_template(workspace.inventory, "12")
    found = message(workspace, delivery(template="12"))
    assert (found["transactional_message_id"], found["msg_template_id"], found["broadcast_id"]) == (12, 12, None)
    of_broadcast = message(workspace, delivery(template="12", broadcast=3))
    assert (of_broadcast["transactional_message_id"], of_broadcast["broadcast_id"]) == (None, 3)
    assert {of_broadcast[name] for name in ("campaign_id", "newsletter_id", "action_id", "content_id")} == {None}


@pytest.mark.parametrize(("asked", "body"), [(True, ""), (False, "b"), (None, "b")])
def test_retention(asked: bool | None, body: str) -> None:
    """The text of a message is there unless the call disabled that."""
    found = archived_message(delivery(payload={"disable_message_retention": asked}))
    assert (found["body"], found["forgotten"]) == (body, asked is True)
