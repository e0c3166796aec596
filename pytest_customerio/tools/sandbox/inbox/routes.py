"""The addresses of the inbox: pages to read, and forms that ask for a fault or a clean state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from pytest_customerio.tools.sandbox.api.call import whole
from pytest_customerio.tools.sandbox.inbox import pages as page
from pytest_customerio.tools.sandbox.inbox.event_stream import changes
from pytest_customerio.tools.sandbox.inbox.pages import Context, Wish
from pytest_customerio.tools.sandbox.inbox.query import Asked
from pytest_customerio.tools.sandbox.inbox.rendering import Pages
from pytest_customerio.tools.sandbox.service.faults import FaultError
from pytest_customerio.tools.sandbox.service.service import Service

LARGEST = 65_536
Endpoint = Callable[[Request], Awaitable[Response]]
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Not no-referrer: then a browser would call the origin of our own forms null.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
}


def routes(service: Service, environ: Mapping[str, str], guarded: Callable[[Endpoint], Endpoint]) -> list[Route]:
    """All of them, each behind the guard that keeps other origins out."""
    inbox = Inbox(service, environ)
    return [
        Route(path, guarded(endpoint if method == "GET" else _own(endpoint)), methods=[method])
        for method, path, endpoint in inbox.all
    ]


class Inbox:
    """One method for each address."""

    def __init__(self, service: Service, environ: Mapping[str, str]) -> None:
        self._service = service
        self._environ = environ
        self._pages = Pages()
        self.all: list[tuple[str, str, Endpoint]] = [
            ("GET", "/", self.requests),
            ("GET", "/_sandbox/inbox/live", self.live),
            ("GET", "/_sandbox/inbox/requests/{number:int}", self.request),
            ("GET", "/_sandbox/inbox/people", self.people),
            ("GET", "/_sandbox/inbox/people/{cio_id}", self.person),
            ("GET", "/_sandbox/inbox/messages", self.messages),
            ("GET", "/_sandbox/inbox/messages/{id}", self.message),
            ("POST", "/_sandbox/inbox/faults", self.add_fault),
            ("POST", "/_sandbox/inbox/faults/end", self.end_faults),
            ("POST", "/_sandbox/inbox/clear", self.clear),
        ]

    async def requests(self, request: Request) -> Response:
        """What the application sent."""
        with self._service.lock:
            context = page.requests(self._service, self._environ, _asked(request))
        return self._page("requests", context)

    async def request(self, request: Request) -> Response:
        """One request."""
        with self._service.lock:
            context = page.request(self._service, request.path_params["number"])
        return self._page("request", context)

    async def people(self, request: Request) -> Response:
        """Everybody."""
        with self._service.lock:
            context = page.people(self._service, _asked(request))
        return self._page("people", context)

    async def person(self, request: Request) -> Response:
        """One person."""
        with self._service.lock:
            context = page.person(self._service, request.path_params["cio_id"], _asked(request))
        return self._page("person", context)

    async def messages(self, request: Request) -> Response:
        """Every message."""
        with self._service.lock:
            context = page.messages(self._service, _asked(request))
        return self._page("messages", context)

    async def message(self, request: Request) -> Response:
        """One message; its style is its own, so the policy is another."""
        with self._service.lock:
            context = page.message(self._service, request.path_params["id"])
        return self._page("message", context, policy=self._pages.message_policy)

    async def live(self, request: Request) -> Response:
        """Says when there is something new."""
        told = changes(lambda: page.version(self._service))
        return StreamingResponse(told, headers=_HEADERS, media_type="text/event-stream")

    async def add_fault(self, request: Request) -> Response:
        """Ask for a fault; back to where it is shown, or told why not."""
        given = await _form(request)
        wish = Wish(given.get("case", ""), given.get("times", "1").strip(), given.get("operation", ""))
        try:
            self._service.fault(wish.case, _times(wish.times), wish.operation or None)
        except FaultError as error:
            refused = Wish(wish.case, wish.times, wish.operation, str(error))
            with self._service.lock:
                context = page.requests(self._service, self._environ, Asked(), refused)
            return self._page("requests", context, status=400)
        return RedirectResponse("/#faults", 303)

    async def end_faults(self, request: Request) -> Response:
        """End one fault."""
        given = await _form(request)
        with self._service.lock:
            self._service.faults.clear(whole(given.get("id", "")))
        return RedirectResponse("/#faults", 303)

    async def clear(self, request: Request) -> Response:
        """Forget everything but the keys."""
        self._service.reset()
        return RedirectResponse("/", 303)

    def _page(self, name: str, context: Context | None, *, status: int = 200, policy: str = "") -> Response:
        if context is None:
            with self._service.lock:
                name, context, status = "missing", page.missing(self._service), 404
        headers = {**_HEADERS, "Content-Security-Policy": policy or self._pages.policy}
        return Response(self._pages.render(name, context), status, headers, "text/html; charset=utf-8")


def _asked(request: Request) -> Asked:
    return Asked.of(request.query_params)


def _times(given: str) -> int | None:
    if given == "forever":
        return None
    if not whole(given):
        raise FaultError(f"times is a number of 1 or more, or forever, not {given[:20]!r}")
    return whole(given)


async def _form(request: Request) -> Mapping[str, str]:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return {}
    found = parse_qs(body.decode("utf-8", "replace"))
    return {name: values[0] for name, values in found.items()}


def _own(endpoint: Endpoint) -> Endpoint:
    """Only a page of ours sends its forms here; a browser says where a form came from."""

    async def own(request: Request) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return Response("this form came from another origin\n", 403, media_type="text/plain")
        return await endpoint(request)

    return own
