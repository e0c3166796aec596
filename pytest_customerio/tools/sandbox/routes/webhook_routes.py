"""The sandbox's own JSON API of webhooks: what was posted, what happens to a message on request, and retries."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pytest_customerio.core.nearest import unknown_member
from pytest_customerio.core.payload import decode
from pytest_customerio.tools.sandbox.answering.json_views import page_of
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.routes.guards import Endpoint
from pytest_customerio.tools.sandbox.routes.json_response import SandboxJson, page_in
from pytest_customerio.tools.sandbox.webhooks import json_views
from pytest_customerio.tools.sandbox.webhooks.forgery import FAULTS

LARGEST = 65_536
_NO_METRIC = '"metric" says in a JSON object what happens, such as {"metric": "bounced"}'


class WebhooksApi:
    """The endpoints, one method for each."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.endpoints: list[tuple[str, str, Endpoint]] = [
            ("GET", "/_sandbox/webhooks", self.webhooks),
            ("POST", "/_sandbox/webhooks/retry", self.retry),
            ("POST", "/_sandbox/deliver", self.deliver),
        ]

    async def webhooks(self, request: Request) -> Response:
        """The reporting webhooks, a page of the calls to them, newest first, and the faults that can be asked for."""
        service = self._service
        webhooks, calls = service.workspace.reporting_webhooks.values(), list(service.webhooks.calls)
        listed, following = page_of(reversed(calls), *page_in(request))
        return SandboxJson(
            {
                "webhooks": [json_views.reporting_webhook_json(each) for each in webhooks],
                "calls": [json_views.call_json(each) for each in listed],
                "next": following,
                "total": len(calls),
                "faults": dict(FAULTS),
            }
        )

    async def retry(self, request: Request) -> Response:
        """Post the calls that wait for their next attempt now."""
        self._service.webhooks.hurry()
        return Response(status_code=204)

    async def deliver(self, request: Request) -> Response:
        """Let `{"metric": "bounced", "delivery": "delivery-1", "fault": null, "data": {}}` happen."""
        given = mapping(decode(request.headers, (await request.body())[:LARGEST]).value)
        if not given.get("metric"):
            return SandboxJson({"error": _NO_METRIC}, 400)
        if mistake := unknown_member(given, ("metric", "delivery", "fault", "data")):
            return SandboxJson({"error": mistake}, 400)
        metric, delivery, fault = (_text(given.get(name)) for name in ("metric", "delivery", "fault"))
        try:
            event = self._service.deliver(metric or "", delivery, fault, mapping(given.get("data")))
        except CannotError as error:
            return SandboxJson({"error": str(error)}, 400)
        return SandboxJson(json_views.event_json(event), 201)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
