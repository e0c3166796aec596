"""The addresses of the pages, and of their forms."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from pytest_customerio.tools.sandbox.answering.faults import FaultError
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.pages.frame import MESSAGES, WEBHOOKS, Context, missing_page, version
from pytest_customerio.tools.sandbox.pages.message_pages import message_page, messages_page
from pytest_customerio.tools.sandbox.pages.object_pages import object_page, objects_page
from pytest_customerio.tools.sandbox.pages.people_pages import people_page, person_page
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.rendering import Renderer
from pytest_customerio.tools.sandbox.pages.requests.har import archive
from pytest_customerio.tools.sandbox.pages.requests.request_pages import (
    FaultForm,
    find_request,
    matching_requests,
    request_page,
    requests_page,
)
from pytest_customerio.tools.sandbox.pages.segment_pages import segment_page, segments_page
from pytest_customerio.tools.sandbox.pages.webhook_pages import webhooks_page
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest
from pytest_customerio.tools.sandbox.routes.event_stream import changes
from pytest_customerio.tools.sandbox.routes.guards import Endpoint, same_site_form
from pytest_customerio.tools.sandbox.routes.json_response import DATA_POLICY, SAFE_HEADERS
from pytest_customerio.tools.versions import installed_version

LARGEST = 65_536


def routes(service: Service, environ: Mapping[str, str], guarded: Callable[[Endpoint], Endpoint]) -> list[Route]:
    """The routes of the pages. `guarded` refuses requests of other origins."""
    pages = Pages(service, environ)
    return [
        Route(path, guarded(endpoint if method == "GET" else same_site_form(endpoint)), methods=[method])
        for method, endpoints in (("GET", pages.shown), ("POST", pages.forms))
        for path, endpoint in endpoints
    ]


class Pages:
    """The endpoints, one method for each."""

    def __init__(self, service: Service, environ: Mapping[str, str]) -> None:
        self._service = service
        self._environ = environ
        self._renderer = Renderer()

    @property
    def shown(self) -> list[tuple[str, Endpoint]]:
        """What can be read."""
        return [
            ("/", self.requests),
            ("/_sandbox/inbox/live", self.live),
            ("/_sandbox/inbox/requests/{number:int}", self.request),
            ("/_sandbox/inbox/requests/{number:int}.har", self.archive_of_one),
            ("/_sandbox/inbox/requests.har", self.archive),
            ("/_sandbox/inbox/people", self.people),
            ("/_sandbox/inbox/people/{cio_id}", self.person),
            ("/_sandbox/inbox/messages", self.messages),
            ("/_sandbox/inbox/messages/{id}", self.message),
            ("/_sandbox/inbox/objects", self.objects),
            ("/_sandbox/inbox/objects/{id}", self.object),
            ("/_sandbox/inbox/segments", self.segments),
            ("/_sandbox/inbox/segments/{id:int}", self.segment),
            ("/_sandbox/inbox/webhooks", self.webhooks),
        ]

    @property
    def forms(self) -> list[tuple[str, Endpoint]]:
        """What the forms of the pages send."""
        return [
            ("/_sandbox/inbox/messages/{id}/simulate", self.simulate),
            ("/_sandbox/inbox/webhooks", self.add_webhook),
            ("/_sandbox/inbox/webhooks/retry", self.retry_webhooks),
            ("/_sandbox/inbox/faults", self.add_fault),
            ("/_sandbox/inbox/faults/end", self.end_faults),
            ("/_sandbox/inbox/clear", self.clear),
        ]

    async def requests(self, request: Request) -> Response:
        """The requests that match the query."""
        return self._show("requests", lambda: requests_page(self._service, self._environ, _query(request)))

    async def request(self, request: Request) -> Response:
        """One request."""
        base = str(request.base_url).rstrip("/")
        return self._show("request", lambda: request_page(self._service, request.path_params["number"], base))

    async def archive(self, request: Request) -> Response:
        """The requests that match the query, as a file."""
        with self._service.lock:
            found = list(matching_requests(self._service, _query(request)))[::-1]
        return _archive("customerio-sandbox", found)

    async def archive_of_one(self, request: Request) -> Response:
        """One request, as a file."""
        number = request.path_params["number"]
        with self._service.lock:
            found = find_request(self._service, number)
        return _archive(f"customerio-sandbox-{number}", [found] if found else [])

    async def people(self, request: Request) -> Response:
        """The people that match the query."""
        return self._show("people", lambda: people_page(self._service, _query(request)))

    async def person(self, request: Request) -> Response:
        """One person."""
        cio_id = request.path_params["cio_id"]
        return self._show("person", lambda: person_page(self._service, cio_id, _query(request)))

    async def messages(self, request: Request) -> Response:
        """The messages that match the query."""
        return self._show("messages", lambda: messages_page(self._service, _query(request)))

    async def message(self, request: Request) -> Response:
        """One message. Its e-mail has its own style, which only another policy allows."""
        delivery_id = request.path_params["id"]
        policy = self._renderer.message_policy
        return self._show("message", lambda: message_page(self._service, delivery_id), policy=policy)

    async def simulate(self, request: Request) -> Response:
        """Let something happen to a message, and lead back to it; or show its page with the reason why it cannot."""
        delivery_id, fields = request.path_params["id"], await _form(request)
        try:
            self._service.deliver(fields.get("metric", ""), delivery_id, fields.get("fault") or None)
        except CannotError as error:
            text, policy = str(error), self._renderer.message_policy
            return self._show(
                "message", lambda: message_page(self._service, delivery_id, text), status=400, policy=policy
            )
        return RedirectResponse(f"{MESSAGES}/{delivery_id}#life", 303)

    async def webhooks(self, request: Request) -> Response:
        """The reporting webhooks, and the calls to them."""
        return self._show("webhooks", lambda: webhooks_page(self._service, _query(request)))

    async def add_webhook(self, request: Request) -> Response:
        """Add a reporting webhook, or show the form with the reason why it is not possible."""
        url = (await _form(request)).get("url", "").strip()
        try:
            self._service.add_webhook(url)
        except CannotError as error:
            text = str(error)
            return self._show("webhooks", lambda: webhooks_page(self._service, Query(), url, text), status=400)
        return RedirectResponse(WEBHOOKS, 303)

    async def retry_webhooks(self, request: Request) -> Response:
        """Post the calls that wait for their next attempt now."""
        self._service.webhooks.hurry()
        return RedirectResponse(WEBHOOKS, 303)

    async def objects(self, request: Request) -> Response:
        """The objects that match the query."""
        return self._show("objects", lambda: objects_page(self._service, _query(request)))

    async def object(self, request: Request) -> Response:
        """One object."""
        cio_object_id = request.path_params["id"]
        return self._show("object", lambda: object_page(self._service, cio_object_id, _query(request)))

    async def segments(self, request: Request) -> Response:
        """The segments that match the query."""
        return self._show("segments", lambda: segments_page(self._service, _query(request)))

    async def segment(self, request: Request) -> Response:
        """One segment."""
        number = request.path_params["id"]
        return self._show("segment", lambda: segment_page(self._service, number, _query(request)))

    async def live(self, request: Request) -> Response:
        """The stream that announces changes."""
        events = changes(lambda: version(self._service))
        return StreamingResponse(events, headers=SAFE_HEADERS, media_type="text/event-stream")

    async def add_fault(self, request: Request) -> Response:
        """Add a fault and lead back to the list of faults, or show the form with the reason why it is not possible."""
        fields = await _form(request)
        form = FaultForm(fields.get("case", ""), fields.get("times", "1").strip(), fields.get("operation", ""))
        try:
            self._service.fault(form.case, _times(form.times), form.operation or None)
        except FaultError as error:
            refused = replace(form, error=str(error))
            return self._show(
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

    def _show(
        self, name: str, make_context: Callable[[], Context | None], *, status: int = 200, policy: str = ""
    ) -> Response:
        """The page of this name, or the page that says that nothing is there."""
        with self._service.lock:
            context = make_context()
            if context is None:
                name, context, status = "missing", missing_page(self._service), 404
        headers = {**SAFE_HEADERS, "Content-Security-Policy": policy or self._renderer.policy}
        return Response(self._renderer.render(name, context), status, headers, "text/html; charset=utf-8")


def _query(request: Request) -> Query:
    return Query.parse(request.query_params)


def _archive(name: str, requests: Sequence[LoggedRequest]) -> Response:
    """Requests as a file to save."""
    headers = {**SAFE_HEADERS, **DATA_POLICY, "Content-Disposition": f'attachment; filename="{name}.har"'}
    content = archive(requests, installed_version("pytest-customerio"))
    return Response(json.dumps(content, indent=1).encode(), headers=headers, media_type="application/json")


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
