"""Users' own vcrpy cassettes: their requests are heard, and what they would record from Customer.io is refused.

Three faults of vcrpy are repaired while we are installed. While a cassette builds a connection, it puts the real
classes back for the whole process, so that requests of other threads are really sent (8.2 to 9.4): a lock makes the
other threads wait. Its responses never return the only connection of a blocking pool when urllib3 retries, so that the
retry hangs (8.2 to 9.4). And it connects for urllib3 before it knows whether it has the answer (8.2).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from pytest_customerio.clients.bypass.cassettes import has_answer, would_record
from pytest_customerio.clients.bypass.leading import lead
from pytest_customerio.clients.hearing import begin, send_heard
from pytest_customerio.clients.http.http_client import concerned
from pytest_customerio.clients.passthrough import recorded, recording
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.transport.bodies import drain
from pytest_customerio.clients.transport.wire import destination, plain_headers
from pytest_customerio.core.model import WireRequest
from pytest_customerio.process.parts import URLLIB3, VCRPY, Part
from pytest_customerio.process.patching import Patches, Wrapper

HTTPX, AIOHTTP = "vcr.stubs.httpx_stubs", "vcr.stubs.aiohttp_stubs"
_RACE = "requests of other threads may pass a cassette while it builds a connection"
_RECORDS = "a request that a cassette records may get our answer, or be sent"
FORCE_RESET = Part(
    VCRPY, "vcr.patch", "force_reset", "one thread at a time builds a real connection", _RACE, needs="vcr"
)
NEW_CONN = tuple(
    Part(URLLIB3, "urllib3.connectionpool", f"{pool}._new_conn", "no connection is built meanwhile", _RACE)
    for pool in ("HTTPConnectionPool", "HTTPSConnectionPool")
)
DRAIN = Part(
    VCRPY,
    "vcr.stubs",
    "VCRHTTPResponse.drain_conn",
    "a retry finds a free connection",
    "a retry in a pool with `block=True` hangs",
    needs="vcr",
)
GET_RESPONSE = Part(
    VCRPY, "vcr.stubs", "VCRConnection.getresponse", "requests of cassettes", "they are not heard", needs="vcr"
)
CONNECT = Part(
    VCRPY,
    "vcr.stubs",
    "VCRConnection.connect",
    "a cassette connects to nothing before it knows the request",
    "vcrpy 8 connects for urllib3 and requests although it has the answer, which the guard refuses",
    needs="vcr",
)
HTTPX_REQUESTS = tuple(
    Part(VCRPY, HTTPX, name, "when a cassette records httpx", _RECORDS)
    for name in ("_vcr_handle_request", "_vcr_handle_async_request")
)
AIOHTTP_REQUESTS = Part(VCRPY, AIOHTTP, "vcr_request", "when a cassette records aiohttp", _RECORDS)
PARTS = (FORCE_RESET, *NEW_CONN, DRAIN, CONNECT, GET_RESPONSE, *HTTPX_REQUESTS, AIOHTTP_REQUESTS)


def install(traffic: Traffic, patches: Patches, module: str = "vcr") -> None:
    """Tap vcrpy itself, or its stubs for a client, which it imports when that client is there."""
    if module == HTTPX:
        for part in HTTPX_REQUESTS:
            patches.patch(part, lambda original: _recorded_httpx(traffic, original))
    elif module == AIOHTTP:
        patches.patch(AIOHTTP_REQUESTS, lambda original: _recorded_aiohttp(traffic, original))
    else:
        _repair(traffic, patches)


def _repair(traffic: Traffic, patches: Patches) -> None:
    lock = threading.RLock()
    patches.patch(FORCE_RESET, lambda original: _alone(lock, original))
    for part in NEW_CONN:
        patches.patch(part, lambda original: _new_conn(lock, original))
    patches.patch(DRAIN, _drain_conn)
    patches.patch(CONNECT, lambda original: _connect(traffic, original))
    patches.patch(GET_RESPONSE, lambda original: _getresponse(traffic, original))


def _alone(lock: threading.RLock, original: Wrapper) -> Wrapper:
    @contextlib.contextmanager
    def force_reset() -> Iterator[None]:
        with lock, recording(), original():
            yield

    return force_reset


def _new_conn(lock: threading.RLock, original: Wrapper) -> Wrapper:
    def new_conn(pool: Any, **options: Any) -> Any:
        with lock:
            return original(pool, **options)

    return new_conn


def _drain_conn(original: Wrapper) -> Wrapper:
    def drain_conn(response: Any) -> None:
        original(response)
        pool, connection = getattr(response, "_pool", None), getattr(response, "_connection", None)
        if hasattr(response, "release_conn"):
            response.release_conn()
        elif pool is not None and connection is not None:
            pool._put_conn(connection)
            response._connection = None

    return drain_conn


def _connect(traffic: Traffic, original: Wrapper) -> Wrapper:
    """Connect nowhere: what the cassette has no answer to is refused when it is sent."""

    def connect(conn: Any, *args: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        if concerned(traffic, conn.real_connection):
            return None
        return original(conn, *args, **options)

    return connect


def _getresponse(traffic: Traffic, original: Wrapper) -> Wrapper:
    def getresponse(conn: Any, *args: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        request = getattr(conn, "_vcr_request", None)
        if request is None or not traffic.concerns(*destination(request.uri)):
            return original(conn, *args, **options)

        def play() -> Any:
            __tracebackhide__ = True
            if would_record(conn.cassette, request):
                _refuse(traffic, request.method, request.uri, request.headers)
            return original(conn, *args, **options)

        hearing = begin(traffic, "http.client", request.method, request.uri)
        if hearing is None:
            return play()

        def send(_: Any) -> Any:
            __tracebackhide__ = True
            return _led(conn, play) if hearing.replayed else play()

        return send_heard(hearing, request.headers, drain(request.body), send, status="status")

    return getresponse


def _led(conn: Any, answer: Callable[[], Any]) -> Any:
    """Lead past the cassette of a connection of `http.client`: an error case is at work."""
    __tracebackhide__ = True
    asked, real = conn._vcr_request, conn.real_connection

    def send() -> Any:
        __tracebackhide__ = True
        try:
            real.request(asked.method, conn._url(asked.uri), asked.body, asked.headers)
            return real.getresponse()
        except BaseException:
            real.close()
            raise

    return lead(
        send, answer, answers=lambda: has_answer(conn.cassette, asked.method, asked.uri, asked.body, asked.headers)
    )


def _refuse(traffic: Traffic, method: str, url: str, headers: Any) -> None:
    """Refuse a request that a cassette would record. The answer that is asked for here is given to nobody."""
    __tracebackhide__ = True
    with recording():
        traffic.answer(WireRequest(method, url, plain_headers(headers), b""))


def _recorded_httpx(traffic: Traffic, original: Wrapper) -> Wrapper:
    def check(transport: Any, request: Any) -> None:
        __tracebackhide__ = True
        if traffic.concerns(request.url.host, request.url.port):
            _refuse(traffic, request.method, str(request.url), request.headers)

    def handle(cassette: Any, real: Wrapper, *args: Any) -> Any:
        __tracebackhide__ = True
        return original(cassette, recorded(real, check), *args)

    return handle


def _recorded_aiohttp(traffic: Traffic, original: Wrapper) -> Wrapper:
    def check(session: Any, method: str, given: Any, **options: Any) -> None:
        __tracebackhide__ = True
        url = session._build_url(given)
        if traffic.concerns(url.host or "", url.port):
            _refuse(traffic, method, str(url), options.get("headers"))

    def vcr_request(cassette: Any, real: Wrapper) -> Any:
        return original(cassette, recorded(real, check))

    return vcr_request
