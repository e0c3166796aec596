"""Requests as an HTTP archive (HAR 1.2), which browsers and other tools read. It holds no credential."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pytest_customerio.tools.sandbox.pages.formatting import show_time, show_value
from pytest_customerio.tools.sandbox.pages.requests.entries import shown_violations
from pytest_customerio.tools.sandbox.requests.exchange import Exchange, Headers
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest

JsonObject = dict[str, Any]
_NOTHING = Exchange("http://sandbox.invalid", (), (), b"", 0, 0.0)


def archive(requests: Iterable[LoggedRequest], version: str) -> JsonObject:
    """The archive of requests, oldest first."""
    creator = {"name": "pytest-customerio sandbox", "version": version}
    return {"log": {"version": "1.2", "creator": creator, "entries": [_entry(each) for each in requests]}}


def _entry(request: LoggedRequest) -> JsonObject:
    wire = request.exchange or _NOTHING
    return {
        "startedDateTime": show_time(request.at).iso,
        "time": wire.milliseconds,
        "request": _request(request, wire),
        "response": _response(request, wire),
        "cache": {},
        "timings": {"send": 0, "wait": wire.milliseconds, "receive": 0},
        "comment": "; ".join(request.notes),
        "_operation": request.operation,
        "_case": request.case,
        "_source": request.source,
        "_violations": [{"rule": each.rule, "where": each.where} for each in shown_violations(request)],
    }


def _request(request: LoggedRequest, wire: Exchange) -> JsonObject:
    query = parse_qsl(urlsplit(request.path).query, keep_blank_values=True)
    entry: JsonObject = {
        "method": request.method,
        "url": wire.base + request.path,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(wire.headers),
        "queryString": _pairs(query),
        "headersSize": -1,
        "bodySize": 0,
    }
    if request.payload is not None:
        text = show_value(request.payload)
        entry["bodySize"] = len(text.encode("utf-8", "replace"))
        entry["postData"] = {"mimeType": _content_type(wire.headers), "text": text}
    return entry


def _response(request: LoggedRequest, wire: Exchange) -> JsonObject:
    text = wire.body.decode("utf-8", "replace")
    content = {"size": wire.size, "mimeType": _content_type(wire.answer_headers), "text": text}
    return {
        "status": request.status,
        "statusText": request.fault or "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(wire.answer_headers),
        "content": content,
        "redirectURL": next((value for name, value in wire.answer_headers if name.lower() == "location"), ""),
        "headersSize": -1,
        "bodySize": wire.size,
    }


def _pairs(values: Headers | list[tuple[str, str]]) -> list[JsonObject]:
    return [{"name": name, "value": value} for name, value in values]


def _content_type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "application/octet-stream")
