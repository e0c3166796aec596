"""Maps operations of the catalogue to their handlers. The others are answered by their published type."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api import pipelines, track, track_v2
from pytest_customerio.tools.sandbox.api.app import exports, workspaces
from pytest_customerio.tools.sandbox.api.app.inventory import broadcasts, contents, imports, newsletters
from pytest_customerio.tools.sandbox.api.app.messages import messages, reporting_webhooks, sending
from pytest_customerio.tools.sandbox.api.app.people import (
    activities,
    customers,
    lookups,
    objects,
    segments,
    suppressions,
)
from pytest_customerio.tools.sandbox.api.call import Handler

HANDLERS: Mapping[str, Handler] = {
    **track.HANDLERS,
    **track_v2.HANDLERS,
    **lookups.HANDLERS,
    **segments.HANDLERS,
    **exports.HANDLERS,
    **sending.HANDLERS,
    **suppressions.HANDLERS,
    **workspaces.HANDLERS,
    **reporting_webhooks.HANDLERS,
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
