"""The sandbox's own paths: what it knows as JSON, faults and a clean state on demand. The only module that knows
Starlette.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pytest_customerio.tools.sandbox.api.call import whole
from pytest_customerio.tools.sandbox.api.uncatalogued import FILES
from pytest_customerio.tools.sandbox.inbox.routes import routes
from pytest_customerio.tools.sandbox.service import json_views as views
from pytest_customerio.tools.sandbox.service.faults import FaultError
from pytest_customerio.tools.sandbox.service.service import Service

LARGEST = 65_536
NOT_YOURS = "this is a sandbox of another origin"
Endpoint = Callable[[Request], Awaitable[Response]]


def admin(service: Service, environ: Mapping[str, str], *, loopback: bool = True) -> Starlette:
    """The application for `/` and `/_sandbox/`. `loopback` refuses who comes by another name than this machine's."""
    pages = Pages(service, environ)
    listed = [
        *routes(service, environ, lambda endpoint: _guarded(endpoint, loopback=loopback)),
        *(Route(path, _guarded(endpoint, loopback=loopback), methods=[method]) for method, path, endpoint in pages.all),
    ]
    return Starlette(routes=listed)


class Pages:
    """One method for each path."""

    def __init__(self, service: Service, environ: Mapping[str, str]) -> None:
        self._service = service
        self._environ = environ
        self.all: list[tuple[str, str, Endpoint]] = [
            ("GET", "/_sandbox/", self.overview),
            ("GET", "/_sandbox/received", self.received),
            ("GET", "/_sandbox/people", self.people),
            ("GET", "/_sandbox/people/{cio_id}", self.person),
            ("GET", "/_sandbox/deliveries", self.deliveries),
            ("GET", "/_sandbox/deliveries/{id}", self.delivery),
            ("GET", "/_sandbox/workspace", self.workspace),
            ("GET", FILES + "{id:int}", self.export),
            ("GET", "/_sandbox/faults", self.faults),
            ("POST", "/_sandbox/faults", self.add_fault),
            ("DELETE", "/_sandbox/faults", self.clear_faults),
            ("DELETE", "/_sandbox/faults/{id:int}", self.clear_faults),
            ("POST", "/_sandbox/reset", self.reset),
        ]

    async def overview(self, request: Request) -> Response:
        """How it is set, how much it knows, what can be asked of it."""
        service, workspace = self._service, self._service.workspace
        return JSONResponse(
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
                "cases": service.faults.known,
                "operations": list(service.catalog.operations),
            }
        )

    async def received(self, request: Request) -> Response:
        """What was received after number `since`, oldest first; of `operation`, with the words `q`."""
        asked = request.query_params
        found = self._service.log.since(whole(asked.get("since", "")))
        kept = views.matching(found, asked.get("q", ""), asked.get("operation", ""))
        limit = whole(asked.get("limit", "")) or len(kept)
        shown = [views.received(each) for each in kept[-limit:]]
        return JSONResponse({"number": self._service.log.number, "received": shown})

    async def people(self, request: Request) -> Response:
        """A page of people with the words `q`, newest first."""
        asked = request.query_params
        start, limit = whole(asked.get("start", "")), whole(asked.get("limit", "")) or 100
        return JSONResponse(views.people(self._service.workspace, asked.get("q", ""), start, limit))

    async def person(self, request: Request) -> Response:
        """One person."""
        found = self._service.workspace.people.find(("cio_id", request.path_params["cio_id"]))
        return JSONResponse(views.person(self._service.workspace, found)) if found else _missing()

    async def deliveries(self, request: Request) -> Response:
        """Every message, newest first."""
        kept = reversed(self._service.workspace.deliveries.values())
        return JSONResponse({"deliveries": [views.delivery(each) for each in kept]})

    async def delivery(self, request: Request) -> Response:
        """One message."""
        found = self._service.workspace.deliveries.get(request.path_params["id"])
        return JSONResponse(views.delivery(found)) if found else _missing()

    async def workspace(self, request: Request) -> Response:
        """Segments, objects, visitors, and who is suppressed."""
        workspace = self._service.workspace
        return JSONResponse(
            {
                "segments": [views.segment(each) for each in workspace.segments.values()],
                "objects": [views.thing(each) for each in workspace.things.all],
                "visitors": views.visitors(workspace),
                "suppressed": views.suppressed(workspace),
            }
        )

    async def export(self, request: Request) -> Response:
        """The file of an export."""
        found = self._service.workspace.files.get(request.path_params["id"])
        return _missing() if found is None else Response(found, media_type="text/csv")

    async def faults(self, request: Request) -> Response:
        """The faults at work."""
        return JSONResponse({"faults": [views.fault(each) for each in self._service.faults.all]})

    async def add_fault(self, request: Request) -> Response:
        """Ask for a fault: `{"case": "429-retry-after", "times": 3, "operation": "track.event"}`."""
        try:
            given = await _body(request)
            fault = self._service.fault(*_fault(given))
        except FaultError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(views.fault(fault), 201)

    async def clear_faults(self, request: Request) -> Response:
        """End one fault, or all."""
        self._service.faults.clear(request.path_params.get("id"))
        return Response(status_code=204)

    async def reset(self, request: Request) -> Response:
        """Forget everything but the keys."""
        self._service.reset()
        return Response(status_code=204)


async def _body(request: Request) -> Any:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            raise FaultError("a fault is described in less than 64 KB")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise FaultError('a fault is JSON, such as {"case": "429-retry-after", "times": 3}') from None


def _fault(given: Any) -> tuple[str, int | None, str | None]:
    if not isinstance(given, dict) or not isinstance(given.get("case"), str):
        raise FaultError('"case" names the error, such as "429-retry-after"')
    times, operation = given.get("times", 1), given.get("operation")
    if isinstance(times, bool) or not isinstance(times, int | None):
        raise FaultError('"times" is a number, or null for ever')
    if not isinstance(operation, str | None):
        raise FaultError('"operation" is a name, such as "track.event"')
    return given["case"], times, operation or None


def _missing() -> Response:
    return JSONResponse({"error": "there is no such thing here"}, 404)


def _guarded(endpoint: Endpoint, *, loopback: bool) -> Endpoint:
    """No page of another origin reads the sandbox or changes it, by whatever name it reaches it."""

    async def guarded(request: Request) -> Response:
        host = request.headers.get("host", "")
        origin = request.headers.get("origin")
        foreign = origin is not None and urlsplit(origin).netloc != host
        if foreign or (loopback and not is_local(host)):
            return JSONResponse({"error": NOT_YOURS}, 403)
        return await endpoint(request)

    return guarded


def is_local(host: str) -> bool:
    """Whether a Host header names this machine; an address does, whatever it is: no name was looked up for it."""
    name = urlsplit(f"//{host}").hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
    return True
