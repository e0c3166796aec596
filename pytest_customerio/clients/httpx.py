"""Hear httpx, and what is built like it, at `Client.send` and `AsyncClient.send`: above every transport and mock."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any, Self

from pytest_customerio.clients import bodies
from pytest_customerio.clients.traffic import Hearing, Traffic
from pytest_customerio.process.patching import Patches

Send = Callable[..., Any]


def install(traffic: Traffic, patches: Patches, client: str = "httpx") -> None:
    """Hear every client of this module."""
    module = importlib.import_module(client)
    patches.wrap(module.Client, "send", functools.partial(_sync, traffic, client))
    patches.wrap(module.AsyncClient, "send", functools.partial(_async, traffic, client))


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
    return traffic.hear(client, request.method, str(shown))


class _Heard:
    """One send: what its request says is read when it is over, for the client itself adds authorization and timeout."""

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
        interaction.timeout_set = (request.extensions.get("timeout") or {}).get("read") is not None
        if self._tee is not None:
            self._tee.finish(interaction)
            if request.stream is self._tee:
                request.stream = self._tee.original
        self._hearing.__exit__(kind, error, trace)
