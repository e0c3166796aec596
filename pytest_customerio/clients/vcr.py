"""Users' own vcrpy cassettes: heard where `http.client` is replaced, and kept from racing and hanging.

While a cassette builds a connection it puts the real classes back for the whole process, so that other threads send
for real; and its responses keep a blocking pool's only connection when urllib3 retries. Both are mended meanwhile.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Iterator
from typing import Any

from pytest_customerio.clients.bodies import drain
from pytest_customerio.clients.hearing import begin, send_heard
from pytest_customerio.clients.recording import for_real
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.clients.wire import destination
from pytest_customerio.process.patching import Patches, Wrapper


def install(traffic: Traffic, patches: Patches) -> None:
    """Mend what is shared between threads, and hear the cassettes' own connections."""
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

    patch, stubs = importlib.import_module("vcr.patch"), importlib.import_module("vcr.stubs")
    lock = threading.RLock()
    patches.wrap(patch, "force_reset", lambda original: _alone(lock, original))
    for pool in (HTTPConnectionPool, HTTPSConnectionPool):
        patches.wrap(pool, "_new_conn", lambda original: _new_conn(lock, original))
    patches.wrap(stubs.VCRHTTPResponse, "drain_conn", _drain_conn)
    patches.wrap(stubs.VCRConnection, "getresponse", lambda original: _getresponse(traffic, original))


def _alone(lock: threading.RLock, original: Wrapper) -> Wrapper:
    @contextlib.contextmanager
    def force_reset() -> Iterator[None]:
        with lock, for_real(), original():
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


def _getresponse(traffic: Traffic, original: Wrapper) -> Wrapper:
    def getresponse(conn: Any, *args: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        request = getattr(conn, "_vcr_request", None)
        if request is None or not traffic.concerns(*destination(request.uri)):
            return original(conn, *args, **options)
        hearing = begin(traffic, "http.client", request.method, request.uri)
        if hearing is None:
            return original(conn, *args, **options)

        def send(_: Any) -> Any:
            __tracebackhide__ = True
            return original(conn, *args, **options)

        return send_heard(hearing, request.headers, drain(request.body), send, status="status")

    return getresponse
