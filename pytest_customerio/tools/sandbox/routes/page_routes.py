"""The addresses of the pages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.pages.frame import Context, missing_page, version
from pytest_customerio.tools.sandbox.pages.message_pages import message_page, messages_page
from pytest_customerio.tools.sandbox.pages.object_pages import object_page, objects_page
from pytest_customerio.tools.sandbox.pages.people_pages import people_page, person_page
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.rendering import Renderer
from pytest_customerio.tools.sandbox.pages.requests.har import archive
from pytest_customerio.tools.sandbox.pages.requests.request_pages import (
    find_request,
    matching_requests,
    request_page,
    requests_page,
)
from pytest_customerio.tools.sandbox.pages.segment_pages import segment_page, segments_page
from pytest_customerio.tools.sandbox.pages.webhook_pages import webhooks_page
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest
from pytest_customerio.tools.sandbox.routes.event_stream import changes
from pytest_customerio.tools.sandbox.routes.guards import Endpoint
from pytest_customerio.tools.sandbox.routes.json_response import DATA_POLICY, SAFE_HEADERS
from pytest_customerio.tools.versions import installed_version


class Pages:
    """The endpoints, one method for each."""

    def __init__(self, service: Service, environ: Mapping[str, str]) -> None:
        self._service = service
        self._environ = environ
        self._renderer = Renderer()

    @property
    def endpoints(self) -> list[tuple[str, Endpoint]]:
        """The address of each page, and what answers it."""
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

    async def requests(self, request: Request) -> Response:
        """The requests that match the query."""
        return self.show("requests", lambda: requests_page(self._service, self._environ, _query(request)))

    async def request(self, request: Request) -> Response:
        """One request."""
        base = str(request.base_url).rstrip("/")
        return self.show("request", lambda: request_page(self._service, request.path_params["number"], base))

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
        return self.show("people", lambda: people_page(self._service, _query(request)))

    async def person(self, request: Request) -> Response:
        """One person."""
        cio_id = request.path_params["cio_id"]
        return self.show("person", lambda: person_page(self._service, cio_id, _query(request)))

    async def messages(self, request: Request) -> Response:
        """The messages that match the query."""
        return self.show("messages", lambda: messages_page(self._service, _query(request)))

    async def message(self, request: Request) -> Response:
        """One message."""
        return self.show_message(request.path_params["id"])

    async def webhooks(self, request: Request) -> Response:
        """The reporting webhooks, and the calls to them."""
        return self.show("webhooks", lambda: webhooks_page(self._service, _query(request)))

    async def objects(self, request: Request) -> Response:
        """The objects that match the query."""
        return self.show("objects", lambda: objects_page(self._service, _query(request)))

    async def object(self, request: Request) -> Response:
        """One object."""
        cio_object_id = request.path_params["id"]
        return self.show("object", lambda: object_page(self._service, cio_object_id, _query(request)))

    async def segments(self, request: Request) -> Response:
        """The segments that match the query."""
        return self.show("segments", lambda: segments_page(self._service, _query(request)))

    async def segment(self, request: Request) -> Response:
        """One segment."""
        number = request.path_params["id"]
        return self.show("segment", lambda: segment_page(self._service, number, _query(request)))

    async def live(self, request: Request) -> Response:
        """The stream that announces changes."""
        events = changes(lambda: version(self._service))
        return StreamingResponse(events, headers=SAFE_HEADERS, media_type="text/event-stream")

    def show_message(self, delivery_id: str, error: str = "") -> Response:
        """The page of a message, with an error if there is one. Only another policy allows its e-mail its own style."""
        status, policy = 400 if error else 200, self._renderer.message_policy
        return self.show(
            "message", lambda: message_page(self._service, delivery_id, error), status=status, policy=policy
        )

    def show(
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
