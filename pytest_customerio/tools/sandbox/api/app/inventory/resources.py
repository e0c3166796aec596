"""The kinds of records of an inventory: how the App API names them, and their published types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory, Record

T = TypeVar("T")
_UPDATED = ("updated", "updated_at")
_CREATED = ("created", "created_at")


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of records.

    `kind` is its kind in the inventory, with the parameters of a path in braces. `parameter` is the parameter that
    names a record, `key` the member with the same value. `type` is its type in `schemas/routes.json`. `many` and `one`
    name a list and a single record in an answer. `textual` says that keys are texts, and no numbers. `paged` says that
    lists come in pages.
    """

    kind: str
    parameter: str
    type: str
    many: str
    one: str
    key: str = "id"
    textual: bool = False
    paged: bool = False
    parent: Resource | None = None

    def kind_of(self, params: Mapping[str, str]) -> str:
        """The kind in the inventory, for the parameters of a path."""
        return self.kind.format_map(params)

    def record(self, key: str, given: Mapping[str, Any], at: int | None = None) -> Record:
        """A record with this key: members that are not given have made-up values, except the times, which are `at`."""
        made_up = dict(self._example)
        times = {} if at is None else {name: at for name in (*_CREATED, *_UPDATED) if name in made_up}
        return _named({**made_up, **times, **given, self.key: self.key_value(key)})

    def members(self, given: Mapping[str, T]) -> dict[str, T]:
        """Those of the given members that a record has by its type."""
        return {name: value for name, value in given.items() if name in self._example}

    @property
    def _example(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = read_routes(data.schemas()).example(self.type)
        return found

    def may_be_key(self, key: str) -> bool:
        """Whether a record may have this key, which comes from a path: most keys are numbers."""
        return self.textual or self.key != "id" or parse_number(key) > 0

    def key_value(self, key: str) -> int | str:
        """The member that names a record, for a key in a path."""
        return key if self.textual or self.key != "id" else as_number(key)


def as_number(text: str) -> int | str:
    """The number in a path; the text as it is if it is none."""
    return parse_number(text) or text


def changed(record: Mapping[str, Any], given: Mapping[str, Any], at: int) -> Record:
    """A record with these members, changed at this time."""
    return _named({**record, **given, **{name: at for name in _UPDATED if name in record}})


def _named(record: Record) -> Record:
    """The record with its `deduplicate_id`, which is made of its id and the time of the last change."""
    if "deduplicate_id" in record:
        updated = next((record[name] for name in (*_UPDATED, *_CREATED) if name in record), 0)
        record["deduplicate_id"] = f"{record['id']}:{updated}"
    return record


CAMPAIGNS = Resource("campaigns", "campaign_id", "campaign", "campaigns", "campaign")
CAMPAIGN_ACTIONS = Resource(
    "campaigns/{campaign_id}/actions", "action_id", "campaign_action", "actions", "action", paged=True, parent=CAMPAIGNS
)
CAMPAIGN_TRANSLATIONS = Resource(
    "campaigns/{campaign_id}/actions/{action_id}/languages",
    "language",
    "campaign_action",
    "actions",
    "action",
    key="language",
    parent=CAMPAIGN_ACTIONS,
)
BROADCASTS = Resource("broadcasts", "broadcast_id", "broadcast", "broadcasts", "broadcast")
BROADCAST_ACTIONS = Resource(
    "broadcasts/{broadcast_id}/actions", "action_id", "broadcast_action", "actions", "action", parent=BROADCASTS
)
BROADCAST_TRANSLATIONS = Resource(
    "broadcasts/{broadcast_id}/actions/{action_id}/languages",
    "language",
    "broadcast_action",
    "actions",
    "action",
    key="language",
    parent=BROADCAST_ACTIONS,
)
NEWSLETTERS = Resource("newsletters", "newsletter_id", "newsletter", "newsletters", "newsletter", paged=True)
NEWSLETTER_CONTENTS = Resource(
    "newsletters/{newsletter_id}/contents",
    "content_id",
    "newsletter_content",
    "contents",
    "content",
    parent=NEWSLETTERS,
)
TEST_GROUPS = Resource(
    "newsletters/{newsletter_id}/test_groups",
    "test_group_id",
    "test_group",
    "test_groups",
    "test_group",
    textual=True,
    parent=NEWSLETTERS,
)
TRANSACTIONAL = Resource("transactional", "transactional_id", "transactional", "messages", "message")
TRANSACTIONAL_CONTENTS = Resource(
    "transactional/{transactional_id}/contents",
    "content_id",
    "transactional_content",
    "contents",
    "content",
    parent=TRANSACTIONAL,
)
SENDERS = Resource("sender_identities", "sender_id", "sender", "sender_identities", "sender_identity", paged=True)
SNIPPETS = Resource("snippets", "snippet_name", "snippet", "snippets", "snippet", key="name")
COLLECTIONS = Resource("collections", "collection_id", "collection", "collections", "collection")
TOPICS = Resource("subscription_topics", "topic_id", "topic", "topics", "topic")
CHANNELS = Resource("subscription_channels", "channel_id", "channel", "channels", "channel")
OBJECT_TYPES = Resource("object_types", "object_type_id", "object_type", "types", "type", textual=True)
ASSETS = Resource("assets", "id", "asset", "assets", "asset")
ASSET_FOLDERS = Resource("asset_folders", "id", "asset_folder", "folders", "folder")
STUDIO_COMPONENTS = Resource(
    "design_studio/components", "id", "studio_component", "components", "component", textual=True
)
STUDIO_FOLDERS = Resource("design_studio/folders", "id", "studio_folder", "folders", "folder", textual=True)
STUDIO_EMAILS = Resource("design_studio/emails", "id", "studio_email", "emails", "email", textual=True)
STUDIO_TRANSLATIONS = Resource(
    "design_studio/emails/{id}/languages",
    "language",
    "studio_translation",
    "email_translations",
    "email_translation",
    key="language",
    parent=STUDIO_EMAILS,
)
IMPORTS = Resource("imports", "import_id", "import", "imports", "import")
LIVE_NOTIFICATIONS = Resource(
    "live_notifications", "instance_id", "live_notification", "", "", key="instance_id", textual=True
)


def find_template(inventory: Inventory, name: str) -> Record | None:
    """The transactional message that a payload names: by its id, or by its trigger name in any case."""
    wanted = name.casefold()
    by_name = (each for each in inventory.all(TRANSACTIONAL.kind) if _trigger_name(each) == wanted)
    return inventory.find(TRANSACTIONAL.kind, name) or next(by_name, None)


def is_template(record: Mapping[str, Any], name: str) -> bool:
    """Whether a transactional message is the one that a payload names."""
    return bool(name) and name.casefold() in (str(record["id"]), _trigger_name(record))


def note_template(inventory: Inventory, name: str) -> None:
    """Add the transactional message that a payload names, unless there is one or a file describes the workspace."""
    if inventory.described or find_template(inventory, name) is not None:
        return
    number = parse_number(name) or inventory.next_number(TRANSACTIONAL.kind)
    trigger_name = {} if parse_number(name) else {"trigger_name": name}
    record = TRANSACTIONAL.record(str(number), {"name": name, "description": "", **trigger_name})
    inventory.put(TRANSACTIONAL.kind, str(number), record)


def note_broadcast(inventory: Inventory, number: int) -> None:
    """Add the broadcast that a call triggers, unless there is one or a file describes the workspace."""
    if not inventory.described and inventory.find(BROADCASTS.kind, str(number)) is None:
        record = BROADCASTS.record(str(number), {"name": f"Broadcast {number}", "actions": [], "tags": []})
        inventory.put(BROADCASTS.kind, str(number), record)


def _trigger_name(record: Mapping[str, Any]) -> str:
    return str(record.get("trigger_name") or "").casefold()
