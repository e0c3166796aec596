"""aiohttp: heard at the methods of `ClientSession`, above every mock; answered by `aiohttp_server`."""

from __future__ import annotations

import functools
import importlib
import io
import ssl
from collections.abc import Callable, Coroutine, Generator, Mapping
from contextlib import suppress
from typing import Any

from pytest_customerio.clients.http import aiohttp_server, aiohttp_transport
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.transport import bodies, wire
from pytest_customerio.core.model import PendingInteraction
from pytest_customerio.process.deadlines import has_deadline
from pytest_customerio.process.output import warned
from pytest_customerio.process.parts import AIOHTTP, Part
from pytest_customerio.process.patching import Patches


def _part(module: str, path: str) -> Part:
    return Part(AIOHTTP, module, path, "requests of sessions", "such requests are not heard", needs="aiohttp")


VERBS = {
    verb: _part("aiohttp", f"ClientSession.{verb}")
    for verb in ("get", "options", "head", "post", "put", "patch", "delete")
}
REQUEST = _part("aiohttp", "ClientSession.request")
FUNCTIONS = (_part("aiohttp", "request"), _part("aiohttp.client", "request"))
BUILD_URL = Part(
    AIOHTTP,
    "aiohttp",
    "ClientSession._build_url",
    "which URL a session makes of a relative one",
    "requests with a relative URL are heard in the network only, beneath mocks",
    recognised=True,
)
WARNINGS = warned.counting(AIOHTTP, "aiohttp.client")
PARTS = (*VERBS.values(), REQUEST, *FUNCTIONS, BUILD_URL, WARNINGS, *aiohttp_server.PARTS)


def install(traffic: Traffic, patches: Patches) -> None:
    """Hear every session, answer every TCP connector."""
    aiohttp = importlib.import_module("aiohttp")
    for verb, part in VERBS.items():
        patches.patch(part, functools.partial(_verb, traffic, aiohttp, verb.upper()))
    patches.patch(REQUEST, functools.partial(_request, traffic, aiohttp))
    for part in FUNCTIONS:
        patches.patch(part, functools.partial(_function, traffic, aiohttp))
    aiohttp_server.install(traffic, patches)
    warned.correct(patches, WARNINGS)


