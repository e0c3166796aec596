"""The queue of in-app and inbox messages, which SDKs for browsers and phones ask for. None of it is published.

The paths, headers and members are those that `customerio-gist-web` sends and reads (3.26.0, which
https://www.npmjs.com/package/@customerio/cdp-analytics-browser brings along), and those of the SDKs for phones.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pytest_customerio.tools.sandbox.bounded import put_bounded
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.person import Person
from pytest_customerio.tools.sandbox.workspace.workspace import MAX_DELIVERIES, Workspace

POLLING_INTERVAL = 10  # seconds until an SDK asks again
PATH = re.compile(
    r"/api/v(?:[234]/(?P<queue>users)|1/(?:logs/(?:queue|message)/(?P<seen>[^/]+)|messages/(?P<changed>[^/]+)"
    r"|(?P<look>branding|templates)))\Z"
)
HEADERS = (
    ("X-Gist-Queue-Polling-Interval", str(POLLING_INTERVAL)),
    ("X-CIO-Inbox-Enabled", "true"),
    ("X-CIO-Use-SSE", "false"),
)
_IN_APP, _INBOX = "app.send_in_app", "app.send_inbox_message"


class InApp:
    """The messages that a person has not seen or removed yet.

    What was removed, and which inbox messages an SDK marked as opened or not, is not part of the workspace.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._removed: dict[str, None] = {}
        self._marked: dict[str, bool] = {}

    def queue(self, token: str) -> dict[str, Any]:
        """The messages of the person whom the token of a user names; none for an unknown one."""
        person = self._person(token)
        listed = list(self._waiting(person)) if person else []
        return {
            "inAppMessages": [_in_app(each) for each in listed if each.operation == _IN_APP and not _is_opened(each)],
            "inboxMessages": [self._inbox(each, token) for each in listed if each.operation == _INBOX],
        }

    def remove(self, delivery_id: str) -> None:
        """Take a message out of the queue: it was shown, or the person removed it."""
        if delivery_id in self._workspace.deliveries:
            put_bounded(self._removed, delivery_id, None, MAX_DELIVERIES)

    def mark(self, delivery_id: str, *, opened: bool) -> None:
        """Mark an inbox message as opened, or as not opened."""
        if delivery_id in self._workspace.deliveries:
            put_bounded(self._marked, delivery_id, opened, MAX_DELIVERIES)

    def _inbox(self, delivery: Delivery, token: str) -> dict[str, Any]:
        return {
            "messageType": "inbox",
            "queueId": delivery.id,
            "deliveryId": delivery.id,
            "userToken": token,
            "priority": 1,
            "topics": [],
            "type": "",
            "properties": _data(delivery),
            # The SDK for Android reads no time without the final Z, and leaves out a message without a time.
            "sentAt": f"{datetime.fromtimestamp(delivery.queued_at, UTC):%Y-%m-%dT%H:%M:%SZ}",
            "expiry": "",
            "opened": self._marked.get(delivery.id, _is_opened(delivery)),
        }

    def _waiting(self, person: Person) -> Iterator[Delivery]:
        """The messages of a person that are not removed, oldest first."""
        for each in reversed(self._workspace.deliveries.of(person.cio_id)):
            if each.state == "queued" and each.id not in self._removed:
                yield each

    def _person(self, token: str) -> Person | None:
        """The person whose id or e-mail address is in the token, which is base64."""
        try:
            name = base64.b64decode(token, validate=True).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return None
        found = (self._workspace.people.find((kind, name)) for kind in ("id", "email"))
        return next((each for each in found if each), None)


def _is_opened(delivery: Delivery) -> bool:
    return any(name == "opened" for name, _ in delivery.metrics)


def _in_app(delivery: Delivery) -> dict[str, Any]:
    return {
        "messageId": delivery.template,
        "queueId": delivery.id,
        "priority": 1,
        "properties": {**_data(delivery), "gist": {"campaignId": delivery.id}},
    }


def _data(delivery: Delivery) -> dict[str, Any]:
    """What fills the template, which is stored in Customer.io."""
    data: Mapping[str, Any] = mapping(delivery.payload.get("message_data"))
    return dict(data)
