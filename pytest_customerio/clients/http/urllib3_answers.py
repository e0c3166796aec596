"""Answers urllib3, and requests above it, where a connection is used: beneath retries, redirects and users' mocks."""

from __future__ import annotations

import io
import logging
import re
from functools import cached_property, partial
from http.client import HTTPException, HTTPMessage, IncompleteRead
from typing import Any

from pytest_customerio.clients.hearing import headers_of, note_sent
from pytest_customerio.clients.http.urllib3_faults import connect, fail, limits_of
from pytest_customerio.clients.http.urllib3_written import sent_body, sent_by, writes_itself
from pytest_customerio.clients.traffic import Traffic, heard_above
from pytest_customerio.clients.transport.faults import received
from pytest_customerio.clients.transport.http1 import answer_body, reason
from pytest_customerio.clients.transport.memory import socket_is_mocked
from pytest_customerio.clients.transport.sockets import check_limit
from pytest_customerio.clients.transport.wire import destination, origin
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.process.parts import URLLIB3, Part
from pytest_customerio.process.patching import Patches, Wrapper

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

_LOG = logging.getLogger("urllib3.connectionpool")


def _part(path: str, why: str) -> Part:
    without = "requests that no mock answers are refused by the guard"
    return Part(URLLIB3, "urllib3.connectionpool", path, why, without, needs="urllib3")


MAKE_REQUEST = _part("HTTPConnectionPool._make_request", "requests that no mock answers get our answer")
PREPARE_PROXY = _part("HTTPSConnectionPool._prepare_proxy", "no tunnel to a proxy is built for them")
PARTS = (MAKE_REQUEST, PREPARE_PROXY)


def install(traffic: Traffic, patches: Patches) -> None:
    """Answer for every pool's connections to Customer.io."""
    patches.patch(MAKE_REQUEST, lambda original: _make_request(traffic, original))
    patches.patch(PREPARE_PROXY, lambda original: _prepare_proxy(traffic, original))


def absolute(pool: Any, url: str) -> str:
    """The URL that a pool is asked for: it is given a path, or all of the URL where it is the pool of a proxy."""
    return origin(pool.scheme, pool.host, pool.port) + url if url.startswith("/") else url


def concerned(traffic: Traffic, pool: Any, url: Any) -> bool:
    """Whether a request of this pool goes to Customer.io, directly or through a proxy."""
    if isinstance(url, str) and "://" in url[:8]:
        return traffic.concerns(*destination(url))
    return traffic.concerns(pool.host, pool.port)


