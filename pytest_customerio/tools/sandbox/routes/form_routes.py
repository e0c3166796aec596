"""The forms on the pages: faults, what happens to a message, webhooks, and deleting everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pytest_customerio.tools.sandbox.answering.faults import FaultError
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.pages.frame import MESSAGES, WEBHOOKS
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.request_pages import FaultForm, requests_page
from pytest_customerio.tools.sandbox.pages.webhook_pages import webhooks_page
from pytest_customerio.tools.sandbox.routes.guards import Endpoint
from pytest_customerio.tools.sandbox.routes.page_routes import Pages

LARGEST = 65_536


class Forms:
    """What each form does, one method for each. It leads back to a page, or shows it with the reason why it cannot."""

    def __init__(self, service: Service, environ: Mapping[str, str], pages: Pages) -> None:
        self._service = service
        self._environ = environ
        self._pages = pages

    @property
    def endpoints(self) -> list[tuple[str, Endpoint]]:
        """The address of each form, and what it does."""
        return [
            ("/_sandbox/inbox/messages/{id}/simulate", self.simulate),
            ("/_sandbox/inbox/webhooks", self.add_webhook),
            ("/_sandbox/inbox/webhooks/retry", self.retry_webhooks),
            ("/_sandbox/inbox/faults", self.add_fault),
            ("/_sandbox/inbox/faults/end", self.end_faults),
            ("/_sandbox/inbox/clear", self.clear),
        ]

    async def simulate(self, request: Request) -> Response:
        """Let something happen to a message, and lead back to it; or show its page with the reason why it cannot."""
        delivery_id, fields = request.path_params["id"], await _form(request)
        try:
            self._service.deliver(fields.get("metric", ""), delivery_id, fields.get("fault") or None)
        except CannotError as error:
            return self._pages.show_message(delivery_id, str(error))
        return RedirectResponse(f"{MESSAGES}/{delivery_id}#life", 303)

    async def add_webhook(self, request: Request) -> Response:
        """Add a reporting webhook, or show the form with the reason why it is not possible."""
        url = (await _form(request)).get("url", "").strip()
        try:
            self._service.add_webhook(url)
        except CannotError as error:
            text = str(error)
            return self._pages.show("webhooks", lambda: webhooks_page(self._service, Query(), url, text), status=400)
        return RedirectResponse(WEBHOOKS, 303)

    async def retry_webhooks(self, request: Request) -> Response:
        """Post the calls that wait for their next attempt now."""
        self._service.webhooks.hurry()
        return RedirectResponse(WEBHOOKS, 303)

    async def add_fault(self, request: Request) -> Response:
        """Add a fault and lead back to the list of faults, or show the form with the reason why it is not possible."""
        fields = await _form(request)
        form = FaultForm(fields.get("case", ""), fields.get("times", "1").strip(), fields.get("operation", ""))
        try:
            self._service.fault(form.case, _times(form.times), form.operation or None)
        except FaultError as error:
            refused = replace(form, error=str(error))
            return self._pages.show(
                "requests", lambda: requests_page(self._service, self._environ, Query(), refused), status=400
            )
        return RedirectResponse("/#faults", 303)

    async def end_faults(self, request: Request) -> Response:
        """End one fault."""
        fields = await _form(request)
        with self._service.lock:
            self._service.faults.clear(parse_number(fields.get("id", "")))
        return RedirectResponse("/#faults", 303)

    async def clear(self, request: Request) -> Response:
        """Delete everything but the keys."""
        self._service.reset()
        return RedirectResponse("/", 303)


def _times(given: str) -> int | None:
    if given == "forever":
        return None
    if not parse_number(given):
        raise FaultError(f"times is a number of 1 or more, or forever, not {given[:20]!r}")
    return parse_number(given)


async def _form(request: Request) -> Mapping[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return {}
    fields = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in fields.items()}
