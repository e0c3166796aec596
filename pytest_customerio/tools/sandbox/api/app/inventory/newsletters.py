"""The App API's newsletters and transactional messages, with their contents and languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.app.inventory.records import (
    add_record,
    if_exists,
    put_record,
    reading,
    writing,
)
from pytest_customerio.tools.sandbox.api.app.inventory.resources import (
    NEWSLETTER_CONTENTS,
    NEWSLETTERS,
    TEST_GROUPS,
    TRANSACTIONAL,
    TRANSACTIONAL_CONTENTS,
)
from pytest_customerio.tools.sandbox.api.app.inventory.translations import (
    create_language,
    delete_language,
    get_language,
    update_language,
)
from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import integer
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# What an answer shows of a payload.
_GIVEN = ("name", "type", "subscription_topic_id", "tags")
SENT_TO_NOBODY = "reaches nobody here: the sandbox sends no newsletters"


def create_newsletter(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/newsletters`: a draft. Its recipients and its content are no part of what is answered."""
    empty: dict[str, Any] = {"content_ids": [], "recipient_segment_ids": [], "tags": None, "sent_at": None}
    given = {name: call.payload[name] for name in _GIVEN if name in call.payload}
    return CallResult(body={"newsletter": add_record(NEWSLETTERS, workspace, call, {**empty, **given})})


def send_newsletter(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/newsletters/{newsletter_id}/send`: notes that it was sent now."""
    return _sent(workspace, call, call.at)


def schedule_newsletter(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/newsletters/{newsletter_id}/schedule`: notes when it is to be sent."""
    return _sent(workspace, call, integer(call.payload.get("scheduled_at"), call.at))


def create_newsletter_test_group(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/newsletters/{newsletter_id}/test_groups`: adds a group, and answers with the newsletter."""

    def created() -> CallResult:
        number = workspace.inventory.next_number(TEST_GROUPS.kind_of(call.params))
        label = {"label": f"Group {number}", "content_ids": []}
        add_record(TEST_GROUPS, workspace, call, {**label, **call.payload})
        return CallResult(body={"newsletter": put_record(NEWSLETTERS, workspace, call, {})})

    return if_exists(NEWSLETTERS, workspace, call, created)


def _sent(workspace: Workspace, call: Call, at: int) -> CallResult:
    def sent() -> CallResult:
        return CallResult((SENT_TO_NOBODY,), {"newsletter": put_record(NEWSLETTERS, workspace, call, {"sent_at": at})})

    return if_exists(NEWSLETTERS, workspace, call, sent)


HANDLERS: Mapping[str, Handler] = {
    **reading(NEWSLETTERS, many="list_newsletters", one="get_newsletter"),
    **writing(NEWSLETTERS, delete="delete_newsletter"),
    "app.create_newsletter": create_newsletter,
    "app.send_newsletter": send_newsletter,
    "app.schedule_newsletter": schedule_newsletter,
    **reading(NEWSLETTER_CONTENTS, many="get_newsletter_contents", one="get_newsletter_content"),
    **writing(NEWSLETTER_CONTENTS, update="update_newsletter_content"),
    **reading(TEST_GROUPS, many="get_newsletter_test_groups"),
    "app.create_newsletter_test_group": create_newsletter_test_group,
    **{
        f"app.{name}": partial(handler, NEWSLETTER_CONTENTS)
        for name, handler in (
            ("create_newsletter_language", create_language),
            ("get_newsletter_language", get_language),
            ("update_newsletter_language", update_language),
            ("delete_newsletter_language", delete_language),
            ("create_newsletter_test_group_language", create_language),
            ("get_newsletter_test_group_language", get_language),
            ("update_newsletter_test_group_language", update_language),
            ("delete_newsletter_test_group_language", delete_language),
        )
    },
    **reading(TRANSACTIONAL, many="list_transactional_messages", one="get_transactional_message"),
    **reading(
        TRANSACTIONAL_CONTENTS, many="get_transactional_message_contents", one="get_transactional_message_content"
    ),
    **writing(TRANSACTIONAL_CONTENTS, update="update_transactional_message_content"),
    "app.get_transactional_message_language": partial(get_language, TRANSACTIONAL_CONTENTS),
    "app.update_transactional_message_language": partial(update_language, TRANSACTIONAL_CONTENTS),
}
