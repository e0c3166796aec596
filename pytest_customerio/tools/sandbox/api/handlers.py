"""Maps operations of the catalogue to their handlers. The others are answered by their published type."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api import (
    app_exports,
    app_messages,
    app_people,
    app_reporting_webhooks,
    app_segments,
    app_suppressions,
    app_workspaces,
    pipelines,
    track,
    track_v2,
)
from pytest_customerio.tools.sandbox.api.call import Handler
from pytest_customerio.tools.sandbox.app_api import (
    activities,
    broadcasts,
    contents,
    customers,
    imports,
    messages,
    newsletters,
    objects,
)

HANDLERS: Mapping[str, Handler] = {
    **track.HANDLERS,
    **track_v2.HANDLERS,
    **app_people.HANDLERS,
    **app_segments.HANDLERS,
    **app_exports.HANDLERS,
    **app_messages.HANDLERS,
    **app_suppressions.HANDLERS,
    **app_workspaces.HANDLERS,
    **app_reporting_webhooks.HANDLERS,
    **messages.HANDLERS,
    **activities.HANDLERS,
    **customers.HANDLERS,
    **objects.HANDLERS,
    **broadcasts.HANDLERS,
    **newsletters.HANDLERS,
    **contents.HANDLERS,
    **imports.HANDLERS,
    **pipelines.HANDLERS,
}
