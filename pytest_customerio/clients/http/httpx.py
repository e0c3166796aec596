"""httpx, and httpx2 which is built like it: heard at `send` of both kinds of client, above transports and mocks."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Self

from pytest_customerio.clients.hearing import begin
from pytest_customerio.clients.traffic import Hearing, Traffic
from pytest_customerio.clients.transport import bodies
from pytest_customerio.process.deadlines import has_deadline
from pytest_customerio.process.parts import HTTPX, HTTPX2, Library, Part
from pytest_customerio.process.patching import Patches

Send = Callable[..., Any]


def _part(library: Library, path: str) -> Part:
    return Part(library, library.name, path, "requests of clients", "such requests are not heard")


SENDS = {library.name: _part(library, "Client.send") for library in (HTTPX, HTTPX2)}
ASYNC_SENDS = {library.name: _part(library, "AsyncClient.send") for library in (HTTPX, HTTPX2)}
PARTS = (*SENDS.values(), *ASYNC_SENDS.values())


def install(traffic: Traffic, patches: Patches, client: str = "httpx") -> None:
    """Hear every client of `httpx` or `httpx2`."""
    patches.patch(SENDS[client], functools.partial(_sync, traffic, client))
    patches.patch(ASYNC_SENDS[client], functools.partial(_async, traffic, client))


def _sync(traffic: Traffic, client: str, original: Send) -> Send:
    def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        hearing = _begin(traffic, client, request)
        if hearing is None:
            return original(self, request, *args, **kwargs)
        with _Heard(hearing, request) as heard:
            return heard.answered(original(self, request, *args, **kwargs))

    return send


def _async(traffic: Traffic, client: str, original: Send) -> Send:
    async def send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        hearing = _begin(traffic, client, request)
        if hearing is None:
            return await original(self, request, *args, **kwargs)
        with _Heard(hearing, request) as heard:
            return heard.answered(await original(self, request, *args, **kwargs))

    return send


def _begin(traffic: Traffic, client: str, request: Any) -> Hearing | None:
    url = getattr(request, "url", None)
    if url is None or not traffic.concerns(url.host, url.port):
        return None
    shown = url.copy_with(username=None, password=None) if url.userinfo else url
    return begin(traffic, client, request.method, str(shown))


class _Heard:
    """One call of `send`. Its request is read at the end, because the client adds authorization and timeout to it."""

    def __init__(self, hearing: Hearing, request: Any) -> None:
        self._hearing = hearing
        self._request = request
        self._tee: bodies.Tee | None = None

    def __enter__(self) -> Self:
        interaction = self._hearing.interaction
        if hasattr(self._request, "_content"):
            interaction.body = self._request.content or None
        else:
            self._tee = bodies.listen(interaction, self._request.stream)
            self._request.stream = self._tee or self._request.stream
        self._hearing.__enter__()
        return self

    def answered(self, response: Any) -> Any:
        self._hearing.interaction.status = response.status_code
        return response

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        interaction, request = self._hearing.interaction, self._request
        if kind is not None:
            interaction.raised = kind.__name__
        interaction.headers = dict(request.headers.items())
        own = (request.extensions.get("timeout") or {}).get("read")
        interaction.timeout_set = own is not None or has_deadline()
        if self._tee is not None:
            self._tee.finish(interaction)
            if request.stream is self._tee:
                request.stream = self._tee.original
        self._hearing.__exit__(kind, error, trace)
