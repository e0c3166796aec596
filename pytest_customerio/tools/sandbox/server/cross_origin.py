"""What lets a page of another origin of this machine call Track and Pipelines from a browser (CORS)."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.sandbox.answering.sdk_requests import is_for_pages
from pytest_customerio.tools.sandbox.api.in_app import HEADERS

Headers = tuple[tuple[str, str], ...]
_ASKING = {b"origin", b"access-control-request-method"}
_TRACK = re.compile(r"(?:/us|/eu)?/(?:api/v[12]|unsubscribe|push/events)(?:/|\Z)")
_ALLOWED: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        ", ".join(("X-Sandbox-Case", "X-Sandbox-Note", "X-Sandbox-Source", *dict(HEADERS))),
    ),
)
_ALLOWED_ON_TRACK = _ALLOWED[:1]
_PREFLIGHT: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE"),
    (
        "Access-Control-Allow-Headers",
        "Authorization, Content-Language, Content-Type, X-CIO-Client-Platform, X-CIO-Site-Id, "
        "X-Gist-Encoded-User-Token, X-Gist-User-Anonymous, X-Strict-Mode",
    ),
    ("Access-Control-Max-Age", "600"),
)


def answer_preflight(scope: MutableMapping[str, Any]) -> Answer | None:
    """The answer to a browser that asks whether a page may send a request; None if it does not ask.

    A path that no page may call is answered without permission: then the browser does not send the request.
    """
    if scope["method"] != "OPTIONS" or not _ASKING.issubset(name for name, _ in scope["headers"]):
        return None
    return Answer(204, "No Content", _PREFLIGHT if is_for_pages(scope["path"]) else ())


def allowed_for_pages(path: str, *, asked_by_page: bool) -> Headers:
    """The headers with which a browser shows the answer to the page that asked. Track always sends the first one."""
    if asked_by_page:
        return _ALLOWED if is_for_pages(path) else ()
    return _ALLOWED_ON_TRACK if _TRACK.match(path) else ()