def _verb(traffic: Traffic, aiohttp: Any, method: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def verb(self: Any, url: Any, **kwargs: Any) -> Any:
        call = _begin(traffic, aiohttp, method, _full(aiohttp, self, url), kwargs)
        if call is None:
            return original(self, url, **kwargs)
        with traffic.bypass():
            manager = original(self, url, **kwargs)
        return call.listen(manager, self)

    return verb


def _request(traffic: Traffic, aiohttp: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def request(self: Any, method: Any, url: Any, **kwargs: Any) -> Any:
        call = _begin(traffic, aiohttp, method, _full(aiohttp, self, url), kwargs)
        if call is None:
            return original(self, method, url, **kwargs)
        with traffic.bypass():
            manager = original(self, method, url, **kwargs)
        return call.listen(manager, self)

    return request


def _function(traffic: Traffic, aiohttp: Any, original: Callable[..., Any]) -> Callable[..., Any]:
    def request(method: Any, url: Any, **kwargs: Any) -> Any:
        call = _begin(traffic, aiohttp, method, _parsed(aiohttp.client.URL, url), kwargs)
        if call is None:
            return original(method, url, **kwargs)
        with traffic.bypass():
            manager = original(method, url, **kwargs)
        return call.listen(manager, manager._session)

    return request


def _full(aiohttp: Any, session: Any, url: Any) -> Any:
    """The URL that the session makes of this one. `_build_url` is private in aiohttp 3.12 to 3.14."""
    return _parsed(getattr(session, "_build_url", aiohttp.client.URL), url)


def _parsed(parse: Callable[[Any], Any], url: Any) -> Any:
    """The URL; None where aiohttp cannot read it either, and raises an error of its own later."""
    try:
        return parse(url)
    except (TypeError, ValueError, AssertionError):
        return None


def _begin(traffic: Traffic, aiohttp: Any, method: Any, url: Any, kwargs: dict[str, Any]) -> _Call | None:
    if url is None or url.host is None or not traffic.concerns(url.host, url.port):
        return None
    return _Call(traffic, aiohttp, str(method).upper(), url, kwargs)


class _Call:
    """One call of a session, heard when it runs.

    Where our server received the request, it is known what was sent. Where a mock answered, or nothing was sent, the
    request is put together from the arguments in the way of aiohttp. The private names used here are `_build_url`,
    `_prepare_headers` and `_session` of sessions, and `_coro` of the object that a call returns (aiohttp 3.12 to 3.14).
    """

    def __init__(self, traffic: Traffic, aiohttp: Any, method: str, url: Any, kwargs: dict[str, Any]) -> None:
        self._traffic = traffic
        self._aiohttp = aiohttp
        self._method = method
        self._url = url
        self._given = dict(kwargs)
        self._session: Any = None
        self._stream: PendingInteraction | None = None
        self._tee: bodies.Tee | None = None
        data = kwargs.get("data")
        if isinstance(data, io.IOBase) or hasattr(data, "__aiter__"):
            self._stream = PendingInteraction("aiohttp", method, "", body_known=False)
            self._tee = bodies.listen(self._stream, data)
            kwargs["data"] = self._tee or data

    def listen(self, manager: Any, session: Any) -> Any:
        """The object that the client returned; the request is heard when that is awaited."""
        self._session = session
        manager._coro = _Lazy(manager._coro, self._run)
        return manager

    async def _run(self, coro: Coroutine[Any, Any, Any]) -> Any:
        __tracebackhide__ = True
        hearing = self._traffic.hear("aiohttp", self._method, self._shown_url())
        if hearing is None:
            return await coro
        with hearing:
            arrived = aiohttp_transport.watch()
            try:
                response = await coro
                hearing.interaction.status = response.status
            except BaseException as error:
                hearing.interaction.raised = type(error).__name__
                raise
            finally:
                aiohttp_transport.unwatch()
                self._fill(hearing.interaction, arrived)
            return response

    def _shown_url(self) -> str:
        url = self._url.with_user(None)
        with suppress(Exception):  # for wrong parameters aiohttp raises an error of its own
            url = url.extend_query(self._given.get("params"))
        return str(url)

    def _fill(self, interaction: PendingInteraction, arrived: aiohttp_transport.Arrived) -> None:
        interaction.timeout_set = self._timeout_set() or has_deadline()
        interaction.tls_verified = self._tls_verified()
        if arrived:
            sent = arrived[0]
            interaction.url, interaction.headers, interaction.body = sent.url, sent.headers, sent.body or None
            return
        with suppress(Exception):  # for a body that cannot be sent aiohttp raises an error of its own
            interaction.body_known = False
            interaction.headers = self._headers(self._listen_body(interaction))

    def _timeout_set(self) -> bool:
        given = self._given.get("timeout", self._session.timeout)
        if isinstance(given, self._aiohttp.ClientTimeout):
            return given.total is not None or given.sock_read is not None
        return given is not None

    def _tls_verified(self) -> bool:
        """Whether the certificate is checked. `_ssl` of connectors is private in aiohttp 3.12 to 3.14."""
        given = self._given.get("ssl", True)
        given = getattr(self._session.connector, "_ssl", True) if given is True else given
        unchecked = given is False or self._given.get("verify_ssl") is False
        return not unchecked and getattr(given, "verify_mode", None) is not ssl.CERT_NONE

    def _headers(self, content_type: str | None) -> dict[str, str]:
        headers = wire.plain_headers(self._session._prepare_headers(self._given.get("headers")))
        auth = self._given.get("auth") or self._aiohttp.BasicAuth.from_url(self._url) or self._session.auth
        if isinstance(auth, self._aiohttp.BasicAuth):
            headers.setdefault("authorization", auth.encode())
        if content_type is not None:
            headers.setdefault("content-type", content_type)
        return headers

    def _listen_body(self, interaction: PendingInteraction) -> str | None:
        """Note the body; returns the content type that aiohttp would give it."""
        data, content_type = self._whole()
        if self._stream is None:
            bodies.listen(interaction, data)
            interaction.body_known = data is None or interaction.body is not None
            return content_type
        if self._tee is not None:
            self._tee.finish(self._stream)
        interaction.body, interaction.body_known = self._stream.body, self._stream.body_known
        return content_type

    def _whole(self) -> tuple[Any, str | None]:
        aiohttp, data, value = self._aiohttp, self._given.get("data"), self._given.get("json")
        if value is not None:
            dumps = getattr(self._session, "_json_serialize_bytes", None) or self._session.json_serialize
            return dumps(value), "application/json"
        if isinstance(data, (Mapping, list, tuple)):
            data = aiohttp.FormData(data)
        if isinstance(data, aiohttp.FormData) and not data.is_multipart:
            data = data()
        if isinstance(data, aiohttp.Payload):
            return data._value, data.content_type
        if data is None:
            return None, None
        return data, "text/plain; charset=utf-8" if isinstance(data, str) else "application/octet-stream"


class _Lazy(Coroutine[Any, Any, Any]):
    """The client's own coroutine, driven by `run` from its first step on.

    A coroutine that is never awaited stays the client's own, so that Python warns of it as without us.
    """

    def __init__(self, coro: Coroutine[Any, Any, Any], run: Callable[..., Coroutine[Any, Any, Any]]) -> None:
        self._coro = coro
        self._run: Callable[..., Coroutine[Any, Any, Any]] | None = run

    def _driven(self) -> Coroutine[Any, Any, Any]:
        if self._run is not None:
            self._coro, self._run = self._run(self._coro), None
        return self._coro

    def send(self, value: Any) -> Any:
        return self._driven().send(value)

    def throw(self, *args: Any) -> Any:
        return self._coro.throw(*args)

    def close(self) -> None:
        self._coro.close()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._driven().__await__()
