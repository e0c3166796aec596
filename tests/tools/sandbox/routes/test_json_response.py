"""Answers of the sandbox's own API."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from pytest_customerio.tools.sandbox.routes.json_response import SAFE_HEADERS, SandboxJson, page_in


def test_half_of_a_surrogate_pair() -> None:
    """An answer is ASCII, so that it can hold any text; and has the headers that restrict browsers."""
    answer = SandboxJson({"text": "\ud800é"}, 201)
    assert (answer.status_code, answer.body) == (201, b'{"text":"\\ud800\\u00e9"}')
    assert {name: answer.headers[name] for name in SAFE_HEADERS} == dict(SAFE_HEADERS)


@pytest.mark.parametrize(("query", "expected"), [("", (0, 100)), ("start=5&limit=7", (5, 7)), ("start=x", (0, 100))])
def test_pages(query: str, expected: tuple[int, int]) -> None:
    """A page begins at the first entry, and has 100, unless the address says so."""
    assert page_in(Request({"type": "http", "query_string": query.encode(), "headers": []})) == expected
