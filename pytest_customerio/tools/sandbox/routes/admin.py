"""The application for the sandbox's own addresses, and its JSON API: its state, faults, deleting everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pytest_customerio.core.nearest import unknown_member
from pytest_customerio.core.payload import decode
from pytest_customerio.tools.sandbox.answering import json_views
from pytest_customerio.tools.sandbox.answering.faults import FaultError
from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.api.app.exports import FILES_PATH
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.routes.form_routes import Forms
from pytest_customerio.tools.sandbox.routes.guards import Endpoint, same_origin, same_site_form
from pytest_customerio.tools.sandbox.routes.json_response import DATA_POLICY, SAFE_HEADERS, SandboxJson, page_in
from pytest_customerio.tools.sandbox.routes.page_routes import Pages
from pytest_customerio.tools.sandbox.routes.storage_routes import StorageApi
from pytest_customerio.tools.sandbox.routes.webhook_routes import WebhooksApi

LARGEST = 65_536
_LONGEST_PATH = 100


def admin(service: Service, environ: Mapping[str, str], *, loopback: bool = True) -> Starlette:
    """The application for `/` and `/_sandbox/`. With `loopback` it accepts only host names of this machine."""

    def guarded(endpoint: Endpoint) -> Endpoint:
        return same_origin(endpoint, loopback=loopback)

    pages = Pages(service, environ)
    shown = [Route(path, guarded(endpoint), methods=["GET"]) for path, endpoint in pages.endpoints]
    forms = [
        Route(path, guarded(same_site_form(endpoint)), methods=["POST"])
        for path, endpoint in Forms(service, environ, pages).endpoints
    ]
    apis = [*WebhooksApi(service).endpoints, *StorageApi(service).endpoints]
    endpoints = [*AdminApi(service, environ, apis).endpoints, *apis]
    own = [Route(path, guarded(endpoint), methods=[method]) for method, path, endpoint in endpoints]
    return Starlette(routes=[*shown, *forms, *own], exception_handlers={404: _unknown, 405: _unknown})


class AdminApi:
    """The endpoints, one method for each."""

    def __init__(
        self, service: Service, environ: Mapping[str, str], others: Sequence[tuple[str, str, Endpoint]] = ()
    ) -> None:
        self._service = service
        self._environ = environ
        self._others = others
        self.endpoints: list[tuple[str, str, Endpoint]] = [
            ("GET", "/_sandbox/", self.overview),
            ("GET", "/_sandbox/received", self.received),
            ("GET", "/_sandbox/people", self.people),
            ("GET", "/_sandbox/people/{cio_id}", self.person),
            ("GET", "/_sandbox/deliveries", self.deliveries),
            ("GET", "/_sandbox/deliveries/{id}", self.delivery),
            ("GET", "/_sandbox/workspace", self.workspace),
            ("GET", FILES_PATH + "{id:int}", self.export),
            ("GET", "/_sandbox/faults", self.faults),
            ("POST", "/_sandbox/faults", self.add_fault),
            ("DELETE", "/_sandbox/faults", self.clear_faults),
            ("DELETE", "/_sandbox/faults/{id:int}", self.clear_faults),
            ("POST", "/_sandbox/reset", self.reset),
        ]

    async def overview(self, request: Request) -> Response:
        """The settings, how much is stored, all addresses, and the cases and operations that a fault may name."""
        service, workspace = self._service, self._service.workspace
        return SandboxJson(
            {
                "region": service.settings.region,
                "environ": dict(self._environ),
                "number": service.log.number,
                "counts": {
                    "received": len(service.log),
                    "people": len(workspace.people),
                    "deliveries": len(workspace.deliveries),
                    "violations": sum(bool(each.violations) for each in service.log),
                },
                "addresses": [
                    f"{method} {path.replace(':int', '')}" for method, path, _ in (*self.endpoints, *self._others)
                ],
                "cases": service.faults.known,
                "operations": list(service.catalog.operations),
            }
        )

    async def received(self, request: Request) -> Response:
        """The requests after number `since`, of `operation`, with the words `q`: the last `limit`, oldest first."""
        query = request.query_params
        later = self._service.log.since(parse_number(query.get("since", "")))
        matching = json_views.search_requests(later, query.get("q", ""), query.get("operation", ""))
        limit = parse_number(query.get("limit", "")) or len(matching)
        listed = [json_views.request_json(each) for each in matching[-limit:]]
        return SandboxJson({"number": self._service.log.number, "received": listed})

    async def people(self, request: Request) -> Response:
        """A page of people with the words `q`, newest first."""
        words = request.query_params.get("q", "")
        return SandboxJson(json_views.people_json(self._service.workspace, words, *page_in(request)))

    async def person(self, request: Request) -> Response:
        """One person."""
        person = self._service.workspace.people.find(("cio_id", request.path_params["cio_id"]))
        return SandboxJson(json_views.person_json(self._service.workspace, person)) if person else _missing()

    async def deliveries(self, request: Request) -> Response:
        """A page of messages, newest first."""
        return SandboxJson(json_views.deliveries_json(self._service.workspace, *page_in(request)))

    async def delivery(self, request: Request) -> Response:
        """One message."""
        delivery = self._service.workspace.deliveries.get(request.path_params["id"])
        return SandboxJson(json_views.delivery_json(delivery)) if delivery else _missing()

    async def workspace(self, request: Request) -> Response:
        """A page of segments, objects, anonymous visitors and suppressed identifiers with the words `q`."""
        words = request.query_params.get("q", "")
        return SandboxJson(json_views.workspace_json(self._service.workspace, words, *page_in(request)))

    async def export(self, request: Request) -> Response:
        """The file of an export."""
        text = self._service.workspace.files.get(request.path_params["id"])
        if text is None:
            return _missing()
        return Response(text.encode("utf-8", "replace"), headers={**SAFE_HEADERS, **DATA_POLICY}, media_type="text/csv")

    async def faults(self, request: Request) -> Response:
        """The active faults."""
        return SandboxJson({"faults": [json_views.fault_json(each) for each in self._service.faults.all]})

    async def add_fault(self, request: Request) -> Response:
        """Add a fault such as `{"case": "429-retry-after", "times": 3, "operation": "track.event"}`."""
        try:
            given = await _body(request)
            fault = self._service.fault(*_fault(given))
        except FaultError as error:
            return SandboxJson({"error": str(error)}, 400)
        return SandboxJson(json_views.fault_json(fault), 201)

    async def clear_faults(self, request: Request) -> Response:
        """End one fault, or all."""
        self._service.faults.clear(request.path_params.get("id"))
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        """Delete everything but the keys."""
        self._service.reset()
        return Response(status_code=204)


async def _body(request: Request) -> Any:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise FaultError("a fault is described in less than 64 KB")
    payload = decode(request.headers, body)
    if payload.kind != "json":
        raise FaultError('a fault is JSON, such as {"case": "429-retry-after", "times": 3}')
    return payload.value


def _fault(given: Any) -> tuple[str, int | None, str | None]:
    if not isinstance(given, dict) or not isinstance(given.get("case"), str):
        raise FaultError('"case" names the error, such as "429-retry-after"')
    if mistake := unknown_member(given, ("case", "times", "operation")):
        raise FaultError(mistake)
    times, operation = given.get("times", 1), given.get("operation")
    if isinstance(times, bool) or not isinstance(times, int | None):
        raise FaultError('"times" is a number, or null for ever')
    if not isinstance(operation, str | None):
        raise FaultError('"operation" is a name, such as "track.event"')
    return given["case"], times, operation or None


async def _unknown(request: Request, error: Exception) -> Response:
    """The answer to an address, or a method on one, that the sandbox has not."""
    assert isinstance(error, HTTPException)
    wanted = f"{request.method} {request.url.path[:_LONGEST_PATH]}"
    text = f"there is no {wanted} here; GET /_sandbox/ lists the addresses"
    answer = SandboxJson({"error": text}, error.status_code)
    answer.headers.update(error.headers or {})
    return answer


def _missing() -> Response:
    return SandboxJson({"error": "there is no such thing here"}, 404)