def _make_request(traffic: Traffic, original: Wrapper) -> Wrapper:
    def make_request(pool: Any, conn: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not concerned(traffic, pool, url):
            return original(pool, conn, method, url, *args, **kwargs)
        if _is_users(conn):
            hearing = heard_above()
            if hearing is None or not hearing.replayed:
                return original(pool, conn, method, url, *args, **kwargs)
            return _led(traffic, original, pool, conn, (method, url), _named(args, kwargs))
        return _answered(traffic, pool, conn, method, url, _named(args, kwargs))

    return make_request


def _led(
    traffic: Traffic, original: Wrapper, pool: Any, conn: Any, target: tuple[str, str], given: dict[str, Any]
) -> Any:
    """Lead past a mock of the connection: an error case is at work."""
    __tracebackhide__ = True
    from pytest_customerio.clients.bypass.cassettes import has_answer
    from pytest_customerio.clients.bypass.leading import always, lead, unread

    method, url = target
    cassette = getattr(conn, "cassette", None)

    def answer() -> Any:
        __tracebackhide__ = True
        return original(pool, conn, method, url, **{**given, "body": unread(given.get("body"))})

    def ours() -> Any:
        __tracebackhide__ = True
        return _answered(traffic, pool, conn, method, url, given)

    def known() -> bool:
        return has_answer(cassette, method, absolute(pool, url), given.get("body"), given.get("headers"))

    return lead(ours, answer, answers=always if cassette is None else known)


# The order of the parameters of `_make_request` (urllib3 2.0 to 2.8), which urllib3 itself passes by name.
_PARAMETERS = ("body", "headers", "retries", "timeout", "chunked", "response_conn", "preload_content", "decode_content")
_READING = ("preload_content", "decode_content", "enforce_content_length")


def _named(args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any]:
    return {**dict(zip(_PARAMETERS, args, strict=False)), **kwargs} if args else kwargs


def _prepare_proxy(traffic: Traffic, original: Wrapper) -> Wrapper:
    def prepare_proxy(pool: Any, conn: Any) -> Any:
        __tracebackhide__ = True
        if not traffic.concerns(pool.host, pool.port) or _is_users(conn):
            original(pool, conn)

    return prepare_proxy


def _is_users(conn: Any) -> bool:
    """Whether a mock of the user's answers on this connection: a vcrpy cassette, or a mock of sockets."""
    return getattr(conn, "cassette", None) is not None or socket_is_mocked()


def _answered(traffic: Traffic, pool: Any, conn: Any, method: str, url: str, given: dict[str, Any]) -> Any:
    __tracebackhide__ = True
    pool.num_requests += 1
    limits = limits_of(pool, given.get("timeout"))
    secure = pool.scheme == "https"
    if secure:  # connects before it looks at the request
        connect(pool, conn, limits)
    headers = headers_of(given.get("headers"))
    opened = None if secure else partial(connect, pool, conn, limits)
    if writes_itself(conn):
        headers, body = sent_by(conn, method, url, given, opened)
    else:
        body = sent_body(method, url, headers, given, opened)
    if body is None:
        fail("read-timeout", pool, conn, url, limits)
    note_sent(headers, body)
    answer = traffic.answer(WireRequest(method, absolute(pool, url), headers, body))
    if answer.fault == "truncated-body":
        answer = received(answer)
    elif answer.fault is not None:
        if conn.proxy:
            # The fault occurs behind the proxy, so urllib3 must not raise a ProxyError for it.
            conn._has_connected_to_proxy = True
        fail(answer.fault, pool, conn, url, limits)
    check_limit(limits.read_timeout)
    response = _response(answer, method, url, {name: given[name] for name in _READING if name in given})
    response.retries = given.get("retries")
    response._connection = given.get("response_conn")
    response._pool = pool
    request = (pool.scheme, pool.host, pool.port, method, url, "HTTP/1.1", answer.status, response.length_remaining)
    _LOG.debug('%s://%s:%s "%s %s %s" %s %s', *request)
    return response


def _response(answer: Answer, method: str, url: str, reading: dict[str, Any]) -> Any:
    from urllib3 import HTTPHeaderDict
    from urllib3.response import HTTPResponse

    body: Any = AnswerBody(answer, method)
    response = HTTPResponse(
        body=body,
        headers=HTTPHeaderDict(answer.headers),
        status=answer.status,
        version=11,
        reason=answer.reason or reason(answer.status),
        original_response=body,
        request_method=method,
        request_url=url,
        **reading,
    )
    response.version_string = "HTTP/1.1"
    return response


def _incomplete(data: bytes, missing: int) -> HTTPException:
    """The error of a body that ends too early.

    urllib3-future (2.25), which niquests installs in the place of urllib3, translates no error of `http.client`: its
    connections raise one of urllib3's.
    """
    import urllib3

    if hasattr(urllib3, "AsyncPoolManager"):
        return urllib3.exceptions.IncompleteRead(len(data), missing)
    return IncompleteRead(data, missing)


class AnswerBody(io.BytesIO):
    """The body of an answer, as the standard library's response gives it: closed when it has been read to its end."""

    def __init__(self, answer: Answer, method: str) -> None:
        self._bodied = method != "HEAD" and answer_body(answer) is answer.body
        super().__init__(answer.body if self._bodied else b"")
        self._left = len(answer.body) if self._bodied else 0
        self._headers = answer.headers
        self._spent = False

    @cached_property
    def msg(self) -> HTTPMessage:
        """The headers, as cookie jars want them."""
        message = HTTPMessage()
        for name, value in self._headers:
            message[name] = value
        return message

    def isclosed(self) -> bool:
        """Whether the connection could be used again."""
        return self._spent or self.closed

    def read(self, amount: int | None = -1, /) -> bytes:
        """As `read` of any file; raises `IncompleteRead` where the headers promised more than there is."""
        data = self._note(super().read(amount), amount)
        if amount is None or amount < 0:
            missing = self._promised() - len(self.getbuffer())
            if missing > 0:
                raise _incomplete(data, missing)
        return data

    def read1(self, amount: int | None = -1, /) -> bytes:
        """As `read1` of any file."""
        return self._note(super().read1(-1 if amount is None else amount), amount)

    def _promised(self) -> int:
        lengths = [value for name, value in self._headers if name.lower() == "content-length"]
        return int(lengths[0]) if self._bodied and lengths and re.fullmatch(r"[0-9]{1,15}", lengths[0]) else 0

    def _note(self, data: bytes, amount: int | None) -> bytes:
        self._left -= len(data)
        self._spent = self._spent or (self._left <= 0 and amount != 0)
        return data
