"""Answers of the sandbox's own API: JSON that can always be written, and headers that restrict browsers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from pytest_customerio.tools.sandbox.json_values import parse_number

# What every answer of the sandbox's own has: no other site may read or embed it, and nothing stores it.
SAFE_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With no-referrer a browser sends `Origin: null` with a form of the page itself, and the form would be refused.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-DNS-Prefetch-Control": "off",
}
# For answers that are no page: they load nothing, and no page may show them in a frame.
DATA_POLICY: Mapping[str, str] = {"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox"}


class SandboxJson(JSONResponse):
    """A JSON answer in ASCII, so that half of a surrogate pair can be written too."""

    def __init__(self, content: Any, status_code: int = 200) -> None:
        super().__init__(content, status_code, {**SAFE_HEADERS, **DATA_POLICY})

    def render(self, content: Any) -> bytes:
        """The body."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def page_in(request: Request) -> tuple[int, int]:
    """The position of the first entry, and how many."""
    query = request.query_params
    return parse_number(query.get("start", "")), parse_number(query.get("limit", "")) or 100
